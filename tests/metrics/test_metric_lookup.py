"""What a user may call a metric."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from tensorgrad import losses, metrics
from tensorgrad.errors import UnknownNameError
from tensorgrad.losses.loss_lookup import resolve_loss
from tensorgrad.metrics.metric_lookup import check_metric, resolve_metric

GOLDEN = Path(__file__).parent.parent / "golden"


RECORDS = json.loads((GOLDEN / "metrics.json").read_text(encoding="utf-8"))


RESOLUTIONS = [r for r in RECORDS if r["kind"] == "resolution" and r["argument"] == "metrics"]


@pytest.mark.parametrize(
    "record", RESOLUTIONS, ids=lambda r: f"{r['identifier']}-{r['y_true_shape']}-{r['y_pred_shape']}"
)
def test_strings_resolve_by_shape(record):
    check_metric(record["identifier"])
    shapes = tuple(record["y_true_shape"]), tuple(record["y_pred_shape"])
    found = resolve_metric(record["identifier"], *shapes)
    assert found.name == record["identifier"]
    if record["resolved"] is not None:
        assert type(found).__name__ == record["resolved"]
    else:  # Keras 3.15.1 fails at 'crossentropy' among metrics; as a loss it resolves it
        assert type(found).__name__ == type(resolve_loss("ce", *shapes)).__name__


def test_functions_and_lambdas():
    def far(y_true, y_pred):
        return np.abs(y_pred - y_true) > 1

    metric = resolve_metric(far, (2, 1), (2, 1))
    assert metric.name == "far"
    assert metric([[0.0], [0.0]], [[0.5], [2.0]]) == 0.5
    assert resolve_metric(lambda a, b: b, (2, 1), (2, 1)).name == "lambda"
    assert resolve_metric(losses.mean_squared_error, (2, 1), (2, 1)).name == "mean_squared_error"
    given = metrics.MeanAbsoluteError(name="mine")
    assert resolve_metric(given, (2, 1), (2, 1)) is given
    assert resolve_metric(metrics.MeanAbsoluteError, (2, 1), (2, 1)).name == "mean_absolute_error"


def test_get():
    known = {
        "mse": metrics.MeanSquaredError,
        "MAE": metrics.MeanAbsoluteError,
        "accuracy": metrics.Accuracy,
        "root_mean_squared_error": metrics.RootMeanSquaredError,
        "bce": metrics.BinaryCrossentropy,
        "TopKCategoricalAccuracy": metrics.TopKCategoricalAccuracy,
        "sum": metrics.Sum,
    }
    for name, cls in known.items():
        assert type(metrics.get(name)) is cls
    config = metrics.BinaryAccuracy(threshold=0.2).get_config()
    assert metrics.get({"class_name": "BinaryAccuracy", "config": config}).threshold == 0.2
    assert metrics.get(None) is None


ERRORS = [
    (lambda: check_metric("acuracy"), UnknownNameError, "unknown metric 'acuracy'; did you mean 'accuracy'?"),
    (lambda: metrics.get("bceee"), UnknownNameError, "unknown metric 'bceee'; did you mean 'bce'?"),
    (lambda: check_metric(3), TypeError, "a metric is a name like 'accuracy', an object or a function, got 3"),
    (lambda: check_metric(None), TypeError,
     "a metric is a name like 'accuracy', an object or a function, got None"),
    (lambda: metrics.get("acc"), UnknownNameError,
     "what the metric 'acc' means depends on the data; outside compile, name 'binary_accuracy' or "
     "'categorical_accuracy' or 'sparse_categorical_accuracy'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()
