"""Writing into Tensors: ``x[i] = v``, ``x += v``; what is written reaches every view of the same memory.

A write gives new values, in a new array. The base of a written view gets them by the inverse of the op that made the
view, and so on up to the Tensor that is a view of nothing. That one becomes the result of the recorded ops, and every
view of it is made anew when somebody looks at it.
"""

from __future__ import annotations

from sys import getrefcount
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.modes import is_recording
from ..core.tensor import Tensor, array_like, check_writable, tick
from ..core.views import base_of, copy_state, outdate, replace_state, views_of
from ..errors import GradientError, ShapeError, describe, printable_text
from .arithmetic import add
from .indexing import assign, plain_index
from .movement import astype

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["setitem"]

#: How often a Tensor that one variable holds is referred to where ``is_held_once`` counts.
HELD_ONCE: list[int] = []
#: The number that the root of the last write got, and the last number of that write.
last_write = [-1, -1]


def setitem(self: Any, index: Any, value: Any) -> None:
    """Write ``value`` at ``index``: ``x[index] = value``, differentiable in both.

    ``x`` becomes the result of an op. What was computed with its old value keeps that; what ``x`` is a view of, and
    every other view of the same memory, ``x[1:]``, ``x.T``, ``x.reshape(-1)``, ``for row in x``, has the new one, as in
    NumPy. The array is not written to, ``x.data`` is another from then on: the array that ``x`` was made of,
    ``x.numpy()`` and ``x.detach()`` keep the old values.

    ``value`` broadcasts to ``x[index]``, and takes ``x``'s dtype. Raises GradientError for a leaf that requires a
    gradient and views of it; TypeError where a gradient, an imaginary part or a fraction would be lost; ValueError for
    what NumPy has read-only, ``np.broadcast_to(x, shape)``.

    >>> import tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> x = tg.Tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    >>> x[0][1:] = w * 10
    >>> x.sum().backward()
    >>> w.grad
    Tensor([10., 10.])
    """
    index = plain_index(index)
    if isinstance(value, Tensor) and is_view_at(value, self, index):
        return  # what is left to do of x[1:] += v, which wrote through the view
    check_value(self, value)
    write(self, lambda old, v: assign(old, drop_leading_axes(v, old, index), index=index), value)


def is_view_at(y: Any, x: Any, index: Any) -> bool:
    """Return whether ``y`` is the view ``x[index]``."""
    found = base_of(y)
    return found is not None and found[1] is x and found[0].name == "getitem" and bool(found[2]["index"] == index)


def write(t: Any, compute: Callable[[Any, Any], Any], value: Any) -> None:
    """Let ``t`` be ``compute(t, value)``, which has its shape and dtype; what it is a view of, and other views, follow.

    If anything raises, nothing has changed.
    """
    way, start = way_to_root(t), tick()
    root, *views = members(way[-1][1] if way else t)
    olds = {id(root): copy_state(root)}
    for m in views:
        old = olds[id(m)] = copy_state(m)
        old.inputs = tuple([olds.get(id(x), x) for x in old.inputs])
    v = olds.get(id(value), value)
    y = compute(olds[id(t)], v)
    for op, base, settings in way:
        y = put_back(op, y, olds[id(base)], settings)
    if isinstance(v, Tensor) and y.op is not None:
        replace_behind(v, olds)
    keep_layout(y, root)
    if y.op is None and root.op is None and (last_write == [root.seq, start - 1] or is_held_once(root, views)):
        olds = {key: old if old.past is None else old.past for key, old in olds.items()}  # no one used what was between
    replace_state(y, root, olds[id(root)])
    root.views = None
    for m in views:
        m.views = None
        outdate(m, olds[id(m)])
    last_write[:] = root.seq, tick()


def is_held_once(root: Any, views: Any) -> bool:
    """Return whether nothing but a variable holds ``root``, no recorded op among others.

    Else a loop of ``x += 1`` would keep every value ``x`` has had. How much Python counts for the calls themselves is
    found by the first two writes, those of ``count_references``; where it counts more, more is kept.
    """
    count = getrefcount(root)
    if len(HELD_ONCE) < 2:
        HELD_ONCE.append(count)
    return not views and count <= min(HELD_ONCE)


def count_references() -> None:
    """Write into what only a variable holds."""
    x = Tensor(np.zeros(2))
    x += 1.0
    add(x, x)
    x[0] = 1.0


def way_to_root(t: Any) -> list[Any]:
    """Return ``[(op, base, settings)]`` from a view to its base, from that to its base, and so on.

    Raises if one of them must not be written to.
    """
    check_writable(t)
    way: list[Any] = []
    while (found := base_of(t)) is not None:
        t = found[1]
        if t.requires_grad and t.op is None:
            raise GradientError(
                f"cannot write into a view of {printable_text(t.name or 'a leaf')} ({describe(t)}) in place: it "
                "requires a gradient and its old value would be lost; write into a copy of the view (y = y * 1), "
                "and y = y + v instead of y += v"
            )
        way.append(found)
    return way


def members(root: Any) -> list[Any]:
    """Return ``root`` and all views of it, and views of those, each after what it is a view of."""
    found = [root]
    for t in found:
        found += views_of(t)
    return found


