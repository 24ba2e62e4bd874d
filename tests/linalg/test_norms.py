"""Norms of every order along every axis, condition numbers, and what they are where they have no slope."""

from itertools import product

import numpy as np
import pytest

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

INF = np.inf
VECTOR = [None, 2, 1, 3, 2.5, 0.5, -1, -2.5, INF, -INF]
MATRIX = [None, "fro", "f", "nuc", 1, -1, 2, -2, INF, -INF]
AXES = [(0, 1), (1, 0), (0, 2), (-1, -3)]


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("ord", "axis"), [*product(VECTOR, [0, -1, (1,)])])
def test_norms_of_vectors(ord, axis, keepdims):
    check_derivatives(lambda x: np.linalg.norm(x, ord, axis, keepdims), (2, 3, 2))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("ord", "axis"), [*product(MATRIX, AXES)])
def test_norms_of_matrices(ord, axis, keepdims):
    check_derivatives(lambda x: np.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims), (2, 3, 4))


@pytest.mark.parametrize(("shape", "ord"), [*[((4,), ord) for ord in VECTOR], *[((3, 4), ord) for ord in MATRIX]])
def test_norms_of_a_whole_array(shape, ord):
    check_derivatives(lambda x: np.linalg.norm(x, ord), shape)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(("ord", "axis"), [*product(VECTOR[1:], [None, 1, (0, 2), (0, 1, 2)])])
def test_vector_norms(ord, axis, keepdims):
    check_derivatives(lambda x: np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=ord), (2, 3, 2))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("ord", MATRIX)
def test_matrix_norms(ord, keepdims):
    check_derivatives(lambda x: np.linalg.matrix_norm(x, keepdims=keepdims, ord=ord), (2, 3, 4))


@pytest.mark.parametrize("p", [None, 2, -2, "fro", "nuc", 1, -1, INF, -INF])
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)])
def test_condition_numbers(shape, p):
    check_derivatives(lambda x: np.linalg.cond(x + 3 * np.eye(3), p), shape)


def test_condition_numbers_of_other_shapes():
    check_derivatives(np.linalg.cond, (2, 4, 3))


