"""Losses of classes: the negative logarithm of the probability of the target."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import ops
from ..config import epsilon
from .base import loss_class
from .targets import array_or_tensor, check_same_shape, integer_labels, label_error, same_floats


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: Any = False, label_smoothing: Any = 0.0, axis: Any = -1
) -> Any:
    """Mean of ``-t log p - (1 - t) log(1 - p)`` over ``axis``: for outputs that are each a yes or a no.

    from_logits:     ``y_pred`` are numbers before the sigmoid, not probabilities
    label_smoothing: targets become ``t (1 - s) + s / 2``

    Probabilities are clipped to ``[epsilon(), 1 - epsilon()]``.

    >>> binary_crossentropy([[1.0]], [[0.0]], from_logits=True)
    array([0.69314718])
    """
    y_true, y_pred = same_floats(y_true, y_pred)
    check_same_shape("binary_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        return np.mean(ops.sigmoid_cross_entropy(y_pred, y_true), axis=axis)
    return np.mean(ops.binary_cross_entropy(y_pred, y_true, epsilon=epsilon()), axis=axis)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: Any = False, label_smoothing: Any = 0.0, axis: Any = -1
) -> Any:
    """``-Σ t log p`` over the classes on ``axis``: for one-hot targets, or probabilities.

    from_logits:     ``y_pred`` are numbers before the softmax, not probabilities
    label_smoothing: targets become ``t (1 - s) + s / classes``

    Probabilities are divided by their sum, then clipped to ``[epsilon(), 1 - epsilon()]``.

    >>> categorical_crossentropy([[0.0, 1.0]], [[2.0, 2.0]])
    array([0.69314718])
    """
    y_true, y_pred = same_floats(y_true, y_pred)
    check_same_shape("categorical_crossentropy", y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_true.shape[axis]
    if from_logits:
        return ops.softmax_cross_entropy(y_pred, y_true, axis=axis)
    return ops.cross_entropy(y_pred, y_true, axis=axis, epsilon=epsilon())


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: Any = False, ignore_class: Any = None, axis: Any = -1
) -> Any:
    """``-log p[label]`` over the classes on ``axis``: for targets that are class ids, counted from 0.

    from_logits:  ``y_pred`` are numbers before the softmax, not probabilities
    ignore_class: samples with this label, such as -1, have loss 0; the class's mean is over the others

    Probabilities as in ``categorical_crossentropy``. Raises DataError for a label that is no class.

    >>> sparse_categorical_crossentropy([1], [[2.0, 2.0]])
    array([0.69314718])
    """
    y_pred = same_floats(0.0, y_pred)[1]
    ids = integer_labels("sparse_categorical_crossentropy", array_or_tensor(y_true), y_pred, axis)
    if ignore_class is not None:
        counted = ids != ignore_class
        ids = np.where(counted, ids, 0)
    try:
        if from_logits:
            values = ops.sparse_softmax_cross_entropy(y_pred, ids, axis=axis)
        else:
            values = ops.sparse_cross_entropy(y_pred, ids, axis=axis, epsilon=epsilon())
    except IndexError:
        raise label_error("sparse_categorical_crossentropy", ids, y_pred.shape[axis]) from None
    return values if ignore_class is None else np.where(counted, values, 0.0)


BinaryCrossentropy = loss_class("BinaryCrossentropy", binary_crossentropy, aliases=("bce", "BCE"))
CategoricalCrossentropy = loss_class("CategoricalCrossentropy", categorical_crossentropy)
SparseCategoricalCrossentropy = loss_class(
    "SparseCategoricalCrossentropy", sparse_categorical_crossentropy, takes_ids=True,
    order=("from_logits", "ignore_class", "reduction", "axis", "name", "dtype"),
)  # fmt: skip
