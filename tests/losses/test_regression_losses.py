"""Losses of numbers, against the formulas."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.losses import MeanAbsoluteError, MeanSquaredError, mean_absolute_error, mean_squared_error

Y, P = np.array([[0.0, 1.0], [2.0, -1.0]]), np.array([[1.0, 3.0], [2.0, 0.5]])


def test_a_sample_has_the_mean_of_its_errors():
    assert mean_squared_error(Y, P).tolist() == [(1 + 4) / 2, (0 + 2.25) / 2]
    assert mean_absolute_error(Y, P).tolist() == [(1 + 2) / 2, (0 + 1.5) / 2]


@pytest.mark.parametrize(
    ("loss", "slope"), [(MeanSquaredError(), 2 * (P - Y) / 4), (MeanAbsoluteError(), np.sign(P - Y) / 4)]
)
def test_the_gradient_is_the_slope(loss, slope):
    p = tg.Tensor(P, requires_grad=True)
    loss(Y, p).backward()
    np.testing.assert_allclose(p.grad.data, slope, rtol=1e-14)


def test_targets_never_broadcast():
    with pytest.raises(tg.ShapeError, match="mean_absolute_error: y_true"):
        mean_absolute_error(np.zeros((2, 1)), P)


def test_whole_numbers_are_compared_as_floats():
    values = mean_squared_error([[1, 2]], [[2, 4]])
    assert values.tolist() == [2.5]
    assert values.dtype == np.float32
