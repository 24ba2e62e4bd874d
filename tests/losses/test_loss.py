"""Loss: dtypes, reductions, weights, and losses of one's own."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import losses
from tensorgrad.errors import OptionError, ShapeError, describe
from tensorgrad.losses.loss_lookup import as_loss

Y = np.array([[1.0, 0.0], [0.0, 1.0]])


P = np.array([[0.8, 0.2], [0.4, 0.6]])


def test_arrays_in_arrays_out_tensors_in_tensors_out():
    for name in ("mse", "mae", "binary_crossentropy", "categorical_crossentropy"):
        loss = as_loss(name)
        array, tensor = loss(Y, P), loss(Y, tg.Tensor(P, requires_grad=True))
        assert not isinstance(array, tg.Tensor)
        assert isinstance(tensor, tg.Tensor)
        assert tensor.shape == ()
        assert float(array) == tensor.item()
        assert loss(Y.tolist(), P.tolist()) == array
        assert isinstance(loss(tg.Tensor(Y), tg.Tensor(P)), tg.Tensor)


def test_float32_predictions_keep_their_dtype_whatever_the_targets():
    p = tg.Tensor(P.astype("float32"), requires_grad=True)
    for targets in (Y, Y.astype(int), Y.astype(bool)):
        for name in ("mse", "mae", "binary_crossentropy", "categorical_crossentropy"):
            assert as_loss(name)(targets, p).dtype == np.float32
            assert losses.get(name)(targets, p).dtype == np.float32
    assert losses.SparseCategoricalCrossentropy(ignore_class=-1)([0, -1], p, [1.0, 2.0]).dtype == np.float32
    assert losses.MeanSquaredError(dtype="float64")(Y, p).dtype == np.float64


def test_empty_batches_and_weights_without_a_sum_give_zero():
    assert losses.MeanSquaredError()(np.zeros((0, 2)), np.zeros((0, 2))) == 0
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert loss(Y, P, [0.0, 0.0]) == 0
    assert losses.SparseCategoricalCrossentropy(ignore_class=-1)([-1, -1], P) == 0


def test_wrapped_functions_and_subclasses():
    loss = as_loss(lambda y_true, y_pred: np.abs(y_pred - y_true))
    assert loss.name == "lambda"
    assert loss([1.0, 2.0], [2.0, 4.0], [1.0, 0.0]) == 0.5

    class Weird(losses.Loss):
        def __init__(self, power, name="weird"):
            super().__init__(name=name)
            self.power = power

        def call(self, y_true, y_pred):
            return np.mean(np.abs(y_pred - y_true) ** self.power, axis=-1)

    loss = Weird(3)
    assert loss.name == "weird"
    assert loss([[0.0], [0.0]], [[1.0], [2.0]]) == 4.5
    assert as_loss(loss) is loss


ERRORS = [
    (lambda: losses.MeanSquaredError(reduction="average"), OptionError,
     "MeanSquaredError: reduction must be one of 'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', "
     "'none', None, got 'average'"),
    (lambda: losses.MeanSquaredError()(np.zeros((4, 2)), np.zeros((4, 2)), np.ones(3)), ShapeError,
     "sample_weight float64[3] does not fit the loss's values float64[4]: give one weight per sample, shape (n,), or "
     "one per value"),
    (lambda: losses.LossFunctionWrapper(lambda y, p: None)(Y, P), TypeError,
     "the loss 'lambda' returned None: it must return one value per sample, computed from y_pred"),
    (lambda: losses.MeanSquaredError(Y, P), OptionError,
     "MeanSquaredError: reduction must be one of 'sum_over_batch_size', 'mean', 'sum', 'mean_with_sample_weight', "
     f"'none', None, got {describe(Y)}"),
    (lambda: losses.BinaryCrossentropy(from_logits="yes"), OptionError,
     "BinaryCrossentropy: from_logits must be True or False, got 'yes'"),
    (lambda: losses.BinaryCrossentropy(label_smoothing=2), OptionError,
     "BinaryCrossentropy: label_smoothing must be a number in [0, 1), got 2"),
    (lambda: losses.Loss()(Y, P), TypeError, "Loss must define call(self, y_true, y_pred)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()


def test_a_wrapped_function_tells_its_settings():
    loss = losses.LossFunctionWrapper(losses.mean_squared_error, name="own")
    config = loss.get_config()
    assert (config["fn"], config["name"]) == (losses.mean_squared_error, "own")
    with pytest.raises(TypeError, match="a loss is needed, got None"):
        as_loss(None)
