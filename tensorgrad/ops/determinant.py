"""Determinants, and their derivatives, which singular matrices have as well."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import primitive
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from .arithmetic import conj_complex as conj
from .complex_numbers import real
from .matrices import diagonal_matrix, pack, square_explain, unpack, without_gradient

__all__ = ["det", "slogdet"]

SlogdetResult = type(np.linalg.slogdet(np.eye(1)))


@primitive(numpy=(np.linalg.det,), symbol="det", explain=square_explain)
def det(a: Any) -> Any:
    """Determinant. Its derivative is the matrix of cofactors, ``det(a) a⁻ᵀ`` where ``a`` is regular.

    A singular matrix has a first and a second derivative too; from the third on it must have an inverse.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[1.0, 2.0], [2.0, 4.0]], requires_grad=True)
    >>> np.linalg.det(a).backward()
    >>> np.round(a.grad, 6)
    Tensor([[ 4., -2.],
            [-2.,  1.]])
    """
    return np.linalg.det(a)


@det.vjp("a")
def det_a(g: Any, y: Any, a: Any) -> Any:
    """∂/∂a: ``g cof(a)``."""
    return g[..., None, None] * cofactor(a)


@primitive(symbol="cof", explain=square_explain)
def cofactor(a: Any) -> Any:
    """The matrix of cofactors: entry by entry the derivative of the determinant."""
    u, s, vh = np.linalg.svd(a)
    return conj(u) @ (others(s) * phase_of(u, vh)[..., None, None] * conj(vh))


def phase_of(u: Any, vh: Any) -> Any:
    """Return the determinant of ``U Vᴴ``, a number of size 1."""
    return np.linalg.det(u) * np.linalg.det(vh)


def others(s: Any) -> Any:
    """Return as a column the product of all entries but each, along the last axis."""
    zero = s == 0
    logarithm = np.log(np.where(zero, 1, s))
    rest = np.exp(np.sum(logarithm, axis=-1, keepdims=True) - logarithm)  # a product might overflow on the way
    return (rest * (np.sum(zero, axis=-1, keepdims=True) == zero))[..., None]


def other_pairs(s: Any) -> Any:
    """Return the products of all entries but two, and 0 for one that is left out twice."""
    zero = s == 0
    logarithm = np.log(np.where(zero, 1, s))
    total, count = np.sum(logarithm, axis=-1)[..., None, None], np.sum(zero, axis=-1)[..., None, None]
    rest = np.exp(total - logarithm[..., None, :] - logarithm[..., :, None])
    left = count == zero[..., None, :] * 1 + zero[..., :, None]
    return rest * left * (1 - np.eye(s.shape[-1], dtype=s.dtype))


@primitive(symbol="D²det", explain=square_explain)
def cofactor_slope(t: Any, a: Any) -> Any:
    """How the cofactors of ``a`` change with ``a`` along ``t``: the second derivative of the determinant."""
    u, s, vh = np.linalg.svd(a)
    inside, pairs = conj(u).mT @ t @ conj(vh).mT, other_pairs(s)
    straight = np.diagonal(inside, 0, -2, -1)[..., None, :] @ pairs
    slope = diagonal_matrix(straight[..., 0, :]) - pairs * inside.mT
    return conj(u) @ (slope * phase_of(u, vh)[..., None, None]) @ conj(vh)


@cofactor.vjp("a")
@cofactor.jvp("a")
def cofactor_a(g: Any, y: Any, a: Any) -> Any:
    """∂/∂a: ``D²det(a) g``."""
    return cofactor_slope(g, a)


@cofactor_slope.vjp("t")
@cofactor_slope.jvp("t")
def cofactor_slope_t(g: Any, y: Any, t: Any, a: Any) -> Any:
    return cofactor_slope(g, a)


@cofactor_slope.vjp("a")
@cofactor_slope.jvp("a")
def cofactor_slope_a(g: Any, y: Any, t: Any, a: Any) -> Any:
    """∂/∂a: ``D³det(a) (t, g)``, by the inverse X: of ``det(a) (tr(Xt) tr(Xg) - tr(XtXg))``."""
    x = np.linalg.inv(a)
    xt, xg = x @ t, x @ g
    of_t, of_g, of_both = (np.linalg.trace(m)[..., None, None] for m in (xt, xg, xt @ xg))
    cubic = (of_t * of_g - of_both) * x - of_t * (xg @ x) - of_g * (xt @ x) + xt @ xg @ x + xg @ xt @ x
    return np.linalg.det(a)[..., None, None] * cubic.mT


@primitive(name="slogdet", symbol="ln|det|", explain=square_explain)
def slogdet_row(a: Any) -> Any:
    """Sign and logarithm of the absolute value of the determinant, in one array."""
    sign, logarithm = np.linalg.slogdet(a)
    return pack(a.ndim - 2, sign, logarithm)


@slogdet_row.vjp("a")
def slogdet_a(g: Any, y: Any, a: Any) -> Any:
    """∂/∂a: ``gˡ a⁻ᵀ``; a complex sign turns by the imaginary part of ``tr(a⁻¹ t)``."""
    along = real(g[..., 1])
    if a.dtype.kind == "c":
        along = along + 1j * np.imag(g[..., 0] * y[..., 0])
    return along[..., None, None] * np.linalg.inv(a).mT


def slogdet(a: Any) -> Any:
    """Sign, and logarithm of the absolute value, of the determinant; the sign of a real one has no derivative.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[0.0, 2.0], [1.0, 0.0]], requires_grad=True)
    >>> sign, logarithm = np.linalg.slogdet(a)
    >>> logarithm.backward()
    >>> a.grad
    Tensor([[0. , 0.5],
            [1. , 0. ]])
    """
    a = array_like(a)
    packed = slogdet_row(a)
    sign, logarithm = unpack(packed, (), ())
    if packed.dtype.kind != "c":
        sign = without_gradient(sign)
    return SlogdetResult(sign, real(logarithm))


NUMPY[np.linalg.slogdet] = slogdet
