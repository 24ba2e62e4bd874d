"""Products of matrices and their generalisations."""

import numpy as np

from ..core.declare import bilinear
from ..errors import describe


def matmul_a(g, y, a, b):
    """∂/∂a: ``g @ bᵀ``; a vector ``b`` has no transpose, and a vector ``a`` is a row."""
    if b.ndim == 1:
        return np.expand_dims(g, -1) * b
    if a.ndim == 1:
        return (np.expand_dims(g, -2) @ b.mT)[..., 0, :]
    return g @ b.mT


def matmul_b(g, y, a, b):
    """∂/∂b: ``aᵀ @ g``, as one product over all leading axes when ``b`` is a plain matrix."""
    if a.ndim == 1:
        return np.expand_dims(a, -1) * (np.expand_dims(g, -2) if b.ndim > 1 else g)
    if b.ndim == 1:
        return (a.mT @ np.expand_dims(g, -1))[..., 0]
    if b.ndim == 2 < a.ndim:
        return a.reshape(-1, a.shape[-1]).T @ g.reshape(-1, g.shape[-1])
    return a.mT @ g


def matmul_explain(a, b):
    if a.ndim == 0 or b.ndim == 0:
        return "a number has no rows or columns; use a * b"
    rows = b.shape[-2] if b.ndim > 1 else b.shape[0]
    if a.shape[-1] != rows:
        return (f"a {describe(a)} has {a.shape[-1]} columns but b {describe(b)} has {rows} rows")
    return "the leading (batch) axes do not broadcast"


matmul = bilinear("matmul", np.matmul, "Matrix product ``a @ b``, batched over leading axes.", symbol="@",
    explain=matmul_explain, a=matmul_a, b=matmul_b)  # fmt: skip
