"""Samples for tensorgrad/ops/complex_numbers.py: of real numbers; tests/ops/test_complex.py has the complex ones."""

from . import unary

SAMPLES = {name: unary() for name in ("conjugate", "real", "imag", "angle", "isreal", "iscomplex")}
