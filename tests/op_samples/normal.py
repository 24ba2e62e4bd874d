"""Samples for tensorgrad/ops/normal.py."""

from . import unary

SAMPLES = {
    "erf": unary([-0.1, 0.2, 0.46, -0.48, 3.9, -4.1]),
    "erfc": unary([-0.1, 0.2, 0.46, -0.48, 3.9, -4.1]),
    "erfcx": unary([-2.0, 0.0, 0.46, 0.48, 3.9, 4.1, 30.0]),
    "erfinv": unary([-0.9, -0.5, -1e-5, 0.0, 0.3, 0.51, 0.8]),
    "ndtr": unary([-5.0, -0.3, 0.0, 1.2, 4.0]),
    "log_ndtr": unary([-30.0, -5.0, -0.8, -0.6, 0.0, 1.2, 4.0]),
    "ndtri": unary([0.1, 0.24, 0.26, 0.5, 0.9]),
}
