"""Samples for tensorgrad/ops/entropy.py."""

from . import Sample, binary, unary

SAMPLES = {
    "xlogy": [*binary(), Sample(([0.0, 2.0], [3.0, 0.5]))],
    "xlog1py": [*binary(), Sample(([0.0, 2.0], [3.0, -0.5]))],
    "logit": unary([0.1, 0.5, 0.9]),
    "entr": unary([0.001, 0.5, 3.0]),
}
