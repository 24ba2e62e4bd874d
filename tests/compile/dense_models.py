"""Small models of dense layers, their losses, and forwards for a TrainingStep."""

import numpy as np

import tensorgrad as tg
from tensorgrad.layers import Activation, Dense, Dropout, Flatten
from tensorgrad.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

#: The loss, the last activation, and what the targets are.
LOSSES = {
    "mse": (MeanSquaredError, None, "numbers"),
    "mae": (MeanAbsoluteError, None, "numbers"),
    "bce": (BinaryCrossentropy, "sigmoid", "labels"),
    "bce logits": (lambda: BinaryCrossentropy(from_logits=True), None, "labels"),
    "ce": (CategoricalCrossentropy, "softmax", "one-hot"),
    "ce logits": (lambda: CategoricalCrossentropy(from_logits=True, label_smoothing=0.1), None, "one-hot"),
    "sparse": (SparseCategoricalCrossentropy, "softmax", "ids"),
    "sparse logits": (lambda: SparseCategoricalCrossentropy(from_logits=True), None, "ids"),
    "ignoring": (lambda: SparseCategoricalCrossentropy(from_logits=True, ignore_class=0), None, "ids"),
}


def targets(kind, rows, columns, rng):
    ids = rng.integers(0, columns, rows)
    return {
        "numbers": rng.normal(size=(rows, columns)).astype("f"),
        "labels": rng.integers(0, 2, (rows, columns)).astype("f"),
        "one-hot": np.eye(columns, dtype="f")[ids],
        "ids": ids,
    }[kind]


def model_of(widths, activation, last, dropout, dtype):
    tg.set_random_seed(5)
    layers = [Flatten()]
    for width in widths:
        layers += [Dense(width, dtype=dtype), Activation(activation, dtype=dtype)]
        if dropout:
            layers.append(Dropout(dropout, dtype=dtype))
    model = tg.Sequential([*layers, Dense(3, last, dtype=dtype)])
    model.build((None, 2, 3))
    return model


def forward_of(model, loss):
    def forward(x, y, w):
        y_pred = model(x, training=True)
        return loss(y, y_pred, w), y_pred

    return forward
