"""Differences, slopes, areas and lines between points: what one does with a function given at some places."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from ..shapes import normalize_axes
from .compare import where
from .indexing import take

__all__ = ["diff", "ediff1d", "gradient", "interp", "trapezoid"]


def along(axis: Any, part: Any, ndim: Any) -> Any:
    """Return the index that takes ``part`` of one axis and all of the others."""
    return (slice(None),) * axis + (part,) + (slice(None),) * (ndim - axis - 1)


def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = np._NoValue, append: Any = np._NoValue) -> Any:
    """The ``n``-th differences ``a[i + 1] - a[i]`` along ``axis``.

    >>> import tensorgrad as tg
    >>> tg.diff(tg.Tensor([1.0, 4.0, 9.0]))
    Tensor([3., 5.])
    """
    a = array_like(a)
    if n < 0:
        raise OptionError(f"diff(a, n): n must be at least 0, got {n}")
    if a.ndim == 0:
        raise ShapeError("diff(a): a must have an axis to take differences along, got a 0-d one")
    axis = normalize_axis_index(axis, a.ndim)
    ends = [array_like(x) if x is not np._NoValue else None for x in (prepend, append)]
    ends = [np.broadcast_to(x, [1 if i == axis else k for i, k in enumerate(a.shape)]) if x is not None and x.ndim == 0
            else x for x in ends]  # fmt: skip
    if n and any(x is not None for x in ends):
        a = np.concatenate([x for x in (ends[0], a, ends[1]) if x is not None], axis=axis)
    subtract = np.not_equal if a.dtype.kind == "b" else np.subtract
    for _ in range(n):
        a = subtract(a[along(axis, slice(1, None), a.ndim)], a[along(axis, slice(None, -1), a.ndim)])
    return a


def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of the flattened ``ary``, between ``to_begin`` and ``to_end``."""
    parts = [to_begin, diff(array_like(ary).reshape(-1)), to_end]
    return np.concatenate([array_like(x).reshape(-1) for x in parts if x is not None])


def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: Any = 1) -> Any:
    """The slope of the function given by ``f`` along each axis: central differences, one-sided at the edges.

    varargs:    nothing (steps of 1), one step for all axes, or for each axis a step or the coordinates
    axis:       the axis or axes (None: all); an int gives an array, else a tuple with one array for each
    edge_order: 1 or 2, the order of the differences at the edges

    >>> import tensorgrad as tg
    >>> tg.gradient(tg.Tensor([0.0, 1.0, 4.0, 9.0]))
    Tensor([1., 2., 4., 5.])
    """
    f = array_like(f)
    f = f if f.dtype.kind in "fc" else f.astype(float)
    axes = normalize_axes(axis, f.ndim)
    if edge_order not in (1, 2):
        raise OptionError(f"gradient(f, edge_order): must be 1 or 2, got {edge_order!r}")
    for i in axes:
        if f.shape[i] < edge_order + 1:
            raise ShapeError(f"gradient(f, edge_order={edge_order}): f {describe(f)} needs at least {edge_order + 1} "
                             f"entries along axis {i}")  # fmt: skip
    found = [slope(f, i, h, edge_order) for i, h in zip(axes, spacings(f, varargs, axes), strict=True)]
    return found[0] if len(axes) == 1 else tuple(found)


def spacings(f: Any, given: Any, axes: Any) -> Any:
    """Return a step, or an array of steps between the coordinates, for each axis."""
    if not given:
        return [1.0] * len(axes)
    given = [array_like(h) for h in given]
    given = given * len(axes) if len(given) == 1 and given[0].ndim == 0 else given
    if len(given) != len(axes):
        raise TypeError(f"gradient(f, *varargs): expected no step, one, or {len(axes)}, got {len(given)}")
    steps = []
    for h, i in zip(given, axes, strict=True):
        if h.ndim == 1 and h.shape[0] != f.shape[i]:
            raise ShapeError(f"gradient(f, *varargs): {h.shape[0]} coordinates for axis {i} of f {describe(f)}")
        steps.append(diff(h) if h.ndim else h)
    return steps


