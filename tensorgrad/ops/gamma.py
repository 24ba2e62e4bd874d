"""The gamma function and its relatives, under SciPy's names; NumPy has none of them.

``Γ`` and ``ln Γ`` are C's. ``ψ`` and its derivatives are series in 1/x above 10, to which the recurrence
``ψ(x + 1) = ψ(x) + 1/x`` leads, and the reflection ``ψ(1 - x) - ψ(x) = π cot πx`` below 0.
Source: NIST Digital Library of Mathematical Functions, 5.2, 5.5, 5.11, 5.15 and 25.11.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise
from ..core.tensor import StandIn, array_like
from .real_kernels import each_entry, in_double

__all__ = ["beta", "betaln", "digamma", "gamma", "gammaln", "polygamma"]

#: Bernoulli's numbers B₂, B₄, …, of the series in 1/x.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
LARGE = 10.0  # above it, the terms of the series fall below 1e-17
LARGEST = 171.624376956302  # the last x whose Γ(x) is finite


def polynomial(coefficients: Any, x: Any) -> Any:
    """Return a polynomial at ``x``, its coefficients from the highest power down."""
    y = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        y = y * x + c
    return y


log_gamma, plain_gamma = each_entry(math.lgamma), each_entry(math.gamma)


def gammaln_kernel(x: Any) -> Any:
    pole = (x <= 0) & (x == np.floor(x))
    return np.where(pole, math.inf, log_gamma(np.where(pole, 1.0, x)))


def gamma_kernel(x: Any) -> Any:
    pole = (x < 0) & (x == np.floor(x))
    y = plain_gamma(np.where(pole | (x == 0), 1.0, np.minimum(x, LARGEST)))
    return np.where(pole, math.nan, np.where(x == 0, 1 / x, np.where(x > LARGEST, math.inf, y)))


def digamma_positive(x: Any) -> Any:
    y = np.zeros_like(x)
    for _ in range(int(LARGE)):
        near = x < LARGE
        y = y - np.where(near, 1 / x, 0.0)
        x = np.where(near, x + 1, x)
    z = 1 / (x * x)
    series = polynomial([b / (2 * k) for k, b in enumerate(BERNOULLI, 1)][::-1], z) * z
    return y + np.log(x) - 0.5 / x - series


def digamma_kernel(x: Any) -> Any:
    y = digamma_positive(np.where(x > 0, x, 1 - x))
    y = np.where(x > 0, y, y - math.pi / np.tan(math.pi * (x - np.rint(x))))
    return np.where((x < 0) & (x == np.rint(x)), math.nan, np.where(x == 0, -1 / x, y))


def hurwitz(s: Any, x: Any) -> Any:
    """Return ``ζ(s, x) = Σ_k (x + k)⁻ˢ`` for integers ``s > 1``, by Euler's and Maclaurin's sum."""
    x, total = x + np.zeros_like(s), np.zeros(np.broadcast(s, x).shape)
    far = LARGE + s  # the terms of the series grow with s
    while (near := x < far).any():
        total = total + np.where(near, x**-s, 0.0)
        x = np.where(near, x + 1, x)
    term, series = s * x ** (-s - 1), 0.0
    for k, b in enumerate(BERNOULLI, 1):  # term = s (s + 1) … (s + 2k - 2) x^(-s - 2k + 1)
        series = series + b / math.factorial(2 * k) * term
        term = term * (s + 2 * k - 1) * (s + 2 * k) / (x * x)
    return total + x ** (1 - s) / (s - 1) + 0.5 * x**-s + series


def polygamma_kernel(n: Any, x: Any) -> Any:
    stand_in = next((a for a in (n, x) if isinstance(a, StandIn)), None)
    if stand_in is not None:
        return stand_in.run(polygamma_kernel, n, x)
    return in_double(lambda z: polygamma_in_double(n, z))(array_like(x))


def polygamma_in_double(n: Any, x: Any) -> Any:
    s = np.maximum(n, 1.0) + 1
    start = np.maximum(x, -1e4)  # below, the sum from x to 0 would take long
    y = np.where(s % 2 == 0, 1.0, -1.0) * gamma_kernel(s) * hurwitz(s, start)
    y = np.where(x < start, math.nan, y)
    return np.where(n == 0, digamma_kernel(x), np.where((n < 0) | (n != np.rint(n)), math.nan, y))


gammaln = elementwise("gammaln", in_double(gammaln_kernel), "``ln |Γ(x)|``.", symbol="ln Γ", domain="positive",
    wide=True, x=lambda g, y, x: g * digamma(x))  # fmt: skip

gamma = elementwise("gamma", in_double(gamma_kernel), "``Γ(x) = ∫₀^∞ tˣ⁻¹ e⁻ᵗ dt``; ``(x - 1)!`` of an integer.",
    symbol="Γ", domain="positive", wide=True, x=lambda g, y, x: g * y * digamma(x))  # fmt: skip

digamma = elementwise("digamma", in_double(digamma_kernel), "``ψ(x)``, the derivative of ``ln Γ(x)``.", symbol="ψ",
    domain="positive", wide=True, x=lambda g, y, x: g * polygamma(1, x))  # fmt: skip

polygamma = elementwise("polygamma", polygamma_kernel,
    "The ``n``-th derivative of ``ψ(x)``, for integers ``n ≥ 0``.", symbol="ψⁿ", domain={"x": "positive"},
    n=None,
    x=lambda g, y, n, x: g * polygamma(n + 1, x))  # fmt: skip


def beta(a: Any, b: Any) -> Any:
    """Return ``B(a, b) = Γ(a) Γ(b) / Γ(a + b)``, for ``a, b > 0``.

    >>> import tensorgrad as tg
    >>> tg.special.beta(tg.Tensor(2.0), 3.0)
    Tensor(0.08333333)
    """
    return np.exp(betaln(a, b))


def betaln(a: Any, b: Any) -> Any:
    """Return ``ln B(a, b)``, for ``a, b > 0``."""
    return gammaln(a) + gammaln(b) - gammaln(np.add(a, b))
