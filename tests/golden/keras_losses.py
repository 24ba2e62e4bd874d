"""Records of losses.json: the loss functions and loss classes."""

import numpy as np
import torch
from keras_common import draw, floatx, keras, plain

REDUCTIONS = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", None]
FUNCTIONS = {
    "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
    "MeanSquaredError": "mean_squared_error",
    "MeanAbsoluteError": "mean_absolute_error",
}
LOGITS = {"from_logits": True}
SMOOTH = {"label_smoothing": 0.1}
SMOOTH_LOGITS = {"from_logits": True, "label_smoothing": 0.1}

BITS = np.array([[0, 1], [1, 1], [0, 0], [1, 0]], float)
BIT_SEQUENCE = np.array([[[0, 1], [1, 1]], [[1, 0], [0, 0]], [[1, 1], [0, 1]]], float)
CLASSES = np.array([2, 0, 1, 1])
ONE_HOT = np.eye(3)[CLASSES]
CLASS_SEQUENCE = np.array([[0, 2], [1, 1], [2, 0]])
EXACT = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
EXACT_ROWS = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0, 1.0, 0]])
HUGE = np.array([[200.0, -200.0], [50.0, -50.0], [-1000.0, 1000.0], [-90.0, 88.5]])
HUGE_ROWS = np.array([[200.0, -200.0, 0.0], [50.0, -50.0, 49.0], [-1000.0, 1000.0, 0.0], [90.0, 90, -90]])


def probabilities(seed, shape):
    """Rows that add up to one, up to rounding."""
    raw = np.exp(draw(seed, shape))
    return np.round(raw / raw.sum(-1, keepdims=True), 3)


def binary_cases():
    p, z = draw(11, (4, 2), 0.05, 0.95), draw(12, (4, 2), -3, 3)
    soft = draw(13, (4, 2), 0, 1)
    sequence = draw(14, (3, 2, 2), 0.05, 0.95)
    for config in ({}, SMOOTH):
        yield "matrix", BITS, p, config
        yield "sequence", BIT_SEQUENCE, sequence, config
        yield "column", BITS[:, :1], p[:, :1], config
        yield "soft targets", soft, p, config
        yield "exact 0 and 1", BITS, EXACT, config
    for config in (LOGITS, SMOOTH_LOGITS):
        yield "matrix", BITS, z, config
        yield "column", BITS[:, :1], z[:, :1], config
        yield "soft targets", soft, z, config
        yield "huge logits", BITS, HUGE, config
    yield "sequence", BIT_SEQUENCE, draw(15, (3, 2, 2), -3, 3), LOGITS
    yield "integer targets", BITS.astype(int), p, {}
    yield "targets (n,), predictions (n,1)", BITS[:, 0], p[:, :1], {}
    yield "targets (n,), logits (n,1)", BITS[:, 0], z[:, :1], LOGITS
    yield "targets (n,1), predictions (n,)", BITS[:, :1], p[:, 0], {}
    yield "vector", BITS[:, 0], p[:, 0], {}
    yield "axis", BITS, p, {"axis": 0}
    yield "axis", BIT_SEQUENCE, sequence, {"axis": 1}


def categorical_cases():
    p, z = probabilities(21, (4, 3)), draw(22, (4, 3), -3, 3)
    soft = probabilities(23, (4, 3))
    sequence_true = np.eye(3)[CLASS_SEQUENCE]
    sequence = probabilities(24, (3, 2, 3))
    for config in ({}, SMOOTH):
        yield "matrix", ONE_HOT, p, config
        yield "sequence", sequence_true, sequence, config
        yield "soft targets", soft, p, config
        yield "unnormalised", ONE_HOT, draw(25, (4, 3), 0.1, 5), config
        yield "exact 0 and 1", ONE_HOT, EXACT_ROWS, config
    for config in (LOGITS, SMOOTH_LOGITS):
        yield "matrix", ONE_HOT, z, config
        yield "soft targets", soft, z, config
        yield "huge logits", ONE_HOT, HUGE_ROWS, config
    yield "sequence", sequence_true, draw(26, (3, 2, 3), -3, 3), LOGITS
    yield "multi-hot targets", np.array([[1.0, 1, 0], [0, 0, 0]]), p[:2], {}
    yield "integer targets", ONE_HOT.astype(int), p, {}
    yield (
        "axis",
        sequence_true.transpose(0, 2, 1),
        sequence.transpose(0, 2, 1),
        {"axis": 1},
    )
    yield "integer classes by mistake", CLASSES, p, {}


