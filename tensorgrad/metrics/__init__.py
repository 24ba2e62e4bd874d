"""Metrics: what is reported beside the loss. Each is a class that gathers batches, most are the mean of a function."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from .. import losses
from ..errors import UnknownNameError, describe
from ..losses import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from ..losses.targets import check_same_shape
from ..options import classes_by_name, named, object_of
from .accuracy import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .base import FunctionMetric, Mean, MeanMetricWrapper, Metric, Sum, metric_class

__all__ = [
    "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "CategoricalAccuracy", "CategoricalCrossentropy", "Mean",
    "MeanAbsoluteError", "MeanMetricWrapper", "MeanSquaredError", "Metric", "RootMeanSquaredError",
    "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy", "Sum",
    "TopKCategoricalAccuracy", "accuracy", "binary_accuracy", "binary_crossentropy", "categorical_accuracy",
    "categorical_crossentropy", "get", "mean_absolute_error", "mean_squared_error",
    "sparse_categorical_accuracy", "sparse_categorical_crossentropy", "sparse_top_k_categorical_accuracy",
    "top_k_categorical_accuracy",
]  # fmt: skip

Accuracy = metric_class("Accuracy", accuracy)
BinaryAccuracy = metric_class("BinaryAccuracy", binary_accuracy)
CategoricalAccuracy = metric_class("CategoricalAccuracy", categorical_accuracy)
SparseCategoricalAccuracy = metric_class("SparseCategoricalAccuracy", sparse_categorical_accuracy)
TopKCategoricalAccuracy = metric_class("TopKCategoricalAccuracy", top_k_categorical_accuracy, order=("k",))
SparseTopKCategoricalAccuracy = metric_class(
    "SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy, order=("k",)
)
MeanSquaredError = metric_class("MeanSquaredError", mean_squared_error)
MeanAbsoluteError = metric_class("MeanAbsoluteError", mean_absolute_error)
BinaryCrossentropy = metric_class("BinaryCrossentropy", binary_crossentropy, without=("axis",))
CategoricalCrossentropy = metric_class("CategoricalCrossentropy", categorical_crossentropy)
SparseCategoricalCrossentropy = metric_class("SparseCategoricalCrossentropy", sparse_categorical_crossentropy)


def squared_error(y_true: Any, y_pred: Any) -> Any:
    """``(y_pred - y_true)²``, entry by entry."""
    check_same_shape("root_mean_squared_error", y_true, y_pred)
    return np.square(y_pred - y_true)


class RootMeanSquaredError(FunctionMetric):
    """The root of the mean of ``(y_pred - y_true)²`` over all values.

    >>> RootMeanSquaredError()([[0.0], [0.0]], [[1.0], [7.0]])
    5.0
    """

    name: str = "root_mean_squared_error"
    dtype: object = None

    function = staticmethod(squared_error)

    def result(self) -> float:
        return sqrt(super().result())


_KNOWN = classes_by_name(globals(), Metric) | {
    "bce": BinaryCrossentropy, "BCE": BinaryCrossentropy, "mse": MeanSquaredError, "MSE": MeanSquaredError,
    "mae": MeanAbsoluteError, "MAE": MeanAbsoluteError,
}  # fmt: skip

#: The strings whose meaning depends on the shapes of targets and predictions.
_BY_TASK = {
    "accuracy": {
        "binary": BinaryAccuracy,
        "categorical": CategoricalAccuracy,
        "sparse_categorical": SparseCategoricalAccuracy,
    },
    "crossentropy": {
        "binary": BinaryCrossentropy,
        "categorical": CategoricalCrossentropy,
        "sparse_categorical": SparseCategoricalCrossentropy,
    },
}
_BY_TASK |= {"acc": _BY_TASK["accuracy"], "ce": _BY_TASK["crossentropy"]}


def get(identifier: Any) -> Any:
    """Return the metric that ``identifier`` means: a name, a class or a config dict give a new Metric.

    Functions, instances and None are returned as they are.

    >>> get("mse"), get({"class_name": "BinaryAccuracy", "config": {"threshold": 0.3}})
    (MeanSquaredError(), BinaryAccuracy(threshold=0.3))
    """
    found = object_of(identifier, Metric, _class_for)
    if found is not None:
        return found
    if identifier is None or callable(identifier):
        return identifier
    raise TypeError(f"a metric is a name like 'accuracy', an object or a function, got {describe(identifier)}")


def _class_for(name: Any) -> Any:
    if name not in _KNOWN and name in _BY_TASK:
        meanings = " or ".join(repr(cls._options["name"].default) for cls in _BY_TASK[name].values())
        raise UnknownNameError(f"what the metric {name!r} means depends on the data; outside compile, name {meanings}")
    return named("metric", name, _KNOWN, also=_BY_TASK)


def check_metric(identifier: Any) -> None:
    """Raise if ``resolve_metric`` does not know ``identifier``: an unknown name, or no metric at all."""
    if identifier is None:
        raise TypeError("a metric is a name like 'accuracy', an object or a function, got None")
    if not (isinstance(identifier, str) and identifier.lower() in _BY_TASK):
        get(identifier)


def resolve_metric(identifier: Any, y_true_shape: Any, y_pred_shape: Any) -> Any:
    """Return the Metric that ``identifier`` means for targets and predictions of these shapes.

    'accuracy', 'acc', 'crossentropy' and 'ce' become the one that ``losses.task`` says fits; whatever ``get`` takes
    becomes a Metric. The metric's name, under which it is logged, is the string given, or the function's name.

    >>> resolve_metric("acc", (32,), (32, 10)), resolve_metric("mse", (32, 1), (32, 1)).name
    (SparseCategoricalAccuracy(name='acc'), 'mse')
    """
    check_metric(identifier)
    if isinstance(identifier, str):
        by_task = _BY_TASK.get(identifier.lower())
        cls = by_task[losses.task(y_true_shape, y_pred_shape)] if by_task else _class_for(identifier)
        return cls(name=identifier)
    found = get(identifier)
    return found if isinstance(found, Metric) else MeanMetricWrapper(found)