@pytest.mark.parametrize("p", [None, 2, -2, "fro", 1, -1, INF])
def test_the_condition_of_a_singular_matrix(p):
    x = np.array([np.eye(2), [[1.0, 1.0], [1.0, 1.0]], [[1.0, np.nan], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
    x = x[[0, 1, 3]] if p in (None, 2, -2) else x
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.linalg.cond(x, p)
        found = np.linalg.cond(tg.Tensor(x, requires_grad=True), p)
    big = expected > 1e15
    np.testing.assert_allclose(found.data[~big], expected[~big], rtol=1e-12, atol=1e-15)
    assert (found.data[big] > 1e15).all()


@pytest.mark.parametrize("ord", VECTOR)
@pytest.mark.parametrize("order", [1, 2])
def test_the_derivative_at_0_is_0(ord, order):
    x = tg.Tensor(np.zeros((2, 3)), requires_grad=True)
    x.data[0] = [1.0, 2.0, -2.0]
    with np.errstate(divide="ignore"):  # NumPy says that 0 has no negative powers
        size = np.linalg.norm(x, ord, axis=1)
    size.sum().backward(create_graph=order == 2)
    assert x.grad.data[1].tolist() == [0, 0, 0]
    assert np.isfinite(x.grad.data).all()
    assert x.grad.data[0].any()
    if order == 2:
        first, x.grad = x.grad, None
        (first.sum() * 2).backward() if first.requires_grad else None
        assert x.grad is None or (x.grad.data[1] == 0).all()


@pytest.mark.parametrize("ord", MATRIX)
def test_the_derivative_at_a_zero_matrix_is_0(ord):
    x = tg.Tensor(np.zeros((2, 2)), requires_grad=True)
    y = np.linalg.norm(x, ord)
    y.backward()
    if ord in ("nuc", 2, -2):  # U and V of a zero matrix are the identity: a subgradient
        assert np.abs(x.grad.data).sum() <= 2
    else:
        assert x.grad.tolist() == [[0, 0], [0, 0]]


def test_a_zero_entry_among_others():
    x = tg.Tensor([0.0, 3.0, 4.0], requires_grad=True)
    np.linalg.norm(x, 1.5).backward()
    assert x.grad.data[0] == 0
    x.grad = None
    np.linalg.norm(x, 0.5).backward()
    assert np.isfinite(x.grad.data).all()
    x.grad = None
    with np.errstate(divide="ignore"):
        np.linalg.norm(x, -1).backward()  # 0 whatever the others are
    assert x.grad.tolist() == [0, 0, 0]


def test_the_number_of_entries_that_are_not_0():
    x = tg.Tensor([[0.0, 3.0, 4.0], [0.0, 0.0, 1.0]], requires_grad=True)
    for y, expected in (np.linalg.norm(x, 0, axis=1), [2, 1]), (np.linalg.vector_norm(x, ord=0), 3):
        assert (y.tolist(), y.dtype, y.requires_grad) == (expected, np.float64, False)


def test_largest_entries_share():
    x = tg.Tensor([-2.0, 2.0, 1.0], requires_grad=True)
    np.linalg.norm(x, INF).backward()
    assert x.grad.tolist() == [-0.5, 0.5, 0]


@pytest.mark.parametrize("dtype", ["uint8", "int32", "bool", "float16", "float32"])
@pytest.mark.parametrize("ord", [None, 1, 3, INF, 0])
def test_dtypes_are_numpys(dtype, ord):
    x = np.array([1, 0, 1, 1]).astype(dtype)
    ours, theirs = np.linalg.norm(tg.Tensor(x), ord), np.linalg.norm(x, ord)
    assert ours.dtype == theirs.dtype
    np.testing.assert_allclose(ours.data, theirs, rtol=1e-3 if dtype == "float16" else 1e-6)
    assert np.vecdot(tg.Tensor(x), x).dtype == np.vecdot(x, x).dtype


def test_float16_does_not_overflow_on_the_way():
    x = tg.Tensor(np.full(4, 300.0, "float16"), requires_grad=True)  # a square is 90,000
    y = np.linalg.norm(x)
    y.backward()
    assert (y.item(), y.dtype, x.grad.dtype) == (600, np.float16, np.float16)
    assert x.grad.tolist() == [0.5] * 4


@pytest.mark.parametrize("ord", [None, 1, 3, INF])
def test_empty_vectors(ord):
    y = np.linalg.norm(tg.Tensor(np.zeros((2, 0)), requires_grad=True), ord, axis=1)
    assert y.tolist() == [0, 0]
    y.sum().backward()


ERRORS = [
    (lambda x: np.linalg.norm(x, 2), r"norm\(x\): ord=2 is for vectors and matrices.*3: axis=None of x"),
    (lambda x: np.linalg.norm(x, "fro", 1), r"norm\(x\): ord='fro' is for matrices, and vectors came: axis=\(1,\)"),
    (lambda x: np.linalg.norm(x[0], 3), r"norm\(x\): matrices have ord 'fro' \(or None\), 'nuc', 1, -1, 2, -2, inf or"),
    (lambda x: np.linalg.norm(x, 1, (1, 1)), "repeated axis"),
    (lambda x: np.linalg.matrix_norm(x, ord=7), r"matrix_norm\(x\): matrices have ord 'fro'"),
    (lambda x: np.linalg.matrix_norm(x[0, 0]), r"matrix_norm\(x\): x must have two axes or more, got x float64\[3\]"),
    (lambda x: np.linalg.vector_norm(x, ord="nuc"), r"vector_norm\(x\): ord='nuc' is for matrices"),
    (lambda x: np.linalg.cond(x[:, :0]), r"cond\(x\): an empty matrix has no condition, got x float64\[2, 0, 3\]"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors_say_what_came(call, message):
    with pytest.raises(ValueError, match=message):
        call(tg.Tensor(np.ones((2, 3, 3)), requires_grad=True))
