"""Samples of ops/factor.py: positive definite matrices, and tall, square and wide ones of full rank."""

import numpy as np

from . import Sample
from .solve import ONE, TWO

SAMPLES = {
    "cholesky": [
        Sample((ONE @ ONE.T,)),
        Sample((TWO @ TWO.mT,), {"upper": True}),
        Sample((ONE @ ONE.T + np.triu(np.ones((3, 3)), 1),)),
        Sample(((0, 2, 2),)),
    ],
    "qr": [
        Sample((ONE,)),
        Sample((TWO,), {"mode": "complete"}),
        Sample((ONE[:, :2],)),
        Sample((TWO[:, :, :1],)),
        Sample((ONE[:2],), {"mode": "complete"}),
        Sample((TWO[:, :1],)),
        Sample(((0, 2, 2),)),
    ],
}
