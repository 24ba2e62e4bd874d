"""Records of activations.json: values and gradients of every activation."""

import numpy as np
import torch
from keras_common import draw, floatx, keras, plain

# No number here lies on a kink of any of the functions below.
POINTS = np.array(
    [
        [-100, -30, -7.25, -3.5, -2.2, -1.3],
        [-0.85, -0.45, -0.1, -0.01, 0.01, 0.1],
        [0.3, 0.45, 0.6, 0.85, 1.3, 1.75],
        [2.2, 3.5, 5.5, 7.25, 30, 100],
    ]
)
ROWS = np.vstack([draw(1, (3, 5), -3, 3), [100, -30, 30, -100, 0.5]])
CUBE = draw(2, (2, 3, 4), -3, 3)
EVEN = np.vstack([draw(3, (3, 4), -3, 3), [100, -30, 30, -100]])

WITH_ARGUMENTS = [
    ("relu", {"negative_slope": 0.1}),
    ("relu", {"max_value": 1.5}),
    ("relu", {"threshold": 0.2}),
    ("relu", {"negative_slope": 0.1, "max_value": 1.5, "threshold": 0.2}),
    ("leaky_relu", {"negative_slope": 0.3}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 2.0}),
    ("gelu", {"approximate": True}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("squareplus", {"b": 2}),
    ("threshold", {"threshold": 0.25, "default_value": -1.5}),
]
ALONG_AXIS = [
    ("softmax", {}, ROWS),
    ("softmax", {}, ROWS[0]),
    ("softmax", {"axis": 0}, ROWS),
    ("softmax", {"axis": 1}, CUBE),
    ("log_softmax", {}, ROWS),
    ("log_softmax", {"axis": 0}, ROWS),
    ("log_softmax", {"axis": 1}, CUBE),
    ("sparsemax", {}, ROWS),
    ("sparsemax", {}, np.array([[0.5, 0.2], [0.1, 0.9], [3.0, -1.0]])),
    ("sparsemax", {"axis": 0}, ROWS),
    ("glu", {}, EVEN),
    ("glu", {"axis": 0}, EVEN),
    ("glu", {"axis": -1}, CUBE),
]
SPARSEMAX_NOTE = (
    "Keras 3.15.1 sums the cumulative sums over the support, so the rows do not "
    "add up to 1; y and grad here are those of Keras and not of sparsemax"
)
HARD_SIGMOID_NOTE = "torch holds 1/6 in float32 here: grad is good to 3e-8"


def record(name, kwargs, x):
    variable = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = keras.activations.get(name)(variable, **kwargs)
    c = np.round(np.cos(np.arange(y.numel()) * 1.7).reshape(y.shape), 3)
    (y * torch.tensor(c)).sum().backward()
    made = {
        "name": name,
        "kwargs": kwargs,
        "dtype": "float64",
        "x": x,
        "c": c,
        "y": y,
        "grad": variable.grad,
    }
    axis = kwargs.get("axis", -1)
    if name == "sparsemax" and not np.allclose(np.sum(plain(y), axis=axis), 1):
        made["note"] = SPARSEMAX_NOTE
    if name == "hard_sigmoid":
        made["note"] = HARD_SIGMOID_NOTE
    return plain(made)


def records():
    along_axis = {name for name, _, _ in ALONG_AXIS}
    elementwise = sorted(set(keras.src.activations.ALL_OBJECTS_DICT) - along_axis - {"threshold"})
    with floatx("float64"):
        made = [record(name, {}, POINTS) for name in elementwise]
        made += [record(name, kwargs, POINTS) for name, kwargs in WITH_ARGUMENTS]
        made += [record(name, kwargs, x) for name, kwargs, x in ALONG_AXIS]
    return made
