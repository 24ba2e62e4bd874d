"""Looks: what objects show that are neither containers of the usual kinds nor objects with attributes."""

import array
import logging
import weakref
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from .watched_places import is_same


class Snapshot:
    """What an object shows: that of a ``bytearray``, of a read-only dict, or whether a cache was cleared.

    What lies inside is watched, and put back, in its own place.
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
    """Whether the cache of a function, an ``lru_cache``, was filled or cleared; as long as neither, its hits grow."""

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
    objects.ravel()[:] = held  # of a view; what is none is a copy, and then nothing was changed in place


#: For each class what an object of it shows, and how that is put back.
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
#: Arrays of objects.
OBJECTS: tuple[Any, Any] = (lambda objects: tuple(objects.ravel().tolist()), restore_objects)
