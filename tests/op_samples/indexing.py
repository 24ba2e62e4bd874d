"""Samples of ops/indexing.py: every kind of index, in reading, in scattering and in writing."""

import numpy as np

from . import Sample

MASK = np.array([[True, False, True], [False, False, True]])

#: (shape of x, index, shape of x[index])
CASES = [
    ((3,), 1, ()),
    ((2, 3), (slice(None), -1), (2,)),
    ((4, 3), (slice(None, None, -2), slice(1, None)), (2, 2)),
    ((2, 3), (..., None, 0), (2, 1)),
    ((2, 3), slice(0, 0), (0, 3)),
    ((), (), ()),
    ((), None, (1,)),
    ((4,), np.array([0, 0, 3, -1]), (4,)),
    ((3, 2), np.array([[1, 1], [0, 2]]), (2, 2, 2)),
    ((3, 4), (np.array([0, 2, 0]), np.array([1, 1, 1])), (3,)),
    ((3, 4, 2), (slice(None), np.array([3, 3]), 0), (3, 2)),
    ((3, 4, 2), (np.array([0, 0]), slice(None), np.array([1, 1])), (2, 4)),
    ((2, 3), MASK, (3,)),
    ((2, 3), np.zeros((2, 3), bool), (0,)),
    ((2, 3), (slice(None), np.array([True, False, True])), (2, 2)),
]

SAMPLES = {
    "reorder": [
        Sample(((3,),), {"index": np.array([2, 0, 1]), "axis": 0}),
        Sample(((2, 3),), {"index": np.array([[2, 0, 1], [0, 2, 1]]), "axis": 1}),
        Sample(((0, 3),), {"index": np.zeros((0, 3), int), "axis": 0}),
    ],
    "getitem": [Sample((shape,), {"index": index}) for shape, index, _ in CASES],
    "scatter": [Sample((taken,), {"index": index, "shape": shape}) for shape, index, taken in CASES],
    "add_at": [
        *[Sample((shape, taken), {"index": index}) for shape, index, taken in CASES],
        Sample(((4,), ()), {"index": np.array([0, 0, 2])}),
        Sample(((3, 2), (2,)), {"index": np.array([1, 1, 0])}),
    ],
    "setitem": [
        *[Sample((shape, taken), {"index": index}) for shape, index, taken in CASES],
        Sample(((2, 3), ()), {"index": 0}),
        Sample(((2, 3), (3,)), {"index": slice(None)}),
        Sample(((2, 3), (2, 1)), {"index": (slice(None), slice(0, 2))}),
        Sample(((4,), ()), {"index": np.array([0, 0, 2])}),
    ],
}
