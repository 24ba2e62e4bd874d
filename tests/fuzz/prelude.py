"""What every program finds in its module, in a reproduction script too."""

#: What every program starts with, in a reproduction script too.
PRELUDE = '''\
import math
import random
from collections import namedtuple

import numpy as np

import tensorgrad as tg

Pair = namedtuple("Pair", "first second")


class Box:
    """An object with attributes."""

    kind = 1.0

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


def array(seed, shape, dtype="float64", ties=False, special=False):
    """Return an array of random values; ``ties`` makes them halves, ``special`` puts nan and the like among them."""
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype).kind
    if kind in "biu":
        return np.asarray(rng.integers(0 if kind in "bu" else -4, 2 if kind == "b" else 5, shape)).astype(dtype)
    values = rng.normal(size=shape)
    values = np.asarray(np.round(2 * values) / 2 if ties else values)
    if special and values.size:
        values.flat[rng.integers(values.size)] = rng.choice([np.nan, np.inf, -np.inf, -0.0])
    return np.asarray(values + 1j * rng.normal(size=shape) if kind == "c" else values).astype(dtype)


def readonly(x):
    """Return ``x``, which can no longer be written."""
    x.flags.writeable = False
    return x
'''
