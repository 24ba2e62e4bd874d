"""Convolution of sequences, and polynomials given by their coefficients, highest power first, as NumPy has them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import bilinear
from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe, unknown_name_error
from .matrices import unpack
from .movement import reshape
from .solve import lstsq_row, lstsq_shapes

__all__ = [
    "convolve", "correlate", "poly", "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polysub",
    "polyval", "roots", "vander",
]  # fmt: skip

MODES = {0: "valid", 1: "same", 2: "full"}


def full_a(g: Any, y: Any, a: Any, v: Any) -> Any:
    """∂/∂a: ``Σⱼ g[i + j] v[j]``, the middle of the full convolution with ``v`` turned round."""
    return full(g, np.flip(v, 0))[v.shape[0] - 1 : v.shape[0] - 1 + a.shape[0]]


def full_explain(a: Any, v: Any) -> Any:
    if a.ndim != 1 or v.ndim != 1:
        return "both must be vectors"
    return None if a.size and v.size else "neither may be empty"


full = bilinear("convolve", lambda a, v: np.convolve(a, v), "``y[k] = Σᵢ a[i] v[k - i]``.", symbol="∗",
    explain=full_explain,
    a=full_a,
    v=lambda g, y, a, v: full_a(g, y, v, a))  # fmt: skip


def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """The convolution ``y[k] = Σᵢ a[i] v[k - i]`` of two vectors.

    mode: ``full``, ``same`` (the middle, as long as the longer one) or ``valid`` (where both overlap entirely)

    >>> import tensorgrad as tg
    >>> tg.convolve(tg.Tensor([1.0, 2.0]), [1.0, 10.0])
    Tensor([ 1., 12., 20.])
    """
    mode = MODES.get(mode, mode) if isinstance(mode, int) else mode
    if mode not in MODES.values():
        raise unknown_name_error("mode", mode, tuple(MODES.values()))
    a, v = (np.atleast_1d(array_like(x)) for x in (a, v))
    y = full(a, v)
    short, long = sorted((a.shape[0], v.shape[0]))
    if mode == "valid":
        return y[short - 1 : long]
    return y if mode == "full" else y[(short - 1) // 2 : (short - 1) // 2 + long]


def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The correlation ``y[k] = Σₙ a[n + k] conj(v[n])`` of two vectors; ``mode`` as in ``convolve``."""
    a, v = array_like(a), np.conj(array_like(v))
    mode = MODES.get(mode, mode) if isinstance(mode, int) else mode
    if mode == "same" and v.ndim == a.ndim == 1 and v.shape[0] > a.shape[0]:  # NumPy turns both round, and back
        return np.flip(convolve(v, np.flip(a, 0), mode), 0)
    return convolve(a, np.flip(v, 0), mode)


def check_coefficients(p: Any, name: Any) -> Any:
    p = np.atleast_1d(array_like(p))
    if p.ndim != 1:
        raise ShapeError(f"{name}(): coefficients must be a vector, got {describe(p)}")
    return p


def polyval(p: Any, x: Any) -> Any:
    """``p[0] xⁿ⁻¹ + … + p[n - 1]``, by Horner's rule."""
    p, x = check_coefficients(p, "polyval"), array_like(x)
    y = x * 0
    for c in p:
        y = y * x + c
    return y


def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    a, b = check_coefficients(a1, "polyadd"), check_coefficients(a2, "polyadd")
    n = max(a.shape[0], b.shape[0])
    return np.pad(a, (n - a.shape[0], 0)) + np.pad(b, (n - b.shape[0], 0))


def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    return polyadd(a1, -array_like(a2))


