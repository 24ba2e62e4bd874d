"""Models that are trained by programs and eagerly, to be compared: a new layer, loss or optimizer joins by one line."""

import copy
import warnings

import numpy as np

import tensorgrad as tg
from tensorgrad import metrics
from tensorgrad.callbacks import Callback
from tensorgrad.layers import Activation, Dense, Dropout, Flatten
from tensorgrad.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD, Adam

#: Layers that stand between a Dense layer and the next; each call makes a new one.
LAYERS = {
    "dense": lambda: Dense(4, "relu"),
    "no bias": lambda: Dense(3, "gelu", use_bias=False),
    "activation": lambda: Activation("tanh"),
    "dropout": lambda: Dropout(0.4, seed=1),
    "flatten": Flatten,
    "nested": lambda: Sequential([Dense(3, "elu"), Dropout(0.2, seed=2)]),
    "nested twice": lambda: Sequential([Sequential([Dense(2, "sigmoid")]), Activation("softplus")]),
    "float64": lambda: Dense(3, "selu", dtype="float64"),
}
OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.05, momentum=0.9),
    "nesterov": lambda: SGD(0.05, momentum=0.9, nesterov=True),
    "decay": lambda: SGD(0.05, weight_decay=0.01),
    "schedule": lambda: SGD(lambda step: 0.1 / (1 + step)),
    "adam": lambda: Adam(0.01),
    "amsgrad": lambda: Adam(0.01, amsgrad=True),
    "clipnorm": lambda: Adam(0.01, clipnorm=0.1),
    "clipvalue": lambda: SGD(0.1, clipvalue=0.05),
    "global clipnorm": lambda: SGD(0.1, global_clipnorm=0.1),
}
#: The loss, the last activation, what the targets are, and the metrics that go with them.
LOSSES = {
    "mse": (MeanSquaredError, None, "numbers", ["mae", "RootMeanSquaredError"]),
    "mae": (MeanAbsoluteError, None, "numbers", ["mse", "accuracy"]),
    "sum": (lambda: MeanSquaredError(reduction="sum"), None, "numbers", []),
    "weighted mean": (lambda: MeanSquaredError(reduction="mean_with_sample_weight"), None, "numbers", ["mse"]),
    "own": (lambda: lambda y_true, y_pred: abs(y_pred - y_true) ** 1.5, None, "numbers", ["mae"]),
    "bce": (BinaryCrossentropy, "sigmoid", "labels", ["binary_accuracy", "BinaryCrossentropy"]),
    "bce logits": (lambda: BinaryCrossentropy(from_logits=True), None, "labels", ["binary_accuracy"]),
    "ce": (CategoricalCrossentropy, "softmax", "one-hot", ["accuracy", "crossentropy", "TopKCategoricalAccuracy"]),
    "ce logits": (lambda: CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), None, "one-hot", ["acc"]),
    "sparse": (SparseCategoricalCrossentropy, "softmax", "ids", ["accuracy", "ce"]),
    "sparse logits": (
        lambda: SparseCategoricalCrossentropy(from_logits=True), None, "ids",
        ["accuracy", metrics.SparseTopKCategoricalAccuracy(k=2)],
    ),
    "ignoring": (lambda: SparseCategoricalCrossentropy(from_logits=True, ignore_class=0), None, "ids", []),
}  # fmt: skip
ROWS, COLUMNS = 19, 3


def targets(kind, rng):
    ids = rng.integers(0, COLUMNS, ROWS)
    return {
        "numbers": rng.normal(size=(ROWS, COLUMNS)),
        "labels": rng.integers(0, 2, (ROWS, COLUMNS)),
        "one-hot": np.eye(COLUMNS)[ids],
        "ids": ids,
    }[kind]


def data(kind="numbers"):
    rng = np.random.default_rng(3)
    return rng.normal(size=(ROWS, 2, 2)), targets(kind, rng)


def model_of(layers=("dense",), loss="mse", optimizer="sgd", eagerly=False, weighted=False, jit="exact"):
    tg.set_random_seed(5)
    make_loss, last, _, names = LOSSES[loss]
    between = [layer() if callable(layer) else LAYERS[layer]() for layer in layers]
    model = Sequential([Flatten(), Dense(5, "tanh"), *between, Dense(COLUMNS, last)], name="net")
    model.build((None, 2, 2))
    compile_again(model, make_loss, optimizer, eagerly, names, names if weighted else None, jit)
    return model


def compile_again(model, make_loss, optimizer, eagerly, names=(), weighted=None, jit="exact"):
    model.compile(OPTIMIZERS[optimizer](), make_loss(), run_eagerly=eagerly, jit_compile=jit,
                  metrics=copy.deepcopy(list(names)), weighted_metrics=copy.deepcopy(weighted))  # fmt: skip


def same(work, slow=False, **made):
    """Assert that ``work(model)`` gives the same compiled and eagerly, and leaves the same weights; nothing may warn.

    slow: whether the compiled model is to give up its programs
    """
    found = []
    for eagerly in (False, True):
        model = model_of(eagerly=eagerly, **made)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore" if slow else "error")
            results = work(model)
        assert model.compiled.runs_eagerly is (eagerly or slow)
        found.append((results, [w.tobytes() for w in model.get_weights()], model.optimizer.iterations))
    np.testing.assert_equal(found[0], found[1])


def close(work, **made):
    """Assert that ``work(model)``, which returns nested lists and dicts of numbers, gives the same to 1e-6.

    Beside a model of the default, whose program may reorder sums, stands one of ``jit_compile="exact"``.
    """
    found = []
    for jit in ("auto", "exact"):
        model = model_of(jit=jit, **made)
        found.append((work(model), model.get_weights()))
        assert not model.compiled.runs_eagerly
    for a, b in zip(leaves(found[0]), leaves(found[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


def leaves(found):
    """Yield the numbers and arrays in nested lists, tuples and dicts."""
    if isinstance(found, (list, tuple, dict)):
        for item in found.values() if isinstance(found, dict) else found:
            yield from leaves(item)
    else:
        yield found


def trained(model, kind="numbers", **args):
    """Return the history of a short training with a smaller last batch and a validation."""
    x, y = data(kind)
    args = {"epochs": 3, "batch_size": 4, "verbose": 0, "seed": 1, "validation_data": (x, y), **args}
    return model.fit(x, y, **args).history


def training_steps(model):
    """Return the TrainingSteps that a model keeps."""
    return [step for measures in model.compiled._measures.values() for step in measures.training.kept]


class At(Callback):
    """Does something to the model at the end of an epoch or a batch."""

    def __init__(self, act, hook="on_epoch_end", times=(0,)):
        self.count = 0

        def maybe(number, logs):
            if self.count in times:
                act(self.model, self.count)
            self.count += 1

        setattr(self, hook, maybe)
