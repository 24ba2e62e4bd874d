"""Losses: each a function ``(y_true, y_pred)`` with one value per sample, and the class of the same name.

The class reduces the values to the number that training makes small: ``MeanSquaredError()(y_true, y_pred)``.
"""

from __future__ import annotations

from typing import Any

from ..errors import describe
from ..options import classes_by_name, named, object_of
from .base import Loss, LossFunctionWrapper, loss_class
from .base import check_weights as check_weights  # for training, as are the next two
from .functions import (
    binary_crossentropy,
    categorical_crossentropy,
    mean_absolute_error,
    mean_squared_error,
    sparse_categorical_crossentropy,
)
from .targets import check_targets as check_targets
from .targets import is_surely_valid as is_surely_valid

__all__ = [
    "BinaryCrossentropy", "CategoricalCrossentropy", "Loss", "LossFunctionWrapper", "MeanAbsoluteError",
    "MeanSquaredError", "SparseCategoricalCrossentropy", "binary_crossentropy", "categorical_crossentropy", "get",
    "mean_absolute_error", "mean_squared_error", "sparse_categorical_crossentropy",
]  # fmt: skip

BinaryCrossentropy = loss_class("BinaryCrossentropy", binary_crossentropy)
CategoricalCrossentropy = loss_class("CategoricalCrossentropy", categorical_crossentropy)
SparseCategoricalCrossentropy = loss_class(
    "SparseCategoricalCrossentropy", sparse_categorical_crossentropy, takes_ids=True,
    order=("from_logits", "ignore_class", "reduction", "axis", "name", "dtype"),
)  # fmt: skip
MeanSquaredError = loss_class("MeanSquaredError", mean_squared_error)
MeanAbsoluteError = loss_class("MeanAbsoluteError", mean_absolute_error)

_KNOWN = classes_by_name(globals(), Loss) | {
    "bce": BinaryCrossentropy, "BCE": BinaryCrossentropy, "mse": MeanSquaredError, "MSE": MeanSquaredError,
    "mae": MeanAbsoluteError, "MAE": MeanAbsoluteError,
}  # fmt: skip

#: The strings that mean one of three cross-entropies, by the shapes of targets and predictions.
CROSSENTROPY = ("crossentropy", "ce")
_BY_TASK = {
    "binary": BinaryCrossentropy,
    "categorical": CategoricalCrossentropy,
    "sparse_categorical": SparseCategoricalCrossentropy,
}


def get(identifier: Any) -> Any:
    """Return the loss that ``identifier`` means, as Keras does: a name of a function gives the function, the name of a
    class an instance, a config dict an instance; functions, instances and None are returned as they are.

    >>> get("mse") is mean_squared_error, get("MeanSquaredError")
    (True, MeanSquaredError())
    """
    if isinstance(identifier, str) and identifier != (cls := _class_named(identifier)).__name__:
        return cls.function
    found = object_of(identifier, Loss, _class_named)
    if found is not None:
        return found
    if identifier is None or callable(identifier):
        return identifier
    raise TypeError(f"a loss is a name like 'mse', an object or a function, got {describe(identifier)}")


def _class_named(name: Any) -> Any:
    return named("loss", name, _KNOWN, also=CROSSENTROPY)


def as_loss(identifier: Any) -> Any:
    """Return ``identifier``, whatever ``get`` takes, as a Loss object; a function is wrapped.

    >>> as_loss("mse"), as_loss(lambda y_true, y_pred: y_pred).name
    (MeanSquaredError(), 'lambda')
    """
    found = get(identifier)
    if found is None:
        raise TypeError("a loss is needed, got None")
    if isinstance(found, Loss):
        return found
    name = getattr(found, "__name__", None)
    if name in _KNOWN and _KNOWN[name].function is found:
        return _KNOWN[name]()
    return LossFunctionWrapper(found)


def check_loss(identifier: Any) -> None:
    """Raise if ``resolve_loss`` does not know ``identifier``: an unknown name, or no loss at all."""
    if not (isinstance(identifier, str) and identifier.lower() in CROSSENTROPY):
        get(identifier)


def resolve_loss(identifier: Any, y_true_shape: Any, y_pred_shape: Any) -> Any:
    """Return ``as_loss(identifier)``; 'crossentropy' and 'ce' become the one that fits the shapes, as ``task`` says.

    >>> resolve_loss("ce", (32,), (32, 10))
    SparseCategoricalCrossentropy(name='ce')
    """
    if isinstance(identifier, str) and identifier.lower() in CROSSENTROPY:
        return _BY_TASK[task(y_true_shape, y_pred_shape)](name=identifier)
    return as_loss(identifier)


def task(y_true_shape: Any, y_pred_shape: Any) -> Any:
    """Return what Keras takes targets and predictions of these shapes for.

    'binary': one output; 'sparse_categorical': class ids; 'categorical': one target for each output.

    >>> task((32,), (32, 1)), task((32,), (32, 10)), task((32, 10), (32, 10))
    ('binary', 'sparse_categorical', 'categorical')
    """
    if y_pred_shape[-1] == 1:
        return "binary"
    if len(y_true_shape) < len(y_pred_shape) or (y_true_shape[-1] == 1 and y_pred_shape[-1] > 1):
        return "sparse_categorical"
    return "categorical"
