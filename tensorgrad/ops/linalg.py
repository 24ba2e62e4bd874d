"""Products of matrices and vectors."""

from __future__ import annotations

import operator
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from ..core.declare import bilinear
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from ..shapes import normalize_axes
from .arithmetic import conj_complex as conj
from .arithmetic import multiply
from .matrices import refuse_out, square_explain
from .movement import diagonal, expand_dims, moveaxis, ravel, reshape, trace

__all__ = [
    "cross", "dot", "inner", "kron", "matmul", "matrix_power", "matvec", "multi_dot", "outer", "tensordot", "vdot",
    "vecdot", "vecmat",
]  # fmt: skip


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


def matmul_explain(a: Any, b: Any) -> Any:
    if a.ndim == 0 or b.ndim == 0:
        return "a number has no rows or columns; use a * b"
    columns, rows = a.shape[-1], b.shape[-2] if b.ndim > 1 else b.shape[0]
    if columns != rows:
        return f"a has {columns} columns but b has {rows} rows"
    return f"the leading (batch) axes {a.shape[:-2]} and {b.shape[:-2]} do not broadcast"


matmul = bilinear("matmul", np.matmul, "Matrix product ``a @ b``, batched over leading axes.", symbol="@",
    explain=matmul_explain, a=matmul_a, b=matmul_b)  # fmt: skip


def tensordot_a(g: Any, y: Any, a: Any, b: Any, *, axes: Any) -> Any:
    return contract_other(g, b, axes[0], axes[1], a.ndim, y.ndim)


def tensordot_b(g: Any, y: Any, a: Any, b: Any, *, axes: Any) -> Any:
    free = b.ndim - len(axes[1])
    first = np.moveaxis(g, range(y.ndim - free, y.ndim), range(free))  # b's free axes first, as a's are
    return contract_other(first, a, axes[1], axes[0], b.ndim, y.ndim)


def contract_other(g: Any, other: Any, own: Any, others: Any, ndim: Any, gdim: Any) -> Any:
    """Return ``g`` contracted with ``other`` over the axes that ``other`` alone gave to the result."""
    free = [i for i in range(ndim) if i not in own]
    rest = [i for i in range(gdim - len(free) + len(others)) if i not in others]
    product = np.tensordot(g, other, axes=(list(range(len(free), gdim)), rest))  # then other's ``others``, in order
    order = free + [own[others.index(i)] for i in sorted(others)]
    return product.transpose([order.index(i) for i in range(ndim)])


def tensordot_explain(a: Any, b: Any, *, axes: Any) -> Any:
    wrong = ((i, j) for i, j in zip(*axes, strict=True) if a.shape[i] != b.shape[j])
    return next((f"axis {i} of a has length {a.shape[i]} but axis {j} of b has {b.shape[j]}" for i, j in wrong), None)


