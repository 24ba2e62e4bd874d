"""Kernels: calls that compute the same faster, and those that must stay as they are."""

import numpy as np
import pytest

from tensorgrad.compile.passes.kernels import LONGEST_ROW, MOST_BOUNDS
from tensorgrad.compile.passes.optimize import PASSES, REORDERING
from tests.compile.replays import call_names, check_bits, replay_of


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, 3))


def test_powers_are_what_numpys_operator_makes_of_them(x):
    powers = lambda x: [np.abs(x) ** n for n in (2, 0.5, -1, 3)]
    assert check_bits(powers, x) == ["absolute", "square", "sqrt", "reciprocal", "power"]


def test_plain_products_become_dot(x):
    column = np.ones((3, 1))
    assert check_bits(lambda x: [x.T @ x, x @ x.T], x, only="kernels").count("dot") == 2
    assert "dot" not in check_bits(
        lambda x, c: [x @ c, x[:, ::2] @ x[:, ::2].T, x[:, ::-1] @ x.T], x, column, only="kernels"
    )


def test_dot_gives_the_bits_of_matmul(rng):
    for _ in range(200):
        n, k, m = rng.integers(2, 70, 3)
        for dtype in "fd":
            a, b = rng.normal(size=(n, k)).astype(dtype), rng.normal(size=(k, m)).astype(dtype)
            at, bt = rng.normal(size=(k, n)).astype(dtype).T, rng.normal(size=(m, k)).astype(dtype).T
            for left, right in ((a, b), (at, b), (a, bt)):
                assert np.dot(left, right).tobytes() == (left @ right).tobytes()


def test_numbers_become_arrays_of_the_dtype_they_took(rng):
    x = rng.normal(size=3).astype("float32")
    replay = replay_of(lambda x: [x * 2 + 0.1, np.maximum(x, 0), x * np.float32(3)], x, only="numbers")
    constants = [v for call in replay.program.calls for v in call.operands if v.kind == "constant"]
    assert [(v.dtype, v.array.item()) for v in constants] == [
        ("float32", 2), ("float32", np.float32(0.1).item()), ("float32", 0), ("float32", 3)
    ]  # fmt: skip
    assert check_bits(lambda x: [x * 2 + 0.1, x / 3, 2 - x, x > 1], np.arange(4), only="numbers")


def test_a_constant_array_of_one_number_becomes_that_number(x):
    passes = [name for name in PASSES if name not in ("merge", "fold", "constants")]
    replay = replay_of(lambda x: [x * np.full_like(x[:, :1], 0.5), x[:1] * np.full_like(x, 0.5)], x, without=passes)
    shapes = [v.shape for call in replay.program.calls for v in call.operands if v.kind == "constant"]
    assert shapes == [(), (4, 3)]  # the second gives the result its shape
    check_bits(lambda x: [x * np.full_like(x[:, :1], 0.5)], x)


def test_bounds_are_given_in_full_to_maximum_and_minimum(x):
    f = lambda x: [np.maximum(x, 0), np.minimum(0.5, np.maximum(x, 0)), np.maximum(x.T, 0), np.maximum(x, x[0])]
    replay = replay_of(f, x, without=REORDERING)
    shapes = [[v.shape for v in call.operands] for call in replay.program.calls if call.function is np.maximum]
    assert shapes == [[(4, 3), (4, 3)], [(3, 4), (3, 4)], [(4, 3), (3,)]]
    odd = np.array([[np.nan, -0.0, 0.0], [np.inf, -np.inf, 1.0], [0.5, -1.0, 2.0], [5e-324, -5e-324, 0.25]])
    for given in (x, odd, -odd):
        for a, b in zip(replay([given]), f(given), strict=True):
            assert a.tobytes() == b.tobytes()