def sparse_cases():
    p, z = probabilities(31, (4, 3)), draw(32, (4, 3), -3, 3)
    sequence = probabilities(33, (3, 2, 3))
    sequence_z = draw(34, (3, 2, 3), -3, 3)
    masked = np.array([2, -1, 1, -1])
    masked_sequence = np.array([[0, -1], [1, 1], [-1, 2]])
    yield "matrix", CLASSES, p, {}
    yield "matrix", CLASSES, z, LOGITS
    yield "targets (n,1)", CLASSES[:, None], p, {}
    yield "targets (n,1)", CLASSES[:, None], z, LOGITS
    yield "float targets", CLASSES.astype(float), p, {}
    yield "sequence", CLASS_SEQUENCE, sequence, {}
    yield "sequence", CLASS_SEQUENCE, sequence_z, LOGITS
    yield "sequence, targets (n,t,1)", CLASS_SEQUENCE[..., None], sequence, {}
    yield "unnormalised", CLASSES, draw(35, (4, 3), 0.1, 5), {}
    yield "exact 0 and 1", CLASSES, EXACT_ROWS, {}
    yield "huge logits", CLASSES, HUGE_ROWS, LOGITS
    yield "axis", CLASS_SEQUENCE, sequence.transpose(0, 2, 1), {"axis": 1}
    for config in ({"ignore_class": -1}, {"ignore_class": -1, **LOGITS}):
        logits = "from_logits" in config
        yield "ignore", masked, z if logits else p, config
        yield "ignore, none met", CLASSES, z if logits else p, config
        yield "ignore", masked_sequence, sequence_z if logits else sequence, config
    yield "ignore", CLASSES, p, {"ignore_class": 1}


def regression_cases():
    y, p = draw(41, (4, 3), -2, 2), draw(42, (4, 3), -2, 2)
    yield "matrix", y, p, {}
    yield "column", y[:, :1], p[:, :1], {}
    yield "sequence", draw(43, (3, 2, 2)), draw(45, (3, 2, 2)), {}
    yield "some exact", y, np.where(np.arange(12).reshape(4, 3) % 2, y, p), {}
    yield "integer targets", np.round(y).astype(int), p, {}
    yield "targets (n,), predictions (n,1)", y[:, 0], p[:, :1], {}
    yield "targets (n,1), predictions (n,)", y[:, :1], p[:, 0], {}
    yield "vector", y[:, 0], p[:, 0], {}
    yield "large", 1000 * y, p, {}
    yield "broadcast targets (n,1)", y[:, :1], p, {}


CASES = {
    "BinaryCrossentropy": list(binary_cases()),
    "CategoricalCrossentropy": list(categorical_cases()),
    "SparseCategoricalCrossentropy": list(sparse_cases()),
    "MeanSquaredError": list(regression_cases()),
    "MeanAbsoluteError": list(regression_cases()),
}


def compute(kind, name, config, y_true, y_pred, sample_weight, dtype):
    """Value and gradient of one loss, or the error it raises."""
    pred = torch.tensor(y_pred, dtype=getattr(torch, dtype), requires_grad=True)
    true = torch.tensor(y_true.astype(dtype if y_true.dtype.kind == "f" else "int32"))
    if kind == "function":
        value = getattr(keras.losses, FUNCTIONS[name])(true, pred, **config)
    else:
        loss = getattr(keras.losses, name)(**config)
        weight = None if sample_weight is None else sample_weight.astype(dtype)
        value = loss(true, pred, sample_weight=weight)
    value.sum().backward()
    return plain(value), plain(pred.grad)


def record(kind, name, case, config, y_true, y_pred, sample_weight, dtype):
    made = {
        "name": FUNCTIONS[name] if kind == "function" else name,
        "kind": kind,
        "case": case,
        "config": config,
        "dtype": dtype,
        "y_true": y_true,
        "y_pred": y_pred,
        "sample_weight": sample_weight,
        "value": None,
        "grad": None,
    }
    try:
        with floatx(dtype):
            made["value"], made["grad"] = compute(kind, name, config, y_true, y_pred, sample_weight, dtype)
    except (ValueError, RuntimeError, IndexError, TypeError) as error:
        made["error"] = type(error).__name__
    return plain(made)


def weights_for(case, y_pred):
    """Sample weights of every usual shape for these predictions."""
    n = y_pred.shape[0]
    flat = np.array([0.5, 2.0, 0.0, 1.5])[:n]
    shapes = [None, flat, flat[:, None]]
    if y_pred.ndim == 3:
        shapes.append(np.array([[1.0, 0.0], [0.5, 2.0], [0.0, 1.5]]))
        if case == "ignore":  # (n,1) fails on the torch backend alone
            del shapes[2]
    return shapes


def weighted_records(name, case, config, y_true, y_pred, dtype):
    made = []
    for weight in weights_for(case, y_pred):
        for reduction in REDUCTIONS:
            full = {**config, "reduction": reduction}
            made.append(record("class", name, case, full, y_true, y_pred, weight, dtype))
    return made


def is_weighted(name, case, config):
    """The cases that are run with every reduction and every sample weight."""
    if case == "matrix":
        return not config
    if case in ("sequence", "ignore"):
        ignoring = "ignore_class" in config and "from_logits" not in config
        return ignoring or name == "MeanSquaredError"
    return case == "targets (n,), predictions (n,1)" and name == "BinaryCrossentropy"


def records():
    made = []
    for name, cases in CASES.items():
        for case, y_true, y_pred, config in cases:
            data = (case, config, y_true, y_pred)
            for dtype in ("float64", "float32"):
                made.append(record("function", name, *data, None, dtype))
                made.append(record("class", name, *data, None, dtype))
            if is_weighted(name, case, config):
                made += weighted_records(name, *data, "float32")
    return made
