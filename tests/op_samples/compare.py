"""Samples for tensorgrad/ops/compare.py."""

from . import Sample, binary, unary

ODD = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1.0]
TRUTHS = ([True, True, False, False], [True, False, True, False])
INTS = ([6, 5, 0], [[3], [1]])

comparison = binary(([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]), (ODD, 0.0), ([1, 2], [2, 2]))
logic = binary(TRUTHS, (ODD, 0.0))
closeness = [Sample(([1.0, 2.0], [1.0 + 1e-9, 2.1])), Sample(([1.0, 2.0], 1.5), {"atol": 1.0}), Sample(((2, 3), (3,)))]

SAMPLES = {
    "equal": comparison,
    "not_equal": comparison,
    "less": comparison,
    "less_equal": comparison,
    "greater": comparison,
    "greater_equal": comparison,
    "logical_and": logic,
    "logical_or": logic,
    "logical_xor": logic,
    "logical_not": unary(TRUTHS[1], ODD),
    "bitwise_and": [Sample(TRUTHS), Sample(INTS)],
    "bitwise_or": [Sample(TRUTHS), Sample(INTS)],
    "bitwise_xor": [Sample(TRUTHS), Sample(INTS)],
    "invert": [Sample((TRUTHS[1],)), Sample(([1, -2],))],
    "left_shift": [Sample(INTS), Sample(([1, 2], 3))],
    "right_shift": [Sample(INTS), Sample(([17, 2], 1))],
    "isnan": unary(ODD),
    "isinf": unary(ODD),
    "isfinite": unary(ODD),
    "signbit": unary(ODD),
    "isclose": [*closeness, Sample((ODD, ODD), {"equal_nan": True})],
    "allclose": [*closeness, Sample((ODD, ODD), {"equal_nan": True})],
    "array_equal": [Sample(((2, 3), (3,))), Sample(([1.0], [1.0])), Sample((ODD, ODD), {"equal_nan": True})],
    "where": [
        Sample((True, (2, 3), (2, 3))),
        Sample(([True, False, True], (3,), (3,))),
        Sample(([True, False, True], (2, 1), ())),
        Sample(([[True], [False]], (), (3,))),
        Sample(([[True, False, False], [False, True, True]], (2, 3), (3,))),
        Sample(([True, False], (2,), 0.5)),
        Sample(([True, False], 2, (2,))),
        Sample(([1.0, 0.0], (2,), (2,))),
        Sample(([False], (0, 1), (3,))),
    ],
    "maximum": binary(),
    "minimum": binary(),
    "fmax": binary(),
    "fmin": binary(),
    "clip": [
        Sample(((2, 3), -0.5, 0.5)),
        Sample(((2, 3), -2.0, 2.0)),
        Sample(((), 0.0, 1.0)),
        Sample(((2, 3), -1, float("inf"))),
        Sample(((2, 3), (3,), (2, 1))),
        Sample(((3,), (2, 3), (2, 3))),
        Sample(((0, 3), (3,), 5.0)),
        Sample(((4, 5), (4, 5), (4, 5))),
    ],
}
