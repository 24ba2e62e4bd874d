"""Eigenvalues and singular values, with their vectors. Derivatives: Giles (2008), section 3; Townsend (2016).

Where values are equal, their vectors are any basis of what they span. A loss of values alone has its derivative there,
and so has one of what the vectors span, such as ``V Vᴴ``. One that depends on the basis has none: what it says of
turning the vectors among themselves is left out. One of both, such as ``V f(w) Vᴴ``, has one that does not follow from
the cotangents of values and vectors: it is nan. So are second derivatives there, but for a matrix of zeros.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import primitive
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from ..errors import OptionError
from .arithmetic import conj_complex as conj
from .complex_numbers import real
from .matrices import (  # fmt: skip
    adjoint,
    diagonal_matrix,
    fold_complement,
    fold_triangle,
    gap_inverse,
    inverse,
    mark_mixed,
    matrix_explain,
    noise,
    pack,
    square_explain,
    unpack,
)

__all__ = ["eig", "eigh", "eigvals", "eigvalsh", "svd", "svdvals"]

EigResult, EighResult = type(np.linalg.eig(np.eye(1))), type(np.linalg.eigh(np.eye(1)))
SVDResult = type(np.linalg.svd(np.eye(1)))


@primitive(name="eigh", symbol="VΛVᴴ", explain=square_explain)
def eigh_row(a: Any, *, UPLO: Any = "L", strict: Any = False) -> Any:
    """Eigenvalues and eigenvectors of Hermitian matrices, in one array. ``strict`` as in ``mark_mixed``."""
    w, v = np.linalg.eigh(a, UPLO)
    return pack(a.ndim - 2, w, v)


@eigh_row.vjp("a")
def eigh_a(g: Any, y: Any, a: Any, *, UPLO: Any, strict: Any) -> Any:
    """∂/∂a: ``V (diag(gʷ) + F∘(Vᴴgᵛ)) Vᴴ`` with ``Fᵢⱼ = 1 / (wⱼ - wᵢ)``, folded into the triangle that is read."""
    n = a.shape[-1]
    w, v = unpack(y, (n,), (n, n))
    gw, gv = unpack(g, (n,), (n, n))
    w, gw, turned = real(w), real(gw), v.mT @ gv
    inside = mark_mixed(diagonal_matrix(gw) + gap_inverse(w) * turned, w, gw, turned, strict)
    return fold_triangle(conj(v) @ inside @ v.mT, UPLO == "U")


def eigh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues, ascending, and eigenvectors ``a = V diag(w) Vᴴ`` of symmetric or Hermitian matrices.

    Only the lower triangle is read (``UPLO="U"``: the upper), and only there is a derivative: ``(G + G.mT) / 2`` makes
    a symmetric one of it.

    Shapes: ``(..., n, n) -> (..., n), (..., n, n)``. Where eigenvalues are equal, a loss of them alone has its
    derivative, and so has one of the space that their vectors span; one that mixes values and vectors has nan.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[2.0, 0.0], [0.0, 3.0]], requires_grad=True)
    >>> np.linalg.eigh(a).eigenvalues[1].backward()
    >>> a.grad
    Tensor([[0., 0.],
            [0., 1.]])
    """
    a = array_like(a)
    packed = eigh_row(a, UPLO=triangle("eigh", UPLO))
    n = a.shape[-1]
    w, v = unpack(packed, (n,), (n, n))
    return EighResult(real(w), v)


def triangle(name: Any, UPLO: Any) -> Any:
    """Return which triangle is meant, ``"L"`` or ``"U"``."""
    if not isinstance(UPLO, str) or UPLO.upper() not in ("L", "U"):
        raise OptionError(f"{name}(a): UPLO must be 'L' or 'U', the triangle to read, got {UPLO!r}")
    return UPLO.upper()


@primitive(name="eigvalsh", symbol="Λ", explain=square_explain)
def eigvalsh_row(a: Any, *, UPLO: Any = "L") -> Any:
    """Eigenvalues of Hermitian matrices, ascending."""
    return np.linalg.eigvalsh(a, UPLO)


