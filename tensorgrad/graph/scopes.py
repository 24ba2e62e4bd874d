"""Scopes: which calls of layers, outermost first, an op was recorded in."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor, tick

if TYPE_CHECKING:
    from collections.abc import Iterator


_scopes: ContextVar[Any] = ContextVar("scopes", default=None)

#: Return the Scopes that this thread or task writes into, or None. 22 ns, paid once per call of a layer.
current = _scopes.get


class Scopes(list[Any]):
    """Which sequence numbers belong to which layer: ``(first_seq, last_seq, layer, depth)``, innermost first.

    before: the list that was written to before this one, or None
    ended:  whether nothing more is to be written into this one
    """

    depth, before, ended = 0, None, False

    def record_call(self, layer: Any, call: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Return what ``call`` gives, and write down which sequence numbers were given out meanwhile: those of what ran
        in ``layer``.
        """
        self.depth += 1
        first = tick()
        try:
            return call(*args, **kwargs)
        finally:
            self.depth -= 1
            self.append((first, tick(), layer, self.depth))


@contextmanager
def layer_scopes() -> Iterator[Scopes]:
    """Write down, while this thread or task draws, what each layer call recorded.

    >>> from tensorgrad.layers import Flatten
    >>> with layer_scopes() as found:
    ...     y = Flatten(name="flat")([[[1.0], [2.0]]])
    >>> [layer.name for first, last, layer, depth in found]
    ['flat']
    """
    found = Scopes()
    found.before = _scopes.get()
    try:
        _scopes.set(found)
        yield found
    finally:
        found.ended, last = True, _scopes.get()
        while last is not None and last.ended:  # of two that overlap either may end first
            last = last.before
        _scopes.set(last)


class Frames:
    """The layer calls around each op, made from ``(first_seq, last_seq, layer, depth)`` of each, which nest.

    classes: ``{number: name of the layer's class}``, by the number a frame has in a path
    """

    def __init__(self, scopes: Any = ()) -> None:
        self.classes = {
            i: type(layer).__name__ for i, (_, _, layer, _) in enumerate(scopes) if not isinstance(layer, str)
        }
        events = [(first, 1, depth, i) for i, (first, _, _, depth) in enumerate(scopes)]
        events += [(last + 1, 0, -depth, i) for i, (_, last, _, depth) in enumerate(scopes)]
        names = [str(getattr(layer, "name", layer)) for _, _, layer, _ in scopes]
        self.starts, self.paths = [], []
        path: list[tuple[int, str]] = []
        for seq, begins, _, i in sorted(events):
            if begins:
                path = [*path, (i, names[i])]
            else:
                path = [frame for frame in path if frame[0] != i]
            self.starts.append(seq)
            self.paths.append(tuple(path))

    def path(self, seq: Any) -> Any:
        """Return ``((number, name), ...)`` of the layer calls in which the Tensor ``seq`` was recorded."""
        place = bisect_right(self.starts, seq)
        return self.paths[place - 1] if place else ()

    def homes(self, steps: Any) -> Any:
        """Return, by id, the layers that each leaf belongs to: the innermost that contain all its uses."""
        found: dict[Any, Any] = {}
        for t, inputs in steps if self.paths else ():
            path = self.path(t.seq)
            for x in inputs:
                if not isinstance(x, Tensor) or x.op is None:
                    found[id(x)] = common_prefix(found.get(id(x), path), path)
        return found


def common_prefix(a: Any, b: Any) -> Any:
    """Return the common beginning of two paths.

    >>> common_prefix((1, 2, 3), (1, 2, 4))
    (1, 2)
    """
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return a[:n]
