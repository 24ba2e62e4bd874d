"""Samples for tensorgrad/ops/gamma.py."""

from . import Sample, unary

BOTH_SIDES = [-3.7, -0.4, 0.2, 0.9, 1.0, 1.3, 2.0, 2.6, 6.5, 9.9, 10.1, 31.0]

SAMPLES = {
    "gammaln": unary(BOTH_SIDES),
    "gamma": unary(BOTH_SIDES),
    "digamma": unary(BOTH_SIDES),
    "polygamma": [
        Sample((0, (3,))), Sample((1, ())), Sample((2, (2, 3))), Sample(([0, 1, 5], BOTH_SIDES[2:5])),
        Sample(([[1], [2]], (3,))), Sample((1, (0,))), Sample((3, [-3.7, -0.4, 12.0])),
    ],
}  # fmt: skip
