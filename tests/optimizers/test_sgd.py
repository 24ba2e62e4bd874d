"""SGD: its steps, against the formula in plain Python."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.optimizers import SGD

GRADIENTS = [1.0, -2.0, 0.5, 4.0]


def steps(momentum, nesterov, rate=0.1, w=3.0):
    """Return the values of one weight after each of ``GRADIENTS``."""
    m, values = 0.0, []
    for g in GRADIENTS:
        m = momentum * m - rate * g
        w += momentum * m - rate * g if nesterov else m
        values.append(w)
    return values


@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_steps_are_those_of_the_formula(momentum, nesterov):
    w, optimizer, values = tg.Parameter([3.0]), SGD(0.1, momentum, nesterov), []
    for g in GRADIENTS:
        optimizer.apply([np.array([g])], [w])
        values.append(w.item())
    np.testing.assert_allclose(values, steps(momentum, nesterov), rtol=1e-13)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.5}, {"weight_decay": 0.1}, {"clipvalue": 1.0}])
def test_only_the_plain_step_is_proportional_to_the_gradient(options):
    assert SGD(0.1, **options).proportional is (options == {})


def test_a_step_of_ones_own_is_not_taken_for_the_plain_one():
    class Signs(SGD):
        def update(self, w, g, rate, step, spare, **slots):
            w -= rate * np.sign(g)

    assert not Signs(0.1).proportional
