"""Optimizers of every kind, with parameters and gradients to try them on."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.optimizers import SGD, Adam


def make(*values, dtype="float64"):
    return [tg.Parameter(np.array(v, dtype)) for v in values]


EVERY = [
    lambda: SGD(0.1), lambda: SGD(0.1, momentum=0.9), lambda: SGD(0.1, momentum=0.9, nesterov=True),
    lambda: Adam(0.1), lambda: Adam(0.1, amsgrad=True), lambda: Adam(0.1, weight_decay=0.1, clipnorm=1.0),
    lambda: SGD(0.1, global_clipnorm=0.5), lambda: Adam(0.1, clipvalue=0.3),
]  # fmt: skip


every = pytest.mark.parametrize("new", EVERY, ids=lambda new: repr(new()))


SHAPES = [(3, 2), (2,), ()]


def gradients(rng, steps=6):
    return [[rng.normal(size=shape) for shape in SHAPES] for _ in range(steps)]


def start(rng):
    return make(*[rng.normal(size=shape) for shape in SHAPES])
