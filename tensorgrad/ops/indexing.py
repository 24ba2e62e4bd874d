"""Indexing: reading entries, writing entries, and the gradients of each, which are each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.declare import linear, primitive
from ..core.dispatch import NUMPY
from ..core.tensor import StandIn, Tensor, array_like
from ..core.upcast import upcast
from ..errors import ShapeError, describe
from ..pytree import leaves_of

__all__ = ["assign", "getitem", "scatter", "sort", "take", "take_along_axis"]


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
    if axis is None:
        x, axis = x.reshape(-1), 0
    return getitem(x, index=index_along_axis(x, plain_index(indices), axis))


def index_along_axis(x: Any, indices: Any, axis: Any, name: str = "take_along_axis") -> Any:
    """Return the index of what ``take_along_axis`` takes from ``x``."""
    axis = normalize_axis_index(axis, x.ndim)
    if indices.ndim != x.ndim:
        raise ShapeError(f"{name}(x, indices): x {describe(x)} and indices {describe(indices)} must have "
                         "the same number of axes")  # fmt: skip
    places = np.ogrid[tuple(slice(n) for n in x.shape)]
    return (*places[:axis], indices, *places[axis + 1 :])


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
