"""Arrays put together and taken apart by rank: blocks, grids, diagonals; functions of slices; running totals."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.dispatch import NUMPY, UFUNC_METHODS, unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from .exponential import logaddexp
from .indexing import take_along_axis
from .joining import concatenate, stack
from .movement import at_least, broadcast_to, diag, moveaxis, ravel, reshape
from .movement import copy as copy_of
from .reduce import cumprod, cumsum

__all__ = [
    "apply_along_axis", "apply_over_axes", "block", "cumulative_prod", "cumulative_sum", "diagflat", "logcumsumexp",
    "meshgrid", "rollaxis",
]  # fmt: skip


def depth_of(arrays: Any) -> Any:
    """Return how deep lists of arrays are nested, or raise if not everywhere the same."""
    if not isinstance(arrays, list):
        return 0
    depths = {depth_of(part) for part in arrays}
    if len(depths) != 1:
        raise ShapeError("block(arrays): lists must be nested equally deep everywhere, and not be empty")
    return 1 + depths.pop()


def block(arrays: Any) -> Any:
    """One array of blocks in nested lists: the innermost lists are joined along the last axis, and so on outwards.

    >>> import tensorgrad as tg
    >>> tg.block([[tg.Tensor([[1.0]]), np.zeros((1, 2))]])
    Tensor([[1., 0., 0.]])
    """
    depth = depth_of(arrays)

    def rank(part: Any) -> Any:
        return max(map(rank, part)) if isinstance(part, list) else np.ndim(part)

    ndim = max(depth, rank(arrays))

    def join(part: Any, level: Any) -> Any:
        if level == depth:
            return at_least_in_front(array_like(part), ndim)
        return concatenate([join(p, level + 1) for p in part], axis=ndim - depth + level)

    return join(arrays, 0)


def at_least_in_front(x: Any, ndim: Any) -> Any:
    """Return ``x`` with as many axes of length 1 in front as it lacks."""
    return x if x.ndim >= ndim else reshape(x, shape=(1,) * (ndim - x.ndim) + x.shape)


def meshgrid(*xi: Any, copy: Any = True, sparse: Any = False, indexing: Any = "xy") -> Any:
    """The coordinates of a grid: each vector of ``xi`` along an axis of its own.

    sparse:   axes of length 1 instead of repeated entries
    indexing: ``"xy"``, where the first vector goes along axis 1 and the second along axis 0, or ``"ij"``
    """
    if indexing not in ("xy", "ij"):
        raise OptionError(f"meshgrid(indexing): must be 'xy' or 'ij', got {indexing!r}")
    n = len(xi)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    grid = [reshape(array_like(x), shape=[-1 if i == axis else 1 for i in range(n)]) for x, axis in zip(xi, order,
            strict=True)]  # fmt: skip
    if not sparse:
        grid = [broadcast_to(x, shape=np.broadcast_shapes(*[g.shape for g in grid])) for x in grid]
    return tuple([copy_of(x) if copy else x for x in grid])


def diagflat(v: Any, k: Any = 0) -> Any:
    """A matrix with the flattened ``v`` on its ``k``-th diagonal."""
    return diag(ravel(array_like(v)), k)


def rollaxis(a: Any, axis: Any, start: Any = 0) -> Any:
    """``a`` with ``axis`` moved before the axis that is now at ``start``; ``moveaxis`` is easier to understand."""
    a = array_like(a)
    axis = normalize_axis_index(axis, a.ndim)
    start = start + a.ndim if start < 0 else start
    return moveaxis(a, axis, start - (axis < start))


def cumulative(running: Any, start: Any) -> Any:
    def cumulate(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: Any = False
    ) -> Any:
        x = at_least(array_like(x), 1)
        if axis is None and x.ndim > 1:
            raise ShapeError(f"x {describe(x)} has several axes; say along which, axis=0")
        axis = normalize_axis_index(axis or 0, x.ndim)
        y = running(x, axis=axis) if dtype is None else running(x, axis=axis, dtype=dtype)
        if not include_initial:
            return y
        shape = tuple(1 if i == axis else n for i, n in enumerate(y.shape))
        return concatenate([np.full(shape, start, y.dtype), y], axis=axis)

    return cumulate


cumulative_sum, cumulative_prod = cumulative(cumsum, 0), cumulative(cumprod, 1)
cumulative_sum.__name__, cumulative_prod.__name__ = "cumulative_sum", "cumulative_prod"
cumulative_sum.__doc__ = "Running sum along ``axis``, from 0 on if ``include_initial``."
cumulative_prod.__doc__ = "Running product along ``axis``, from 1 on if ``include_initial``."


def apply_along_axis(func1d: Any, axis: Any, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """``func1d`` of each slice of ``arr`` along ``axis``; the axes of what it returns stand in that axis's place."""
    arr = array_like(arr)
    axis = normalize_axis_index(axis, arr.ndim)
    rows = moveaxis(arr, axis, -1)
    lead = rows.shape[:-1]
    results = [array_like(func1d(rows[i], *args, **kwargs)) for i in np.ndindex(lead)]
    if not results:
        raise ShapeError(f"apply_along_axis(func1d, {axis}, arr): arr {describe(arr)} has no slice along that axis")
    y = reshape(stack(results), shape=lead + results[0].shape)
    own = results[0].ndim
    return moveaxis(y, range(len(lead), len(lead) + own), range(axis, axis + own))


