"""What a user calls a metric, a name, a class, an object or a function, as a Metric."""

from __future__ import annotations

from functools import cache
from typing import Any

from .. import metrics
from ..errors import UnknownNameError, describe
from ..losses.loss_lookup import task
from ..options import classes_by_name, look_up, object_of
from .accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from .base import MeanMetricWrapper, Metric
from .crossentropy_metrics import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

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


@cache
def metric_classes() -> dict[str, Any]:
    return classes_by_name(vars(metrics), Metric)


def _class_for(name: Any) -> Any:
    if name not in metric_classes() and name in _BY_TASK:
        meanings = " or ".join(repr(cls._options["name"].default) for cls in _BY_TASK[name].values())
        raise UnknownNameError(f"what the metric {name!r} means depends on the data; outside compile, name {meanings}")
    return look_up("metric", name, metric_classes(), also=_BY_TASK)


def check_metric(identifier: Any) -> None:
    """Raise if ``resolve_metric`` does not know ``identifier``: an unknown name, or no metric at all."""
    if identifier is None:
        raise TypeError("a metric is a name like 'accuracy', an object or a function, got None")
    if not (isinstance(identifier, str) and identifier.lower() in _BY_TASK):
        get(identifier)


def resolve_metric(identifier: Any, y_true_shape: Any, y_pred_shape: Any) -> Any:
    """Return the Metric that ``identifier`` means for targets and predictions of these shapes.

    'accuracy', 'acc', 'crossentropy' and 'ce' become the one that ``task`` says fits; whatever ``get`` takes
    becomes a Metric. The metric's name, under which it is logged, is the string given, or the function's name.

    >>> resolve_metric("acc", (32,), (32, 10)), resolve_metric("mse", (32, 1), (32, 1)).name
    (SparseCategoricalAccuracy(name='acc'), 'mse')
    """
    check_metric(identifier)
    if isinstance(identifier, str):
        by_task = _BY_TASK.get(identifier.lower())
        cls = by_task[task(y_true_shape, y_pred_shape)] if by_task else _class_for(identifier)
        return cls(name=identifier)
    found = get(identifier)
    return found if isinstance(found, Metric) else MeanMetricWrapper(found)
