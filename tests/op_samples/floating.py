"""Samples for tensorgrad/ops/floating.py."""

import math

from . import Sample, binary, unary

SAMPLES = {
    "copysign": binary(([-1.5, 2.0], [3.0, -0.0])),
    "heaviside": binary(([-1.0, 0.0, 2.0], [0.5, 0.25, 3.0])),
    "fraction": unary([2.5, -1.25]),
    "nextafter": binary(),
    "spacing": unary(),
    "nan_to_num": [
        *unary([1.0, -3.0]),
        Sample(([1.0, math.inf, -math.inf],), {"nan": 2.0, "posinf": 5.0, "neginf": -5.0}),
    ],
}  # fmt: skip
