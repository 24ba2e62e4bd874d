"""Random numbers: those of the generator, and others at each run of a program."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.ops.random import uniform_like


@pytest.mark.parametrize("make", [np.zeros, lambda shape: tg.Tensor(np.zeros(shape), requires_grad=True)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_numbers_are_the_generators(make, dtype):
    for shape in (), (3,), (2, 3):
        found = uniform_like(make(shape), np.random.default_rng(7), dtype=dtype)
        expected = np.random.default_rng(7).random(shape, dtype)
        np.testing.assert_array_equal(found, expected)
        assert (type(found), found.dtype) == (np.ndarray, dtype)


def test_a_shape_may_be_given_and_rows_are_stored_one_by_one():
    y = uniform_like(np.zeros((2, 3), order="F"), np.random.default_rng(0))
    assert y.flags.c_contiguous
    assert uniform_like(np.zeros(2), np.random.default_rng(0), shape=(4, 1)).shape == (4, 1)


def test_a_program_draws_anew_at_each_run():
    rng, again = np.random.default_rng(3), np.random.default_rng(3)
    noisy = tg.compile(lambda x: x + uniform_like(x, rng, dtype="float64"))
    for _ in range(4):
        np.testing.assert_array_equal(noisy(np.zeros(5)), again.random(5))
