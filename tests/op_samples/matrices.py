"""Samples of ops/matrices.py."""

from . import Sample

SAMPLES = {
    "part": [
        Sample(((7,),), {"start": 1, "shape": (2, 3)}),
        Sample(((2, 7),), {"start": 0, "shape": (2,)}),
        Sample(((2, 3, 7),), {"start": 6, "shape": ()}),
        Sample(((2, 7),), {"start": 7, "shape": (0, 2)}),
        Sample(((0, 7),), {"start": 2, "shape": (3,)}),
    ],
    "whole": [
        Sample(((2, 3),), {"start": 1, "batch": 0, "size": 7}),
        Sample(((2, 3),), {"start": 0, "batch": 1, "size": 3}),
        Sample(((2, 3),), {"start": 6, "batch": 2, "size": 7}),
        Sample(((2, 0, 2),), {"start": 7, "batch": 1, "size": 7}),
    ],
}