@eigvalsh_row.vjp("a")
def eigvalsh_a(g: Any, y: Any, a: Any, *, UPLO: Any) -> Any:
    """∂/∂a: ``V diag(g) Vᴴ``, folded into the triangle that is read."""
    n = a.shape[-1]
    _, v = unpack(eigh_row(a, UPLO=UPLO, strict=True), (n,), (n, n))
    return fold_triangle((conj(v) * g[..., None, :]) @ v.mT, UPLO == "U")


def eigvalsh(a: Any, UPLO: Any = "L") -> Any:
    """Eigenvalues, ascending, of symmetric or Hermitian matrices, of which one triangle is read, as in ``eigh``."""
    return eigvalsh_row(array_like(a), UPLO=triangle("eigvalsh", UPLO))


@primitive(name="eig", symbol="VΛV⁻¹", explain=square_explain)
def eig_row(a: Any) -> Any:
    """Eigenvalues and eigenvectors of square matrices, in one array."""
    w, v = np.linalg.eig(a)
    return pack(a.ndim - 2, w, v)


@eig_row.vjp("a")
def eig_a(g: Any, y: Any, a: Any) -> Any:
    """∂/∂a: ``V⁻ᵀ (diag(gʷ) + F∘(Vᵀgᵛ - Vᵀv̄ diag(Vᵀgᵛ))) Vᵀ``: a vector keeps its length, and its phase."""
    n = a.shape[-1]
    w, v = unpack(y, (n,), (n, n))
    gw, gv = unpack(g, (n,), (n, n))
    turned = v.mT @ gv
    along = np.diagonal(turned, 0, -2, -1)[..., None, :]
    inside = diagonal_matrix(gw) + gap_inverse(w) * (turned - (v.mT @ conj(v)) * along)
    inside = mark_mixed(inside, w, gw, turned)
    return np.linalg.solve(v.mT, inside @ v.mT)


def eig(a: Any) -> Any:
    """Eigenvalues and eigenvectors of square matrices, ``a V = V diag(w)``; real only where all eigenvalues are.

    Shapes: ``(..., n, n) -> (..., n), (..., n, n)``. Each vector has length 1; a complex one has any phase, on which a
    loss must not depend. Near a matrix without n independent eigenvectors the derivative grows without bound.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[2.0, 1.0], [0.0, 3.0]], requires_grad=True)
    >>> np.linalg.eig(a).eigenvalues[0].backward()
    >>> a.grad
    Tensor([[ 1.,  0.],
            [-1.,  0.]])
    """
    a = array_like(a)
    packed = eig_row(a)
    n = a.shape[-1]
    return EigResult(*unpack(packed, (n,), (n, n)))


def eigvals(a: Any) -> Any:
    """Eigenvalues of square matrices, in the order of ``eig``."""
    return eig(a).eigenvalues


@primitive(name="svd", symbol="USVᴴ", explain=matrix_explain)
def svd_row(a: Any, *, full_matrices: Any = True, strict: Any = False) -> Any:
    """Singular vectors and values, in one array. ``strict`` as in ``mark_mixed``."""
    u, s, vh = np.linalg.svd(a, full_matrices)
    return pack(a.ndim - 2, u, s, vh)


def svd_shapes(a: Any, full_matrices: Any) -> Any:
    m, n = a.shape[-2:]
    k = min(m, n)
    return ((m, m), (k,), (n, n)) if full_matrices else ((m, k), (k,), (k, n))


