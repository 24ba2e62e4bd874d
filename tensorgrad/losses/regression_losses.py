"""Losses of numbers: the distance of predictions from targets."""

from __future__ import annotations

from typing import Any

import numpy as np

from .base import loss_class
from .targets import align_axes, check_same_shape, same_floats


def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """Mean of ``(y_pred - y_true)²`` over the last axis.

    >>> mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]])
    array([2.5])
    """
    y_true, y_pred = align_axes(*same_floats(y_true, y_pred))
    check_same_shape("mean_squared_error", y_true, y_pred)
    return np.mean(np.square(y_pred - y_true), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """Mean of ``|y_pred - y_true|`` over the last axis."""
    y_true, y_pred = align_axes(*same_floats(y_true, y_pred))
    check_same_shape("mean_absolute_error", y_true, y_pred)
    return np.mean(np.abs(y_pred - y_true), axis=-1)


MeanSquaredError = loss_class("MeanSquaredError", mean_squared_error, aliases=("mse", "MSE"))
MeanAbsoluteError = loss_class("MeanAbsoluteError", mean_absolute_error, aliases=("mae", "MAE"))
