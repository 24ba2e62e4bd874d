"""Statistics: order statistics, weighted means, covariance.

All are compositions of ops, so their derivatives are theirs. Where a median or a quantile falls between two entries, it
and its gradient are shared between the two.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import Tensor, array_like
from ..core.writing import write_result
from ..errors import OptionError, ShapeError, describe
from ..shapes import normalize_axes
from .compare import where
from .indexing import sort, take_along_axis
from .reduce import mean, sum

__all__ = [
    "average",
    "corrcoef",
    "cov",
    "median",
    "nanmedian",
    "nanpercentile",
    "nanquantile",
    "percentile",
    "quantile",
]


def fixed_value(x: Any, function: Any, name: Any) -> Any:
    """Return the values of an argument that has no derivative, or raise if one is wanted."""
    if isinstance(x, Tensor) and x.requires_grad:
        raise TypeError(f"{function}(): {name} has no derivative here, and came as {describe(x)}, which requires a "
                        f"gradient; pass {name}.detach()")  # fmt: skip
    return unwrap_tensors(x)


def reduced_axes(x: Any, axis: Any) -> Any:
    """Return the axes that ``axis`` means: all of ``x`` if None."""
    return tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)


def reduced_last(x: Any, axis: Any) -> Any:
    """Return ``x`` with the axes of ``axis`` (None: all) as one axis, the last."""
    axes = reduced_axes(x, axis)
    rest = [n for i, n in enumerate(x.shape) if i not in axes]
    return np.moveaxis(x, axes, range(-len(axes), 0)).reshape((*rest, -1) if x.size else (*rest, math.prod(
        x.shape[i] for i in axes)))  # fmt: skip


def with_axes_kept(y: Any, x: Any, axis: Any, keepdims: Any, lead: Any = 0) -> Any:
    """Return ``y``, a reduction of ``x`` behind ``lead`` axes of its own, with the reduced axes as 1 if wanted."""
    if not keepdims:
        return y
    axes = reduced_axes(x, axis)
    return y.reshape((*y.shape[:lead], *(1 if i in axes else n for i, n in enumerate(x.shape))))


def places(n: Any, q: Any, method: Any) -> Any:
    """Return where in ``n`` sorted entries the quantiles ``q`` lie: NumPy's own, of the numbers 0 to n - 1."""
    return np.quantile(np.arange(n, dtype=float), q, method=method)


def between(ordered: Any, place: Any) -> Any:
    """Return the entries of ``ordered``, along its last axis, at ``place``: a fraction lies between two of them.

    place: a number, or one for each row of ``ordered``
    """
    low = np.floor(place).astype(int)
    high = np.ceil(place).astype(int)
    share = (place - low).astype(ordered.dtype)
    if np.ndim(place) == 0:
        below, above = ordered[..., int(low)], ordered[..., int(high)]
    else:
        below, above = (take_along_axis(ordered, np.expand_dims(i, -1), -1)[..., 0] for i in (low, high))
    return where(low == high, below, below + (above - below) * share)


def check_quantile(q: Any, weights: Any, function: Any, scale: Any) -> Any:
    """Return ``q``, given on a scale from 0 to ``scale``, as an array of shares, or raise."""
    if weights is not None:
        raise OptionError(f"{function}(a, weights=...): weighted quantiles have no gradient here; leave weights out")
    q = np.asarray(fixed_value(q, function, "q"), float) / scale
    if not ((q >= 0) & (q <= 1)).all():
        raise OptionError(f"{function}(a, q): q must lie between 0 and {scale}, got {(q * scale).tolist()}")
    return q


def as_float(a: Any) -> Any:
    a = array_like(a)
    return a if a.dtype.kind == "f" else a.astype(float)


def order_statistic(a: Any, q: Any, axis: Any, out: Any, method: Any, keepdims: Any, function: Any) -> Any:
    """Return quantiles ``q``, an array of shares, of ``a`` over ``axis``; the axes of ``q`` come first."""
    a = as_float(a)
    flat = reduced_last(a, axis)
    if flat.shape[-1] == 0:
        raise ShapeError(f"{function}(a): a {describe(a)} has no entry along axis {axis}")
    ordered = sort(flat)
    found = [between(ordered, p) for p in places(flat.shape[-1], q, method).reshape(-1)]
    y = np.stack(found).reshape((*q.shape, *found[0].shape)) if q.ndim else found[0]
    lost = np.isnan(unwrap_tensors(flat)).any(axis=-1)
    y = where(lost, math.nan, y)
    return write_result(out, with_axes_kept(y, a, axis, keepdims, q.ndim), f"np.{function}")


def nan_order_statistic(a: Any, q: Any, axis: Any, out: Any, method: Any, keepdims: Any, function: Any) -> Any:
    """Return quantiles ``q`` of what is not nan: sorted, nan comes last, so each row has a length of its own."""
    a = as_float(a)
    ordered = sort(reduced_last(a, axis))
    n = np.sum(~np.isnan(unwrap_tensors(ordered)), axis=-1)
    known = {int(k): places(int(k), q, method).reshape(-1) for k in np.unique(n) if k}
    known[0] = np.zeros(q.size)  # an entry that is nan
    at = np.stack([known[int(k)] for k in n.reshape(-1)]).reshape((*n.shape, q.size))
    found = [between(ordered, at[..., i]) for i in range(q.size)]
    y = np.stack(found).reshape((*q.shape, *found[0].shape)) if q.ndim else found[0]
    return write_result(out, with_axes_kept(y, a, axis, keepdims, q.ndim), f"np.{function}")


