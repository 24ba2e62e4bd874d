"""Samples for tensorgrad/ops/cross_entropy.py."""

from . import Sample, binary

ARRAYS = [sample for sample in binary() if all(isinstance(x, tuple) for x in sample.inputs)]
ONE_EACH = [
    Sample(((3,), (3,))),
    Sample(((2, 3), (2, 3))),
    Sample(((2, 3), (2, 3)), {"axis": 0}),
    Sample(((2, 3, 4), (2, 3, 4)), {"axis": 1}),
    Sample(((0, 3), (0, 3))),
]
IDS = [
    Sample(((2, 3), [2, 0])),
    Sample(((3, 2), [2, 0]), {"axis": 0}),
    Sample(((2, 3, 4), [[2, 0, 1, 1], [0, 0, 2, 1]]), {"axis": 1}),
]

SAMPLES = {
    "sigmoid_cross_entropy": [*ARRAYS, Sample(([-40.0, 40.0], [0.2, 0.9]))],
    "softmax_cross_entropy": [*ONE_EACH, Sample(([800.0, 799.5, -800.0], [0.5, 0.5, 0.0]))],
    "sparse_softmax_cross_entropy": [*IDS, Sample(([[800.0, 799.5, -800.0]], [1]))],
    "binary_cross_entropy": [*ARRAYS, Sample(([0.05, 0.9], [0.0, 1.0]))],
    "cross_entropy": ONE_EACH,
    "sparse_cross_entropy": IDS,
}