@svd_row.vjp("a")
def svd_a(g: Any, y: Any, a: Any, *, full_matrices: Any, strict: Any) -> Any:
    """∂/∂a: ``U P Vᴴ``, and what moves the vectors out of the space that they span.

    With ``x`` and ``z`` what turns U and V, and for i ≠ j, ``Pᵢⱼ = ½ (x + z)ᵢⱼ / (sⱼ - sᵢ) + ½ (x - z)ᵢⱼ / (sⱼ + sᵢ)``;
    on the diagonal the cotangent of ``s``.
    """
    k = min(a.shape[-2:])
    u, s, vh = unpack(y, *svd_shapes(a, full_matrices))
    gu, gs, gv = unpack(g, *svd_shapes(a, full_matrices))
    s, u, gu = real(s), u[..., :k], fold_complement(u, gu, k)
    vh, gv = vh[..., :k, :], fold_complement(vh.mT, gv.mT, k).mT
    of_u, of_v, gs = u.mT @ gu, conj(vh) @ adjoint(gv), real(gs)
    x, z = turn(of_u), turn(of_v)
    sums = s[..., None, :] + s[..., :, None]
    apart = (x - z) * inverse(sums, noise(s)[..., None, None])
    inside = diagonal_matrix(gs) + ((x + z) * gap_inverse(s) + apart) / 2
    inside = mark_mixed(inside, s, gs, np.abs(of_u) + np.abs(of_v), strict)
    gx = conj(u) @ inside @ conj(vh)
    over = inverse(s, noise(s)[..., None])
    if u.shape[-2] > k:
        out = gu * over[..., None, :]
        gx = gx + (out - conj(u) @ (u.mT @ out)) @ conj(vh)
    if vh.shape[-1] > k:
        out = gv * over[..., :, None]
        gx = gx + conj(u) @ (out - (out @ vh.mT) @ conj(vh))
    return gx


def turn(x: Any) -> Any:
    """Return what turns vectors among themselves, of a cotangent in their own basis."""
    return x - adjoint(x)


def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True, hermitian: Any = False) -> Any:
    """Singular value decomposition ``a = U diag(S) Vᴴ``: ``(U, S, Vh)``, or ``S`` alone without ``compute_uv``.

    Shapes, with ``k = min(m, n)``: ``(..., m, n) -> (..., m, m), (..., k), (..., n, n)``, or without ``full_matrices``
    ``(..., m, k), (..., k), (..., k, n)``. ``hermitian`` reads the lower triangle, as ``eigh``. Where singular values
    are equal, a loss of them alone has its derivative, and so has one of ``U Vᴴ``; one that mixes values and vectors
    has nan. For the vectors beyond the first k, the derivative is that of a loss for which any basis is as good.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[2.0, 0.0], [0.0, 3.0]], requires_grad=True)
    >>> np.linalg.svd(a).S[0].backward()
    >>> a.grad
    Tensor([[0., 0.],
            [0., 1.]])
    """
    a = array_like(a)
    if hermitian:
        return hermitian_svd(a, compute_uv)
    if not compute_uv:
        return svdvals(a)
    packed = svd_row(a, full_matrices=bool(full_matrices))
    u, s, vh = unpack(packed, *svd_shapes(a, full_matrices))
    return SVDResult(u, real(s), vh)


def hermitian_svd(a: Any, compute_uv: Any) -> Any:
    """Return the singular values of Hermitian matrices, and the vectors if asked for: eigenvalues without signs."""
    if not compute_uv:
        return np.flip(np.sort(np.abs(eigvalsh(a)), axis=-1), -1)
    w, v = eigh(a)
    order = np.flip(np.argsort(np.abs(w), axis=-1), -1)
    w, v = np.take_along_axis(w, order, -1), np.take_along_axis(v, order[..., None, :], -1)
    signs = np.where(np.signbit(w), -1, 1)
    return SVDResult(v, w * signs, adjoint(v * signs[..., None, :]))


@primitive(symbol="Σ", explain=matrix_explain, numpy=(np.linalg.svdvals,))
def svdvals(a: Any) -> Any:
    """Singular values, descending: ``(..., m, n) -> (..., min(m, n))``."""
    return np.linalg.svd(a, compute_uv=False)


@svdvals.vjp("a")
def svdvals_a(g: Any, y: Any, a: Any) -> Any:
    """∂/∂a: ``U diag(g) Vᴴ``."""
    u, _, vh = unpack(svd_row(a, full_matrices=False, strict=True), *svd_shapes(a, False))
    return (conj(u) * g[..., None, :]) @ conj(vh)


NUMPY.update({
    np.linalg.eigh: eigh, np.linalg.eigvalsh: eigvalsh, np.linalg.eig: eig, np.linalg.eigvals: eigvals,
    np.linalg.svd: svd,
})  # fmt: skip
