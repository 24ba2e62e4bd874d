"""Samples of ops/solve.py: matrices far from singular."""

import numpy as np

from . import Sample

RNG = np.random.default_rng(3)
ONE = 3 * np.eye(3) + RNG.uniform(-1, 1, (3, 3))
TWO = -2 * np.eye(2) + RNG.uniform(-0.5, 0.5, (4, 2, 2))

SAMPLES = {
    "inv": [Sample((ONE,)), Sample((TWO,)), Sample(((0, 2, 2),))],
    "solve": [
        Sample((ONE, (3,))),
        Sample((ONE, (3, 2))),
        Sample((ONE, (4, 3, 2))),
        Sample((TWO, (2,))),
        Sample((TWO, (2, 3))),
        Sample((TWO, (4, 2, 1))),
    ],
    "pinv": [
        Sample((ONE,)),
        Sample((TWO[:, :, :1],)),
        Sample((TWO[:, :1, :],), {"rcond": 1e-8}),
        Sample((ONE + ONE.T,), {"hermitian": True}),
        Sample((ONE[:2],), {"rtol": None}),
        Sample(((0, 2, 3),)),
    ],
    "lstsq": [
        Sample((ONE[:, :2], (3,))),
        Sample((ONE[:, :2], (3, 2))),
        Sample((ONE[:2], (2,)), {"rcond": -1}),
        Sample((ONE, (3, 1)), {"rcond": 1e-8}),
    ],
}
