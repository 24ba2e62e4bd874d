"""Samples for tensorgrad/ops/exponential.py."""

from . import Sample, binary, unary

SAMPLES = {
    "exp": unary([-30.0, 5.0]),
    "exp2": unary([-30.0, 5.0]),
    "expm1": unary([-30.0, 1e-9, 5.0]),
    "log": unary(),
    "log2": unary(),
    "log10": unary(),
    "log1p": unary([-0.5, 1e-9]),
    "logaddexp": binary(([30.0, -30.0], [31.0, -30.5])),
    "logaddexp2": binary(([30.0, -30.0], [31.0, -30.5])),
    "logsumexp": [
        Sample(((),)),
        Sample(((3,),)),
        Sample(((2, 3),)),
        Sample(([1000.0, 1000.5, -1000.0],)),
        Sample(([5, 7],)),
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": -1, "keepdims": True}),
        Sample(((2, 3, 4),), {"axis": (0, -1)}),
        Sample(((2, 3, 4),), {"axis": (2, 0), "keepdims": True}),
        Sample(((2, 3),), {"keepdims": True}),
        Sample(((0, 3),), {"axis": 1}),
    ],
}