def put_back(op: Any, y: Any, x: Any, settings: Any) -> Any:
    """Return ``x`` with ``y`` in place of its view, ``op(x, **settings)``."""
    if op.name == "getitem":
        return assign(x, y, **settings)
    if op.name in ("reshape", "transpose", "flip"):
        return op.rules[0](y, None, x, **settings)  # they move all entries, so the transpose is the inverse
    if op.name in ("real", "imag"):
        raise ValueError(f"x.{op.name}[i] = v: a part of x {describe(x)} cannot be written; write into x itself")
    places = op.kernel(np.arange(x.size).reshape(x.shape), **settings)
    if len(np.unique(places)) < places.size:
        raise ValueError(
            f"cannot write into {printable_text(op.name)}(x) {describe(y)}, which shows entries of x {describe(x)} "
            "more than once, and which NumPy has read-only; write into a copy"
        )
    return assign(x.reshape(-1), y, index=places).reshape(x.shape)


def keep_layout(y: Any, x: Any) -> None:
    """Lay the entries of ``y`` as those of ``x``, which it replaces: on that depends whether a reshape is a view."""
    old, now = x.data, y.data
    if getattr(old, "depth", 0) or getattr(now, "depth", 0):
        return  # a batch of vmap's has a layout of its own
    if now.strides != old.strides:
        laid = np.empty_like(old, dtype=now.dtype)
        laid[...] = now
        y.data = laid


def replace_behind(v: Any, olds: dict[int, Any]) -> None:
    """Put what Tensors were, ``olds`` by id, in place of them in the graph behind ``v``, or it would hold itself.

    Only what was recorded since they were last written is visited, so that filling a buffer in a loop stays linear.
    """
    last, pending, seen = min(old.seq for old in olds.values()), [v], set()
    while pending:
        node = pending.pop()
        if node.seq <= last or node.seq in seen:
            continue
        seen.add(node.seq)
        if any(id(x) in olds for x in node.inputs):
            node.inputs = tuple([olds.get(id(x), x) for x in node.inputs])
        pending.extend([x for x in node.inputs if isinstance(x, Tensor)])


def check_value(x: Any, value: Any, name: str = "x[i] = v") -> None:
    """Raise if writing ``value`` into ``x`` would lose its gradient, its imaginary part or a fraction."""
    if x.dtype.kind == "c":
        return
    if np.iscomplexobj(value):
        raise TypeError(f"{name}: x {describe(x)} cannot hold the complex v {describe(value)}; use v.real")
    if x.dtype.kind == "f":
        return
    if isinstance(value, Tensor) and value.requires_grad and is_recording():
        raise TypeError(
            f"{name}: x {describe(x)} cannot hold v {describe(value)}, which requires a gradient; "
            "make x of floats, or write v.detach()"
        )
    v = value.data if isinstance(value, Tensor) else array_like(value)
    if v.dtype.kind == "f" and not np.all(np.trunc(v) == v):
        raise TypeError(
            f"{name}: x {describe(x)} cannot hold v {describe(value)}, whose fractions NumPy would cut off; "
            f"make x of floats, or write np.trunc(v)"
        )


def drop_leading_axes(value: Any, x: Any, index: Any) -> Any:
    """Return ``value`` as a Tensor or array without the leading length-1 axes that ``x[index]`` lacks."""
    v = array_like(value)
    if v.ndim and v.shape[0] == 1:
        lead = v.ndim - x.data[index].ndim
        if lead > 0 and v.shape[:lead] == (1,) * lead:
            return v.reshape(v.shape[lead:])
    return v


def in_place(op: Callable[..., Any], symbol: str) -> Callable[[Any, Any], Any]:
    """Return ``x += v`` for the op ``x + v``, and so on.

    As of NumPy's arrays, ``x`` itself has the new values, under all its names, and what it is a view of too. As of
    NumPy's numbers, a Tensor of no axes that is no view is left as it is, and ``x`` names a new one. So it is with a
    leaf that requires a gradient, whose value that gradient belongs to. Inside ``no_grad`` that raises GradientError.
    """

    def change(self: Any, other: Any) -> Any:
        leaf = self.requires_grad and self.op is None and is_recording()
        if leaf or (self.data.ndim == 0 and base_of(self) is None):
            return op(self, other)
        write(self, lambda old, v: as_before(op(old, v), old, symbol), other)
        return self

    return change


def as_before(y: Any, x: Any, symbol: str) -> Any:
    """Return ``y``, which ``x`` is to become, in the dtype of ``x``; raise where NumPy does."""
    if y.shape != x.shape:
        raise ShapeError(
            f"x {symbol}= v: x {describe(x)} cannot become {describe(y)}; write x = x {symbol} v for a new Tensor"
        )
    if y.dtype == x.dtype:
        return y
    if not np.can_cast(y.dtype, x.dtype, "same_kind"):
        raise TypeError(
            f"x {symbol}= v: x {describe(x)} cannot hold the result {describe(y)}; write x = x {symbol} v for a new "
            f"Tensor, or make x of {y.dtype}"
        )
    return astype(y, x.dtype)
