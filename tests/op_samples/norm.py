"""Samples of ops/norm.py."""

import numpy as np

from . import Sample

SAMPLES = {
    "norm2": [
        Sample(((3,),)),
        Sample(((2, 3),), {"axis": 1}),
        Sample(((2, 3, 4),), {"axis": (0, -1), "keepdims": True}),
        Sample(((),)),
        Sample(((2, 3),), {"axis": 0, "keepdims": True}),
    ],
    "norm_p": [
        Sample(((3,),)),
        Sample(((2, 3),), {"axis": 1, "ord": 2.5}),
        Sample(((2, 3, 4),), {"axis": (0, -1), "keepdims": True, "ord": 0.5}),
        Sample(((),), {"ord": -1}),
        Sample(((2, 3),), {"axis": 0, "keepdims": True, "ord": -2.5}),
        Sample(((2, 0),), {"axis": 1}),
    ],
    "matrix_rank": [
        Sample((np.diag([1.0, 2.0, 0.0]),)),
        Sample((np.ones((4, 2, 3)),), {"tol": 0.5}),
        Sample((np.diag([1.0, 1e-3]),), {"hermitian": True}),
        Sample((np.diag([1.0, 1e-3]),), {"rtol": 0.1}),
        Sample(((3,),)),
    ],
}
