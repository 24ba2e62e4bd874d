"""Trainer: a model learns from data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ..callbacks.calls import callback_list
from ..graph.code import model_method
from ..seeding import generator
from .advice import give_advice
from .arguments import check_fit
from .batches import Batches
from .evaluator import Evaluator, pack_logs
from .loop import TrainStep, Validation, train
from .model_data import fit_data, training_data, weigh_classes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from ..callbacks.base import Callback
    from ..callbacks.history import History


class Trainer(Evaluator):
    """A model that learns from data, is measured on them, and predicts."""

    _uncounted = Evaluator._uncounted | {"history", "stop_training"}

    history = cast("History | None", None)
    stop_training = False

    @model_method
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | Literal["auto"] = "auto",
        callbacks: Sequence[Callback] | Callback | None = None,
        validation_split: float = 0.0,
        validation_data: Sequence[Any] | None = None,
        shuffle: bool | Literal["batch"] = True,
        class_weight: Mapping[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        *,
        seed: Any = None,
    ) -> History:
        """Train for ``epochs`` passes over the data and return the History. All data are checked before any step.

        x, y:             samples and targets, arrays or lists with one row a sample, cast to ``floatx()`` once
        batch_size:       rows a step, 32 unless given; the last batch may be smaller
        verbose:          0 nothing, 1 a progress bar, 2 a line an epoch; "auto" is 1
        validation_split: this part of the rows, the last ones, cut off before shuffling, is measured after each epoch
        validation_data:  ``(x, y)`` or ``(x, y, sample_weight)`` to measure instead
        shuffle:          True for a new order each epoch, "batch" to shuffle inside each batch, False for none
        class_weight:     dict from class to the weight of its rows in the loss; ``sample_weight`` is one for each row
        initial_epoch:    where the epochs start to count, to resume a training
        steps_per_epoch:  steps an epoch, going on where the last stopped; ``validation_steps`` likewise
        validation_freq:  measure every so many epochs, or after the epochs in this list, counted from 1
        seed:             an int makes the shuffling repeatable

        The values of an epoch are means over its rows, taken while the weights change, as in Keras. Ctrl-C leaves the
        weights of the last finished step and the epochs so far in ``model.history``.
        """
        compiled = self._require_compiled("fit")
        check_fit(batch_size, epochs, verbose, validation_split, shuffle, initial_epoch, steps_per_epoch,
                  validation_steps, validation_batch_size, validation_freq)  # fmt: skip
        data, held = fit_data(self, x, y, sample_weight, validation_split, validation_data)
        if class_weight is not None:
            weigh_classes(self, data, class_weight, "fit")
        order = Batches(data, batch_size, steps_per_epoch, shuffle, generator(seed))
        calls = callback_list(self, callbacks, verbose, order.steps, epochs, history=True)
        measures = compiled.measures(data.y, self.output_shape)
        if verbose:
            give_advice(compiled, measures, data, held if validation_data is None else None, self.output_shape)
        checks = None
        if held is not None:
            held_order = Batches(held, validation_batch_size or batch_size, validation_steps)
            checks = Validation(held_order, compiled.measures(held.y, self.output_shape), validation_freq)
        return train(self, measures, order, checks, calls, range(initial_epoch, epochs))

    @model_method
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Mapping[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Take one step on one batch and return its loss and metrics, measured before the step, like ``evaluate``."""
        compiled = self._require_compiled("train_on_batch")
        data = training_data(self, x, y, sample_weight, "train_on_batch")
        if class_weight is not None:
            weigh_classes(self, data, class_weight, "train_on_batch")
        meters = compiled.measures(data.y, self.output_shape).meters()
        try:
            TrainStep(self, meters)(data.x, data.y, data.w)
            return pack_logs(meters.logs(), return_dict)
        finally:
            meters.close()
