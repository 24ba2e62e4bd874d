"""Products: every combination of vectors, matrices and batches, and norms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

CALLS = {
    "matmul": (lambda a, b: a @ b, (2, 3), (3, 2)),
    "linalg.matmul": (np.linalg.matmul, (2, 3), (3, 2)),
    "matmul of itself": (lambda a: a @ a.mT @ a, (2, 3)),
    "dot numbers": (np.dot, (), (2, 3)),
    "dot vectors": (np.dot, (3,), (3,)),
    "dot matrices": (np.dot, (2, 3), (3, 2)),
    "dot cube, vector": (np.dot, (2, 2, 3), (3,)),
    "dot vector, cube": (np.dot, (3,), (2, 3, 2)),
    "dot cubes": (np.dot, (2, 2, 3), (4, 3, 2)),
    "inner numbers": (np.inner, (2,), ()),
    "inner vectors": (np.inner, (3,), (3,)),
    "inner": (np.inner, (2, 3), (4, 2, 3)),
    "vdot": (np.vdot, (2, 3), (3, 2)),
    "outer": (np.outer, (2, 2), (3,)),
    "linalg.outer": (np.linalg.outer, (2,), (3,)),
    "multiply.outer": (np.multiply.outer, (2, 2), (3,)),
    "subtract.outer": (np.subtract.outer, (2,), (3, 1)),
    "kron": (np.kron, (2, 3), (3, 2)),
    "kron of fewer axes": (np.kron, (2,), (3, 2, 1)),
    "vecdot": (np.vecdot, (2, 3), (3,)),
    "vecdot axis": (lambda a, b: np.vecdot(a, b, axis=0), (2, 3), (2, 3)),
    "linalg.vecdot": (np.linalg.vecdot, (2, 3), (2, 3)),
    "tensordot": (np.tensordot, (2, 3, 4), (3, 4, 2)),
    "tensordot 1": (lambda a, b: np.tensordot(a, b, 1), (2, 3), (3, 4)),
    "tensordot 0": (lambda a, b: np.tensordot(a, b, 0), (2,), (3,)),
    "tensordot lists": (lambda a, b: np.tensordot(a, b, axes=([2, 0], [-1, 1])), (3, 2, 4), (2, 3, 4)),
    "tensordot ints": (lambda a, b: np.linalg.tensordot(a, b, axes=(0, 1)), (3, 2), (4, 3)),
    "norm": (np.linalg.norm, (2, 3)),
    "norm of rows": (lambda x: np.linalg.norm(x, axis=1, keepdims=True), (2, 3)),
    "norm 1": (lambda x: np.linalg.norm(x, 1, axis=0), (2, 3)),
    "norm inf": (lambda x: np.linalg.norm(x, np.inf), (4,)),
    "Frobenius": (lambda x: np.linalg.norm(x, "fro", axis=(0, 2)), (2, 3, 2)),
}
if hasattr(np, "matvec"):
    CALLS["matvec"] = (np.matvec, (5, 2, 3), (3,))
    CALLS["vecmat"] = (np.vecmat, (5, 2), (2, 3))


@pytest.mark.parametrize("name", CALLS)
def test_a_function_and_its_two_derivatives(name):
    f, *shapes = CALLS[name]
    check_derivatives(f, *shapes)


VECTORS_AND_BATCHES = [(3,), (2, 3), (1, 2, 3), (4, 2, 3), (5, 1, 2, 3)]
COLUMNS = [(3,), (3, 2), (1, 3, 2), (4, 3, 2), (5, 1, 3, 2)]


@pytest.mark.parametrize("b", COLUMNS, ids=str)
@pytest.mark.parametrize("a", VECTORS_AND_BATCHES, ids=str)
def test_matmul_of_vectors_matrices_and_batches(a, b):
    check_derivatives(np.matmul, a, b)


@given(shapes=hnp.mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=3, max_side=3, min_side=0))
@settings(max_examples=60, deadline=None)
def test_matmul_of_any_shapes(shapes):
    check_derivatives(np.matmul, *shapes.input_shapes)


def test_float32_stays():
    a, b = (tg.Tensor(np.ones((2, 2), "float32"), requires_grad=True) for _ in range(2))
    for y in a @ b, np.einsum("ij,jk", a, b), np.tensordot(a, b, 1), np.linalg.norm(a), np.outer(a, b), np.kron(a, b):
        y.sum().backward()
        assert (y.dtype, a.grad.dtype) == ("float32", "float32")


def test_the_norm_of_zero_has_derivative_zero():
    x = tg.Tensor(np.zeros((2, 2)), requires_grad=True)
    x.data[0] = [3, 4]
    np.linalg.norm(x, axis=1).sum().backward()
    assert x.grad.tolist() == [[0.6, 0.8], [0, 0]]


def test_products_with_lists():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    for y in [[1, 2], [3, 4]] @ x, np.dot([[1, 2], [3, 4]], x), np.einsum("ij,j", [[1, 2], [3, 4]], x):
        assert y.tolist() == [5, 11]
        assert y.requires_grad


ERRORS = [
    (
        lambda a, b: a @ b,
        "matmul(a, b): a has 3 columns but b has 4 rows; got a float32[2, 3], b float32[4, 5]",
    ),
    (
        lambda a, b: np.dot(a, b[0]),
        "dot(a, b): axis 1 of a has length 3 but axis 0 of b has 5; got a float32[2, 3], b float32[5]",
    ),
    (
        lambda a, b: a @ 2,
        "matmul(a, b): a number has no rows or columns; use a * b; got a float32[2, 3], b 2",
    ),
    (
        lambda a, b: np.ones((2, 2, 3)) @ np.stack([a.T] * 3),
        "matmul(a, b): the leading (batch) axes (2,) and (3,) do not broadcast; got a float64[2, 2, 3], "
        "b float32[3, 3, 2]",
    ),
    (
        lambda a, b: np.tensordot(a, b, 1),
        "tensordot(a, b): axis 1 of a has length 3 but axis 0 of b has 4; got a float32[2, 3], b float32[4, 5]",
    ),
    (
        lambda a, b: np.tensordot(a, b, ([0, 1], [0])),
        "tensordot(a, b): 2 axes of a for 1 of b; got axes=((0, 1), (0,))",
    ),
    (lambda a, b: np.tensordot(a, b, ([2], [0])), "tensordot(a, b): there is no axis 2 in float32[2, 3]"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors_name_the_shapes(call, message):
    a, b = tg.Tensor(np.ones((2, 3), "float32"), requires_grad=True), tg.Tensor(np.ones((4, 5), "float32"))
    with pytest.raises(ValueError) as error:  # noqa: PT011  (the whole message follows)
        call(a, b)
    assert str(error.value) == message
