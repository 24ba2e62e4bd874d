"""Snapshots of objects that are neither plain containers nor objects with attributes, such as a ``bytearray``."""

import array
import logging
import weakref
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from .watched_places import is_same


class Snapshot:
    """What an object shows, such as the bytes of a ``bytearray`` or the items of a read-only dict.

    The items themselves are watched, and put back, in places of their own.
    """

    __slots__ = ("held", "owner", "path", "show")

    def __init__(self, owner, path):
        self.owner, self.path = owner, path
        self.show, _ = SNAPSHOTS.get(type(owner), OBJECTS)
        self.held = self.show(owner)

    def holds(self):
        return is_same(self.show(self.owner), self.held)

    def restore(self):
        put_back = SNAPSHOTS.get(type(self.owner), OBJECTS)[1]
        if put_back is not None:
            put_back(self.owner, self.held)

    def items(self):
        """Return the things that the object holds."""
        if isinstance(self.owner, weakref.ref):
            return (self.owner(),)
        return self.held if isinstance(self.held, tuple) else ()


class CacheState:
    """The state of an ``lru_cache``: it changes when the cache is filled or cleared; hits alone may grow."""

    __slots__ = ("cached", "info", "path")

    def __init__(self, cached, path):
        self.cached, self.path, self.info = cached, path, cached.cache_info()

    def holds(self):
        before, now = self.info, self.cached.cache_info()
        if now.hits < before.hits or now[1:] != before[1:]:
            return False
        self.info = now
        return True

    def restore(self):
        self.cached.cache_clear()  # what a trace has put there may be stand-ins


def keys_and_values(mapping):
    return tuple(mapping), *mapping.values()


def restore_items(whole, held):
    whole[:] = type(whole)(held) if isinstance(whole, bytearray) else array.array(whole.typecode, held)


def restore_objects(objects, held):
    objects.ravel()[:] = held  # a view; where it is a copy, the memory is read-only


#: For each class ``(function that shows an object of it, function that puts that back)``.
SNAPSHOTS: dict[Any, Any] = {
    bytearray: (bytes, restore_items),
    array.array: (array.array.tobytes, restore_items),
    memoryview: (memoryview.tobytes, None),
    MappingProxyType: (keys_and_values, None),
    type({}.keys()): (tuple, None),
    type({}.values()): (tuple, None),
    type({}.items()): (tuple, None),
    weakref.ref: (lambda reference: id(reference()), None),
    logging.Logger: (lambda log: (log.getEffectiveLevel(), log.disabled, log.manager.disable), None),
    ContextVar: (lambda variable: (variable.get(None),), lambda variable, held: variable.set(held[0])),
}
#: The same for arrays of objects.
OBJECTS: tuple[Any, Any] = (lambda objects: tuple(objects.ravel().tolist()), restore_objects)
