"""Changes noticed when they happen: layers and losses count them, so that a compiled step asks one number."""

from itertools import count
from operator import is_

_numbers = count(1).__next__
#: The number of the newest change of any layer, loss or setting in this process: no two changes have the same.
newest = [0]


def changed():
    """Note that something changed on which a program may depend: 60 ns.

    A number is taken after the change, so whoever sees the same number twice saw no change between, in any thread.
    """
    newest[0] = _numbers()


class Tracked:
    """Base of objects that count the changes of their attributes; lists, dicts and sets in them are tracked as well.

    >>> class Settings(Tracked):
    ...     pass
    >>> settings = Settings()
    >>> settings.rates = [0.1]
    >>> before = newest[0]
    >>> settings.rates.append(0.2)
    >>> newest[0] == before, settings.rates
    (False, [0.1, 0.2])
    """

    #: Attributes that are no part of what the object computes.
    _uncounted: frozenset = frozenset()

    def __setattr__(self, name, value):
        if name in self._uncounted:
            object.__setattr__(self, name, value)
            return
        object.__setattr__(self, name, tracked(value))
        changed()

    def __delattr__(self, name):
        object.__delattr__(self, name)
        changed()


def tracked(value):
    """Return ``value`` with the plain lists, dicts and sets in it as tracked ones; other values as they are.

    >>> type(tracked(([1], {"a": []}))[1]["a"]).__name__
    'TrackedList'
    """
    kind = type(value)
    if kind is list:
        return TrackedList(value)
    if kind is dict:
        return TrackedDict(value)
    if kind is set:
        return TrackedSet(value)
    if kind is tuple:
        items = [tracked(item) for item in value]
        return value if all(map(is_, items, value)) else tuple(items)
    return value


def counting(name, base):
    """Return the method ``name`` of ``base`` as one that counts the change."""
    method = getattr(base, name)

    def counted(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        finally:
            changed()

    counted.__name__ = counted.__qualname__ = name
    counted.__doc__ = method.__doc__
    return counted


class TrackedList(list):
    """A list that counts its changes: what a list kept in a layer becomes. A copy of it is a plain list."""

    __slots__ = ("__weakref__",)

    def __init__(self, items=()):
        super().__init__([tracked(item) for item in items])

    def __setitem__(self, index, value):
        new = [tracked(item) for item in value] if isinstance(index, slice) else tracked(value)
        super().__setitem__(index, new)
        changed()

    def append(self, value):
        """Append ``value``."""
        super().append(tracked(value))
        changed()

    def insert(self, index, value):
        """Insert ``value`` before ``index``."""
        super().insert(index, tracked(value))
        changed()

    def extend(self, values):
        """Append all of ``values``."""
        super().extend([tracked(value) for value in values])
        changed()

    def __iadd__(self, values):  # type: ignore[misc]  # a list adds lists only, and extends by anything
        self.extend(values)
        return self

    def __reduce_ex__(self, protocol):
        return type(self), (list(self),)


class TrackedDict(dict):
    """A dict that counts its changes: what a dict kept in a layer becomes. A copy of it is a plain dict."""

    __slots__ = ("__weakref__",)

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.update(*args, **kwargs)

    def __setitem__(self, key, value):
        super().__setitem__(key, tracked(value))
        changed()

    def setdefault(self, key, default=None):
        """Return the value of ``key``, after setting it to ``default`` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args, **kwargs):
        """Take over all entries."""
        for key, value in dict(*args, **kwargs).items():
            super().__setitem__(key, tracked(value))
        changed()

    def __ior__(self, other):  # type: ignore[misc]  # as dict does
        self.update(other)
        return self

    def __reduce_ex__(self, protocol):
        return type(self), (dict(self),)


class TrackedSet(set):
    """A set that counts its changes: what a set kept in a layer becomes. A copy of it is a plain set."""

    def __repr__(self):
        return repr(set(self))

    def __reduce_ex__(self, protocol):
        return type(self), (list(self),)


for _name in ("__delitem__", "__imul__", "clear", "pop", "remove", "reverse", "sort"):
    setattr(TrackedList, _name, counting(_name, list))
for _name in ("__delitem__", "clear", "pop", "popitem"):
    setattr(TrackedDict, _name, counting(_name, dict))
for _name in ("__iand__", "__ior__", "__isub__", "__ixor__", "add", "clear", "difference_update", "discard",
              "intersection_update", "pop", "remove", "symmetric_difference_update", "update"):  # fmt: skip
    setattr(TrackedSet, _name, counting(_name, set))
