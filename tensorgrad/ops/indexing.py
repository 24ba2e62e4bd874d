"""Indexing: reading entries, writing entries, and the gradients of each, which are each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.declare import linear, primitive
from ..core.dispatch import NUMPY
from ..core.tensor import Tensor, array_like
from ..core.upcast import upcast
from ..errors import ShapeError, describe

__all__ = ["assign", "getitem", "scatter", "sort", "take", "take_along_axis"]


def scatter_kernel(x: Any, *, index: Any, shape: Any) -> Any:
    if may_repeat(index):
        y = np.zeros_like(x if x.dtype.kind in "iub" else upcast(x), shape=shape)
        np.add.at(y, index, x)
        return y if y.dtype is x.dtype else y.astype(x.dtype)
    y = np.zeros_like(x, shape=shape)
    y[index] = x  # 20 times faster, and the same where no entry is met twice
    return y


getitem = linear("getitem", lambda x, *, index: x[index], "The entries ``x[index]``.", symbol="[ ]", view=True,
    x=lambda g, y, x, *, index: scatter(g, index=index, shape=x.shape))  # fmt: skip

scatter = linear("scatter", scatter_kernel,
    "Zeros of ``shape`` with ``x`` added at ``index``: what ``getitem`` is to gradients.", symbol="[ ]ᵀ",
    x=lambda g, y, x, *, index, shape: g[index])  # fmt: skip


@primitive(symbol="[ ]=", name="setitem")
def assign(x: Any, v: Any, *, index: Any) -> Any:
    """A copy of ``x`` with ``v`` at ``index``."""
    y = np.copy(x)
    if np.iscomplexobj(v):
        y = y.astype(np.result_type(x, v))  # a complex step keeps its imaginary part
    y[index] = v
    return y


assign.vjp("x")(lambda g, y, x, v, *, index: assign(g, 0.0, index=index))
assign.jvp("x")(lambda t, y, x, v, *, index: assign(t, 0.0, index=index))


@assign.vjp("v")
def assign_v(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    """∂/∂v: what lies at ``index``; of several writes to one entry only the last one counts."""
    if may_repeat(index):
        return np.where(last_writes(x.shape, index), g[index], 0.0)
    return g[index]


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
    written = np.arange(owner[index].size).reshape(owner[index].shape)
    owner[index] = written
    return owner[index] == written


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
    return x[(slice(None),) * axis + (indices,)]


def take_along_axis(x: Any, indices: Any, axis: Any = -1) -> Any:
    """Match the 1-d slices of ``x`` and ``indices`` along ``axis``, and take from each: ``x[i, indices[i, j]]``."""
    x = array_like(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    return x[index_along_axis(x, plain_index(indices), axis)]


def index_along_axis(x: Any, indices: Any, axis: Any, name: str = "take_along_axis") -> Any:
    """Return the index of what ``take_along_axis`` takes from ``x``."""
    axis = normalize_axis_index(axis, x.ndim)
    if indices.ndim != x.ndim:
        raise ShapeError(f"{name}(x, indices): x {describe(x)} and indices {describe(indices)} must have "
                         "the same number of axes")  # fmt: skip
    places = np.ogrid[tuple(slice(n) for n in x.shape)]
    return (*places[:axis], indices, *places[axis + 1 :])


def sort(x: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> Any:
    """The entries of ``x`` in ascending order along ``axis``; ties keep their order."""
    x = array_like(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    return take_along_axis(x, np.argsort(x.data if isinstance(x, Tensor) else x, axis, stable=True), axis)


NUMPY.update({np.take: take, np.take_along_axis: take_along_axis, np.sort: sort})
