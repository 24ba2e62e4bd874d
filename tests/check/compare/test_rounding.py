"""The rounding of the analytic gradient: measured by moving the inputs by units in the last place."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.compare.rounding import gradients_near
from tensorgrad.check.numeric.differences import EPSILON
from tensorgrad.check.subject.function import Function
from tensorgrad.check.subject.points import points_of


def test_gradients_near_are_those_of_the_moved_point_and_the_point_comes_back(rng):
    x = rng.normal(size=5)
    points = points_of(lambda x: (x**3).sum(), x)
    t = points.named["x"]
    found = gradients_near(Function(points.call), [t], 1e6)[id(t)]
    np.testing.assert_allclose(found[0], 3 * (x * (1 + 1e6 * EPSILON)) ** 2, rtol=1e-13)
    assert not np.allclose(found[0], 3 * x**2, rtol=1e-11, atol=0)
    np.testing.assert_array_equal(t.data, x)


def test_a_backward_that_changes_by_itself_is_an_error():
    noise = np.random.default_rng(0)
    drawing = tg.elementwise("drawing", lambda x: x * x, x=lambda g, y, x: g * 2 * x * noise.uniform(1, 2, x.shape))
    with pytest.raises(tg.GradientError, match="the backward of f is not deterministic, the gradient of x changed by"):
        gradcheck(drawing, np.array([0.3, 1.1]))
