"""Samples of ops/complex.py; those of complex numbers are in tests/ops/test_complex_rules.py."""

from . import unary

SAMPLES = {"conjugate": unary(), "real": unary(), "imag": unary()}
