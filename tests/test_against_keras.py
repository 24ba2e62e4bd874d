"""Against Keras itself, on PyTorch: whole trainings of random Sequential models, where the golden files are few."""

import os
import warnings
from importlib.util import find_spec

import numpy as np
import pytest

from tensorgrad import config, layers, optimizers
from tensorgrad.models import Sequential

pytestmark = [
    pytest.mark.peers,
    pytest.mark.heavy,
    pytest.mark.skipif(not (find_spec("keras") and find_spec("torch")), reason="needs keras and torch"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),  # Variable.numpy()
]

#: Both compute in float64, in sums of another order, over up to 27 steps: this part of the largest entry.
CLOSE = 1e-12

ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "selu", "softplus", "silu", "gelu", "mish", "leaky_relu", None)
HEADS = (
    ("mse", None), ("mae", "tanh"), ("binary_crossentropy", "sigmoid"), ("categorical_crossentropy", "softmax"),
    ("sparse_categorical_crossentropy", "softmax"),
)  # fmt: skip
OPTIMIZERS = (
    ("SGD", {"learning_rate": 0.05}),
    ("SGD", {"learning_rate": 0.02, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.02, "momentum": 0.8, "nesterov": True}),
    ("SGD", {"learning_rate": 0.1, "clipnorm": 0.3}),
    ("Adam", {"learning_rate": 0.01}),
    ("Adam", {"learning_rate": 0.01, "amsgrad": True, "weight_decay": 0.01}),
    ("Adam", {"learning_rate": 0.02, "clipvalue": 0.05}),
)


@pytest.fixture(scope="module")
def keras():
    os.environ["KERAS_BACKEND"] = "torch"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what importing it warns of is not ours
        import keras
    assert keras.backend.backend() == "torch", "something imported Keras before, on another backend"
    return keras


@pytest.fixture
def doubles(keras, monkeypatch):
    """Both compute in float64. Off TensorFlow, Keras 3.15 brings float64 down to float32 in a mean, by a table."""
    from keras.src.backend.common import dtypes

    before = config.floatx(), keras.config.floatx()
    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    config.set_floatx("float64")
    keras.config.set_floatx("float64")
    yield
    config.set_floatx(before[0])
    keras.config.set_floatx(before[1])


class Configuration:
    """A random model, how it is compiled, and data for it; ``seed`` says all."""

    def __init__(self, seed):
        self.rng = rng = np.random.default_rng(seed)
        self.loss, head = HEADS[seed % len(HEADS)]
        self.optimizer, self.options = OPTIMIZERS[seed % len(OPTIMIZERS)]
        self.shape = (3, 2) if self.flip() else (self.number(1, 8),)
        self.dense = [
            {"units": self.number(2, 16), "activation": ACTIVATIONS[self.number(0, 10)], "use_bias": self.flip()}
            for _ in range(self.number(0, 3))
        ]
        self.dense.append({"units": self.number(2, 5), "activation": head})
        rows = self.number(20, 60)
        self.x = rng.normal(size=(rows, *self.shape))
        self.y = self.targets(rows)
        self.fit = {"batch_size": self.number(7, 30), "epochs": self.number(1, 3)}
        if self.flip():
            self.fit["validation_split"] = 0.2
        if self.flip():
            self.fit["sample_weight"] = rng.uniform(0.1, 2, rows)

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def flip(self):
        return bool(self.rng.integers(2))

    def targets(self, rows):
        units = self.dense[-1]["units"]
        labels = self.rng.integers(units, size=rows)
        if self.loss.startswith("sparse"):
            return labels
        if self.loss.startswith("categorical"):
            return np.eye(units)[labels]
        if self.loss.startswith("binary"):
            return self.rng.integers(2, size=(rows, units)).astype(float)
        return self.rng.normal(size=(rows, units))

    def model(self, sequential, layers, optimizers):
        """Return the model, compiled, made of the classes of either library."""
        flatten = [layers.Flatten()] if len(self.shape) > 1 else []
        dense = [layers.Dense(**options) for options in self.dense]
        model = sequential([layers.Input(self.shape), *flatten, *dense])
        model.compile(getattr(optimizers, self.optimizer)(**self.options), self.loss, metrics=self.metrics())
        return model

    def metrics(self):
        return ["mae"] if self.loss in ("mse", "mae") else ["accuracy"]


def close(ours, theirs):
    """Compare on the scale of the largest entry."""
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=CLOSE * np.abs(theirs).max())


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("seed", range(10))
def test_trains_as_keras(seed, keras):
    case = Configuration(seed)
    ours = case.model(Sequential, layers, optimizers)
    theirs = case.model(keras.Sequential, keras.layers, keras.optimizers)
    theirs.set_weights(ours.get_weights())
    history = ours.fit(case.x, case.y, shuffle=False, verbose=0, **case.fit).history
    expected = theirs.fit(case.x, case.y, shuffle=False, verbose=0, **case.fit).history
    assert list(history) == list(expected)
    for name, values in expected.items():
        close(history[name], values)
    scale = max(np.abs(w).max() for w in theirs.get_weights())
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=CLOSE * scale)
    close(ours.predict(case.x, verbose=0), theirs.predict(case.x, verbose=0))
    close(ours.evaluate(case.x, case.y, verbose=0), theirs.evaluate(case.x, case.y, verbose=0))


def test_the_configurations_differ_in_what_matters():
    cases = [Configuration(seed) for seed in range(10)]
    assert {case.loss for case in cases} == {loss for loss, _ in HEADS}
    assert len({(case.optimizer, *case.options) for case in cases}) == len(OPTIMIZERS)
    assert {len(case.shape) for case in cases} == {1, 2}
    assert {len(case.dense) for case in cases} == {1, 2, 3, 4}
    assert {key for case in cases for key in case.fit} > {"validation_split", "sample_weight"}
