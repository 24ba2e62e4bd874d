"""Models and layers under check: their weights, every part of their input, their loss."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.errors import NotReadyError
from tensorgrad.layers import Activation, Dense
from tensorgrad.models import Sequential
from tests.check.scale import Scale

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


class Product(tg.layers.Layer):
    def call(self, x):
        return x["a"] * x["b"][0]


def test_a_layer_is_checked_in_every_part_of_its_input():
    report = gradcheck(Product(), {"a": np.ones(2), "b": [np.full(2, 3.0)]})
    assert [r.name for r in report.inputs] == ["x['a']", "x['b'][0]"]
    assert [r.analytic for r in report.inputs] == [3.0, 1.0]


@pytest.mark.parametrize(
    ("layer", "data", "error", "words"),
    [
        (tg.layers.Dense(2, name="d"), (None,), TypeError, r"'d' needs data: gradcheck\(model, x, y\)"),
        (tg.layers.Dense(2, name="d"), (np.ones((2, 2)), np.ones(2)), tg.NotReadyError, "'d' has no loss"),
        (tg.layers.Flatten(name="f"), (np.array([[1, 2]]),), tg.GradientError, "'f' has no trainable weights"),
    ],
)
def test_a_layer_that_cannot_be_checked(layer, data, error, words):
    with pytest.raises(error, match=words):
        gradcheck(layer, *data)


def test_a_layer_is_checked_in_its_input_too():
    report = gradcheck(Dense(3, "tanh"), X)
    assert [r.name.rpartition("/")[2] for r in report.inputs] == ["kernel", "bias", "x"]
    assert [r.name for r in gradcheck(Activation("softmax"), X).inputs] == ["x"]
    x = tg.Parameter(X.astype("float32"), name="mine")
    assert gradcheck(Activation("tanh"), x)["x"].given == "float32[3, 4]"
    assert x.dtype == np.float32


def test_a_model_with_its_loss():
    model = Sequential([Dense(5, "relu", input_shape=(4,)), Dense(2, "softmax")])
    with pytest.raises(NotReadyError, match="compile"):
        gradcheck(model, X, np.eye(2)[[0, 1, 0]])
    model.compile("sgd", "categorical_crossentropy")
    report = gradcheck(model, X, np.eye(2)[[0, 1, 0]])
    assert len(report.inputs) == 4
    assert report.difference < 1e-13
    with pytest.raises(TypeError, match=r"needs data: gradcheck\(model, x, y\), or gradcheck\(layer, x\)"):
        gradcheck(model)


def test_a_model_is_checked_in_float64_and_put_back(rng):
    model = Scale()
    x, y = rng.standard_normal((5, 2)).astype("float32"), rng.standard_normal((5, 2)).astype("float32")
    saved = [(w.data, w.data.tobytes()) for w in model.weights]
    assert gradcheck(model, x, y).inputs[0].name == "scale/gain"
    assert gradcheck(model, x)
    model.compute_loss = lambda x, y, y_pred: 1 / 0
    with pytest.raises(ZeroDivisionError):
        gradcheck(model, x, y)
    for w, (array, content) in zip(model.weights, saved, strict=True):
        assert w.data is array
        assert w.data.tobytes() == content
        assert w.grad is None
