"""Callback: what runs between the steps and epochs of a training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import OptionError, describe

if TYPE_CHECKING:
    from collections.abc import Callable


HOOKS = tuple(
    f"on_{what}_{when}"
    for what in ("train", "epoch", "train_batch", "test", "test_batch", "predict", "predict_batch")
    for when in ("begin", "end")
)


class Callback:
    """Base class of callbacks: overwrite the hooks you need. ``self.model`` and ``self.params`` are set before.

    ``epoch`` and ``batch`` count from 0; ``logs`` holds the values so far: the loss, the metrics and, at the end of
    an epoch, their ``val_`` namesakes. ``self.model.stop_training = True`` ends the training after the current step.

    >>> class Short(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         self.model.stop_training = logs["loss"] < 0.1
    """

    model: Any = None
    params: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Take ``params``: a dict with ``verbose``, ``epochs`` and ``steps`` of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take the model that runs."""
        self.model = model

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """An older name of ``on_train_batch_begin``."""

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """An older name of ``on_train_batch_end``."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before an epoch."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after an epoch, with its means and those of the validation."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a training step."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a training step, with the means of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a batch of ``evaluate`` or of a validation."""

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a batch of ``evaluate`` or of a validation."""

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a batch of ``predict``."""

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a batch of ``predict``, with its ``outputs``."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before the first epoch."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after the last epoch, with its values."""

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before an evaluation or a validation."""

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after an evaluation or a validation, with its values."""

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before a prediction."""

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after a prediction."""


class LambdaCallback(Callback):
    """A callback made of functions, each under the name of its hook.

    >>> LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs)).on_epoch_end(0, {"loss": 0.5})
    0 {'loss': 0.5}
    """

    def __init__(self, **hooks: Callable[..., Any] | None) -> None:
        for name, function in hooks.items():
            if name not in HOOKS:
                raise OptionError(f"LambdaCallback has no hook {name!r}; the hooks are {', '.join(HOOKS)}")
            if function is not None and not callable(function):
                raise OptionError(f"LambdaCallback: {name} must be a function, got {describe(function)}")
            if function is not None:
                setattr(self, name, function)
