"""Metrics: Keras's numbers and its resolution of 'accuracy' (golden file), names, errors."""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import losses, metrics
from tensorgrad.errors import ShapeError, UnknownNameError
from tensorgrad.losses.loss_lookup import resolve_loss
from tensorgrad.metrics.metric_lookup import check_metric, resolve_metric

GOLDEN = Path(__file__).parent.parent / "golden"
RECORDS = json.loads((GOLDEN / "metrics.json").read_text(encoding="utf-8"))
METRICS = [r for r in RECORDS if r["kind"] == "metric"]
RESOLUTIONS = [r for r in RECORDS if r["kind"] == "resolution" and r["argument"] == "metrics"]
API = [r for r in json.loads((GOLDEN / "api.json").read_text(encoding="utf-8"))
       if str(r.get("name")).startswith("metrics.")]  # fmt: skip


def update(metric, arguments):
    """Update ``metric`` with what Keras got: float32 and int32."""
    given = {}
    for key, value in arguments.items():
        if value is not None:
            array = np.array(value)
            given[key] = array.astype("float32" if array.dtype.kind == "f" else "int32")
    metric.update_state(**given)


@pytest.mark.parametrize("record", METRICS, ids=lambda r: f"{r['name']}-{r['config']}-{len(r['calls'])}")
def test_results_are_those_of_keras(record):
    metric = getattr(metrics, record["name"])(**record["config"])
    for arguments, result in zip(record["calls"], record["results"], strict=True):
        update(metric, arguments)
        assert type(metric.result()) is float
        assert metric.result() == pytest.approx(result, rel=2e-6, abs=1e-6)
    metric.reset_state()
    assert metric.result() == record["reset"]
    update(metric, record["calls"][0])
    assert metric.result() == pytest.approx(record["again"], rel=2e-6, abs=1e-6)


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


@pytest.mark.parametrize("record", API, ids=lambda r: f"{r['name']}-{r['kind']}")
def test_signatures_and_configs_are_those_of_keras(record):
    found = getattr(metrics, record["name"].removeprefix("metrics."))
    if record["kind"] == "signature":
        parameters = inspect.signature(found).parameters
        assert list(parameters) == [p["name"] for p in record["parameters"]]
        assert all(parameters[p["name"]].default == p["default"] for p in record["parameters"] if "default" in p)
    else:
        config = {k: v for k, v in record["config"].items() if k != "dtype"}
        assert found.from_config(config).get_config().items() >= config.items()


def test_binary_accuracy_takes_the_threshold_itself_for_0():
    assert metrics.BinaryAccuracy()([0.0, 0.0, 1.0], [0.5, 0.4, 0.6]) == 1.0


def test_tensors_lists_and_calls():
    metric = metrics.BinaryAccuracy()
    assert metric([1, 0], tg.Tensor([[0.7], [0.8]], requires_grad=True)) == 0.5
    assert metric([[1.0]], [[0.9]], sample_weight=[2.0]) == 0.75
    assert metrics.MeanSquaredError()([1.0, 2.0], [[1.0], [4.0]]) == 2.0


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


def test_top_k_of_sorted_ids_and_of_few_classes():
    metric = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    assert metric([3, 1], [[3, 2, 1], [3, 2, 1]]) == 0.5
    assert metrics.SparseTopKCategoricalAccuracy(k=5)([0, 1], np.eye(2)) == 1.0


ERRORS = [
    (lambda: check_metric("acuracy"), UnknownNameError, "unknown metric 'acuracy'; did you mean 'accuracy'?"),
    (lambda: metrics.get("bceee"), UnknownNameError, "unknown metric 'bceee'; did you mean 'bce'?"),
    (lambda: check_metric(3), TypeError, "a metric is a name like 'accuracy', an object or a function, got 3"),
    (lambda: check_metric(None), TypeError,
     "a metric is a name like 'accuracy', an object or a function, got None"),
    (lambda: metrics.BinaryAccuracy()(np.zeros((4, 3)), np.zeros((4, 1))), ShapeError,
     "binary_accuracy: y_true float64[4, 3] and y_pred float64[4, 1] must have the same shape, for metrics "
     "never broadcast; give the last layer 3 units, or the targets 1 column"),
    (lambda: metrics.SparseCategoricalAccuracy()(np.zeros((4, 3)), np.zeros((4, 3))), ShapeError,
     "sparse_categorical_accuracy: y_true float64[4, 3] must hold one class id for each row of float64[4, 3]; "
     "for one-hot targets use categorical_accuracy"),
    (lambda: metrics.CategoricalAccuracy()(np.zeros(4), np.zeros((4, 3))), ShapeError,
     "categorical_accuracy: y_true float64[4] holds labels that are ids, but must be one-hot like y_pred "
     "float64[4, 3]: use sparse_categorical_accuracy, or to_categorical(y)"),
    (lambda: metrics.BinaryAccuracy()(np.zeros(4), np.zeros((4, 3))), ShapeError,
     "binary_accuracy: y_true float64[4] and y_pred float64[4, 3] must have the same shape, for metrics never "
     "broadcast; if y_true holds class ids, use 'accuracy' or 'sparse_categorical_accuracy'"),
    (lambda: metrics.get("acc"), UnknownNameError,
     "what the metric 'acc' means depends on the data; outside compile, name 'binary_accuracy' or "
     "'categorical_accuracy' or 'sparse_categorical_accuracy'"),
    (lambda: resolve_metric(lambda y, p: None, (4,), (4, 1))(np.zeros(4), np.zeros((4, 1))), TypeError,
     "metric 'lambda' must return one value per sample, got object[]"),
    (lambda: metrics.Metric(name="x").result(), TypeError, "Metric must define result(self)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()


def test_a_metric_of_ones_own_defines_two_methods():
    class Half(metrics.Metric):
        pass

    with pytest.raises(TypeError, match=r"Half must define update_state\(self, y_true, y_pred"):
        Half().update_state([1.0], [1.0])
    with pytest.raises(TypeError, match=r"Half must define reset_state\(self\)"):
        Half().reset_state()


def test_a_wrapped_function_tells_its_settings():
    metric = metrics.MeanMetricWrapper(losses.mean_squared_error, name="own")
    config = metric.get_config()
    assert (config["fn"], config["name"]) == (losses.mean_squared_error, "own")
