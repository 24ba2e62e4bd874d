"""Array operations: each is what the NumPy statement does that it stands for, and changes no operand."""

import operator

import numpy as np
import pytest

from tensorgrad.compile.ir.array_ops import (
    append_ones,
    append_row,
    broadcast_fill,
    draw_random,
    scalar_operator,
    set_index,
    ufunc_at,
)

INDICES = [1, slice(None, None, 2), (slice(None), 0), [0, 0, 2], np.array([True, False, True])]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("order", "CF")
def test_set_index_is_an_assignment_to_a_copy(index, order, rng):
    x = np.asarray(rng.normal(size=(3, 4)), order=order)
    expected, before = x.copy("K"), x.copy()
    expected[index] = 7
    found = set_index(x, index, 7)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(x, before)
    assert found.strides == x.strides


def test_ufunc_at_counts_an_entry_as_often_as_it_is_indexed(rng):
    x, ids = rng.normal(size=(3, 2)), [0, 2, 0]
    v = rng.normal(size=(3, 2))
    np.testing.assert_allclose(ufunc_at(x, ids, np.add, v), x + np.array([v[0] + v[2], [0, 0], v[1]]))
    np.testing.assert_array_equal(ufunc_at(x, [1, 1], np.negative), x)


@pytest.mark.parametrize("order", "CF")
def test_broadcast_fill_is_numpys_full(order):
    row = np.array([1.5, 2.5, 3.5])
    found, expected = broadcast_fill(row, (2, 3), np.float32, order), np.full((2, 3), row, "f", order)
    np.testing.assert_array_equal(found, expected)
    assert (found.dtype, found.strides) == (expected.dtype, expected.strides)


def test_random_numbers_are_those_of_the_generator():
    draw = np.random.default_rng(3).standard_normal
    found = [draw_random(draw, (2,), np.dtype("f"), {"dtype": np.float32}) for _ in range(2)]
    np.testing.assert_array_equal(found, np.random.default_rng(3).standard_normal((2, 2), dtype="f"))


def test_appended_rows_are_views_of_what_lies_behind():
    memory = np.arange(12.0)
    w, b = memory[:8].reshape(4, 2), memory[8:10]
    np.testing.assert_array_equal(append_row(w, b), np.vstack([w, b]))
    assert np.shares_memory(append_row(w, b), memory)
    memory[8:10] = 1
    np.testing.assert_array_equal(append_ones(w), np.vstack([w, np.ones(2)]))


@pytest.mark.parametrize("operate", [operator.pow, operator.mul])
def test_operators_of_numbers_are_numpys_of_scalars(operate):
    rng = np.random.default_rng(0)
    for a in (*rng.uniform(1, 9, 200).astype("f"), *(rng.normal(size=200) + 1j)):
        found = scalar_operator(operate, np.asarray(a), 3.7)
        assert found.tobytes() == operate(a, 3.7).tobytes()
