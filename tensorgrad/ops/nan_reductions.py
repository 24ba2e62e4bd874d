"""Reductions that pass over nan, which gets no gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import Tensor, array_like
from .compare import where
from .reduce import cumprod, cumsum, max, mean, min, prod, std, sum, var

__all__ = [
    "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum",
    "nanvar",
]  # fmt: skip


def nan_as(x: Any, fill: Any) -> Any:
    """Return ``x`` with ``fill`` for nan, which then takes no part and gets no gradient."""
    x = array_like(x)
    return where(np.isnan(unwrap_tensors(x)), fill, x) if x.dtype.kind in "fc" else x


def real_dtype(x: Any) -> Any:
    """Return the dtype of the real parts of ``x``."""
    return np.empty(0, x.dtype).real.dtype


def count_known(x: Any, axis: Any, keepdims: Any, dtype: Any) -> Any:
    """Return how many entries are not nan."""
    return np.sum(~np.isnan(unwrap_tensors(x)), axis=axis, keepdims=keepdims, dtype=dtype)


def or_nan(n: Any) -> Any:
    """Return a count as a divisor: nan where nothing is left to divide by."""
    return np.where(n > 0, n, math.nan).astype(n.dtype)


def nansum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Sum over ``axis`` of what is not nan.

    >>> import tensorgrad as tg
    >>> tg.nansum(tg.Tensor([1.0, float("nan"), 2.0]))
    Tensor(3.)
    """
    y = sum(nan_as(a, 0), axis=axis, keepdims=keepdims, out=out)
    return y if dtype is None else y.astype(dtype)


def nanprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Product over ``axis`` of what is not nan."""
    y = prod(nan_as(a, 1), axis=axis, keepdims=keepdims, out=out)
    return y if dtype is None else y.astype(dtype)


def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Running sum along ``axis`` of what is not nan."""
    y = cumsum(nan_as(a, 0), axis=axis, out=out)
    return y if dtype is None else y.astype(dtype)


def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Running product along ``axis`` of what is not nan."""
    y = cumprod(nan_as(a, 1), axis=axis, out=out)
    return y if dtype is None else y.astype(dtype)


def nanmean(a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Mean over ``axis`` of what is not nan; nan where all is."""
    a = array_like(a)
    if a.dtype.kind not in "fc":
        return mean(a, axis=axis, keepdims=keepdims, out=out)
    return nansum(a, axis, dtype, out, keepdims) / or_nan(count_known(a, axis, keepdims, real_dtype(a)))


def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    correction: Any = None,
) -> Any:
    """Variance over ``axis`` of what is not nan: ``Σ (x - mean)² / (n - ddof)``; nan where ``n ≤ ddof``."""
    a = array_like(a)
    if a.dtype.kind not in "fc":
        return var(a, axis=axis, ddof=ddof, keepdims=keepdims, correction=correction, out=out)
    d = nan_as(a - nanmean(a, axis, keepdims=True), 0)
    n = count_known(a, axis, keepdims, real_dtype(a)) - (ddof if correction is None else correction)
    y = sum(d * d, axis=axis, keepdims=keepdims, out=out) / or_nan(n)
    return y if dtype is None else y.astype(dtype)


def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = False,
    *,
    correction: Any = None,
) -> Any:
    """Standard deviation over ``axis`` of what is not nan."""
    a = array_like(a)
    if a.dtype.kind not in "fc":
        return std(a, axis=axis, ddof=ddof, keepdims=keepdims, correction=correction, out=out)
    return np.sqrt(nanvar(a, axis, dtype, out, ddof, keepdims, correction=correction))


def make_nan_extreme(reduce: Any, lowest: Any) -> Any:
    def nan_extreme(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
        a = array_like(a)
        if a.dtype.kind not in "fc":
            return reduce(a, axis=axis, keepdims=keepdims, out=out)
        y = reduce(nan_as(a, lowest), axis=axis, keepdims=keepdims, out=out)
        none = count_known(a, axis, keepdims, int) == 0
        return where(none, math.nan, y)

    return nan_extreme


nanmax, nanmin = make_nan_extreme(max, -math.inf), make_nan_extreme(min, math.inf)
nanmax.__name__, nanmin.__name__ = "nanmax", "nanmin"
nanmax.__doc__ = "The largest over ``axis`` of what is not nan; nan where all is."
nanmin.__doc__ = "The smallest over ``axis`` of what is not nan; nan where all is."


def nanargmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """The index of the largest that is not nan."""
    return Tensor(np.nanargmax(unwrap_tensors(a), axis, keepdims=keepdims))


def nanargmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """The index of the smallest that is not nan."""
    return Tensor(np.nanargmin(unwrap_tensors(a), axis, keepdims=keepdims))


NUMPY.update({getattr(np, name): globals()[name] for name in __all__})
