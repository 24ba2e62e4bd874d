"""Samples for tensorgrad/ops/arithmetic.py."""

from . import Sample, binary, unary

SIGNED = [-1.5, -0.5, 0.0, 2.0]

SAMPLES = {
    "add": binary(),
    "subtract": binary(),
    "multiply": binary(),
    "divide": binary(),
    "ratio": binary(),
    "product": binary(),
    "power": [
        *binary(),
        Sample((SIGNED, 0)), Sample((SIGNED, 1)), Sample((SIGNED, 2)), Sample((SIGNED, 3.0)),
        Sample(([-1.5, -0.5, 2.0], -1)), Sample(([-1.5, -0.5, 2.0], -2)),
        Sample((SIGNED, [0, 1, 2, 3])), Sample(([[-1.5], [2.0]], [-1, 0, 2])),
    ],
    "positive": unary(),
    "negative": unary(),
    "square": unary(SIGNED),
    "sqrt": unary(),
    "cbrt": unary([-8.0, 27.0]),
    "reciprocal": unary(),
    "absolute": unary(),
    "hypot": binary(),
    "remainder": binary(),
    "fmod": binary(),
    "floor_divide": binary(([7, -7], 2)),
    "sign": unary(SIGNED),
    "floor": unary(),
    "ceil": unary(),
    "rint": unary([0.5, 1.5, -2.5]),
    "trunc": unary(),
    "round": [*unary([0.5, 1.5]), Sample(([1.234, -5.678],), {"decimals": 2}), Sample(([1234.5],), {"decimals": -2})],
}  # fmt: skip
