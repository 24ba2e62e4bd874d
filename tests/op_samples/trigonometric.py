"""Samples for tensorgrad/ops/trigonometric.py."""

from . import binary, unary

SAMPLES = {
    "sin": unary([-20.0, 0.0, 3.0]),
    "cos": unary([-20.0, 0.0, 3.0]),
    "tan": unary([0.0, 3.0]),
    "arcsin": unary([0.0]),
    "arccos": unary([0.0]),
    "arctan": unary([-20.0, 0.0]),
    "arctan2": binary(([1.0, -1.0, 0.0], [0.0, 0.0, 2.0])),
    "sinh": unary([0.0, 4.0]),
    "cosh": unary([0.0, 4.0]),
    "tanh": unary([0.0, -8.0]),
    "arcsinh": unary([0.0, -20.0]),
    "arccosh": unary([20.0]),
    "arctanh": unary([0.0]),
    "deg2rad": unary([180.0]),
    "rad2deg": unary([3.0]),
}
