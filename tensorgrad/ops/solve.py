"""Linear systems: inverses, solutions, least squares; batched over leading axes. Derivatives: Giles (2008)."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..core.declare import primitive
from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from .arithmetic import conj_complex as conj
from .complex_numbers import real
from .eigen import svdvals_a
from .matrices import adjoint, fold_triangle, half, matrix_explain, pack, square_explain, unpack

__all__ = ["inv", "lstsq", "pinv", "solve", "tensorinv", "tensorsolve"]


@primitive(symbol="⁻¹", numpy=(np.linalg.inv,), explain=square_explain)
def inv(a: Any) -> Any:
    """Inverse matrix: ``inv(a) @ a = I``."""
    return np.linalg.inv(a)


@inv.vjp("a")
def inv_a(g: Any, y: Any, a: Any) -> Any:
    return -(y.mT @ g @ y.mT)


@inv.jvp("a")
def inv_tangent(t: Any, y: Any, a: Any) -> Any:
    return -(y @ t @ y)


@primitive(symbol="a⁻¹b", numpy=(np.linalg.solve,), explain=square_explain)
def solve(a: Any, b: Any) -> Any:
    """The ``x`` of ``a @ x = b``, for a vector ``b`` or the columns of a matrix."""
    return np.linalg.solve(a, b)


@solve.vjp("a")
def solve_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂a: ``-(a⁻ᵀ g) yᵀ``."""
    if b.ndim == 1:
        return -solve_b(g, y, a, b)[..., None] * y[..., None, :]
    return -(solve_b(g, y, a, b) @ y.mT)