def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """The value below which a share ``q`` of the entries over ``axis`` lies, by any of NumPy's methods.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([3.0, 1.0, 2.0], requires_grad=True)
    >>> y = tg.quantile(x, 0.25)
    >>> y.backward()
    >>> y.item(), x.grad
    (1.5, Tensor([0. , 0.5, 0.5]))
    """
    return order_statistic(a, check_quantile(q, weights, "quantile", 1), axis, out, method, keepdims, "quantile")


def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """``quantile`` at ``q`` hundredths."""
    return order_statistic(a, check_quantile(q, weights, "percentile", 100), axis, out, method, keepdims, "percentile")


def median(a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """The middle one of the sorted entries over ``axis``, or the mean of the middle two."""
    return order_statistic(a, np.array(0.5), axis, out, "linear", keepdims, "median")


def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """``quantile`` of what is not nan."""
    return nan_order_statistic(
        a, check_quantile(q, weights, "nanquantile", 1), axis, out, method, keepdims, "nanquantile"
    )


def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: Any = None,
    overwrite_input: Any = False,
    method: Any = "linear",
    keepdims: Any = False,
    *,
    weights: Any = None,
) -> Any:
    """``percentile`` of what is not nan."""
    return nan_order_statistic(
        a, check_quantile(q, weights, "nanpercentile", 100), axis, out, method, keepdims, "nanpercentile"
    )


def nanmedian(a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False) -> Any:
    """``median`` of what is not nan."""
    return nan_order_statistic(a, np.array(0.5), axis, out, "linear", keepdims, "nanmedian")


def average(a: Any, axis: Any = None, weights: Any = None, returned: Any = False, *, keepdims: Any = False) -> Any:
    """``Σ w a / Σ w`` over ``axis``, and ``Σ w`` too if ``returned``; the weights have a gradient as well.

    >>> import tensorgrad as tg
    >>> tg.average(tg.Tensor([1.0, 3.0]), weights=[3.0, 1.0])
    Tensor(1.5)
    """
    a = array_like(a)
    if weights is None:
        y = mean(a, axis=axis, keepdims=keepdims)
        return (y, np.full_like(y, a.size / y.size)) if returned else y
    w = array_like(weights)
    if w.shape != a.shape:
        if axis is None:
            raise ShapeError(f"average(a, weights): a {describe(a)} and weights {describe(w)} must have one shape, "
                             "or axis must say which axes the weights belong to")  # fmt: skip
        axes = normalize_axes(axis, a.ndim)
        if w.shape != tuple(a.shape[i] for i in axes):
            raise ShapeError(f"average(a, weights): weights {describe(w)} must have the lengths of a {describe(a)} "
                             f"along axis {axis}")  # fmt: skip
        w = np.moveaxis(w.reshape((1,) * (a.ndim - w.ndim) + w.shape), range(-len(axes), 0), axes)
    w = np.broadcast_to(w, a.shape)
    total = sum(w, axis=axis, keepdims=keepdims)
    if (unwrap_tensors(total) == 0).any():
        raise ZeroDivisionError("average(a, weights): the weights sum to zero, so there is no average")
    y = sum(a * w, axis=axis, keepdims=keepdims) / total
    total = total if isinstance(total, Tensor) or not isinstance(y, Tensor) else Tensor(total)
    return (y, np.broadcast_to(total, y.shape)) if returned else y


def cov(
    m: Any,
    y: Any = None,
    rowvar: Any = True,
    bias: Any = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """Covariance matrix of variables in rows (columns with ``rowvar=False``): ``Σ w d dᴴ / f``, d from the mean."""
    x = variables(m, rowvar)
    if y is not None:
        x = np.concatenate([x, variables(y, rowvar)], axis=0)
    x = x.astype(np.result_type(x.dtype, float) if dtype is None else dtype)
    w = weights_of_samples(fweights, aweights, x)
    ddof = (0 if bias else 1) if ddof is None else ddof
    if w is None:
        d, freedom = x - mean(x, axis=1, keepdims=True), x.shape[1] - ddof
        return np.squeeze(d @ np.conj(d.mT) / max_of_zero(freedom))
    total = np.sum(w)
    d = x - sum(x * w, axis=1, keepdims=True) / total
    freedom = total - ddof * (
        np.sum(w * fixed_value(aweights, "cov", "aweights")) / total if aweights is not None else 1
    )
    return np.squeeze((d * w) @ np.conj(d.mT) / max_of_zero(float(freedom)))


def max_of_zero(freedom: Any) -> Any:
    """Return the divisor; nan, as NumPy has it, when nothing is left to divide by."""
    return freedom if freedom > 0 else math.nan


def variables(m: Any, rowvar: Any) -> Any:
    """Return ``m`` with a variable in each row."""
    m = array_like(m)
    if m.ndim > 2:
        raise ShapeError(f"cov(m): m {describe(m)} must have one or two axes")
    m = m.reshape(1, -1) if m.ndim < 2 else m
    return m if rowvar or m.shape[0] == 1 else m.T


def weights_of_samples(fweights: Any, aweights: Any, x: Any) -> Any:
    """Return the product of both kinds of weights, or None."""
    given = [
        fixed_value(w, "cov", name) for w, name in ((fweights, "fweights"), (aweights, "aweights")) if w is not None
    ]
    for w in given:
        if np.shape(w) != (x.shape[1],) or (np.asarray(w) < 0).any():
            raise ShapeError(f"cov(m, fweights, aweights): each must be {x.shape[1]} numbers of at least 0, one per "
                             f"sample, got {describe(np.asarray(w))}")  # fmt: skip
    return math.prod(map(np.asarray, given)) if given else None


def corrcoef(x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None) -> Any:
    """Correlation matrix: ``cov`` divided by the standard deviations."""
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    d = np.sqrt(np.diagonal(c))
    return np.clip(c / d[:, None] / d[None, :], -1, 1)


NUMPY.update({getattr(np, name): globals()[name] for name in __all__})
