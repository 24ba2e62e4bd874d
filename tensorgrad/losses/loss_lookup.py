"""What a user calls a loss, a name, a class, an object or a function, as a Loss."""

from __future__ import annotations

from functools import cache
from typing import Any

from .. import losses
from ..errors import describe
from ..options import classes_by_name, look_up, object_of
from .base import Loss, LossFunctionWrapper
from .crossentropies import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy

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

    >>> get("mse").__name__, get("MeanSquaredError")
    ('mean_squared_error', MeanSquaredError())
    """
    if isinstance(identifier, str) and identifier != (cls := _class_named(identifier)).__name__:
        return cls.function
    found = object_of(identifier, Loss, _class_named)
    if found is not None:
        return found
    if identifier is None or callable(identifier):
        return identifier
    raise TypeError(f"a loss is a name like 'mse', an object or a function, got {describe(identifier)}")


@cache
def loss_classes() -> dict[str, Any]:
    return classes_by_name(vars(losses), Loss)


def _class_named(name: Any) -> Any:
    return look_up("loss", name, loss_classes(), also=CROSSENTROPY)


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
    if name in loss_classes() and loss_classes()[name].function is found:
        return loss_classes()[name]()
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
