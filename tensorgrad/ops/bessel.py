"""Bessel functions: the modified ones of order 0 and 1, with and without ``e⁻|ˣ|``, and the spherical ones.

Below 30 a power series, whose terms are all positive; above, the expansion in 1/x. Source: NIST Digital Library of
Mathematical Functions, 10.25.2, 10.40.1, 10.47 to 10.53.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise
from .arithmetic import zero_to_inf
from .real_kernels import in_double

__all__ = ["i0", "i0e", "i1", "i1e", "sinc", "spherical_jn"]

LARGE = 30.0


def series_in_x(order: Any, x: Any) -> Any:
    """Return ``I(x)`` for ``0 ≤ x ≤ 30``: ``Σ (x/2)^(2k + order) / (k! (k + order)!)``."""
    z = x * x / 4
    term = x / 2 if order else np.ones_like(x)
    total = term
    for k in range(1, 75):
        term = term * z / (k * (k + order))
        total = total + term
    return total


def series_in_inverse(order: Any, x: Any) -> Any:
    """Return ``I(x) e⁻ˣ`` for ``x ≥ 30``."""
    term = total = np.ones_like(x)
    for k in range(1, 26):
        term = term * ((2 * k - 1) ** 2 - 4 * order * order) / (8 * k * x)
        total = total + term
    return total / np.sqrt(2 * math.pi * x)


def scaled_kernel(order: Any) -> Any:
    """Return the kernel of ``I(x) e⁻|ˣ|``."""

    def kernel(x: Any) -> Any:
        a = np.abs(x)
        small, large = np.minimum(a, LARGE), np.maximum(a, LARGE)
        y = np.where(a <= LARGE, series_in_x(order, small) * np.exp(-small), series_in_inverse(order, large))
        y = np.where(np.isinf(a), 0.0, y)
        return np.where(x < 0, -y, y) if order else y

    return kernel


def i1_kernel(x: Any) -> Any:
    return np.where(np.isinf(x), x, scaled_kernel(1)(x) * np.exp(np.abs(x)))


def over(y: Any, x: Any) -> Any:
    """Return ``y / x`` for an odd ``y`` with slope ½ at 0, and ½ there."""
    return np.where(x == 0, 0.5, y / zero_to_inf(x))


i0 = elementwise("i0", lambda x: np.i0(x), "Modified Bessel function of order 0.", numpy=(np.i0,), wide=True,
    x=lambda g, y, x: g * i1(x))  # fmt: skip
i1 = elementwise("i1", in_double(i1_kernel), "Modified Bessel function of order 1.", wide=True,
    x=lambda g, y, x: g * (i0(x) - over(y, x)))  # fmt: skip
i0e = elementwise("i0e", in_double(scaled_kernel(0)), "``e⁻|ˣ| I₀(x)``, which does not overflow.", wide=True,
    x=lambda g, y, x: g * (i1e(x) - np.sign(x) * y))  # fmt: skip
i1e = elementwise("i1e", in_double(scaled_kernel(1)), "``e⁻|ˣ| I₁(x)``, which does not overflow.", wide=True,
    x=lambda g, y, x: g * (i0e(x) - np.sign(x) * y - over(y, x)))  # fmt: skip


def spherical_series(n: Any, x: Any) -> Any:
    """Return ``jₙ(x)`` for ``|x| ≤ n + 1``: ``xⁿ / (2n + 1)!! Σ (-x²/2)ᵏ / (k! (2n + 3) … (2n + 2k + 1))``."""
    term = np.ones_like(x)
    for k in range(1, n + 1):
        term = term * x / (2 * k + 1)
    total = term
    for k in range(1, 20 + n):
        term = term * (-x * x / 2) / (k * (2 * n + 2 * k + 1))
        total = total + term
    return total


def spherical_recurrence(n: Any, x: Any) -> Any:
    """Return ``jₙ(x)`` for ``|x| > n``, from j₀ and j₁ upwards, which is stable there."""
    before, now = np.cos(x) / x, np.sin(x) / x  # j₋₁, j₀
    for k in range(n):
        before, now = now, (2 * k + 1) / x * now - before
    return now


def spherical_kernel(x: Any, *, n: Any = 0) -> Any:
    near = np.abs(x) <= n + 1
    return np.where(
        near, spherical_series(n, np.where(near, x, 0.0)), spherical_recurrence(n, np.where(near, n + 2, x))
    )


def spherical_slope(g: Any, y: Any, x: Any, *, n: Any) -> Any:
    """``jₙ' = (n jₙ₋₁ - (n + 1) jₙ₊₁) / (2n + 1)``: nothing is divided by x."""
    below = n * spherical_bessel(x, n=n - 1) if n else 0.0
    return g * ((below - (n + 1) * spherical_bessel(x, n=n + 1)) / (2 * n + 1))


spherical_bessel = elementwise("spherical_jn", spherical_kernel, "Spherical Bessel function of order ``n``.",
    symbol="jₙ", wide=True, x=spherical_slope)  # fmt: skip


def spherical_jn(n: Any, z: Any) -> Any:
    """Return the spherical Bessel function ``jₙ(z)`` of the whole order ``n ≥ 0``, as SciPy's.

    >>> import tensorgrad as tg
    >>> tg.special.spherical_jn(0, tg.Tensor([0.0, 3.0]))
    Tensor([1.     , 0.04704])
    """
    return spherical_bessel(z, n=n)


sinc = elementwise("sinc", np.sinc, "``sin(πx) / (πx)``, and 1 at 0.", numpy=(np.sinc,), wide=True,
    x=lambda g, y, x: g * (-math.pi * spherical_bessel(math.pi * x, n=1)))  # fmt: skip