def test_large_arrays_have_one_bound(x):
    large = np.ones((MOST_BOUNDS // 64, 9))
    replay = replay_of(lambda x: [np.maximum(x, 0)], large)
    assert [v.shape for v in replay.program.calls[0].operands] == [large.shape, ()]


SUMS = {
    "columns": lambda x: np.add.reduce(x, axis=0),
    "columns kept": lambda x: np.add.reduce(x, axis=0, keepdims=True),
    "rows": lambda x: np.add.reduce(x, axis=1),
    "rows kept": lambda x: np.add.reduce(x, axis=-1, keepdims=True),
    "transposed": lambda x: np.add.reduce(x.T, axis=0),
    "vector": lambda x: np.add.reduce(x[0] * 1, axis=None),
    "np.sum": lambda x: np.sum(x, axis=0),
}


OTHER_SUMS = {
    "integers": lambda x: np.add.reduce((x > 0).astype("int64"), axis=0),
    "another dtype": lambda x: np.add.reduce(x, axis=0, dtype="float64"),
    "half": lambda x: np.add.reduce(x.astype("float16"), axis=0),
    "products": lambda x: np.multiply.reduce(x, axis=0),
    "three axes": lambda x: np.add.reduce(x.reshape(2, 2, 3), axis=0),
    "both axes": lambda x: np.add.reduce(x, axis=(0, 1)),
    "one row": lambda x: np.add.reduce(x[:1] * 1, axis=0),
    "steps": lambda x: np.add.reduce(x[::2, ::2], axis=0),
    "empty": lambda x: np.add.reduce(x[:0] * 1, axis=0),
    "cumulative": lambda x: np.add.accumulate(x, axis=0),
}


@pytest.mark.parametrize("f", SUMS.values(), ids=SUMS)
def test_sums_become_products_with_ones(f, x):
    x = x.astype("float32")
    replay = replay_of(lambda x: [f(x)], x, only="sums")
    assert call_names(replay).count("dot") == 1
    assert "reduce" not in call_names(replay)
    (found,) = replay([x])
    assert (found.shape, found.dtype) == (f(x).shape, x.dtype)
    np.testing.assert_allclose(found, f(x.astype("float64")), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("f", OTHER_SUMS.values(), ids=OTHER_SUMS)
def test_other_sums_stay(f, x):
    x = x.astype("float32")
    replay = replay_of(lambda x: [f(x)], x, only="sums")
    assert "dot" not in call_names(replay)
    (found,) = replay([x])
    assert found.tobytes() == f(x).tobytes()


def test_long_rows_are_added_by_halves(rng):
    x = rng.uniform(1, 2, (3, LONGEST_ROW + 1)).astype("float32")
    assert call_names(replay_of(lambda x: [x.sum(1), x.sum(0)], x, only="sums")) == ["reduce", "dot"]


MEANS = {
    "vector": lambda x: np.mean(x[0] * 1),
    "columns": lambda x: x.sum(0) / 4,
    "times": lambda x: np.sum(x, axis=1) * 0.25,
}


NO_MEANS = {
    "the sum is used too": lambda x: x.sum(0) / 4 + x.sum(0),
    "divided by an array": lambda x: x.sum(0) / x[0],
    "a number over it": lambda x: 1.0 / x.sum(0),
}


@pytest.mark.parametrize("f", MEANS.values(), ids=MEANS)
def test_means_are_one_product(f, x):
    replay = replay_of(lambda x: [f(x)], x)
    assert call_names(replay)[-1] == "dot"
    assert not {"divide", "true_divide", "reduce"} & set(call_names(replay))
    np.testing.assert_allclose(replay([x])[0], f(x), rtol=1e-14)


@pytest.mark.parametrize("f", NO_MEANS.values(), ids=NO_MEANS)
def test_what_is_no_mean_is_divided_afterwards(f, x):
    replay = replay_of(lambda x: [f(x)], x)
    assert "divide" in call_names(replay)
    np.testing.assert_allclose(replay([x])[0], f(x), rtol=1e-14)


def test_a_sum_that_is_returned_beside_its_mean_stays(x):
    replay = replay_of(lambda x: [(s := x.sum(0)), s / 4], x)
    assert call_names(replay) == ["dot", "divide"]


@pytest.mark.parametrize("factor", [1e-40, 1e30, 0.0, np.inf])
def test_a_divisor_that_ones_cannot_take_up_is_left(factor):
    x = np.array([[3.0, -2.0], [1.0, 2.5]], "f")
    f = lambda x: [np.add.reduce(x, axis=0) * np.float32(factor), np.add.reduce(x, axis=1) / np.float32(factor)]
    with np.errstate(all="ignore"):
        replay = replay_of(f, x)
        for found, expected in zip(replay([x]), f(x), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_numbers_of_ufuncs_that_choose_another_dtype_stay_numbers(x):
    f = lambda x: [np.add(x, 2, dtype="float32"), np.arange(3, dtype="uint8") * np.ones_like(x[0]) > 300]
    check_bits(f, x, only="numbers")
    small = np.arange(4, dtype="uint8")
    replay = replay_of(lambda a: [a < 300, np.add(a, 2, dtype="float32")], small, only="numbers")
    assert not [v for call in replay.program.calls for v in call.operands if v.kind == "constant"]
    assert replay([small])[0].all()
