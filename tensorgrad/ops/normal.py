"""The normal distribution: its integral, that one's logarithm and inverse, and the error functions they rest on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise
from .activation import MIDDLE, erf_kernel, erfc_kernel, erfc_tail, rational
from .arithmetic import product
from .gamma import in_double

__all__ = ["erfcx", "erfinv", "log_ndtr", "ndtr", "ndtri"]

SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0
HALF = math.sqrt(0.5)
NEAR = 0.46875  # below it erf is a rational function of x²


def erfcx_kernel(x: Any) -> Any:
    """``exp(x²) erfc(x)``: at large x as good as at small."""
    a = np.maximum(x, NEAR)
    middle = rational(MIDDLE, np.minimum(a, 4.0))
    return np.where(x > NEAR, np.where(a <= 4.0, middle, erfc_tail(np.maximum(a, 4.0))), np.exp(x * x) * erfc_kernel(x))


def inverse_of_tail(q: Any) -> Any:
    """Return the ``x`` of ``erfc(x) = q`` for ``0 ≤ q ≤ ½``: Newton's method on the logarithms, from the right."""
    target = np.log(q)
    x = np.sqrt(-target)
    for _ in range(8):
        a = erfcx_kernel(x)
        x = x + (np.log(a) - x * x - target) * a / SLOPE
    return np.where(q == 0, math.inf, x)


def inverse_of_middle(y: Any) -> Any:
    """Return the ``x`` of ``erf(x) = y`` for ``|y| ≤ ½``: Halley's method, from the first terms of the series."""
    x = y / SLOPE * (1 + math.pi / 12 * y * y)
    for _ in range(4):
        step = (erf_kernel(x) - y) / (SLOPE * np.exp(-x * x))
        x = x - step / (1 + x * step)
    return x


def erfinv_kernel(y: Any) -> Any:
    a = np.abs(y)
    x = np.where(
        a <= 0.5, inverse_of_middle(np.clip(y, -0.5, 0.5)), np.sign(y) * inverse_of_tail(1 - np.maximum(a, 0.5))
    )
    return np.where(a > 1, math.nan, x)


def ndtri_kernel(p: Any) -> Any:
    tail = np.minimum(p, 1 - p)
    far = np.where(p < 0.5, -1.0, 1.0) * inverse_of_tail(np.minimum(2 * tail, 0.5))
    x = np.where(tail < 0.25, far, inverse_of_middle(2 * np.clip(p, 0.25, 0.75) - 1)) / HALF
    return np.where((p < 0) | (p > 1), math.nan, x)


def log_ndtr_kernel(x: Any) -> Any:
    z = -HALF * x
    low = np.maximum(z, 0.5)
    return np.where(z > 0.5, np.log(erfcx_kernel(low) / 2) - low * low, np.log1p(-erfc_kernel(HALF * x) / 2))


def hazard(x: Any) -> Any:
    """Return ``φ(x) / Φ(x)``, the derivative of ``ln Φ``."""
    return HALF * SLOPE / erfcx(-HALF * x)


erfcx = elementwise("erfcx", in_double(erfcx_kernel), "``exp(x²) erfc(x)``.", wide=True,
    x=lambda g, y, x: g * (2 * x * y - SLOPE))  # fmt: skip

erfinv = elementwise("erfinv", in_double(erfinv_kernel), "Inverse of ``erf``, on [-1, 1].", symbol="erf⁻¹",
    domain="unit", wide=True, x=lambda g, y, x: product(g, np.exp(y * y) / SLOPE))  # fmt: skip

ndtr = elementwise("ndtr", in_double(lambda x: 0.5 * erfc_kernel(-HALF * x)),
    "``Φ(x)``, the integral of the normal density up to x.", symbol="Φ", wide=True,
    x=lambda g, y, x: g * (HALF * SLOPE / 2 * np.exp(-0.5 * x * x)))  # fmt: skip

log_ndtr = elementwise("log_ndtr", in_double(log_ndtr_kernel), "``ln Φ(x)``, where ``Φ(x)`` would be 0 as well.",
    symbol="ln Φ", wide=True, x=lambda g, y, x: g * hazard(x))  # fmt: skip

ndtri = elementwise("ndtri", in_double(ndtri_kernel), "Inverse of ``Φ``, on [0, 1].", symbol="Φ⁻¹",
    domain="open unit", wide=True,
    x=lambda g, y, x: product(g, np.exp(0.5 * y * y) * (2 / (HALF * SLOPE))))  # fmt: skip