def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials."""
    return convolve(check_coefficients(a1, "polymul"), check_coefficients(a2, "polymul"))


def polyder(p: Any, m: Any = 1) -> Any:
    """The ``m``-th derivative of a polynomial."""
    p = check_coefficients(p, "polyder")
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


def polyint(p: Any, m: Any = 1, k: Any = None) -> Any:
    """The ``m``-th integral of a polynomial, with the constants ``k`` (0 if None)."""
    p = check_coefficients(p, "polyint")
    constants = np.broadcast_to(np.asarray(0.0 if k is None else unwrap_tensors(k)), (m,))
    for c in constants:
        p = np.concatenate([p / np.arange(p.shape[0], 0, -1), np.full(1, c)])
    return p


def polydiv(u: Any, v: Any) -> Any:
    """Return ``(quotient, remainder)`` of two polynomials."""
    u, v = check_coefficients(u, "polydiv"), check_coefficients(v, "polydiv")
    dtype = np.result_type(u.dtype, v.dtype, np.float16) if u.dtype.kind in "iub" else np.result_type(u.dtype, v.dtype)
    steps, rest, quotient = u.shape[0] - v.shape[0] + 1, u.astype(dtype), []
    for k in range(steps):
        quotient.append(rest[k] / v[0])
        shifted = np.pad(quotient[-1] * v, (k, u.shape[0] - v.shape[0] - k))
        rest = rest - shifted
    first = max(steps, 0)
    while first < u.shape[0] - 1 and np.allclose(unwrap_tensors(rest)[first], 0, rtol=1e-14):
        first += 1
    if first >= u.shape[0]:  # nothing is left
        first = u.shape[0] - 1
    return np.stack(quotient) if quotient else np.zeros_like(rest[:1]), rest[first:]


def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: Any = False, w: Any = None, cov: Any = False) -> Any:
    """The polynomial of degree ``deg`` that comes closest to the points ``(x, y)``, in weighted least squares.

    >>> import tensorgrad as tg
    >>> tg.polyfit(tg.Tensor([0.0, 1.0, 2.0]), [1.0, 3.0, 5.0], 1).data.round(12)
    array([2., 1.])
    """
    if full or cov:
        raise OptionError("polyfit(full=True) and (cov=True) have no gradient here; leave them out")
    x, y = array_like(x) + 0.0, array_like(y) + 0.0
    if x.ndim != 1 or y.ndim not in (1, 2) or x.shape[0] != y.shape[0]:
        raise ShapeError(f"polyfit(x, y): x {describe(x)} must be a vector, and y {describe(y)} as long")
    powers = vander(x, int(deg) + 1)
    if w is not None:
        w = array_like(w)
        powers, y = powers * w[:, None], y * (w[:, None] if y.ndim == 2 else w)
    size = np.sqrt(np.sum(powers * powers, axis=0))  # as NumPy does, so that all columns weigh alike
    rcond = x.shape[0] * float(np.finfo(x.dtype).eps) if rcond is None else rcond
    scaled = powers / size
    found = unpack(lstsq_row(scaled, y, rcond=rcond), *lstsq_shapes(scaled, y))[0]  # lstsq asks for the rank as well
    return found / (size[:, None] if y.ndim == 2 else size)


def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with these zeros, or the characteristic polynomial of a square matrix."""
    zeros = np.atleast_1d(array_like(seq_of_zeros))
    if zeros.ndim == 2:
        zeros = np.linalg.eigvals(zeros)
    p = np.ones(1, zeros.dtype if zeros.dtype.kind in "fc" else float)
    for zero in zeros:
        p = convolve(p, np.stack([np.ones_like(zero), -zero]))
    values = unwrap_tensors(zeros)
    paired = values.dtype.kind == "c" and np.all(np.sort(values) == np.sort(values.conj()))
    return np.real(p) if paired else p


def roots(p: Any) -> Any:
    """The zeros of a polynomial: the eigenvalues of its companion matrix, and a 0 for each 0 at the end."""
    p = check_coefficients(p, "roots")
    known = np.nonzero(unwrap_tensors(p))[0]
    if not known.size:
        return np.zeros_like(p[:0])
    ends = p.shape[0] - 1 - known[-1]
    p = p[known[0] : known[-1] + 1]
    p = p if p.dtype.kind in "fc" else p.astype(float)
    n = p.shape[0] - 1
    if n < 1:
        return np.zeros_like(p, shape=(ends,))
    top = reshape(-p[1:] / p[0], shape=(1, n))
    found = np.linalg.eigvals(np.concatenate([top, np.eye(n - 1, n, dtype=p.dtype)]))
    return np.concatenate([found, np.zeros_like(found, shape=(ends,))]) if ends else found


def vander(x: Any, N: Any = None, increasing: Any = False) -> Any:
    """The matrix of powers ``x[i]ᴺ⁻¹⁻ʲ``, or ``x[i]ʲ`` if ``increasing``."""
    x = array_like(x)
    if x.ndim != 1:
        raise ShapeError(f"vander(x): x {describe(x)} must be a vector")
    n = x.shape[0] if N is None else N
    if n < 0:
        raise OptionError(f"vander(x, N): N must be at least 0, got {n}")
    powers = np.arange(n) if increasing else np.arange(n - 1, -1, -1)
    return x[:, None] ** powers.astype(x.dtype) if x.dtype.kind in "fc" else x[:, None] ** powers


NUMPY.update({getattr(np, name): globals()[name] for name in __all__})
