"""200 random networks with right gradients raise no alarm, and a gradient that is off by a thousandth does."""

import numpy as np
import pytest

from tensorgrad.check import check_gradients
from tests.check.random_networks import random_network


@pytest.mark.parametrize("seed", range(200))
def test_right_gradients_raise_no_alarm(seed):
    loss, grads, params, data = random_network(seed)
    assert check_gradients(loss, grads, params, *data)
    assert check_gradients(lambda *a: float(np.real(loss(*a))), grads, params, *data)  # differences


@pytest.mark.parametrize("seed", range(0, 200, 4))
def test_wrong_gradients_do(seed):
    loss, grads, params, data = random_network(seed)
    name = max(grads, key=lambda k: np.abs(grads[k]).max())
    if grads[name].any():
        report = check_gradients(loss, {**grads, name: 1.001 * grads[name]}, params, *data)
        assert report[name].wrong or report[name].kinks
