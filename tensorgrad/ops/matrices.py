"""What the rules of decompositions share: several results in one array, adjoints, triangles, gaps.

An op has one output. What a decomposition gives lies side by side in it, along the last axis, so that its rule sees all
cotangents at once; the parts are cut from it by ops.
"""

from __future__ import annotations

import math
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from ..core.declare import linear
from ..core.tensor import Tensor
from .arithmetic import conj_complex as conj

__all__ = []


def pack(batch: Any, *parts: Any) -> Any:
    """Return ``parts``, each flat behind ``batch`` leading axes, joined along the last.

    >>> pack(0, np.array([1.0, 2.0]), np.eye(2))
    array([1., 2., 1., 0., 0., 1.])
    """
    flat = [x.reshape((*x.shape[:batch], prod(x.shape[batch:]))) for x in parts]
    return np.concatenate(flat, axis=-1)


def whole_kernel(x: Any, *, start: Any, batch: Any, size: Any) -> Any:
    y = np.zeros_like(x, shape=(*x.shape[:batch], size))
    n = prod(x.shape[batch:])
    y[..., start : start + n] = x.reshape((*x.shape[:batch], n))
    return y


part = linear("part",
    lambda x, *, start, shape: x[..., start : start + prod(shape)].reshape((*x.shape[:-1], *shape)),
    "The entries from ``start`` on along the last axis, as many as fill ``shape``, in it.", view=True,
    x=lambda g, y, x, *, start, shape: whole(g, start=start, batch=x.ndim - 1, size=x.shape[-1]))  # fmt: skip

whole = linear("whole", whole_kernel,
    "Zeros along a last axis of ``size`` with the entries behind ``batch`` axes from ``start`` on: what ``part`` is to "
    "gradients.", symbol="partᵀ",
    x=lambda g, y, x, *, start, batch, size: part(g, start=start, shape=x.shape[batch:]))  # fmt: skip


def unpack(packed: Any, *shapes: Any) -> Any:
    """Return the parts of what ``pack`` returned, which have these shapes behind the leading axes."""
    parts, start = [], 0
    for shape in shapes:
        parts.append(part(packed, start=start, shape=shape))
        start += prod(shape)
    return parts


def without_gradient(x: Any) -> Any:
    """Return the values of a Tensor as one that requires no gradient; an array as it is."""
    return x.detach() if isinstance(x, Tensor) else x


def adjoint(x: Any) -> Any:
    """Return the conjugate transpose of matrices."""
    return conj(x).mT


def half(x: Any, upper: Any = False) -> Any:
    """Return the lower (or upper) triangle of matrices, with half of the diagonal.

    >>> half(np.full((2, 2), 2.0))
    array([[1., 0.],
           [2., 1.]])
    """
    mask = half_mask(x.shape[-1], x.dtype)
    return x * (mask.T if upper else mask)


@lru_cache(64)
def half_mask(n: Any, dtype: Any) -> Any:
    mask = np.tril(np.ones((n, n), np.finfo(dtype).dtype)) - identity(n, dtype) / 2
    mask.flags.writeable = False  # it is shared
    return mask


@lru_cache(64)
def identity(n: Any, dtype: Any) -> Any:
    """Return the identity matrix, of real numbers as exact as ``dtype``."""
    eye = np.eye(n, dtype=np.finfo(dtype).dtype)
    eye.flags.writeable = False
    return eye


def diagonal_matrix(d: Any) -> Any:
    """Return the matrices with ``d`` on their diagonals."""
    return d[..., None, :] * identity(d.shape[-1], d.dtype)


def noise(w: Any) -> Any:
    """Return what rounding may have made of 0 among the eigenvalues or singular values ``w``, for each matrix."""
    return np.abs(w).sum(axis=-1) * np.finfo(w.dtype).eps


def inverse(x: Any, least: Any) -> Any:
    """Return ``1 / x``, but 0 where ``|x|`` is not above ``least``."""
    zero = np.abs(x) <= least
    return ~zero / np.where(zero, 1, x)


def gap_inverse(w: Any) -> Any:
    """Return ``1 / (wⱼ - wᵢ)``, but 0 for those that are equal to rounding: their vectors may turn among themselves."""
    return inverse(w[..., None, :] - w[..., :, None], noise(w)[..., None, None])


def mark_mixed(inside: Any, w: Any, gw: Any, turned: Any, strict: Any = False) -> Any:
    """Return a cotangent with nan for each pair of equal values that a loss mixes with their vectors.

    For ``V f(w) Vᴴ`` any basis is as good, but what f does as the two values part does not follow from cotangents.

    inside: the cotangent of a matrix in the basis of its vectors
    w, gw:  the values and their cotangent
    turned: the cotangent of the vectors, in their own basis
    strict: whether the values are used elsewhere, so that each use of the vectors mixes them
    """
    equal = (gap_inverse(w) == 0) & (identity(w.shape[-1], w.dtype) == 0)
    size = np.abs(turned) + np.abs(turned).mT
    least = 1000 * np.finfo(w.dtype).eps * size.sum(axis=(-2, -1))[..., None, None]
    mixed = equal & (size > least)
    if not strict:
        mixed = mixed & ((gw != 0)[..., None, :] | (gw != 0)[..., :, None])
    return np.where(mixed, math.nan, inside)


def fold_triangle(g: Any, upper: Any = False) -> Any:
    """Return the cotangent of the one triangle from which a Hermitian matrix is read, given that of the matrix."""
    return half(g + adjoint(g), upper)


def fold_complement(u: Any, g: Any, k: Any) -> Any:
    """Return the cotangent of the first ``k`` columns of a unitary ``u``, with that of the others folded in.

    The others span what is upright on the first. They turn as these do, and not among themselves.
    """
    if u.shape[-1] == k:
        return g
    return g[..., :k] - conj(u[..., k:]) @ (adjoint(g[..., k:]) @ conj(u[..., :k]))


def refuse_out(name: Any, out: Any) -> Any:
    """Raise unless ``out`` is None: a Tensor's result is not written into an array."""
    if out is not None:
        raise TypeError(f"{name}(..., out=array) cannot write a Tensor's result into an array; use the returned value")


def square_explain(a: Any, *b: Any, **settings: Any) -> Any:
    if a.ndim < 2 or a.shape[-1] != a.shape[-2]:
        return "a must be square in its last two axes"
    if b and a.shape[-1] != b[0].shape[0 if b[0].ndim == 1 else -2]:
        return f"a has {a.shape[-1]} equations but b has {b[0].shape[0 if b[0].ndim == 1 else -2]} rows"
    return None


def matrix_explain(a: Any, **settings: Any) -> Any:
    return "a must have two axes or more" if a.ndim < 2 else None
