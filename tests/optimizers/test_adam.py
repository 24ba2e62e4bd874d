"""Adam: its steps, against the formula in plain Python."""

from math import sqrt

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.optimizers import Adam

GRADIENTS = [1.0, -2.0, 0.5, 4.0, 0.0]


def steps(amsgrad, rate=0.1, b1=0.8, b2=0.9, epsilon=1e-3, w=3.0):
    """Return the values of one weight after each of ``GRADIENTS``."""
    m = v = largest = 0.0
    values = []
    for t, g in enumerate(GRADIENTS, 1):
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        largest = max(largest, v) if amsgrad else v
        w -= rate * sqrt(1 - b2**t) / (1 - b1**t) * m / (sqrt(largest) + epsilon)
        values.append(w)
    return values


@pytest.mark.parametrize("amsgrad", [False, True])
def test_steps_are_those_of_the_formula(amsgrad):
    w, optimizer, values = tg.Parameter([3.0]), Adam(0.1, 0.8, 0.9, 1e-3, amsgrad), []
    for g in GRADIENTS:
        optimizer.apply([np.array([g])], [w])
        values.append(w.item())
    np.testing.assert_allclose(values, steps(amsgrad), rtol=1e-12)


def test_the_largest_moment_matters_after_a_large_gradient():
    assert not np.allclose(steps(True), steps(False))