summed_product = bilinear("tensordot", lambda a, b, *, axes: np.tensordot(a, b, axes),
    "Product summed over the pairs of ``axes``, two tuples.", symbol="·", explain=tensordot_explain,
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
    return summed_product(a, b, axes=axes)


def positions(axes: Any, x: Any) -> Any:
    """Return the axes of ``x`` as a tuple of non-negative ints."""
    axes = tuple(axes) if hasattr(axes, "__len__") else (axes,)
    for i in axes:
        if not -x.ndim <= i < x.ndim:
            raise ShapeError(f"tensordot(a, b): there is no axis {i} in {describe(x)}")
    return normalize_axes(axes, x.ndim)


def check_lengths(name: Any, a: Any, b: Any, i: Any, j: Any) -> Any:
    """Raise unless axis ``i`` of ``a`` is as long as axis ``j`` of ``b``."""
    if a.shape[i] != b.shape[j]:
        raise ShapeError(
            f"{name}(a, b): axis {i % a.ndim} of a has length {a.shape[i]} but axis {j % b.ndim} of b has "
            f"{b.shape[j]}; got a {describe(a)}, b {describe(b)}"
        )


def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Sum over the last axis of ``a`` and the second to last of ``b``; with a number, the product."""
    refuse_out("dot", out)
    a, b = array_like(a), array_like(b)
    if a.ndim == 0 or b.ndim == 0:
        return multiply(a, b)
    check_lengths("dot", a, b, -1, -min(b.ndim, 2))
    return matmul(a, b) if b.ndim <= 2 else tensordot(a, b, ((-1,), (-2,)))


def inner(a: Any, b: Any) -> Any:
    """Sum over the last axes of both; with a number, the product."""
    a, b = array_like(a), array_like(b)
    if a.ndim == 0 or b.ndim == 0:
        return multiply(a, b)
    check_lengths("inner", a, b, -1, -1)
    return tensordot(a, b, ((-1,), (-1,)))


def batch_explain(a: Any, b: Any) -> Any:
    return f"the leading (batch) axes {a.shape[:-1]} and {b.shape[:-1]} do not broadcast"


vecdot_row = bilinear("vecdot", np.vecdot, "Sum of ``ā b`` along the last axes; ``ā`` is the complex conjugate.",
    symbol="·", numpy=(), explain=batch_explain,
    a=lambda g, y, a, b: conj(g)[..., None] * conj(b),
    b=lambda g, y, a, b: g[..., None] * conj(a))  # fmt: skip


def vdot(a: Any, b: Any) -> Any:
    """Sum of the products of all entries, those of a complex ``a`` conjugated."""
    a, b = ravel(array_like(a)), ravel(array_like(b))
    check_lengths("vdot", a, b, 0, 0)
    return vecdot_row(a, b)


def vecdot(a: Any, b: Any, axis: Any = -1, keepdims: Any = False) -> Any:
    """Product of vectors, batched: the sum of ``ā b`` along ``axis``; ``ā`` is the complex conjugate."""
    a, b = array_like(a), array_like(b)
    check_vectors("vecdot", a=a, b=b)
    check_lengths("vecdot", a, b, axis, axis)
    y = vecdot_row(moveaxis(a, axis, -1), moveaxis(b, axis, -1))
    return expand_dims(y, axis) if keepdims else y


def check_vectors(name: Any, least: Any = 1, **arrays: Any) -> Any:
    """Raise if one of ``arrays`` has fewer than ``least`` axes."""
    for argument, x in arrays.items():
        if x.ndim < least:
            raise ShapeError(
                f"{name}({', '.join(arrays)}): {argument} must have {('one axis', 'two axes')[least - 1]} or more, "
                f"got {argument} {describe(x)}"
            )


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Every entry of ``a`` times every entry of ``b``, both flattened: ``(a.size, b.size)``."""
    refuse_out("outer", out)
    return multiply(reshape(array_like(a), shape=(-1, 1)), ravel(array_like(b)))


def kron(a: Any, b: Any) -> Any:
    """Every entry of ``a`` times the whole of ``b``, as blocks."""
    a, b = array_like(a), array_like(b)
    n = max(a.ndim, b.ndim)
    of_a, of_b = (1,) * (n - a.ndim) + a.shape, (1,) * (n - b.ndim) + b.shape
    blocks = multiply(expand_dims(reshape(a, shape=of_a), tuple(range(1, 2 * n, 2))),
                 expand_dims(reshape(b, shape=of_b), tuple(range(0, 2 * n, 2))))  # fmt: skip
    return reshape(blocks, shape=tuple([i * j for i, j in zip(of_a, of_b, strict=True)]))


def matvec(a: Any, b: Any) -> Any:
    """Product of a matrix and a vector, batched over leading axes."""
    a, b = array_like(a), array_like(b)
    check_vectors("matvec", 2, a=a)
    check_vectors("matvec", b=b)
    check_lengths("matvec", a, b, -1, -1)
    return matmul(a, expand_dims(b, -1))[..., 0]


def vecmat(a: Any, b: Any) -> Any:
    """Product of a vector, conjugated if complex, and a matrix, batched over leading axes."""
    a, b = array_like(a), array_like(b)
    check_vectors("vecmat", a=a)
    check_vectors("vecmat", 2, b=b)
    check_lengths("vecmat", a, b, -1, -2)
    return matmul(expand_dims(conj(a), -2), b)[..., 0, :]


cross_row = bilinear("cross", lambda a, b: np.cross(a, b), "Vector product in three dimensions, along the last axes.",
    symbol="×", explain=batch_explain,
    a=lambda g, y, a, b: np.cross(b, g),
    b=lambda g, y, a, b: np.cross(g, a))  # fmt: skip


def cross(a: Any, b: Any, axisa: Any = -1, axisb: Any = -1, axisc: Any = -1, axis: Any = None) -> Any:
    """Vector product of vectors of 3 entries, along ``axisa`` and ``axisb``, with the result along ``axisc``.

    axis: all three of them
    A vector of 2 entries has 0 for the third; of two such only the third entry is returned.

    >>> import numpy as np, tensorgrad as tg
    >>> np.cross(tg.Tensor([1.0, 0.0, 0.0]), [0.0, 1.0, 0.0])
    Tensor([0., 0., 1.])
    """
    axisa, axisb, axisc = (axisa, axisb, axisc) if axis is None else (axis,) * 3
    a, b = array_like(a), array_like(b)
    check_vectors("cross", a=a, b=b)
    a, b = moveaxis(a, axisa, -1), moveaxis(b, axisb, -1)
    if not {a.shape[-1], b.shape[-1]} <= {2, 3}:
        raise ShapeError(f"cross(a, b): vectors must have 3 entries, or 2, got a {describe(a)}, b {describe(b)}")
    if a.shape[-1] == b.shape[-1] == 2:
        return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return moveaxis(cross_row(extend_to_space(a), extend_to_space(b)), -1, axisc)


def extend_to_space(x: Any) -> Any:
    """Return vectors of 2 entries with a third, 0."""
    return x if x.shape[-1] == 3 else np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1)


