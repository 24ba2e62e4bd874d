"""A model whose training can be computed by hand, and data that a linear model fits."""

import numpy as np

from tensorgrad.layers import Dense
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD


def linear(**kwargs):
    """One weight and no bias: what training does can be computed by hand."""
    model = Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))], name="net")
    model.compile(SGD(0.1), "mse", **kwargs)
    return model


def linear_data(rng):
    x = rng.normal(size=(400, 4))
    return x, x @ np.array([1.0, -2.0, 0.5, 1.5])