@solve.vjp("b")
def solve_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂b: ``a⁻ᵀ g``."""
    if b.ndim == 1 < g.ndim:  # one vector for a batch of matrices
        return np.linalg.solve(a.mT, g[..., None])[..., 0]
    return np.linalg.solve(a.mT, g)


@primitive(symbol="⁺", explain=matrix_explain, numpy=(np.linalg.pinv,))
def pinv(a: Any, *, rcond: Any = None, hermitian: Any = False, rtol: Any = np._NoValue) -> Any:
    """Pseudo-inverse (Moore-Penrose); with ``hermitian`` of Hermitian matrices, of which the lower triangle is read.

    Singular values of at most ``rcond`` (or ``rtol``) times the largest count as 0, to the derivative as well, which
    is that among matrices of the same rank.
    """
    return np.linalg.pinv(a, rcond, hermitian, rtol=rtol)


@pinv.vjp("a")
def pinv_a(g: Any, y: Any, a: Any, *, rcond: Any, hermitian: Any, rtol: Any) -> Any:
    """∂/∂a: ``-Pᵀ g Pᵀ + …``: the transpose of ``t -> -P t P + P Pᴴ tᴴ (I - a P) + (I - P a) tᴴ Pᴴ P``.

    Golub and Pereyra (1973).
    """
    if hermitian:
        a = half(a) + adjoint(half(a))
    out = (g.mT - a @ (y @ g.mT)) @ y @ adjoint(y)
    into = adjoint(y) @ y @ (g.mT - (g.mT @ y) @ a)
    gx = conj(out + into) - y.mT @ g @ y.mT
    return fold_triangle(gx) if hermitian else gx


@primitive(name="lstsq", symbol="a⁺b")
def lstsq_row(a: Any, b: Any, *, rcond: Any = None) -> Any:
    """Solution, singular values and rank, in one array."""
    x, _, rank, s = np.linalg.lstsq(a, b, rcond)
    return pack(0, x, s, np.reshape(rank, (1,)).astype(s.dtype))


def lstsq_shapes(a: Any, b: Any) -> Any:
    return a.shape[1:] + b.shape[1:], (min(a.shape),), ()


def pseudo_inverse(a: Any, rcond: Any) -> Any:
    """Return the pseudo-inverse that ``np.linalg.lstsq`` uses: its ``rcond`` has another default."""
    if rcond is None or rcond < 0:
        rcond = float(np.finfo(a.dtype).eps) * (max(a.shape) if rcond is None else 1)
    return np.linalg.pinv(a, rcond)


@lstsq_row.vjp("a")
def lstsq_a(g: Any, y: Any, a: Any, b: Any, *, rcond: Any) -> Any:
    """∂/∂a: ``-Pᵀ g xᵀ + …``, as ``pinv_a`` with ``x = P b``, and the derivative of the singular values."""
    columns = (b.size // b.shape[0],) if b.shape[0] else (1,)
    (x, _, _), (gx, gs, _) = (unpack(part, *lstsq_shapes(a, b)) for part in (y, g))
    x, gx, b = (part.reshape((part.shape[0], *columns)) for part in (x, gx, b))
    p = pseudo_inverse(a, rcond)
    out = (b - a @ x) @ ((gx.mT @ p) @ adjoint(p))
    into = (adjoint(p) @ x) @ (gx.mT - (gx.mT @ p) @ a)
    return conj(out + into) - (p.mT @ gx) @ x.mT + svdvals_a(real(gs), None, a)


@lstsq_row.vjp("b")
def lstsq_b(g: Any, y: Any, a: Any, b: Any, *, rcond: Any) -> Any:
    """∂/∂b: ``Pᵀ g``."""
    return pseudo_inverse(a, rcond).mT @ unpack(g, *lstsq_shapes(a, b))[0]


def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The least-squares solution of ``a @ x = b``: ``(x, residuals, rank, s)``, as ``np.linalg.lstsq``.

    a: ``(m, n)``;  b: ``(m,)`` or ``(m, k)``;  x: ``(n,)`` or ``(n, k)``, the shortest of the best
    residuals: the squared lengths of the columns of ``b - a @ x``; empty unless ``a`` has rank n < m
    rank, s: the rank of ``a``, without derivative, and its singular values, of which those of at most ``rcond`` times
             the largest count as 0

    >>> import numpy as np, tensorgrad as tg
    >>> b = tg.Tensor([1.0, 2.0, 6.0], requires_grad=True)
    >>> x = np.linalg.lstsq(np.ones((3, 1)), b)[0]
    >>> x.sum().backward()
    >>> x, np.round(b.grad, 4)
    (Tensor([3.], requires_grad=True), Tensor([0.3333, 0.3333, 0.3333]))
    """
    a, b = array_like(a), array_like(b)
    x, s, rank = unpack(lstsq_row(a, b, rcond=rcond), *lstsq_shapes(a, b))
    s, rank = real(s), unwrap_tensors(real(rank)).astype("int32")[()]
    residuals = s[:0]
    if a.shape[0] > a.shape[1] and rank == a.shape[1]:
        rest = np.reshape(b - a @ x, (b.shape[0], -1 if b.size else 0))
        residuals = np.sum(real(conj(rest) * rest), axis=0)
    return x, residuals, rank, s


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The ``x`` of ``tensordot(a, x, x.ndim) = b``; first the ``axes`` of ``a`` are moved to its end.

    Raises ShapeError unless the axes of ``a`` that meet ``x`` have as many entries as those of ``b``.
    """
    a, b = array_like(a), array_like(b)
    if axes is not None:
        order = list(range(a.ndim))
        for k in axes:
            order.remove(k)
            order.append(k)
        a = np.transpose(a, order)
    shape = a.shape[a.ndim - (a.ndim - b.ndim) :]
    if a.size != prod(shape) ** 2:
        raise ShapeError(
            f"tensorsolve(a, b): the first {b.ndim} axes of a must have as many entries as the others; "
            f"got a {describe(a)}, b {describe(b)}"
        )
    return np.reshape(np.linalg.solve(np.reshape(a, (prod(shape), prod(shape))), np.ravel(b)), shape)


def tensorinv(a: Any, ind: Any = 2) -> Any:
    """The inverse of ``x -> tensordot(a, x, ind)``: the first ``ind`` axes of ``a`` are its rows.

    Raises ShapeError unless both groups of axes have as many entries.
    """
    a = array_like(a)
    if ind <= 0:
        raise OptionError(f"tensorinv(a): ind must be positive, how many axes of a are its rows; got {ind!r}")
    rows, columns = prod(a.shape[:ind]), prod(a.shape[ind:])
    if rows != columns:
        raise ShapeError(f"tensorinv(a): the first {ind} axes of a have {rows} entries and the others {columns}; "
                         f"both must have as many; got a {describe(a)}")  # fmt: skip
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, columns))), a.shape[ind:] + a.shape[:ind])


NUMPY.update({np.linalg.lstsq: lstsq, np.linalg.tensorsolve: tensorsolve, np.linalg.tensorinv: tensorinv})
