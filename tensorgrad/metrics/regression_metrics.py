"""Metrics of numbers: the distance of predictions from targets."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from ..losses.regression_losses import mean_absolute_error, mean_squared_error
from ..losses.targets import check_same_shape
from .base import FunctionMetric, metric_class

MeanSquaredError = metric_class("MeanSquaredError", mean_squared_error, aliases=("mse", "MSE"))
MeanAbsoluteError = metric_class("MeanAbsoluteError", mean_absolute_error, aliases=("mae", "MAE"))


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