def vector_product(x1: Any, x2: Any, /, *, axis: Any = -1) -> Any:
    """``np.linalg.cross``: of vectors of 3 entries only."""
    x1, x2 = array_like(x1), array_like(x2)
    check_vectors("cross", x1=x1, x2=x2)
    if not x1.shape[axis] == x2.shape[axis] == 3:
        raise ShapeError(f"cross(x1, x2): vectors must have 3 entries, got x1 {describe(x1)}, x2 {describe(x2)}")
    return cross(x1, x2, axis=axis)


def vector_outer(x1: Any, x2: Any, /) -> Any:
    """``np.linalg.outer``: of vectors only."""
    x1, x2 = array_like(x1), array_like(x2)
    if not x1.ndim == x2.ndim == 1:
        raise ShapeError(f"outer(x1, x2): both must be vectors, got x1 {describe(x1)}, x2 {describe(x2)}")
    return outer(x1, x2)


def matrix_power(a: Any, n: Any) -> Any:
    """The product of ``n`` matrices ``a``, batched: of the inverse for a negative ``n``, the identity for 0.

    >>> import numpy as np, tensorgrad as tg
    >>> np.linalg.matrix_power(tg.Tensor([[1.0, 1.0], [0.0, 1.0]]), 3)
    Tensor([[1., 3.],
            [0., 1.]])
    """
    a = array_like(a)
    if reason := square_explain(a):
        raise ShapeError(f"matrix_power(a): {reason}; got a {describe(a)}")
    if not hasattr(n, "__index__"):
        raise TypeError(f"matrix_power(a): the exponent n must be an integer, got {describe(n)}")
    n = operator.index(n)
    if n == 0:
        return np.zeros_like(a) + np.eye(a.shape[-1], dtype=a.dtype)
    a = np.linalg.inv(a) if n < 0 else a
    result, n = None, abs(n)
    if n == 3:
        return matmul(matmul(a, a), a)  # as NumPy has it
    while n:
        n, odd = divmod(n, 2)
        if odd:
            result = a if result is None else matmul(result, a)
        a = matmul(a, a) if n else a
    return result


