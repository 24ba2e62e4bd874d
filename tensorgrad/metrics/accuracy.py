"""How often predictions are right: functions of ``(y_true, y_pred)`` that give 1 or 0 per sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import floatx
from ..errors import ShapeError, describe
from ..losses.targets import array_or_tensor, check_same_shape
from .base import metric_class


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether ``y_pred`` equals ``y_true``, entry by entry.

    >>> accuracy(np.array([1, 2]), np.array([1, 3]))
    array([1., 0.], dtype=float32)
    """
    y_true, y_pred = array_or_tensor(y_true), array_or_tensor(y_pred)
    check_same_shape("accuracy", y_true, y_pred)
    return (y_true == y_pred).astype(floatx())


def binary_accuracy(y_true: Any, y_pred: Any, threshold: Any = 0.5) -> Any:
    """Whether ``y_pred > threshold`` equals ``y_true``, entry by entry."""
    y_true, y_pred = array_or_tensor(y_true), array_or_tensor(y_pred)
    check_same_shape("binary_accuracy", y_true, y_pred)
    return ((y_pred > threshold) == y_true).astype(floatx())


def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the largest of ``y_pred`` is where the largest of ``y_true`` is: one-hot targets."""
    y_true, y_pred = array_or_tensor(y_true), array_or_tensor(y_pred)
    check_same_shape("categorical_accuracy", y_true, y_pred)
    return (y_true.argmax(-1) == y_pred.argmax(-1)).astype(floatx())


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """Whether the largest of ``y_pred`` is at the class id ``y_true``."""
    y_pred = array_or_tensor(y_pred)
    return (labels_per_row("sparse_categorical_accuracy", y_true, y_pred) == y_pred.argmax(-1)).astype(floatx())


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: Any = 5) -> Any:
    """Whether the class of the one-hot ``y_true`` is among the ``k`` largest of ``y_pred``."""
    y_true, y_pred = array_or_tensor(y_true), array_or_tensor(y_pred)
    check_same_shape("top_k_categorical_accuracy", y_true, y_pred)
    return is_in_top_k(y_true.argmax(-1), y_pred, k).astype(floatx())


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: Any = 5, from_sorted_ids: Any = False) -> Any:
    """Whether the class id ``y_true`` is among the ``k`` largest of ``y_pred``.

    from_sorted_ids: ``y_pred`` holds class ids, the best first, not scores
    """
    y_pred = array_or_tensor(y_pred)
    ids = labels_per_row("sparse_top_k_categorical_accuracy", y_true, y_pred)
    if from_sorted_ids:
        return (ids[..., None] == y_pred[..., :k]).any(-1).astype(floatx())
    return is_in_top_k(ids.astype("int64"), y_pred, k).astype(floatx())


def is_in_top_k(ids: Any, scores: Any, k: Any) -> Any:
    """Return whether the score at each id is at least the ``k``-th largest of its row: ties count."""
    k = min(k, scores.shape[-1])
    least = np.partition(scores, -k, axis=-1)[..., -k]
    return np.take_along_axis(scores, ids[..., None], -1)[..., 0] >= least


def labels_per_row(name: Any, y_true: Any, y_pred: Any) -> Any:
    """Return ``y_true`` as one id for each row of scores, or raise."""
    ids = array_or_tensor(y_true)
    if ids.ndim == y_pred.ndim and ids.shape[-1] == 1:
        ids = ids[..., 0]
    if ids.shape != y_pred.shape[:-1]:
        hint = f"; for one-hot targets use {name.removeprefix('sparse_')}" if ids.shape == y_pred.shape else ""
        raise ShapeError(
            f"{name}: y_true {describe(ids)} must hold one class id for each row of {describe(y_pred)}{hint}"
        )
    return ids


Accuracy = metric_class("Accuracy", accuracy)
BinaryAccuracy = metric_class("BinaryAccuracy", binary_accuracy)
CategoricalAccuracy = metric_class("CategoricalAccuracy", categorical_accuracy)
SparseCategoricalAccuracy = metric_class("SparseCategoricalAccuracy", sparse_categorical_accuracy)
TopKCategoricalAccuracy = metric_class("TopKCategoricalAccuracy", top_k_categorical_accuracy, order=("k",))
SparseTopKCategoricalAccuracy = metric_class(
    "SparseTopKCategoricalAccuracy", sparse_top_k_categorical_accuracy, order=("k",)
)