def slope(f: Any, axis: Any, h: Any, edge_order: Any) -> Any:
    """Return the differences of ``f`` along ``axis``; ``h`` is the step, or an array of all steps."""

    def at(part: Any) -> Any:
        return f[along(axis, part, f.ndim)]

    if np.ndim(h) == 0:
        inside = (at(slice(2, None)) - at(slice(None, -2))) / (2 * h)
        first = last = h, h
    else:
        shape = [-1 if i == axis else 1 for i in range(f.ndim)]
        a, b = h[:-1].reshape(shape), h[1:].reshape(shape)
        inside = (a * a * at(slice(2, None)) + (b * b - a * a) * at(slice(1, -1)) - b * b * at(slice(None, -2))) / (
            a * b * (a + b)
        )
        first, last = (h[0], h[min(1, len(h) - 1)]), (h[-1], h[max(-2, -len(h))])
    one, two = slice(0, 1), slice(1, 2)
    if edge_order == 1:
        head = (at(two) - at(one)) / first[0]
        tail = (at(slice(-1, None)) - at(slice(-2, -1))) / last[0]
    else:
        head = parabola_slope(at(one), at(two), at(slice(2, 3)), *first)
        tail = -parabola_slope(at(slice(-1, None)), at(slice(-2, -1)), at(slice(-3, -2)), *last)
    return np.concatenate([head, inside, tail], axis=axis)


def parabola_slope(y0: Any, y1: Any, y2: Any, a: Any, b: Any) -> Any:
    """Return the slope at the first of three points, ``a`` and then ``b`` apart, of the parabola through them."""
    return -(2 * a + b) / (a * (a + b)) * y0 + (a + b) / (a * b) * y1 - a / (b * (a + b)) * y2


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: Any = -1) -> Any:
    """The area under ``y``, given at ``x`` or every ``dx``, along ``axis``: ``Σ (y[i] + y[i + 1]) / 2 · step``."""
    y = array_like(y)
    axis = normalize_axis_index(axis, y.ndim)
    step = dx
    if x is not None:
        step = diff(x, axis=-1 if np.ndim(x) == 1 else axis)
        step = step.reshape([-1 if i == axis else 1 for i in range(y.ndim)]) if np.ndim(x) == 1 else step
    both = y[along(axis, slice(1, None), y.ndim)] + y[along(axis, slice(None, -1), y.ndim)]
    return np.sum(step * both / 2.0, axis=axis)


def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """The values at ``x`` of the lines between the points ``(xp, fp)``; ``x``, ``xp`` and ``fp`` have gradients.

    left, right: the values before the first point and behind the last; None for those of the points
    period:      the period of ``xp``; ``left`` and ``right`` then mean nothing

    >>> import tensorgrad as tg
    >>> tg.interp(tg.Tensor([1.5, 9.0]), [1.0, 2.0], [10.0, 20.0])
    Tensor([15., 20.])
    """
    x, xp, fp = (array_like(v) for v in (x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape or not xp.size:
        raise ShapeError(f"interp(x, xp, fp): xp {describe(xp)} and fp {describe(fp)} must be vectors of one length")
    if period is not None:
        x, xp, fp = wrap_points(x, xp, fp, abs(period))
        left = right = None
    if xp.size == 1:
        y = fp[0] + 0.0 * x
    else:
        i = np.clip(np.searchsorted(unwrap_tensors(xp), unwrap_tensors(x), "right") - 1, 0, xp.size - 2)
        left_x, left_y = take(xp, i), take(fp, i)
        share = (x - left_x) / (take(xp, i + 1) - left_x)
        y = left_y + share * (take(fp, i + 1) - left_y)
    y = where(unwrap_tensors(x) < unwrap_tensors(xp)[0], fp[0] if left is None else left, y)
    return where(unwrap_tensors(x) > unwrap_tensors(xp)[-1], fp[-1] if right is None else right, y)


def wrap_points(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    """Return ``x``, and the points in order, all within one period, with one more point at each end."""
    x, xp = x % period, xp % period
    order = np.argsort(unwrap_tensors(xp))
    xp, fp = xp[order], fp[order]
    return x, np.concatenate([xp[-1:] - period, xp, xp[:1] + period]), np.concatenate([fp[-1:], fp, fp[:1]])


NUMPY.update({np.diff: diff, np.ediff1d: ediff1d, np.gradient: gradient, np.trapezoid: trapezoid, np.interp: interp})
