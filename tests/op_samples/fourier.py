"""Samples of ops/fourier.py, of real numbers; those of complex ones are in tests/ops/test_complex_rules.py."""

from . import Sample

LENGTHS = [
    Sample(((4,),)),
    Sample(((5,),)),
    Sample(((2, 6),), {"n": 4}),
    Sample(((2, 3),), {"n": 5}),
    Sample(((2, 3),), {"n": 6, "norm": "ortho"}),
    Sample(((4, 2),), {"axis": 0, "norm": "forward"}),
    Sample(((2, 5, 2),), {"axis": 1, "n": 4, "norm": "backward"}),
    Sample(((2, 3),), {"n": 1}),
    Sample(((0, 3),)),
]

SAMPLES = dict.fromkeys(["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"], LENGTHS)