def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of two matrices or more, in the order that takes the fewest multiplications.

    The first and the last may be vectors, a row and a column.

    >>> import numpy as np, tensorgrad as tg
    >>> np.linalg.multi_dot([tg.Tensor([[1.0, 2.0]]), np.eye(2), [3.0, 4.0]])
    Tensor([11.])
    """
    refuse_out("multi_dot", out)
    arrays = [array_like(x) for x in arrays]
    if len(arrays) < 2:
        raise OptionError(f"multi_dot(arrays): two arrays or more have a product, got {len(arrays)}")
    row, column = arrays[0].ndim == 1, arrays[-1].ndim == 1
    if row:
        arrays[0] = expand_dims(arrays[0], 0)
    if column:
        arrays[-1] = expand_dims(arrays[-1], -1)
    if any(x.ndim != 2 for x in arrays):
        raise ShapeError(f"multi_dot(arrays): all must be matrices, but for the first and the last, which may be "
                         f"vectors; got {', '.join(map(describe, arrays))}")  # fmt: skip
    y = chain(arrays, chain_splits((*[len(x) for x in arrays], arrays[-1].shape[1])), 0, len(arrays) - 1)
    shape = (1 - row) * y.shape[:1] + (1 - column) * y.shape[1:]
    return reshape(y, shape=shape) if row or column else y


def chain(arrays: Any, splits: Any, i: Any, j: Any) -> Any:
    """Return the product of the arrays from ``i`` to ``j``, parted where ``splits`` says."""
    if i == j:
        return arrays[i]
    k = splits[i, j]
    return dot(chain(arrays, splits, i, k), chain(arrays, splits, k + 1, j))


@lru_cache(256)
def chain_splits(lengths: Any) -> Any:
    """Return behind which matrix each part of a chain is best parted; ``lengths`` are the rows of each, and the last
    columns.

    >>> chain_splits((2, 100, 3, 50))[0, 2]
    1
    """
    n = len(lengths) - 1
    cost, splits = {(i, i): 0 for i in range(n)}, {}
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            costs = {k: cost[i, k] + cost[k + 1, j] + lengths[i] * lengths[k + 1] * lengths[j + 1] for k in range(i, j)}
            splits[i, j] = min(costs, key=costs.__getitem__)
            cost[i, j] = costs[splits[i, j]]
    return splits


def matrix_diagonal(x: Any, /, *, offset: Any = 0) -> Any:
    """``np.linalg.diagonal``: of the last two axes."""
    return diagonal(x, offset, -2, -1)


def matrix_trace(x: Any, /, *, offset: Any = 0, dtype: Any = None) -> Any:
    """``np.linalg.trace``: of the last two axes."""
    return trace(x, offset, -2, -1, dtype)


NUMPY.update({
    np.dot: dot, np.inner: inner, np.vdot: vdot, np.outer: outer, np.kron: kron, np.tensordot: tensordot,
    np.vecdot: vecdot, np.cross: cross, np.linalg.matmul: matmul, np.linalg.outer: vector_outer,
    np.linalg.cross: vector_product, np.linalg.tensordot: tensordot, np.linalg.vecdot: vecdot,
    np.linalg.matrix_power: matrix_power, np.linalg.multi_dot: multi_dot, np.linalg.diagonal: matrix_diagonal,
    np.linalg.trace: matrix_trace,
})  # fmt: skip
if hasattr(np, "matvec"):  # since NumPy 2.2
    NUMPY.update({np.matvec: matvec, np.vecmat: vecmat})
