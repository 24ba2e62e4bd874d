"""The crossentropies as metrics, against logarithms of NumPy."""

import numpy as np
import pytest

from tensorgrad.metrics import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

P = np.array([[0.7, 0.2, 0.1], [0.3, 0.3, 0.4], [0.1, 0.8, 0.1]])
IDS = np.array([0, 2, 2])


@pytest.mark.parametrize(
    ("metric", "targets"), [(SparseCategoricalCrossentropy(), IDS), (CategoricalCrossentropy(), np.eye(3)[IDS])]
)
def test_the_mean_over_batches_is_the_mean_over_rows(metric, targets):
    metric.update_state(targets[:1], P[:1])
    metric.update_state(targets[1:], P[1:])
    assert metric.result() == pytest.approx(-np.log([0.7, 0.4, 0.1]).mean(), rel=1e-6)


def test_yes_and_no_from_probabilities_and_from_logits():
    y, p = np.array([[1.0], [0.0]]), np.array([[0.8], [0.3]])
    expected = -(np.log(0.8) + np.log(0.7)) / 2
    assert BinaryCrossentropy()(y, p) == pytest.approx(expected, rel=1e-6)
    assert BinaryCrossentropy(from_logits=True)(y, np.log(p / (1 - p))) == pytest.approx(expected, rel=1e-6)


def test_the_axis_is_no_option_as_in_keras():
    with pytest.raises(TypeError, match="BinaryCrossentropy has no argument 'axis'"):
        BinaryCrossentropy(axis=0)
