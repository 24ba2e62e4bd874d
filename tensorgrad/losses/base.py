"""Loss: from one value per sample to the number that training makes small."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..config import floatx
from ..errors import ShapeError, describe
from ..options import Options, boolean, fraction, one_of, option, snake_case
from ..tracking import Tracked
from .targets import align_axes, array_or_tensor

CHECKS = {"from_logits": boolean, "label_smoothing": fraction}
REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)


class Loss(Tracked, Options):
    """Base of all losses: a subclass defines ``call(y_true, y_pred)``, one value per sample.

    Calling it gives a scalar: a Tensor if ``y_pred`` is one, else an array. ``y_true`` takes the dtype of ``y_pred``,
    and (n,) beside (n, 1) its shape, so that they never broadcast to (n, n).

    reduction: 'sum_over_batch_size' or 'mean' (the mean of all values), 'sum', 'mean_with_sample_weight' (their sum
               divided by that of the weights), 'none' or None (no reduction)
    dtype:     the dtype to compute in, instead of that of ``y_pred``

    ``sample_weight`` is one weight for each sample, or for each value. The mean still divides by their number, as in
    Keras.

    >>> class Cubed(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.abs(y_pred - y_true) ** 3, axis=-1)
    >>> Cubed()([[1.0], [2.0]], [[1.0], [4.0]])
    np.float64(4.0)
    """

    name: str | None = option(default=None, of_class=snake_case)
    reduction: str | None = option(default="sum_over_batch_size", check=one_of(*REDUCTIONS))
    dtype: Any = option(default=None, saved=False)

    #: Whether the targets are class ids, which keep their dtype.
    takes_ids = False

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return one value per sample."""
        raise TypeError(f"{type(self).__name__} must define call(self, y_true, y_pred)")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        y_true, y_pred = align_axes(array_or_tensor(y_true), array_or_tensor(y_pred))
        dtype = self.dtype or (y_pred.dtype if y_pred.dtype.kind == "f" else floatx())
        if y_pred.dtype != dtype:
            y_pred = y_pred.astype(dtype)
        if y_true.dtype != dtype and not self.takes_ids:
            y_true = y_true.astype(dtype)
        values = self.call(y_true, y_pred)
        if not hasattr(values, "dtype"):
            raise TypeError(
                f"the loss {self.name!r} returned {describe(values)}: it must return one value per sample, computed "
                "from y_pred"
            )
        return reduce_values(values, sample_weight, self.mask(y_true, values), self.reduction)

    def mask(self, y_true: Any, values: Any) -> Any:
        """Return which values count, as an array of their shape, or None for all."""


def reduce_values(values: Any, weight: Any, mask: Any, reduction: Any) -> Any:
    """Return ``values``, weighted, masked and brought to one number as ``reduction`` says."""
    if weight is None and mask is None and reduction in ("sum_over_batch_size", "mean"):
        return np.mean(values) if values.size else np.sum(values)
    if mask is not None:
        mask = mask.astype(values.dtype)
    if weight is not None:
        values, weight = align_weights(values, array_or_tensor(weight).astype(values.dtype))
        values = values * weight
    if reduction in ("none", None):
        return values
    total = np.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and weight is not None:
        divisor = np.sum(weight if mask is None else weight * mask.reshape(values.shape))
    elif mask is not None:
        divisor = np.sum(mask)
    else:
        return total / max(values.size, 1)
    return total / np.where(divisor == 0, np.ones_like(divisor), divisor)  # nothing counts: 0


def align_weights(values: Any, weight: Any) -> Any:
    """Return ``values`` and ``weight`` with as many axes: a weight per sample holds for all values of the sample."""
    if weight.ndim == values.ndim + 1 and weight.shape[-1] == 1:
        if values.ndim == 1:
            values = values.reshape((*values.shape, 1))
        else:
            weight = weight.reshape(weight.shape[:-1])
    wide = (*weight.shape, *[1] * (values.ndim - weight.ndim))
    if len(wide) != values.ndim or any(w not in (1, n) for w, n in zip(wide, values.shape, strict=True)):
        raise ShapeError(
            f"sample_weight {describe(weight)} does not fit the loss's values {describe(values)}: "
            "give one weight per sample, shape (n,), or one per value"
        )
    return values, weight.reshape(wide)


def check_weights(loss: Any, weight: Any, y_pred_shape: Any) -> None:
    """Raise ShapeError if ``weight`` does not fit the values of ``loss`` for predictions of ``y_pred_shape``."""
    if weight is None or weight.ndim == 1 or not isinstance(loss, FunctionLoss):
        return
    axis = getattr(loss, "axis", -1) % len(y_pred_shape)
    shape = (*y_pred_shape[:axis], *y_pred_shape[axis + 1 :])
    if None not in shape:
        values = np.broadcast_to(np.zeros((), weight.dtype), shape)  # takes no memory
        align_weights(values, weight)


class LossFunctionWrapper(Loss):
    """A function ``(y_true, y_pred, **settings)`` as a Loss.

    >>> LossFunctionWrapper(lambda y_true, y_pred: abs(y_pred - y_true), name="distance")([1.0, 2.0], [1.0, 4.0])
    np.float64(1.0)
    """

    def __init__(
        self, fn: Any, reduction: Any = "sum_over_batch_size", name: Any = None, dtype: Any = None, **settings: Any
    ) -> None:
        name = name or getattr(fn, "__name__", type(fn).__name__).strip("<>")
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn, self.settings = fn, settings

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.fn(y_true, y_pred, **self.settings)

    def get_config(self) -> dict[str, Any]:
        """Return the options, the function and its settings."""
        return {"fn": self.fn, **super().get_config(), **self.settings}


class FunctionLoss(Loss):
    """Base of the classes that ``loss_class`` makes: ``function`` with its settings as options."""

    settings = tuple[str, ...]()

    if TYPE_CHECKING:
        function: ClassVar[Callable[..., Any]]

        def __init__(self, *args: Any, **options: Any) -> None: ...  # those that the function has

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.function(y_true, y_pred, **{name: getattr(self, name) for name in self.settings})

    def mask(self, y_true: Any, values: Any) -> Any:
        ignored = getattr(self, "ignore_class", None)
        return None if ignored is None else (array_or_tensor(y_true) != ignored).reshape(values.shape)


def loss_class(
    name: Any, function: Any, order: Any = None, takes_ids: Any = False, aliases: tuple[str, ...] = ()
) -> Any:
    """Return the class ``name`` of a loss function: the function's settings become options before Loss's own.

    order:   the options in Keras's order where that is another
    aliases: shorter names, such as ``"mse"``
    """
    code = function.__code__
    defaults = dict(zip(code.co_varnames[2 : code.co_argcount], function.__defaults__ or (), strict=True))
    settings = {k: option(default=v, check=CHECKS[k]) if k in CHECKS else v for k, v in defaults.items()}
    shared = {"reduction": Loss._options["reduction"], "name": function.__name__, "dtype": Loss._options["dtype"]}
    options = {**settings, **shared}
    options = {k: options[k] for k in order or options}
    summary = function.__doc__.strip().splitlines()[0]
    doc = f"{summary}\n\nThe class of ``{function.__name__}``; options as there and in ``Loss``."
    return type(name, (FunctionLoss,), {
        "__doc__": doc, "__module__": __package__, "__annotations__": dict.fromkeys(options, Any), **options,
        "function": staticmethod(function), "settings": tuple(settings), "takes_ids": takes_ids,
        "aliases": aliases,
    })  # fmt: skip
