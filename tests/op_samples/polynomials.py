"""Samples for tensorgrad/ops/polynomials.py."""

from . import Sample

SAMPLES = {"convolve": [Sample(((4,), (3,))), Sample(((1,), (1,))), Sample(((2,), (5,))), Sample(([1.0, 2.0], (3,)))]}
