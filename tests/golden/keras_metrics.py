"""Records of metrics.json: metric values, and what 'accuracy' and 'ce' become."""

import warnings

import numpy as np
from keras_common import draw, keras, plain

FLAT = np.array([0.5, 2.0, 0.0, 1.5])
COLUMN = FLAT[:, None]
BITS = np.array([[0, 1], [1, 1], [0, 0], [1, 0]])
BITS_TOO = np.array([[1, 1], [0, 1], [1, 0], [0, 0]])
CLASSES = np.array([2, 0, 1, 1])
CLASSES_TOO = np.array([0, 0, 2, 1])
SEQUENCE = np.array([[0, 2], [1, 1], [2, 0]])
SEQUENCE_WEIGHT = np.array([[1.0, 0.0], [0.5, 2.0], [0.0, 1.5]])


def scores(seed, shape, low=0.05, high=0.95):
    return draw(seed, shape, low, high, digits=3)


def call(y_true, y_pred, sample_weight=None):
    return {"y_true": y_true, "y_pred": y_pred, "sample_weight": sample_weight}


def three(y, y_too, pred, pred_too):
    """Updates without weights, with (n,) weights and with (n,1) weights."""
    return [call(y, pred), call(y_too, pred_too, FLAT), call(y, pred_too, COLUMN)]


def value_metrics():
    """Metrics of one argument: Mean and Sum."""
    vector, matrix = draw(51, (4,)), draw(52, (4, 3))
    for name in ("Mean", "Sum"):
        yield (
            name,
            {},
            [
                {"values": vector},
                {"values": 2.5},
                {"values": vector, "sample_weight": FLAT},
            ],
        )
        yield (
            name,
            {"name": "mine"},
            [
                {"values": matrix},
                {"values": matrix, "sample_weight": FLAT},
                {"values": matrix, "sample_weight": COLUMN},
                {"values": matrix, "sample_weight": np.abs(draw(53, (4, 3)))},
            ],
        )
        yield name, {}, [{"values": 3.0, "sample_weight": 2.0}, {"values": 1.0}]
        yield name, {}, [{"values": vector, "sample_weight": np.zeros(4)}]


def accuracy_metrics():
    yield "Accuracy", {}, three(CLASSES, CLASSES_TOO, CLASSES_TOO, CLASSES_TOO[::-1])
    yield "Accuracy", {}, [call(CLASSES[:, None], CLASSES_TOO)]
    p, q = scores(54, (4, 2)), scores(55, (4, 2))
    for config in ({}, {"threshold": 0.3}, {"threshold": 0.8}):
        yield "BinaryAccuracy", config, three(BITS, BITS_TOO, p, q)
        yield (
            "BinaryAccuracy",
            config,
            three(BITS[:, :1], BITS_TOO[:, :1], p[:, :1], q[:, :1]),
        )
    yield "BinaryAccuracy", {}, three(BITS[:, 0], BITS_TOO[:, 0], p[:, :1], q[:, :1])
    yield "BinaryAccuracy", {}, [call(BITS, np.full((4, 2), 0.5))]
    yield "BinaryAccuracy", {}, [call(draw(56, (4, 2), 0, 1), p)]
    p, q = scores(57, (4, 3)), scores(58, (4, 3))
    hot, hot_too = np.eye(3)[CLASSES], np.eye(3)[CLASSES_TOO]
    yield "CategoricalAccuracy", {}, three(hot, hot_too, p, q)
    yield "CategoricalAccuracy", {}, [call(hot, np.ones((4, 3)))]
    yield "SparseCategoricalAccuracy", {}, three(CLASSES, CLASSES_TOO, p, q)
    yield (
        "SparseCategoricalAccuracy",
        {},
        three(CLASSES[:, None], CLASSES_TOO[:, None], p, q),
    )
    p = scores(59, (3, 2, 3))
    calls = [
        call(SEQUENCE, p),
        call(SEQUENCE, p, SEQUENCE_WEIGHT),
        call(SEQUENCE, p, np.array([[0.5], [2.0], [1.0]])),
        call(SEQUENCE, p, np.array([0.5, 2.0, 1.0])),
    ]
    yield "SparseCategoricalAccuracy", {}, calls
    yield (
        "CategoricalAccuracy",
        {},
        [{**c, "y_true": np.eye(3)[SEQUENCE]} for c in calls],
    )


def top_k_metrics():
    classes, classes_too = np.array([6, 0, 3, 2]), np.array([1, 5, 4, 2])
    p, q = scores(60, (4, 7)), scores(61, (4, 7))
    hot, hot_too = np.eye(7)[classes], np.eye(7)[classes_too]
    for config in ({}, {"k": 1}, {"k": 3}):
        yield "TopKCategoricalAccuracy", config, three(hot, hot_too, p, q)
        yield "SparseTopKCategoricalAccuracy", config, three(classes, classes_too, p, q)
    yield (
        "SparseTopKCategoricalAccuracy",
        {"k": 2},
        [call(classes.reshape(2, 2), p.reshape(2, 2, 7))],
    )


def regression_metrics():
    y, y_too = draw(62, (4, 3), -2, 2), draw(63, (4, 3), -2, 2)
    p, q = draw(64, (4, 3), -2, 2), draw(65, (4, 3), -2, 2)
    for name in ("MeanSquaredError", "MeanAbsoluteError", "RootMeanSquaredError"):
        yield name, {}, three(y, y_too, p, q)
        yield name, {}, three(y[:, 0], y_too[:, 0], p[:, :1], q[:, :1])
        yield name, {}, [call(y[:, 0], p[:, 0]), call(y_too[:3, 0], q[:3, 0])]
        yield (
            name,
            {"name": "mine"},
            [
                call(draw(66, (3, 2, 2)), draw(67, (3, 2, 2))),
                call(draw(68, (3, 2, 2)), draw(67, (3, 2, 2)), SEQUENCE_WEIGHT),
            ],
        )


