"""Metric: how batches are gathered, and metrics of one's own."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import losses, metrics
from tensorgrad.metrics.metric_lookup import resolve_metric


def test_tensors_lists_and_calls():
    metric = metrics.BinaryAccuracy()
    assert metric([1, 0], tg.Tensor([[0.7], [0.8]], requires_grad=True)) == 0.5
    assert metric([[1.0]], [[0.9]], sample_weight=[2.0]) == 0.75
    assert metrics.MeanSquaredError()([1.0, 2.0], [[1.0], [4.0]]) == 2.0


ERRORS = [
    (lambda: resolve_metric(lambda y, p: None, (4,), (4, 1))(np.zeros(4), np.zeros((4, 1))), TypeError,
     "metric 'lambda' must return one value per sample, got object[]"),
    (lambda: metrics.Metric(name="x").result(), TypeError, "Metric must define result(self)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()


def test_a_metric_of_ones_own_defines_two_methods():
    class Half(metrics.Metric):
        pass

    with pytest.raises(TypeError, match=r"Half must define update_state\(self, y_true, y_pred"):
        Half().update_state([1.0], [1.0])
    with pytest.raises(TypeError, match=r"Half must define reset_state\(self\)"):
        Half().reset_state()


def test_a_wrapped_function_tells_its_settings():
    metric = metrics.MeanMetricWrapper(losses.mean_squared_error, name="own")
    config = metric.get_config()
    assert (config["fn"], config["name"]) == (losses.mean_squared_error, "own")
