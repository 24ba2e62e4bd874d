"""Products of matrices and vectors, and the length of a vector."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from ..core.declare import bilinear, primitive
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from ..shapes import keepdims_shape, normalize_axes
from .arithmetic import multiply, zero_to_inf
from .movement import diagonal, expand_dims, ravel, reshape, trace

__all__ = ["dot", "inner", "kron", "matmul", "matvec", "norm", "outer", "tensordot", "vdot", "vecdot", "vecmat"]


def matmul_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂a: ``g @ bᵀ``; a vector ``b`` has no transpose, and a vector ``a`` is a row."""
    if b.ndim == 1:
        return np.expand_dims(g, -1) * b
    if a.ndim == 1:
        return (np.expand_dims(g, -2) @ b.mT)[..., 0, :]
    return g @ b.mT


def matmul_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂b: ``aᵀ @ g``, as one product over all leading axes when ``b`` is a plain matrix."""
    if b.ndim == 1:
        return g * a if a.ndim == 1 else (a.mT @ np.expand_dims(g, -1))[..., 0]
    if a.ndim == 1:
        return np.expand_dims(a, -1) * np.expand_dims(g, -2)
    if b.ndim == 2 < a.ndim:
        rows = prod(a.shape[:-1])  # -1 has no answer when there are no columns
        return a.reshape(rows, a.shape[-1]).T @ g.reshape(rows, g.shape[-1])
    return a.mT @ g


def explain_matmul(a: Any, b: Any) -> str | None:
    if a.ndim == 0 or b.ndim == 0:
        return "a number has no rows or columns; use a * b"
    columns, rows = a.shape[-1], b.shape[-2] if b.ndim > 1 else b.shape[0]
    if columns != rows:
        return f"a has {columns} columns but b has {rows} rows"
    return f"the leading (batch) axes {a.shape[:-2]} and {b.shape[:-2]} do not broadcast"


matmul = bilinear("matmul", np.matmul, "Matrix product ``a @ b``, batched over leading axes.", symbol="@",
    explain=explain_matmul, a=matmul_a, b=matmul_b)  # fmt: skip


def tensordot_a(g: Any, y: Any, a: Any, b: Any, *, axes: Any) -> Any:
    return contract(g, b, axes[0], axes[1], a.ndim, y.ndim)


def tensordot_b(g: Any, y: Any, a: Any, b: Any, *, axes: Any) -> Any:
    free = b.ndim - len(axes[1])
    first = np.moveaxis(g, range(y.ndim - free, y.ndim), range(free))  # b's free axes first, as a's are
    return contract(first, a, axes[1], axes[0], b.ndim, y.ndim)


def contract(g: Any, other: Any, own: Any, others: Any, ndim: int, gdim: int) -> Any:
    """Return ``g`` contracted with ``other`` over the axes that ``other`` alone gave to the result."""
    free = [i for i in range(ndim) if i not in own]
    rest = [i for i in range(gdim - len(free) + len(others)) if i not in others]
    product = np.tensordot(g, other, axes=(list(range(len(free), gdim)), rest))  # then other's ``others``, in order
    order = free + [own[others.index(i)] for i in sorted(others)]
    return product.transpose([order.index(i) for i in range(ndim)])


def explain_tensordot(a: Any, b: Any, *, axes: Any) -> str | None:
    wrong = ((i, j) for i, j in zip(*axes, strict=True) if a.shape[i] != b.shape[j])
    return next((f"axis {i} of a has length {a.shape[i]} but axis {j} of b has {b.shape[j]}" for i, j in wrong), None)


tensor_product = bilinear("tensordot", lambda a, b, *, axes: np.tensordot(a, b, axes),
    "Product summed over the pairs of ``axes``, two tuples.", symbol="·", explain=explain_tensordot,
    a=tensordot_a, b=tensordot_b)  # fmt: skip


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Product summed over axes of both: the last of ``a`` with the first of ``b`` (an int), or two lists of axes.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.tensordot(tg.Tensor(np.ones((2, 3))), np.ones((3, 2)), axes=1)
    Tensor([[3., 3.], [3., 3.]])
    """
    a, b = array_like(a), array_like(b)
    if hasattr(axes, "__len__"):
        of_a, of_b = axes
    else:
        of_a, of_b = tuple(range(a.ndim - axes, a.ndim)), tuple(range(axes))
    axes = positions(of_a, a), positions(of_b, b)
    if len(axes[0]) != len(axes[1]):
        raise ShapeError(f"tensordot(a, b): {len(axes[0])} axes of a for {len(axes[1])} of b; got axes={axes}")
    return tensor_product(a, b, axes=axes)


def positions(axes: Any, x: Any) -> Any:
    """Return the axes of ``x`` as a tuple of non-negative ints."""
    axes = tuple(axes) if hasattr(axes, "__len__") else (axes,)
    for i in axes:
        if not -x.ndim <= i < x.ndim:
            raise ShapeError(f"tensordot(a, b): there is no axis {i} in {describe(x)}")
    return normalize_axes(axes, x.ndim)


