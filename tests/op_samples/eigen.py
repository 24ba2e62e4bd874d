"""Samples of ops/eigen.py: values apart from each other, and vectors that are unique but for their sign."""

import numpy as np

from . import Sample
from .solve import ONE, TWO

SPREAD = ONE + np.diag([1.0, 5.0, -4.0])
REAL = np.triu(ONE) + np.diag([0.0, 2.0, 5.0]) + 0.05 * ONE  # with real eigenvalues

SAMPLES = {
    "eigh": [
        Sample((SPREAD,)),
        Sample((SPREAD + SPREAD.T,), {"UPLO": "U"}),
        Sample((TWO + np.diag([0.0, 3.0]),)),
        Sample(((0, 2, 2),)),
        Sample((np.zeros((0, 0)),)),
    ],
    "eigvalsh": [Sample((SPREAD,)), Sample((TWO + np.diag([0.0, 3.0]),), {"UPLO": "U"})],
    "eig": [Sample((REAL,)), Sample((np.triu(TWO) + np.diag([0.0, 3.0]) + 0.01,))],
    "svd": [
        Sample((SPREAD,)),
        Sample((TWO + np.diag([0.0, 3.0]),)),
        Sample((SPREAD[:, :2],), {"full_matrices": False}),
        Sample((SPREAD[:2],), {"full_matrices": False}),
        Sample((TWO[:, :1],), {"full_matrices": False}),
        Sample(((0, 2, 2),)),
        Sample(((2, 0),), {"full_matrices": False}),
    ],
    "svdvals": [Sample((SPREAD,)), Sample((SPREAD[:2],)), Sample((TWO + np.diag([0.0, 3.0]),))],
}