def crossentropy_metrics():
    p, q = scores(69, (4, 2)), scores(70, (4, 2))
    z, w = draw(71, (4, 2), -3, 3), draw(72, (4, 2), -3, 3)
    for config in ({}, {"label_smoothing": 0.1}):
        yield "BinaryCrossentropy", config, three(BITS, BITS_TOO, p, q)
    yield "BinaryCrossentropy", {"from_logits": True}, three(BITS, BITS_TOO, z, w)
    hot, hot_too = np.eye(3)[CLASSES], np.eye(3)[CLASSES_TOO]
    p, q = scores(73, (4, 3)), scores(74, (4, 3))
    z, w = draw(75, (4, 3), -3, 3), draw(76, (4, 3), -3, 3)
    logits = {"from_logits": True}
    for config in ({}, {"label_smoothing": 0.1}):
        yield "CategoricalCrossentropy", config, three(hot, hot_too, p, q)
    yield "CategoricalCrossentropy", logits, three(hot, hot_too, z, w)
    name = "SparseCategoricalCrossentropy"
    for labels, labels_too in (
        (CLASSES, CLASSES_TOO),
        (CLASSES[:, None], CLASSES_TOO[:, None]),
    ):
        yield name, {}, three(labels, labels_too, p, q)
        yield name, logits, three(labels, labels_too, z, w)


def as_float32(arguments):
    """The arguments of one update as Keras gets them: int32 or float32."""
    given = {}
    for key, value in arguments.items():
        if isinstance(value, np.ndarray):
            value = value.astype("float32" if value.dtype.kind == "f" else "int32")
        if value is not None:
            given[key] = value
    return given


def metric_record(name, config, calls):
    metric = getattr(keras.metrics, name)(**config)
    results = []
    for arguments in calls:
        metric.update_state(**as_float32(arguments))
        results.append(plain(metric.result()))
    metric.reset_state()
    reset = plain(metric.result())
    metric.update_state(**as_float32(calls[0]))
    return plain(
        {
            "kind": "metric",
            "name": name,
            "config": config,
            "calls": calls,
            "results": results,
            "reset": reset,
            "again": metric.result(),
        }
    )


SHAPES = {  # y_true shapes to try for each y_pred shape
    (6, 1): [(6,), (6, 1), (6, 3)],
    (6, 2): [(6,), (6, 1), (6, 2)],
    (6, 3): [(6,), (6, 1), (6, 3)],
    (6,): [(6,), (6, 1)],
    (6, 4, 3): [(6, 4), (6, 4, 1), (6, 4, 3), (6,)],
    (6, 4, 1): [(6, 4), (6, 4, 1), (6,)],
}
METRICS = ["accuracy", "acc", "Accuracy", "ACC", "crossentropy", "ce"]
LOSSES = ["crossentropy", "ce", "CE"]


def resolved(argument, identifier, y_true, y_pred):
    """The class or function a string becomes, and its name in the logs."""
    if argument == "metrics":
        found = keras.src.trainers.compile_utils.get_metric(identifier, y_true, y_pred)
        return type(found).__name__, found.name
    found = keras.src.trainers.compile_utils.get_loss(identifier, y_true, y_pred)
    return found.fn.__name__, found.name


def mean_prediction(y_true, y_pred):
    """A loss that takes targets of any shape."""
    return keras.ops.mean(y_pred, axis=-1)


def runs(argument, identifier, y_true, y_pred):
    """Whether a model with such outputs evaluates without an error."""
    model = keras.Sequential([keras.Input(y_pred.shape[1:]), keras.layers.Activation("linear")])
    loss = identifier if argument == "loss" else mean_prediction
    metrics = [identifier] if argument == "metrics" else None
    model.compile(loss=loss, metrics=metrics)
    try:
        model.evaluate(y_pred, y_true, verbose=0)
    except Exception:  # whatever the backend raises for shapes that do not fit
        return False
    return True


def resolution_record(argument, identifier, true_shape, pred_shape):
    y_true = np.zeros(true_shape, "float32")
    y_pred = np.full(pred_shape, 0.5, "float32")
    error = None
    try:
        found, key = resolved(argument, identifier, y_true, y_pred)
    except ValueError as raised:
        found, key, error = None, None, type(raised).__name__
    works = len(pred_shape) > 1 and runs(argument, identifier, y_true, y_pred)
    return {
        "kind": "resolution",
        "argument": argument,
        "identifier": identifier,
        "y_true_shape": true_shape,
        "y_pred_shape": pred_shape,
        "resolved": found,
        "key": key,
        "error": error,
        "runs": works,
    }


def resolution_records():
    for argument, identifiers in (("metrics", METRICS), ("loss", LOSSES)):
        for identifier in identifiers:
            for pred_shape, true_shapes in SHAPES.items():
                for true_shape in true_shapes:
                    yield resolution_record(argument, identifier, true_shape, pred_shape)


def records():
    sources = [
        value_metrics,
        accuracy_metrics,
        top_k_metrics,
        regression_metrics,
        crossentropy_metrics,
    ]
    made = [metric_record(*case) for source in sources for case in source()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made += list(resolution_records())
    return made
