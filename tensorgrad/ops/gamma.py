"""The gamma function and its relatives, under SciPy's names; NumPy has none of them.

Near 2, ``ln Γ`` is its Taylor series, whose coefficients are ``(ζ(k) - 1) / k``; above 10, Stirling's; between, the
recurrence ``Γ(x + 1) = x Γ(x)`` leads to one of the two; below 0, the reflection ``Γ(x) Γ(1 - x) = π / sin πx``.
Source: NIST Digital Library of Mathematical Functions, 5.2, 5.5, 5.7, 5.11, 5.15 and 25.11.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from ..core.declare import elementwise
from ..core.tensor import StandIn, array_like

__all__ = ["beta", "betaln", "digamma", "gamma", "gammaln", "polygamma"]

#: Bernoulli's numbers B₂, B₄, …, of the series in 1/x.
BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330)
EULER = 0.5772156649015329
LARGE = 10.0  # above it, the terms of Stirling's series fall below 1e-17


@cache
def taylor() -> Any:
    """Return the coefficients of ``ln Γ(2 + t)``, highest power first; at ``|t| ≤ ½`` the last of them adds 1e-18."""
    k = np.arange(27, 1, -1)
    return [*((-1.0) ** k * hurwitz(k.astype(float), 2.0) / k).tolist(), 1 - EULER, 0.0]


def in_double(kernel: Any) -> Any:
    """Return a kernel of a real array that computes in float64, and gives float32 for float32 as NumPy's ufuncs do.

    It knows no complex numbers, and says so.
    """

    def compute(x: Any) -> Any:
        if isinstance(x, StandIn):
            return x.run(compute, x)  # one line of a program, not sixty
        dtype = x.dtype
        if dtype.kind == "c":
            raise TypeError(f"{kernel.__name__} takes real numbers, got {dtype}")
        with np.errstate(all="ignore"):
            y = kernel(x.astype(float))
        return y.astype(dtype) if dtype.kind == "f" and dtype.itemsize < 8 else y

    compute.__name__ = kernel.__name__
    return compute


def polynomial(coefficients: Any, x: Any) -> Any:
    """Return a polynomial at ``x``, its coefficients from the highest power down."""
    y = np.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        y = y * x + c
    return y


def from_near_two(x: Any) -> Any:
    """Return ``(t, q)`` for ``0 < x ≤ 10`` such that ``Γ(x) = q Γ(2 + t)`` and ``|t| ≤ ½``."""
    steps = np.rint(np.clip(x, 0.0, LARGE)) - 2  # from 2 + t to x
    t = x - steps - 2
    q = np.where(steps == -2, 1 / (x * (x + 1)), np.where(steps == -1, 1 / x, 1.0))
    for j in range(1, int(LARGE) - 1):
        q = q * np.where(j <= steps, x - j, 1.0)
    return t, q


def stirling(x: Any) -> Any:
    """Return ``ln Γ(x) - (x - ½) ln x + x - ½ ln 2π`` for ``x ≥ 10``."""
    terms = [b / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1)]
    return polynomial(terms[::-1], 1 / (x * x)) / x


def gammaln_positive(x: Any) -> Any:
    """Return ``ln Γ(x)`` for ``x > 0``."""
    small, large = np.minimum(x, LARGE), np.maximum(x, LARGE)
    t, q = from_near_two(small)
    near_one = np.abs(small - 1) < 0.5  # there ln q is -ln x, which keeps its digits in log1p
    low = polynomial(taylor(), t) + np.where(near_one, -np.log1p(np.where(near_one, small - 1, 0.0)), np.log(q))
    high = (large - 0.5) * np.log(large) - large + 0.5 * math.log(2 * math.pi) + stirling(large)
    return np.where(x <= LARGE, low, np.where(np.isinf(large), large, high))


def sine_of_pi(x: Any) -> Any:
    """Return ``sin πx``, exact at the integers, for any size of ``x``."""
    whole = np.rint(x)
    return np.sin(math.pi * (x - whole)) * np.where(whole % 2 == 0, 1.0, -1.0)


def gammaln_kernel(x: Any) -> Any:
    above = gammaln_positive(np.where(x > 0, x, 1 - x))
    below = math.log(math.pi) - np.log(np.abs(sine_of_pi(x))) - above
    return np.where(x > 0, above, np.where(np.isinf(x), math.inf, below))


def gamma_positive(x: Any) -> Any:
    """Return ``Γ(x)`` for ``x > 0``; inf above 171.6."""
    small, large = np.minimum(x, LARGE), np.clip(x, LARGE, 200.0)
    t, q = from_near_two(small)
    half = large ** (large / 2 - 0.25)  # the whole power would overflow before Γ does
    high = half * np.exp(stirling(large) - large) * half * math.sqrt(2 * math.pi)
    return np.where(x <= LARGE, q * np.exp(polynomial(taylor(), t)), np.where(np.isnan(x), x, high))


def gamma_kernel(x: Any) -> Any:
    above = gamma_positive(np.where(x > 0, x, 1 - x))
    below = math.pi / (sine_of_pi(x) * above)
    y = np.where(x > 0, above, np.where(x == 0, 1 / x, below))
    return np.where((x < 0) & (x == np.rint(x)), math.nan, y)


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
