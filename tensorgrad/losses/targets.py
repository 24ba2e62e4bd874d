"""Checks of targets: arrays of the right shape, and labels that are classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import floatx
from ..core.tensor import Tensor
from ..errors import DataError, ShapeError, count_text, describe


def array_or_tensor(x: Any) -> Any:
    """Return a list as an array; arrays and Tensors as they are."""
    return x if hasattr(x, "dtype") and hasattr(x, "reshape") else np.asarray(x)


def same_floats(y_true: Any, y_pred: Any) -> Any:
    """Return both as arrays or Tensors of one float dtype: that of ``y_pred``."""
    y_true, y_pred = array_or_tensor(y_true), array_or_tensor(y_pred)
    if y_pred.dtype.kind != "f":
        y_pred = y_pred.astype(floatx())
    return y_true if y_true.dtype == y_pred.dtype else y_true.astype(y_pred.dtype), y_pred


def align_axes(y_true: Any, y_pred: Any) -> Any:
    """Return both with as many axes, if one has a last axis of length 1 that the other lacks: (n,) and (n, 1)."""
    a, b = len(y_true.shape), len(y_pred.shape)
    if a == b + 1 and y_true.shape[-1] == 1:
        if b == 1:
            return y_true, y_pred.reshape((*y_pred.shape, 1))
        return y_true.reshape(y_true.shape[:-1]), y_pred
    if b == a + 1 and y_pred.shape[-1] == 1:
        if a == 1:
            return y_true.reshape((*y_true.shape, 1)), y_pred
        return y_true, y_pred.reshape(y_pred.shape[:-1])
    return y_true, y_pred


def check_same_shape(name: Any, y_true: Any, y_pred: Any) -> None:
    """Raise unless the shapes agree: losses never broadcast."""
    if y_true.shape != y_pred.shape:
        raise ShapeError(_mismatch_message(name, describe(y_true), describe(y_pred), y_true.shape, y_pred.shape))


def integer_labels(name: Any, y_true: Any, y_pred: Any, axis: Any) -> Any:
    """Return the labels ``y_true`` as integers, one for each entry of ``y_pred`` but for its class axis."""
    ids = y_true.data if isinstance(y_true, Tensor) else array_or_tensor(y_true)
    if ids.ndim == y_pred.ndim and ids.shape[axis] == 1:
        ids = np.squeeze(ids, axis)
    axis = axis % y_pred.ndim
    wanted = (*y_pred.shape[:axis], *y_pred.shape[axis + 1 :])
    if ids.shape != wanted:
        raise ShapeError(
            _not_ids_message(name, ids.shape, y_pred.shape, f"{describe(ids)} for y_pred {describe(y_pred)}")
        )
    return ids if ids.dtype.kind in "iu" else ids.astype("int64")


def check_targets(loss: Any, y_true: Any, y_pred_shape: Any) -> None:
    """Raise if ``y_true`` cannot be the targets of ``loss`` for predictions of ``y_pred_shape``: once, before training.

    loss:         a Loss or a function; only the losses of this package are checked
    y_pred_shape: its first axis, the samples, may be None

    Raises ShapeError for shapes that do not agree, DataError for labels that are not integers or out of range, each
    with the row, the value and the remedy.

    >>> import tensorgrad as tg
    >>> check_targets(tg.losses.SparseCategoricalCrossentropy(), np.array([0, 3, 1]), (None, 3))
    Traceback (most recent call last):
    tensorgrad.errors.DataError: sparse_categorical_crossentropy: label 3 at row 1 is no class: the predictions have 3
    classes, so labels go from 0 to 2; give the last layer 4 units, or number the classes anew with
    np.unique(y, return_inverse=True)[1]
    """
    function = getattr(loss, "function", None)
    name = getattr(function, "__name__", None)
    y = array_or_tensor(y_true)
    n = y.shape[0] if y.ndim else 0
    shape = (n, *y_pred_shape[1:])
    if name == "sparse_categorical_crossentropy":
        _check_labels(name, y, shape, loss.axis, loss.ignore_class)
    elif name is not None:
        _check_target_shape(name, y, shape)
        if name.endswith("crossentropy"):
            _check_probabilities(name, y)
        if name.startswith("categorical") and shape[loss.axis] == 1:
            raise ShapeError(
                f"{name}: predictions of shape {_batch_text(shape)} have one class, for which the loss is always 0; "
                "give the last layer a unit for each class, or use binary_crossentropy for a yes or no"
            )


#: The unsigned integers of each size: a negative label read as one of these is larger than any class.
UNSIGNED = {n: np.dtype(f"u{n}") for n in (1, 2, 4, 8)}


def is_surely_valid(loss: Any, y: Any, y_pred_shape: Any) -> Any:
    """Return True if ``check_targets`` surely raises nothing; this takes 1 µs for most valid targets."""
    function = getattr(type(loss), "function", None)
    if function is None:
        return True
    name = function.__name__
    if name == "sparse_categorical_crossentropy":
        ids = y.dtype.kind in "iu" and y.shape == y_pred_shape[:-1] and loss.axis == -1
        return ids and bool(np.maximum.reduce(y.view(UNSIGNED[y.itemsize]), None) < y_pred_shape[-1])
    if y.shape != y_pred_shape or y_pred_shape[-1] == 1:
        return y.shape == y_pred_shape and not name.endswith("crossentropy")
    return not name.endswith("crossentropy") or (y.min() >= 0 and y.max() <= 1)


def _check_target_shape(name: Any, y: Any, shape: Any) -> None:
    stand_in = np.broadcast_to(np.zeros((), floatx()), shape)  # takes no memory
    true, pred = align_axes(np.broadcast_to(np.zeros((), y.dtype), y.shape), stand_in)
    if true.shape != pred.shape:
        raise ShapeError(_mismatch_message(name, describe(y), f"of shape {_batch_text(shape)}", y.shape, shape))


def _check_probabilities(name: Any, y: Any) -> None:
    outside = (y < 0) | (y > 1)
    if outside.any():
        at = np.argwhere(outside)[0]
        raise DataError(
            f"{name}: target {y[tuple(at)]} at row {at[0]} is outside [0, 1]: targets are labels 0 and 1 or "
            "probabilities; encode the labels so, or use a loss for numbers, such as mean_squared_error"
        )


def _check_labels(name: Any, y: Any, shape: Any, axis: Any, ignored: Any) -> None:
    if y.ndim == len(shape) and y.shape[axis] == 1:
        y = np.squeeze(y, axis)
    axis = axis % len(shape)
    if y.shape != (*shape[:axis], *shape[axis + 1 :]):
        raise ShapeError(
            _not_ids_message(name, y.shape, shape, f"{describe(y)} for predictions of shape {_batch_text(shape)}")
        )
    k = shape[axis]
    wrong = y != np.trunc(y) if y.dtype.kind == "f" else np.zeros(y.shape, bool)
    if wrong.any():
        at = np.argwhere(wrong)[0]
        raise DataError(
            f"{name}: label {y[tuple(at)]} at row {at[0]} is not an integer: labels are class ids from 0 to {k - 1}; "
            "for numbers use a regression loss, such as mean_squared_error"
        )
    wrong = (y < 0) | (y >= k)
    if ignored is not None:
        wrong &= y != ignored
    if wrong.any():
        at = np.argwhere(wrong)[0]
        raise DataError(_no_class_message(name, int(y[tuple(at)]), at[0], k, max(int(y.max()), k - 1) + 1))


def label_error(name: Any, ids: Any, classes: Any) -> Any:
    """Return the error for the first of ``ids`` that is no class."""
    at = np.argwhere((ids < 0) | (ids >= classes))[0]
    return DataError(_no_class_message(name, int(ids[tuple(at)]), at[0], classes, max(int(ids.max()), classes - 1) + 1))


def _no_class_message(name: Any, label: Any, row: Any, classes: Any, needed: Any) -> Any:
    units = f"give the last layer {needed} units, or " if needed > classes else ""
    if classes == 1 and label == 1:
        units += "use binary_crossentropy for a yes or no, or "
    return (
        f"{name}: label {label} at row {row} is no class: the predictions have {count_text(classes, 'class')}, so "
        f"labels go from 0 to {classes - 1}; {units}number the classes anew with np.unique(y, return_inverse=True)[1]"
    )


def _batch_text(shape: Any) -> Any:
    return f"({', '.join(['n', *map(str, shape[1:])])}{',' if len(shape) == 1 else ''})"


def _mismatch_message(name: Any, true: Any, pred: Any, true_shape: Any, pred_shape: Any) -> Any:
    """Return why targets and predictions of these shapes do not go together, and what to do."""
    ids = len(pred_shape) > 1 and true_shape in (pred_shape[:-1], (*pred_shape[:-1], 1))
    if "categorical" in name and ids:
        return (
            f"{name}: y_true {true} holds labels that are ids, but must be one-hot like y_pred {pred}: "
            f"use sparse_{name}, or to_categorical(y)"
        )
    what = "metrics" if name.endswith("accuracy") else "losses"
    message = f"{name}: y_true {true} and y_pred {pred} must have the same shape, for {what} never broadcast"
    if name == "binary_accuracy" and ids:
        return f"{message}; if y_true holds class ids, use 'accuracy' or 'sparse_categorical_accuracy'"
    if true_shape[:1] == pred_shape[:1] and len(pred_shape) == 2 and len(true_shape) <= 2:
        columns = true_shape[1] if len(true_shape) == 2 else 1
        return (
            f"{message}; give the last layer {count_text(columns, 'unit')}, "
            f"or the targets {count_text(pred_shape[1], 'column')}"
        )
    return f"{message}{flatten_remedy(true_shape, pred_shape) or '; reshape one of them'}"


def flatten_remedy(true_shape: Any, pred_shape: Any) -> Any:
    """Return the remedy for predictions with too many axes, as the end of a sentence: often a Flatten is missing."""
    missing = len(pred_shape) > 2 and len(true_shape) < len(pred_shape)
    return "; put Flatten() before the first Dense if each sample is to have one row of outputs" if missing else ""


def _not_ids_message(name: Any, true_shape: Any, pred_shape: Any, shapes: Any) -> Any:
    """Return why labels of this shape are not class ids for such predictions, and what to do."""
    if true_shape == pred_shape:
        return (
            f"{name}: y_true {shapes} is one-hot, but must hold class ids: "
            "use categorical_crossentropy, or y.argmax(axis=-1)"
        )
    message = f"{name}: y_true {shapes}: there must be one class id for each row of class scores"
    return f"{message}{flatten_remedy(true_shape, pred_shape)}"
