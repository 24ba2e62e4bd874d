"""Lengths of vectors and sizes of matrices: every norm that NumPy has; condition number and rank."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..core.declare import constant, primitive
from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from ..shapes import keepdims_shape, reduction_size
from .arithmetic import conj_complex as conj
from .arithmetic import product, zero_to_inf
from .complex_numbers import real
from .eigen import svdvals
from .matrices import identity

__all__ = ["matrix_norm", "matrix_rank", "norm", "vector_norm"]


@primitive(symbol="‖ ‖", wide=True)
def norm2(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    """Length of vectors along ``axis`` (None: all entries): ``√Σ|x|²``. Its derivative at 0 is 0."""
    if axis is None and not keepdims:
        return np.sqrt(real(np.vdot(x, x)))  # BLAS, in a fifth of the time
    squares = np.real(x) ** 2 + np.imag(x) ** 2 if x.dtype.kind == "c" else x * x
    return np.sqrt(np.add.reduce(squares, axis=axis, keepdims=keepdims))


@norm2.vjp("x")
def norm2_x(g: Any, y: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    shape = keepdims_shape(x.shape, axis)
    return g.reshape(shape) * (conj(x) / zero_to_inf(y.reshape(shape)))


@primitive(symbol="‖ ‖ₚ", wide=True, kinks=(0,))
def norm_p(x: Any, *, ord: Any = 3, axis: Any = None, keepdims: Any = False) -> Any:
    """``(Σ|x|ᵖ)^(1/p)`` along ``axis`` (None: all entries), with ``ord`` for p. Its derivative at 0 is 0."""
    return np.add.reduce(np.abs(x) ** ord, axis=axis, keepdims=keepdims) ** (1 / ord)


@norm_p.vjp("x")
def norm_p_x(g: Any, y: Any, x: Any, *, ord: Any, axis: Any, keepdims: Any) -> Any:
    """∂/∂x: ``g x̄ / |x| (|x| / y)ᵖ⁻¹``; 0 where x or y is."""
    shape, size = keepdims_shape(x.shape, axis), np.abs(x)
    y = y.reshape(shape)
    sign = conj(x) / zero_to_inf(size) if x.dtype.kind == "c" else np.sign(x)
    return g.reshape(shape) * product((size / zero_to_inf(y)) ** (ord - 1), sign * (y != 0))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """Norm of vectors or matrices, as ``np.linalg.norm``; of integers in float64.

    axis: one axis for vectors, two for matrices; None for all of ``x``, which with an ``ord`` has one axis or two
    ord:  of vectors 2 (also None), 1, ``inf``, ``-inf``, 0 (how many are not 0) or any p, for ``(Σ|x|ᵖ)^(1/p)``;
          of matrices ``"fro"`` (also None), ``"nuc"``, 2, -2 (of singular values the sum, the largest, the smallest),
          1, -1 (of the sums of columns the largest, the smallest), ``inf``, ``-inf`` (of rows)

    The derivative at 0 is 0; where several are largest they share it.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([3.0, 4.0], requires_grad=True)
    >>> tg.norm(x).backward()
    >>> x.grad
    Tensor([0.6, 0.8])
    """
    x = float_like(x)
    if axis is None and ord is None:
        return norm2(x, keepdims=True) if keepdims else norm2(x)
    axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)
    if len(axes) == 1:
        return norm_of_vectors("norm", x, ord, axes, keepdims)
    if len(axes) == 2:
        return norm_of_matrices("norm", x, ord, axes, keepdims)
    raise ShapeError(
        f"norm(x): ord={ord!r} is for vectors and matrices, along one axis or two, and these are {len(axes)}: "
        f"axis={axis!r} of x {describe(x)}"
    )


def vector_norm(x: Any, /, *, axis: Any = None, keepdims: Any = False, ord: Any = 2) -> Any:
    """Norm of vectors along ``axis``: any number of axes, None for all. ``ord`` as in ``norm``."""
    return norm_of_vectors("vector_norm", float_like(x), ord, axis, keepdims)


def matrix_norm(x: Any, /, *, keepdims: Any = False, ord: Any = "fro") -> Any:
    """Norm of the matrices in the last two axes. ``ord`` as in ``norm``."""
    x = float_like(x)
    if x.ndim < 2:
        raise ShapeError(f"matrix_norm(x): x must have two axes or more, got x {describe(x)}")
    return norm_of_matrices("matrix_norm", x, ord, (x.ndim - 2, x.ndim - 1), keepdims)


def float_like(x: Any) -> Any:
    """Return ``x`` as an array or Tensor of floats or complex numbers."""
    x = array_like(x)
    return x if x.dtype.kind in "fc" else x.astype(float)


def norm_of_vectors(name: Any, x: Any, ord: Any, axis: Any, keepdims: Any) -> Any:
    if ord is None or ord == 2:
        return norm2(x, axis=axis, keepdims=keepdims)
    if isinstance(ord, str):
        raise OptionError(
            f"{name}(x): ord={ord!r} is for matrices, and vectors came: axis={axis!r} of x {describe(x)}; vectors have "
            "ord 2, 1, 0, inf, -inf, or any other number"
        )
    if ord == 0:
        return np.sum(np.not_equal(x, 0).astype(np.finfo(x.dtype).dtype), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if math.isinf(ord):
        return extreme(np.abs(x), ord > 0, axis, keepdims)
    return norm_p(x, ord=float(ord), axis=axis, keepdims=keepdims)


def norm_of_matrices(name: Any, x: Any, ord: Any, axes: Any, keepdims: Any) -> Any:
    if ord is None or ord in ("fro", "f"):
        return norm2(x, axis=axes, keepdims=keepdims)
    y = np.moveaxis(x, axes, (-2, -1))
    if ord == "nuc":
        size = np.sum(svdvals(y), axis=-1)
    elif ord in (2, -2):
        size = extreme(svdvals(y), ord > 0, -1)
    elif ord in (1, -1):
        size = extreme(np.sum(np.abs(y), axis=-2), ord > 0, -1)
    elif ord in (math.inf, -math.inf):
        size = extreme(np.sum(np.abs(y), axis=-1), ord > 0, -1)
    else:
        raise OptionError(
            f"{name}(x): matrices have ord 'fro' (or None), 'nuc', 1, -1, 2, -2, inf or -inf, got {ord!r} for "
            f"axis={axes} of x {describe(x)}"
        )
    return np.reshape(size, keepdims_shape(x.shape, axes)) if keepdims else size


def extreme(x: Any, largest: Any, axis: Any, keepdims: Any = False) -> Any:
    """Return the largest, or the smallest, along ``axis``; the largest of none is 0."""
    if not largest:
        return np.min(x, axis=axis, keepdims=keepdims)
    largest_of = np.max if reduction_size(x.shape, axis) else np.sum
    return largest_of(x, axis=axis, keepdims=keepdims)


def cond(x: Any, p: Any = None) -> Any:
    """Condition number of matrices: ``‖x‖ ‖x⁻¹‖`` in the norm ``p``.

    p: None or 2 (the largest singular value by the least), -2 (the least by the largest), or for square matrices
       1, -1, ``inf``, ``-inf``, ``"fro"``, ``"nuc"``

    It is inf for singular matrices, where it has no derivative.

    >>> import numpy as np, tensorgrad as tg
    >>> a = tg.Tensor([[4.0, 0.0], [0.0, 2.0]], requires_grad=True)
    >>> np.linalg.cond(a).backward()
    >>> a.grad
    Tensor([[ 0.5,  0. ],
            [ 0. , -1. ]])
    """
    x = float_like(x)
    if x.size == 0 and 0 in x.shape[-2:]:
        raise np.linalg.LinAlgError(f"cond(x): an empty matrix has no condition, got x {describe(x)}")
    if p is None or p in (2, -2):
        s = svdvals(x)
        ends = (s[..., -1], s[..., 0]) if p == -2 else (s[..., 0], s[..., -1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return finite_or_inf(np.divide(*ends), x)
    singular = np.isinf(np.linalg.cond(unwrap_tensors(x), p))
    regular = np.where(singular[..., None, None], identity(x.shape[-1], x.dtype), x)
    size = norm(x, p, (-2, -1)) * norm(np.linalg.inv(regular), p, (-2, -1))
    return np.where(singular, math.inf, size)


def finite_or_inf(ratio: Any, x: Any) -> Any:
    """Return ``ratio`` with inf where it is nan, 0 by 0, though ``x`` holds no nan."""
    return np.where(np.isnan(ratio) > np.any(np.isnan(x), axis=(-2, -1)), math.inf, ratio)


def rank(a: Any, *, tol: Any = None, hermitian: Any = False, rtol: Any = None) -> Any:
    if np.ndim(a) < 2:
        return np.any(np.not_equal(a, 0)).astype(int)
    return np.linalg.matrix_rank(a, tol, hermitian, rtol=rtol)


matrix_rank = constant("matrix_rank", rank,
    "How many singular values of each matrix are above ``tol``, or ``rtol`` times the largest.", symbol="rank",
    numpy=(np.linalg.matrix_rank,))  # fmt: skip

NUMPY.update({
    np.linalg.norm: norm, np.linalg.vector_norm: vector_norm, np.linalg.matrix_norm: matrix_norm,
    np.linalg.cond: cond,
})  # fmt: skip
