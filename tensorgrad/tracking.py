"""Changes noticed when they happen: layers and losses count them, so that a compiled step asks one number."""

from __future__ import annotations

from itertools import count
from operator import is_
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

_numbers = count(1).__next__
#: The number of the newest change of any layer, loss or setting in this process: no two changes have the same.
newest_change = [0]


def note_change() -> None:
    """Note that something changed on which a program may depend: 60 ns.

    A number is taken after the change, so whoever sees the same number twice saw no change between, in any thread.
    """
    newest_change[0] = _numbers()


class Tracked:
    """Base of objects that count the changes of their attributes; lists, dicts and sets in them are tracked as well.

    >>> class Settings(Tracked):
    ...     pass
    >>> settings = Settings()
    >>> settings.rates = [0.1]
    >>> before = newest_change[0]
    >>> settings.rates.append(0.2)
    >>> newest_change[0] == before, settings.rates
    (False, [0.1, 0.2])
    """

    #: Attributes that are no part of what the object computes.
    _uncounted: frozenset[str] = frozenset()

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._uncounted:
            object.__setattr__(self, name, value)
            return
        object.__setattr__(self, name, track(value))
        note_change()

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        note_change()


def track(value: Any) -> Any:
    """Return ``value`` with the plain lists, dicts and sets in it as tracked ones; other values as they are.

    >>> type(track(([1], {"a": []}))[1]["a"]).__name__
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
        items = [track(item) for item in value]
        return value if all(map(is_, items, value)) else tuple(items)
    return value


def counting_method(name: str, base: type) -> Callable[..., Any]:
    """Return the method ``name`` of ``base`` as one that counts the change."""
    method = getattr(base, name)

    def count_call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return method(self, *args, **kwargs)
        finally:
            note_change()

    count_call.__name__ = count_call.__qualname__ = name
    count_call.__doc__ = method.__doc__
    return count_call


class TrackedList(list[Any]):
    """A list that counts its changes: what a list kept in a layer becomes. A copy of it is a plain list."""

    __slots__ = ("__weakref__",)

    def __init__(self, items: Any = ()) -> None:
        super().__init__([track(item) for item in items])

    def __setitem__(self, index: Any, value: Any) -> None:
        new = [track(item) for item in value] if isinstance(index, slice) else track(value)
        super().__setitem__(index, new)
        note_change()

    def append(self, value: Any) -> None:
        """Append ``value``."""
        super().append(track(value))
        note_change()

    def insert(self, index: Any, value: Any) -> None:
        """Insert ``value`` before ``index``."""
        super().insert(index, track(value))
        note_change()

    def extend(self, values: Any) -> None:
        """Append all of ``values``."""
        super().extend([track(value) for value in values])
        note_change()

    def __iadd__(self, values: Any) -> Self:  # type: ignore[misc]  # a list adds lists only, and extends by anything
        self.extend(values)
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (list(self),)


class TrackedDict(dict[Any, Any]):
    """A dict that counts its changes: what a dict kept in a layer becomes. A copy of it is a plain dict."""

    __slots__ = ("__weakref__",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.update(*args, **kwargs)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, track(value))
        note_change()

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return the value of ``key``, after setting it to ``default`` if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Take over all entries."""
        for key, value in dict(*args, **kwargs).items():
            super().__setitem__(key, track(value))
        note_change()

    def __ior__(self, other: Any) -> Self:  # type: ignore[misc]  # as dict does
        self.update(other)
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (dict(self),)


class TrackedSet(set[Any]):
    """A set that counts its changes: what a set kept in a layer becomes. A copy of it is a plain set."""

    def __repr__(self) -> str:
        return repr(set(self))

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (list(self),)


for _name in ("__delitem__", "__imul__", "clear", "pop", "remove", "reverse", "sort"):
    setattr(TrackedList, _name, counting_method(_name, list))
for _name in ("__delitem__", "clear", "pop", "popitem"):
    setattr(TrackedDict, _name, counting_method(_name, dict))
for _name in ("__iand__", "__ior__", "__isub__", "__ixor__", "add", "clear", "difference_update", "discard",
              "intersection_update", "pop", "remove", "symmetric_difference_update", "update"):  # fmt: skip
    setattr(TrackedSet, _name, counting_method(_name, set))