def dot(a: Any, b: Any) -> Any:
    """Sum over the last axis of ``a`` and the second to last of ``b``; with a number, the product."""
    a, b = array_like(a), array_like(b)
    if a.ndim == 0 or b.ndim == 0:
        return multiply(a, b)
    if b.ndim > 2:
        return tensordot(a, b, ((-1,), (-2,)))
    try:
        return matmul(a, b)
    except ShapeError as error:
        raise ShapeError(str(error).replace("matmul", "dot", 1)) from None


def inner(a: Any, b: Any) -> Any:
    """Sum over the last axes of both; with a number, the product."""
    a, b = array_like(a), array_like(b)
    return multiply(a, b) if a.ndim == 0 or b.ndim == 0 else tensordot(a, b, ((-1,), (-1,)))


def vdot(a: Any, b: Any) -> Any:
    """Sum of the products of all entries."""
    return matmul(ravel(array_like(a)), ravel(array_like(b)))


def outer(a: Any, b: Any) -> Any:
    """Every entry of ``a`` times every entry of ``b``, both flattened: ``(a.size, b.size)``."""
    return multiply(reshape(array_like(a), shape=(-1, 1)), ravel(array_like(b)))


def kron(a: Any, b: Any) -> Any:
    """Every entry of ``a`` times the whole of ``b``, as blocks."""
    a, b = array_like(a), array_like(b)
    n = max(a.ndim, b.ndim)
    of_a, of_b = (1,) * (n - a.ndim) + a.shape, (1,) * (n - b.ndim) + b.shape
    blocks = multiply(expand_dims(reshape(a, shape=of_a), tuple(range(1, 2 * n, 2))),
                 expand_dims(reshape(b, shape=of_b), tuple(range(0, 2 * n, 2))))  # fmt: skip
    return reshape(blocks, shape=tuple([i * j for i, j in zip(of_a, of_b, strict=True)]))


def vecdot(a: Any, b: Any, axis: Any = -1) -> Any:
    """Product of vectors, batched: the sum of ``a * b`` along ``axis``."""
    return multiply(array_like(a), array_like(b)).sum(axis=axis)


def matvec(a: Any, b: Any) -> Any:
    """Product of a matrix and a vector, batched over leading axes."""
    return matmul(a, expand_dims(array_like(b), -1))[..., 0]


def vecmat(a: Any, b: Any) -> Any:
    """Product of a vector and a matrix, batched over leading axes."""
    return matmul(expand_dims(array_like(a), -2), b)[..., 0, :]


@primitive(symbol="‖ ‖", wide=True)
def norm2(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    """Length of vectors along ``axis`` (None: all entries): ``√Σx²``. Its derivative at 0 is 0."""
    return np.sqrt(np.add.reduce(x * x, axis=axis, keepdims=keepdims))


@norm2.vjp("x")
def norm2_x(g: Any, y: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    shape = keepdims_shape(x.shape, axis)
    return g.reshape(shape) * (x / zero_to_inf(y.reshape(shape)))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """``np.linalg.norm`` of vectors (``ord`` 1, 2 or inf) and of matrices (``ord`` None or ``'fro'``).

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([3.0, 4.0], requires_grad=True)
    >>> tg.norm(x).backward()
    >>> x.grad
    Tensor([0.6, 0.8])
    """
    x = array_like(x)
    axes = x.ndim if axis is None else np.size(axis)
    if ord is None or (ord == "fro" and axes == 2) or (ord == 2 and axes == 1):
        return norm2(x, axis=axis, keepdims=keepdims)
    if axes == 1 and ord == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if axes == 1 and ord == np.inf:
        return np.max(np.abs(x), axis=axis, keepdims=keepdims)
    raise OptionError(
        f"norm(x): ord={ord!r} over {axes} axes has no derivative rule; use ord 1, 2 or np.inf for vectors, "
        f"None or 'fro' for matrices; got x {describe(x)}"
    )


def matrix_diagonal(x: Any, /, *, offset: Any = 0) -> Any:
    """``np.linalg.diagonal``: of the last two axes."""
    return diagonal(x, offset, -2, -1)


def matrix_trace(x: Any, /, *, offset: Any = 0) -> Any:
    """``np.linalg.trace``: of the last two axes."""
    return trace(x, offset, -2, -1)


NUMPY.update({
    np.dot: dot, np.inner: inner, np.vdot: vdot, np.outer: outer, np.kron: kron, np.tensordot: tensordot,
    np.vecdot: vecdot, np.linalg.norm: norm, np.linalg.matmul: matmul, np.linalg.outer: outer,
    np.linalg.tensordot: tensordot, np.linalg.vecdot: vecdot,
})  # fmt: skip
NUMPY[np.linalg.diagonal] = matrix_diagonal
NUMPY[np.linalg.trace] = matrix_trace
if hasattr(np, "matvec"):  # since NumPy 2.2
    NUMPY.update({np.matvec: matvec, np.vecmat: vecmat})
