"""Factors of matrices: Cholesky and QR. Derivatives: Murray (2016); Walter and Lehmann (2018)."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import primitive
from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.modes import is_recording
from ..core.tensor import Tensor, array_like, make_leaf
from ..errors import OptionError, describe
from .arithmetic import conj_complex as conj
from .matrices import (  # fmt: skip
    adjoint,
    fold_complement,
    fold_triangle,
    half,
    matrix_explain,
    pack,
    square_explain,
    unpack,
)

__all__ = ["cholesky", "qr"]

QRResult = type(np.linalg.qr(np.eye(1)))


@primitive(symbol="LLᴴ", explain=square_explain, numpy=(np.linalg.cholesky,))
def cholesky(a: Any, *, upper: Any = False) -> Any:
    """The lower triangular ``L`` of ``a = L Lᴴ``, or the upper ``U`` of ``a = Uᴴ U``, of positive definite matrices.

    Only that triangle of ``a`` is read, and only there is the derivative not 0: ``(G + G.mT) / 2`` makes a symmetric
    one of it.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[4.0, 2.0], [2.0, 2.0]], requires_grad=True)
    >>> L = np.linalg.cholesky(a)
    >>> L.sum().backward()
    >>> a.grad
    Tensor([[0.25, 0.  ],
            [0.  , 0.5 ]])
    """
    return np.linalg.cholesky(a, upper=upper)


@cholesky.vjp("a")
def cholesky_a(g: Any, y: Any, a: Any, *, upper: Any) -> Any:
    """∂/∂a: ``L⁻ᴴ Φ(Lᴴg) L⁻¹``, with Φ the lower triangle with half of the diagonal."""
    if upper:
        g, y = adjoint(g), adjoint(y)
    back = np.linalg.inv(y)
    return fold_triangle(back.mT @ half(y.mT @ g) @ conj(back), upper)


@primitive(name="qr", symbol="QR", explain=matrix_explain)
def qr_row(a: Any, *, mode: Any = "reduced") -> Any:
    """Q and R, in one array."""
    q, r = np.linalg.qr(a, mode)
    return pack(a.ndim - 2, q, r)


def qr_shapes(a: Any, mode: Any) -> Any:
    m, n = a.shape[-2:]
    k = m if mode == "complete" else min(m, n)
    return (m, k), (k, n)


@qr_row.vjp("a")
def qr_a(g: Any, y: Any, a: Any, *, mode: Any) -> Any:
    """∂/∂a: ``(gᑫ + Q C) R⁻ᴴ``, with C the Hermitian matrix that has the lower triangle of ``R gᴿᴴ - gᑫᴴ Q``.

    Columns that ``a`` has beyond its rows are ``Q`` times those of ``R``.
    """
    k = min(a.shape[-2:])
    q, r = unpack(y, *qr_shapes(a, mode))
    gq, gr = unpack(g, *qr_shapes(a, mode))
    q, gq, r, gr = q[..., :k], fold_complement(q, gq, k), r[..., :k, :], gr[..., :k, :]
    gq = gq + conj(a[..., k:]) @ adjoint(gr[..., k:])
    below = half(conj(r[..., :k]) @ adjoint(gr[..., :k]) - adjoint(gq) @ conj(q))
    first = np.linalg.solve(r[..., :k], (gq + conj(q) @ (below + adjoint(below))).mT).mT
    return np.concatenate([first, conj(q) @ gr[..., k:]], axis=-1)


def qr(a: Any, mode: Any = "reduced") -> Any:
    """QR decomposition ``a = Q R``, Q with upright columns of length 1, R upper triangular: ``(Q, R)``.

    mode: ``"reduced"``, ``"complete"`` (all columns of Q), ``"r"`` (R alone) or ``"raw"`` (LAPACK's own form, which has
          no derivative)

    Shapes, with ``k = min(m, n)``: ``(..., m, n) -> (..., m, k), (..., k, n)``, complete ``(..., m, m), (..., m, n)``.
    The first k columns of ``a`` must be independent, or the derivative raises a LinAlgError. The columns of Q beyond
    the first k are any basis of the rest: the derivative is that of a loss for which any is as good.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[3.0], [4.0]], requires_grad=True)
    >>> R = np.linalg.qr(a).R
    >>> R.sum().backward()
    >>> R, a.grad
    (Tensor([[-5.]], requires_grad=True), Tensor([[-0.6],
            [-0.8]]))
    """
    a = array_like(a)
    if mode == "raw":
        if isinstance(a, Tensor) and a.requires_grad and is_recording():
            raise TypeError(
                f"qr(a): mode='raw' has no derivative rule, and its result would lose the gradient silently; use mode "
                f"'reduced', 'complete' or 'r', or pass a.detach(); got a {describe(a)}"
            )
        raw = np.linalg.qr(unwrap_tensors(a), "raw")
        return tuple([make_leaf(x) for x in raw]) if isinstance(a, Tensor) else raw
    if mode not in ("reduced", "complete", "r"):
        raise OptionError(f"qr(a): mode must be 'reduced', 'complete', 'r' or 'raw', got {mode!r}")
    kept = "complete" if mode == "complete" else "reduced"
    q, r = unpack(qr_row(a, mode=kept), *qr_shapes(a, kept))
    return r if mode == "r" else QRResult(q, r)


NUMPY[np.linalg.qr] = qr
