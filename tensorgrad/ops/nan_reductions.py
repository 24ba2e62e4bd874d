"""Reductions that pass over nan, which gets no gradient: those with ``where=``, of what is not nan."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import Tensor, array_like
from ..core.writing import write_result
from .compare import where
from .reduce import cumprod, cumsum, max, mean, min, prod, std, sum, var
from .reduction_settings import or_nan, spread_where

__all__ = [
    "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum",
    "nanvar",
]  # fmt: skip


def nan_as(x: Any, fill: Any) -> Any:
    """Return ``x`` with ``fill`` for nan, which then takes no part and gets no gradient."""
    x = array_like(x)
    return where(np.isnan(unwrap_tensors(x)), fill, x) if x.dtype.kind in "fc" else x


def mask_known(x: Any, where: Any = True) -> Any:
    """Return where ``x`` is not nan, and ``where`` lets it in: True if that is everywhere."""
    return ~np.isnan(unwrap_tensors(x)) & where if x.dtype.kind in "fc" else where


def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """Sum over ``axis`` of what is not nan.

    >>> import tensorgrad as tg
    >>> tg.nansum(tg.Tensor([1.0, float("nan"), 2.0]))
    Tensor(3.)
    """
    a = array_like(a)
    return sum(a, axis, dtype, out, keepdims, initial, mask_known(a, where))


def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """Product over ``axis`` of what is not nan."""
    a = array_like(a)
    return prod(a, axis, dtype, out, keepdims, initial, mask_known(a, where))


def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Running sum along ``axis`` of what is not nan."""
    return cumsum(nan_as(a, 0), axis, dtype, out)


def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    """Running product along ``axis`` of what is not nan."""
    return cumprod(nan_as(a, 1), axis, dtype, out)


def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, *, where: Any = True
) -> Any:
    """Mean over ``axis`` of what is not nan; nan where all is."""
    a = array_like(a)
    return mean(a, axis, dtype, out, keepdims, mask_known(a, where))


def make_nan_spread(op: Any) -> Any:
    compute = spread_where(op, or_nan)

    def nan_spread(
        a: Any,
        axis: Any = None,
        dtype: Any = None,
        out: Any = None,
        ddof: Any = 0,
        keepdims: Any = False,
        *,
        where: Any = True,
        mean: Any = None,
        correction: Any = None,
    ) -> Any:
        a = array_like(a)
        ddof = ddof if correction is None else correction
        y = compute(a, mask_known(a, where), dtype, mean, axis=axis, ddof=ddof, keepdims=keepdims)
        return write_result(out, y, f"np.nan{op.name}")

    return nan_spread


nanvar, nanstd = make_nan_spread(var.op), make_nan_spread(std.op)
nanvar.__name__, nanstd.__name__ = "nanvar", "nanstd"
nanvar.__doc__ = "Variance over ``axis`` of what is not nan: ``Σ (x - mean)² / (n - ddof)``; nan where ``n ≤ ddof``."
nanstd.__doc__ = "Standard deviation over ``axis`` of what is not nan, the root of ``nanvar``."


def make_nan_extreme(reduce: Any, lowest: Any) -> Any:
    def nan_extreme(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
    ) -> Any:
        a = array_like(a)
        y = reduce(nan_as(a, lowest), axis, None, keepdims, initial, where)
        if initial is None and a.dtype.kind in "fc":
            y = np.where(np.any(mask_known(a), axis=axis, keepdims=keepdims), y, math.nan)
        return write_result(out, y, f"np.nan{reduce.op.name}")

    return nan_extreme


nanmax, nanmin = make_nan_extreme(max, -math.inf), make_nan_extreme(min, math.inf)
nanmax.__name__, nanmin.__name__ = "nanmax", "nanmin"
nanmax.__doc__ = "The largest over ``axis`` of what is not nan; nan where all is."
nanmin.__doc__ = "The smallest over ``axis`` of what is not nan; nan where all is."


def nanargmax(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """The index of the largest that is not nan."""
    return write_result(out, Tensor(np.nanargmax(unwrap_tensors(a), axis, keepdims=keepdims)), "np.nanargmax")


def nanargmin(a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False) -> Any:
    """The index of the smallest that is not nan."""
    return write_result(out, Tensor(np.nanargmin(unwrap_tensors(a), axis, keepdims=keepdims)), "np.nanargmin")


NUMPY.update({getattr(np, name): globals()[name] for name in __all__})
