"""Samples of ops/determinant.py: regular matrices of either sign, and singular ones where no inverse is needed."""

import numpy as np

from . import Sample
from .solve import ONE, TWO

FOUR = np.random.default_rng(4).uniform(-1, 1, (4, 4))

SAMPLES = {
    "det": [Sample((x,)) for x in (ONE, TWO, -ONE, FOUR, ONE * [1, 1, 0], ONE * [0, 1, 0], np.zeros((0, 0)))],
    "cofactor": [Sample((x,)) for x in (ONE, TWO, -ONE, FOUR)],
    "cofactor_slope": [Sample((x.shape, x)) for x in (ONE, TWO, -ONE, FOUR)],
    "slogdet": [Sample((x,)) for x in (ONE, TWO, -ONE, FOUR)],
}
