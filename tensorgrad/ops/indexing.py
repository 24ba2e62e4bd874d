"""Indexing: reading entries, writing entries, and the gradients of each, which are each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.declare import linear, primitive
from ..core.dispatch import NUMPY
from ..core.modes import is_recording
from ..core.tensor import StandIn, Tensor, array_like, check_writable, new
from ..core.upcast import upcast
from ..errors import ShapeError, describe
from ..pytree import leaves_of

__all__ = ["assign", "getitem", "scatter", "setitem", "sort", "take", "take_along_axis"]


def scatter_kernel(x: Any, *, index: Any, shape: Any) -> Any:
    try:
        if may_repeat(index):
            y = np.zeros_like(x if x.dtype.kind in "iub" else upcast(x), shape=shape)
            np.add.at(y, index, x)
            return y if y.dtype is x.dtype else y.astype(x.dtype)
        y = np.zeros_like(x, shape=shape)
        y[index] = x  # 20 times faster, and the same where no entry is met twice
    except TypeError:
        return scatter_kernel(spread_for(x, index), index=index, shape=shape)
    return y


def getitem_kernel(x: Any, *, index: Any) -> Any:
    try:
        return x[index]
    except TypeError:
        return getitem_kernel(spread_for(x, index), index=index)


def spread_for(x: Any, *others: Any) -> Any:
    """Return an array as the stand-in that can be indexed as well, or given what is written, by stand-ins of vmap.

    Called where an array could not be; reraises the error if there is none of these.
    """
    deepest = max((i for i in leaves_of(others) if isinstance(i, StandIn)), key=lambda i: i.depth, default=None)
    if deepest is None or deepest.depth <= getattr(x, "depth", 0):
        raise
    return deepest.spread(x)


getitem = linear("getitem", getitem_kernel, "The entries ``x[index]``.", symbol="[ ]", view=True,
    x=lambda g, y, x, *, index: scatter(g, index=index, shape=x.shape))  # fmt: skip

scatter = linear("scatter", scatter_kernel,
    "Zeros of ``shape`` with ``x`` added at ``index``: what ``getitem`` is to gradients.", symbol="[ ]ᵀ",
    x=lambda g, y, x, *, index, shape: getitem(g, index=index))  # fmt: skip


@primitive(symbol="[ ]=", name="setitem")
def assign(x: Any, v: Any, *, index: Any) -> Any:
    """A copy of ``x`` with ``v`` at ``index``."""
    y = np.copy(x)
    if np.iscomplexobj(v):
        y = y.astype(np.result_type(x, v))  # a complex step keeps its imaginary part
    try:
        y[index] = v
    except (TypeError, ValueError):  # of NumPy, which makes a ValueError of what a number says
        return assign.op.kernel(spread_for(x, index, v), v, index=index)
    return y


assign.vjp("x")(lambda g, y, x, v, *, index: assign(g, 0.0, index=index))
assign.jvp("x")(lambda t, y, x, v, *, index: assign(t, 0.0, index=index))


@assign.vjp("v")
def assign_v(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    """∂/∂v: what lies at ``index``; of several writes to one entry only the last one counts."""
    if may_repeat(index):
        return np.where(last_writes(x.shape, index), getitem(g, index=index), 0.0)
    return getitem(g, index=index)


@assign.jvp("v")
def assign_v_tangent(t: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    return assign(np.zeros_like(x), t, index=index)


def may_repeat(index: Any) -> bool:
    """Return whether ``index`` could name an entry twice: only an array of integers can.

    >>> may_repeat((slice(None), 2)), may_repeat(np.array([True, False])), may_repeat(np.array([0, 0]))
    (False, False, True)
    """
    parts = index if isinstance(index, tuple) else (index,)
    return any(hasattr(i, "dtype") and i.dtype.kind in "iu" and i.ndim > 0 for i in parts)


def last_writes(shape: Any, index: Any) -> Any:
    """Return, for each entry of ``x[index]``, whether ``x[index] = v`` leaves it standing."""
    owner = np.zeros(shape, int)
    taken = getitem(owner, index=index)
    written = np.arange(taken.size).reshape(taken.shape)
    return getitem(assign(owner, written, index=index), index=index) == written


def plain_index(index: Any) -> Any:
    """Return an index of ints, slices, None, Ellipsis and arrays: Tensors unwrapped, lists made arrays, arrays copied.

    An array is copied because the gradient needs it later, when its owner may have shuffled it.
    """
    kind = type(index)
    if kind is int or kind is slice or index is None or index is Ellipsis:
        return index
    if kind is tuple:
        return tuple([plain_index(i) for i in index])
    if isinstance(index, Tensor):
        return index.data
    if isinstance(index, np.ndarray):
        return index.copy()
    if isinstance(index, list):
        return np.asarray([np.asarray(i) for i in index]) if index else np.zeros(0, int)
    return index


def setitem(self: Any, index: Any, value: Any) -> None:
    """Write ``value`` at ``index``: ``x[index] = value``, differentiable in both.

    ``x`` becomes the result of an op; whoever computed with its old value, or holds a view of it, keeps that value.
    ``value`` broadcasts to ``x[index]``, and takes ``x``'s dtype. Raises GradientError for a leaf that requires a
    gradient, TypeError where a gradient would be lost in an integer Tensor.

    >>> import tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> x = tg.Tensor([0.0, 0.0, 0.0])
    >>> x[1:] = w * 10
    >>> x.sum().backward()
    >>> w.grad
    Tensor([10., 10.])
    """
    check_writable(self)
    check_value(self, value)
    index = plain_index(index)
    old = copy_state(self)
    v = drop_leading_axes(old if value is self else value, self, index)
    y = assign(old, v, index=index)
    if isinstance(v, Tensor) and y.op is not None:
        repoint(v, self, old)
    if self.op is None and self.inputs and y.op is None and old.seq + 1 == y.seq:
        old = self.inputs[0]  # a second write at once: no one can have used what was in between
    replace_state(y, self, old)


def replace_state(y: Any, x: Any, old: Any) -> None:
    """Let ``x`` be what ``y`` is, and ``old`` what it was."""
    x.data, x.requires_grad, x.op, x.settings = y.data, y.requires_grad, y.op, y.settings
    x.inputs = y.inputs or (old,)  # unrecorded too, so that earlier users still find the old value
    x.watch = {"retain": x.watch["retain"]} if x.watch and "retain" in x.watch else None
    x.grad = None
    x.seq = y.seq


def copy_state(x: Any) -> Any:
    """Return a Tensor in the state ``x`` has now."""
    old = new(Tensor)
    for slot in ("data", "grad", "requires_grad", "op", "inputs", "settings", "seq", "name"):
        setattr(old, slot, getattr(x, slot))
    old.watch = {k: hook for k, hook in x.watch.items() if k != "retain"} or None if x.watch else None
    return old


def check_value(x: Any, value: Any) -> None:
    """Raise if writing ``value`` into ``x`` would lose its gradient."""
    if isinstance(value, Tensor) and value.requires_grad and x.dtype.kind not in "fc" and is_recording():
        raise TypeError(
            f"x[i] = v: x {describe(x)} cannot hold v {describe(value)}, which requires a gradient; "
            "make x of floats, or write v.detach()"
        )
    if np.iscomplexobj(value) and x.dtype.kind != "c":
        raise TypeError(f"x[i] = v: x {describe(x)} cannot hold the complex v {describe(value)}; use v.real")


def drop_leading_axes(value: Any, x: Any, index: Any) -> Any:
    """Return ``value`` as a Tensor or array without the leading length-1 axes that ``x[index]`` lacks."""
    v = array_like(value)
    if v.ndim > 1 and v.shape[0] == 1:
        lead = v.ndim - x.data[index].ndim
        if lead > 0 and v.shape[:lead] == (1,) * lead:
            return v.reshape(v.shape[lead:])
    return v


def repoint(v: Any, x: Any, old: Any) -> None:
    """Put ``old`` in place of ``x`` in the graph behind ``v``, or ``x[i] = f(x)`` would hold itself.

    Only what was recorded since ``x`` was last written is visited, so that filling a buffer in a loop stays linear.
    """
    pending, seen = [v], set()
    while pending:
        node = pending.pop()
        if node.seq <= old.seq or node.seq in seen:
            continue
        seen.add(node.seq)
        if any(i is x for i in node.inputs):
            node.inputs = tuple([old if i is x else i for i in node.inputs])
        pending.extend([i for i in node.inputs if isinstance(i, Tensor)])


def explain_assign(x: Any, v: Any, *, index: Any) -> str | None:
    return f"v {v.shape} does not broadcast to x[index] {x[index].shape}"


assign.op.explain = explain_assign


def take(x: Any, indices: Any, axis: Any = None, mode: Any = "raise") -> Any:
    """The entries of ``x`` at ``indices`` along ``axis`` (None: of the flattened ``x``)."""
    x = array_like(x)
    indices = plain_index(indices) if hasattr(indices, "dtype") else np.asarray(indices)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalize_axis_index(axis, x.ndim)
    if mode == "wrap":
        indices = indices % x.shape[axis]
    elif mode == "clip":
        indices = np.clip(indices, 0, x.shape[axis] - 1)
    return getitem(x, index=(slice(None),) * axis + (indices,))


def take_along_axis(x: Any, indices: Any, axis: Any = -1) -> Any:
    """Match the 1-d slices of ``x`` and ``indices`` along ``axis``, and take from each: ``x[i, indices[i, j]]``."""
    x = array_like(x)
    indices = plain_index(indices)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalize_axis_index(axis, x.ndim)
    if indices.ndim != x.ndim:
        raise ShapeError(f"take_along_axis(x, indices): x {describe(x)} and indices {describe(indices)} must have "
                         "the same number of axes")  # fmt: skip
    places = np.ogrid[tuple(slice(n) for n in x.shape)]
    return getitem(x, index=(*places[:axis], indices, *places[axis + 1 :]))


def inverse_order(index: Any, axis: int) -> Any:
    """Return where each entry went that ``index``, an order along ``axis``, moved.

    >>> inverse_order(np.array([2, 0, 1]), 0)
    array([1, 2, 0])
    """
    places = np.arange(index.shape[axis]).reshape([-1 if i == axis else 1 for i in range(index.ndim)])
    inverse = np.empty_like(index)
    np.put_along_axis(inverse, index, np.broadcast_to(places, index.shape), axis)
    return inverse


reorder = linear("reorder", lambda x, *, index, axis: np.take_along_axis(x, index, axis),
    "The entries along ``axis`` in the order ``index``, in which each stands once.", symbol="⇅",
    x=lambda g, y, x, *, index, axis: reorder(g, index=inverse_order(index, axis), axis=axis))  # fmt: skip


def sort(x: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The entries of ``x`` in ascending order along ``axis``; ties keep their order."""
    x = array_like(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalize_axis_index(axis, x.ndim)
    index = np.argsort(x.data if isinstance(x, Tensor) else x, axis, stable=True)
    return reorder(x, index=index, axis=axis)


NUMPY.update({np.take: take, np.take_along_axis: take_along_axis, np.sort: sort})
