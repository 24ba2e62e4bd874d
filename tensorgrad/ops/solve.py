"""Linear systems: inverse, solution, determinant; batched over leading axes. Derivatives: Giles (2008), section 2.2."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import primitive
from ..core.dispatch import NUMPY, unwrap_tensors

__all__ = ["det", "inv", "slogdet", "solve"]


def explain_square(a: Any, *b: Any) -> str | None:
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        return "a must be square in its last two axes"
    if b and a.shape[-1] != b[0].shape[0 if b[0].ndim == 1 else -2]:
        return f"a has {a.shape[-1]} equations but b has {b[0].shape[0 if b[0].ndim == 1 else -2]} rows"
    return None


@primitive(symbol="⁻¹", numpy=(np.linalg.inv,), explain=explain_square)
def inv(a: Any) -> Any:
    """Inverse matrix: ``inv(a) @ a = I``."""
    return np.linalg.inv(a)


@inv.vjp("a")
def inv_a(g: Any, y: Any, a: Any) -> Any:
    return -(y.mT @ g @ y.mT)


@inv.jvp("a")
def inv_tangent(t: Any, y: Any, a: Any) -> Any:
    return -(y @ t @ y)


@primitive(symbol="a⁻¹b", numpy=(np.linalg.solve,), explain=explain_square)
def solve(a: Any, b: Any) -> Any:
    """The ``x`` of ``a @ x = b``, for a vector ``b`` or the columns of a matrix."""
    return np.linalg.solve(a, b)


@solve.vjp("a")
def solve_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return -np.expand_dims(solve_b(g, y, a, b), -1) * np.expand_dims(y, -2)
    return -(solve_b(g, y, a, b) @ y.mT)


@solve.vjp("b")
def solve_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    if b.ndim == 1 < g.ndim:  # one vector for a batch of matrices
        return np.linalg.solve(a.mT, np.expand_dims(g, -1))[..., 0]
    return np.linalg.solve(a.mT, g)


@primitive(numpy=(np.linalg.det,), symbol="det", explain=explain_square)
def det(a: Any) -> Any:
    """Determinant. Its derivative is taken through the inverse, so ``a`` must have one."""
    return np.linalg.det(a)


@det.vjp("a")
def det_a(g: Any, y: Any, a: Any) -> Any:
    return np.expand_dims(g * y, (-1, -2)) * np.linalg.inv(a).mT


@primitive(symbol="ln|det|", explain=explain_square)
def logabsdet(a: Any) -> Any:
    """Logarithm of the absolute value of the determinant."""
    sign, logarithm = np.linalg.slogdet(a)
    if np.iscomplexobj(a):
        return logarithm + np.log(sign * np.sign(sign.real))  # a complex step keeps its imaginary part
    return logarithm


@logabsdet.vjp("a")
def logabsdet_a(g: Any, y: Any, a: Any) -> Any:
    return np.expand_dims(g, (-1, -2)) * np.linalg.inv(a).mT


def slogdet(a: Any) -> Any:
    """Sign, without a derivative, and logarithm of the absolute value of the determinant."""
    logarithm = logabsdet(a)
    return np.linalg.slogdet(unwrap_tensors(a))._replace(logabsdet=logarithm)


NUMPY[np.linalg.slogdet] = slogdet
