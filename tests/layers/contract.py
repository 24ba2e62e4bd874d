"""The contract that every layer keeps: one row for each way to make one, and what is asked of all."""

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import tensorgrad as tg
from tensorgrad.layers import Activation, Dense, Dropout, Flatten, InputLayer


class Row(NamedTuple):
    """One way to make a layer.

    make:    ``make(**options)`` -> a new layer, the same each time
    shape:   the shape of one sample
    weights: the names of its weights, in order, without the layer's
    random:  whether it computes something else while training
    """

    make: Callable[..., Any]
    shape: tuple[int, ...]
    weights: tuple[str, ...] = ()
    random: bool = False


def sequential(**options):
    """Return a model, to be a layer of another."""
    inner = {"dtype": options.pop("dtype", None)}
    return tg.Sequential([Dense(3, "tanh", **inner), Dropout(0.5, seed=1, **inner), Dense(2, **inner)], **options)


ROWS = {
    "Dense": Row(lambda **o: Dense(3, "tanh", bias_initializer="random_normal", **o), (4,), ("kernel", "bias")),
    "Dense over steps, no bias": Row(lambda **o: Dense(2, use_bias=False, **o), (3, 4), ("kernel",)),
    "Activation": Row(lambda **o: Activation("sigmoid", **o), (4,)),
    "Dropout": Row(lambda **o: Dropout(0.5, seed=3, **o), (4,), random=True),
    "Dropout of whole features": Row(lambda **o: Dropout(0.5, (None, 1, None), 3, **o), (3, 4), random=True),
    "Flatten": Row(lambda **o: Flatten(**o), (2, 3)),
    "InputLayer": Row(lambda **o: InputLayer((4,), **o), (4,)),
    "Sequential": Row(sequential, (4,), ("kernel", "bias", "kernel", "bias"), random=True),
}


def batch(row, dtype="float64", n=5):
    return np.random.default_rng(n).normal(size=(n, *row.shape)).astype(dtype)


def built(row, **options):
    layer = row.make(**options)
    layer.build((None, *row.shape))
    return layer


def same(a, b):
    a, b = (np.asarray(x.data if isinstance(x, tg.Tensor) else x) for x in (a, b))
    assert (a.shape, a.dtype) == (b.shape, b.dtype)
    assert a.tobytes() == b.tobytes()


def same_weights(a, b):
    for one, other in zip(a.get_weights(), b.get_weights(), strict=True):
        same(one, other)


def building(row):
    """``build`` and the first call make the same weights, with the names that were promised."""
    layer, called = built(row), row.make()
    called(batch(row))
    for made in (layer, called):
        assert made.built
        assert tuple(w.name.rpartition("/")[2] for w in made.weights) == row.weights
        assert made.count_params() == sum(w.size for w in made.weights)
    assert [w.shape for w in layer.weights] == [w.shape for w in called.weights]


def output_shape(row):
    """``compute_output_shape`` tells the shape of what comes out, for any number of rows."""
    layer = built(row)
    told = tuple(layer.compute_output_shape((None, *row.shape)))
    for n in (1, 5):
        assert (n, *told[1:]) == layer(batch(row, n=n)).shape
    assert told[0] is None


def config(row):
    """``from_config(get_config())`` is a layer like it; what is in a config can be written as JSON."""
    layer = built(row)
    other = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    other(batch(row))
    other.set_weights(layer.get_weights())
    assert json.dumps(other.get_config()) == json.dumps(layer.get_config())
    same(other(batch(row)), layer(batch(row)))


def dtypes(row):
    """Weights and output have the layer's dtype, whatever the dtype of the array that comes in."""
    for dtype in ("float32", "float64"):
        layer = built(row, dtype=dtype)
        for given in ("float32", "float64"):
            assert layer(batch(row, given)).dtype == dtype
        assert {w.dtype for w in layer.weights} <= {np.dtype(dtype)}


def gradient(row):
    """The gradients of the input and of all weights are those that differences give."""
    layer = built(row, dtype="float64")
    report = tg.gradcheck(layer, batch(row, n=3))
    assert {x.name for x in report.inputs} == {*(w.name for w in layer.weights), "x"}


def training(row):
    """Without training a call repeats; while training it does too, unless the row says otherwise."""
    layer, x = built(row), batch(row, n=40)
    plain = layer(x)
    same(layer(x), plain)
    same(layer(x, training=False), plain)
    trained = layer(x, training=True)
    assert (trained.numpy() != plain.numpy()).any() == row.random


def compiled(row):
    """``fit`` gives the same weights, to the last bit, from its programs and call by call."""
    x, y = batch(row, "float32", 8), np.ones((8, 1), "float32")
    model = tg.Sequential([row.make(), Flatten(), Dense(1)])
    model.build((None, *row.shape))
    other = copy.deepcopy(model)
    for one, eagerly in ((model, False), (other, True)):
        one.compile("sgd", "mse", run_eagerly=eagerly, jit_compile="auto" if eagerly else "exact")
        one.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0)
    assert not model.compiled.runs_eagerly
    same_weights(model, other)
    same(model.predict(x, verbose=0), other.predict(x, verbose=0))


def weights(row):
    """What ``get_weights`` gives makes another layer compute the same; it is a copy."""
    layer, other = built(row), built(row)
    saved = layer.get_weights()
    other.set_weights(saved)
    same(other(batch(row)), layer(batch(row)))
    for array in saved:
        array[...] = 7
    same_weights(layer, other)


def copies(row):
    """A deep copy and a pickle compute the same, and share no weights."""
    layer = built(row)
    expected = layer(batch(row))
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        same(other(batch(row)), expected)
        assert [w.name for w in other.weights] == [w.name for w in layer.weights]
        for weight in other.weights:
            weight.data[...] = 7
    same(layer(batch(row)), expected)


ASPECTS = (building, output_shape, config, dtypes, gradient, training, compiled, weights, copies)
