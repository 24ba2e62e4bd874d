"""Samples for tensorgrad/ops/scaled.py."""

from . import Sample, unary

SAMPLES = {
    "ldexp": [Sample(((), 3)), Sample(((3,), [2, 0, -1])), Sample(((2, 3), [[-2], [1]])), Sample(((0,), 1))],
    "exponent": unary([0.0, 1e-30, 0.5, 1.0, -6.0, 1e30]),
}
