"""Samples for tensorgrad/ops/activation.py."""

from . import Sample, unary

ALONG = [
    Sample(((3,),)),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3, 4),), {"axis": 1}),
    Sample(((0, 3),)),
]

SAMPLES = {
    "relu": unary([-30.0, 5.0]),
    "sigmoid": unary([-40.0, -1e-9, 40.0]),
    "softplus": unary([-40.0, 0.0, 1e-9, 40.0]),
    "elu": [
        *unary([-40.0, -1e-3, 5.0]),
        Sample(((2, 3),), {"alpha": 0.5}),
    ],
    "softmax": [*ALONG, Sample(([800.0, 799.5, -800.0],)), Sample(((2, 3, 4),), {"axis": (0, -1)})],
    "log_softmax": [*ALONG, Sample(([800.0, 799.5, -800.0],)), Sample(((2, 3, 4),), {"axis": (0, -1)})],
    "sparsemax": [*ALONG, Sample(([3.0, 0.1, -1.0],)), Sample(([0.2, 0.1, 0.05],))],
}