def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """``func(a, axis)`` for one axis after another; an axis that it takes away comes back with length 1."""
    a = array_like(a)
    for axis in (axes,) if np.ndim(axes) == 0 else axes:
        axis = normalize_axis_index(axis, a.ndim)
        y = func(a, axis)
        a = y if y.ndim == a.ndim else np.expand_dims(y, axis)
    return a


def running_extreme(ufunc: Any, beats: Any) -> Any:
    """Return ``ufunc.accumulate`` for Tensors: each entry is taken from where the extreme so far was met first."""

    def accumulate(x: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
        axis = normalize_axis_index(axis, x.ndim)
        data = np.moveaxis(unwrap_tensors(x), axis, -1)
        best = ufunc.accumulate(data, axis=-1)
        first = np.ones_like(data[..., :1], bool)
        new = np.concatenate([first, beats(data[..., 1:], best[..., :-1])], axis=-1)
        index = np.maximum.accumulate(np.where(new, np.arange(data.shape[-1]), 0), axis=-1)
        return take_along_axis(x, np.moveaxis(index, -1, axis), axis)

    return accumulate


def beats_or_is_nan(better: Any) -> Any:
    return lambda x, best: (better(x, best) | np.isnan(x)) & ~np.isnan(best)


def beats_or_ends_nan(better: Any) -> Any:
    return lambda x, best: better(x, best) | (np.isnan(best) & ~np.isnan(x))


def logcumsumexp(x: Any, axis: Any = None) -> Any:
    """``ln Σ eˣ`` of all entries up to each along ``axis`` (None: of the flattened ``x``); never overflows."""
    x = array_like(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis_index(axis, x.ndim)
    by = 1
    while by < x.shape[axis]:  # each round doubles the terms
        lead = (slice(None),) * axis
        x = concatenate([x[(*lead, slice(by))], logaddexp(x[(*lead, slice(by, None))], x[(*lead, slice(-by))])], axis)
        by *= 2
    return x


UFUNC_METHODS.update({
    (np.maximum, "accumulate"): running_extreme(np.maximum, beats_or_is_nan(np.greater)),
    (np.minimum, "accumulate"): running_extreme(np.minimum, beats_or_is_nan(np.less)),
    (np.fmax, "accumulate"): running_extreme(np.fmax, beats_or_ends_nan(np.greater)),
    (np.fmin, "accumulate"): running_extreme(np.fmin, beats_or_ends_nan(np.less)),
    (np.logaddexp, "accumulate"): lambda x, axis=0, dtype=None, out=None: logcumsumexp(x, axis),
})  # fmt: skip
NUMPY.update({getattr(np, name): globals()[name] for name in __all__ if name != "logcumsumexp"})
