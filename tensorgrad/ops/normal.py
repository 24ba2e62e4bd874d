"""The normal distribution: its integral, that one's logarithm and inverse, and the error functions they rest on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise
from .arithmetic import product
from .real_kernels import each_entry, in_double

__all__ = ["erf", "erfc", "erfcx", "erfinv", "log_ndtr", "ndtr", "ndtri"]

SLOPE = 2 / math.sqrt(math.pi)  # of erf at 0
HALF = math.sqrt(0.5)
NEAR = 0.46875  # above it, erfc(x) exp(x²) is one of two rational functions

# W. J. Cody, "Rational Chebyshev approximations for the error function" (1969): erfc · exp(x²) up to 4, and beyond.
MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
LARGE = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346047e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip


def rational(coefficients: Any, x: Any) -> Any:
    """Return the quotient of two polynomials in ``x``, highest power first."""
    above, below = coefficients
    p, q = above[0] * x + above[1], below[0] * x + below[1]
    for a, b in zip(above[2:], below[2:], strict=True):
        p, q = p * x + a, q * x + b
    return p / q


def erfc_tail(x: Any) -> Any:
    """Return ``erfc(x) exp(x²)`` where ``x ≥ 4``."""
    z = 1.0 / (x * x)
    return (1.0 / math.sqrt(math.pi) - z * rational(LARGE, z)) / x


erf_kernel, erfc_kernel = each_entry(math.erf), each_entry(math.erfc)


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


erf = elementwise("erf", in_double(erf_kernel), "Error function ``2/√π ∫₀ˣ exp(-t²) dt``.", wide=True,
    x=lambda g, y, x: g * (SLOPE * np.exp(-x * x)))  # fmt: skip

erfc = elementwise("erfc", in_double(erfc_kernel),
    "``1 - erf(x)``, without the cancellation that leaves nothing at large x.", wide=True,
    x=lambda g, y, x: g * (-SLOPE * np.exp(-x * x)))  # fmt: skip

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
