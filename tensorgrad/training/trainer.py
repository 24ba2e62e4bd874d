"""compile, fit, evaluate and predict: the training of a model."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ..callbacks import CallbackList
from ..callbacks.calls import SILENT
from ..core.modes import is_compile_off
from ..errors import NotReadyError, OptionError, ShapeError, count_text
from ..graph.code import model_method
from ..options import boolean, one_of
from ..seeding import generator
from .advice import notes
from .arguments import check, check_fit, check_run
from .batches import Batches, class_weights
from .compiled import Compiled
from .data import array_of, prepare, split, validation
from .inference import Inference, inference
from .loop import TrainStep, Validation, predict_epoch, test_epoch, train
from .program_cache import Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Literal

    from numpy.typing import NDArray

    from ..callbacks.base import Callback
    from ..callbacks.history import History
    from ..core.tensor import Tensor
    from ..layers.base import Layer as Mixed  # what a model is besides
    from ..losses.base import Loss
    from ..optimizers.base import Optimizer
else:
    Mixed = object


class Trainer(Mixed):
    """What a model can do beyond a layer: learn from data, be measured on them, and predict."""

    _uncounted = frozenset({"compiled", "history", "stop_training", "_inference"})

    compiled = cast("Compiled | None", None)
    history = cast("History | None", None)
    stop_training = False
    _inference = None

    def compile(
        self,
        optimizer: str | Optimizer | type[Optimizer] | dict[str, Any] = "sgd",
        loss: str | Loss | type[Loss] | Callable[..., Any] | dict[str, Any] | None = None,
        *,
        metrics: Sequence[Any] | None = None,
        weighted_metrics: Sequence[Any] | None = None,
        run_eagerly: bool = False,
        jit_compile: bool | Literal["auto", "exact"] = "auto",
    ) -> None:
        """Settle how to train. Each call replaces everything an earlier one settled, and checks all names at once.

        optimizer:        a name or an Optimizer; ``"sgd"`` unless given (Keras's default is RMSprop)
        loss:             a name, a Loss or a function ``(y_true, y_pred)``
        metrics:          a list of names, Metrics or functions; ``"accuracy"`` is the one that fits the shapes
        weighted_metrics: the same, but these use class and sample weights
        run_eagerly:      True runs the layers' Python at every step, as does ``jit_compile=False``; else it runs once,
                          and from then on a program of the NumPy calls it made, with the same results but for the order
                          in which sums are added up; ``jit_compile="exact"`` keeps that too, to the last bit

        So what a layer or a loss does besides computing (printing, counting) happens once for each shape of batch.
        Layers that are frozen, thawed or given other options, new weights and learning rates are seen by the next step.
        A layer that looks at values, ``if x.mean() > 0``, cannot become a program: ``fit`` says where, once, and runs
        all layers at every step.
        """
        jits = one_of("auto", True, False, "exact")
        check("compile", run_eagerly=(run_eagerly, boolean), jit_compile=(jit_compile, jits))
        eagerly = run_eagerly or jit_compile is False
        self.compiled = Compiled(optimizer, loss, metrics, weighted_metrics, eagerly, jit_compile == "exact")

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer, or None before ``compile``."""
        return None if self.compiled is None else self.compiled.optimizer

    @property
    def loss(self) -> Any:
        """The loss as it was given, or None before ``compile``."""
        return None if self.compiled is None else self.compiled.loss

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
        compiled = self._compiled_for("fit")
        check_fit(batch_size, epochs, verbose, validation_split, shuffle, initial_epoch, steps_per_epoch,
                  validation_steps, validation_batch_size, validation_freq)  # fmt: skip
        data, held = self._fit_data(x, y, sample_weight, validation_split, validation_data)
        if class_weight is not None:
            self._weigh_classes(data, class_weight, "fit")
        order = Batches(data, batch_size, steps_per_epoch, shuffle, generator(seed))
        calls = self._calls(callbacks, verbose, order.steps, epochs, history=True)
        measures = compiled.measures(data.y, self.output_shape)
        if verbose:
            notes(compiled, measures, data, held if validation_data is None else None, self.output_shape)
        checks = None
        if held is not None:
            held_order = Batches(held, validation_batch_size or batch_size, validation_steps)
            checks = Validation(held_order, compiled.measures(held.y, self.output_shape), validation_freq)
        return train(self, measures, order, checks, calls, range(initial_epoch, epochs))

    @model_method
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | Literal["auto"] = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss and the metrics on data: a float if there is only one, else a list, the loss first.

        ``return_dict=True`` returns them by name; the rest is as in ``fit``.
        """
        compiled = self._compiled_for("evaluate")
        check_run("evaluate", batch_size, verbose, steps)
        data = self._checked_data(x, y, sample_weight, "evaluate")
        order = Batches(data, batch_size, steps)
        calls = self._calls(callbacks, verbose, order.steps)
        meters = compiled.measures(data.y, self.output_shape).meters()
        try:
            logs = test_epoch(self, meters, order, calls)
        finally:
            meters.close()
            calls.abandon()
        return returned(logs, return_dict)

    @model_method
    def predict(
        self,
        x: Any = None,
        batch_size: int | None = None,
        verbose: int | Literal["auto"] = "auto",
        steps: int | None = None,
        callbacks: Sequence[Callback] | Callback | None = None,
    ) -> NDArray[Any]:
        """Return the outputs for all rows of ``x``, one array."""
        check_run("predict", batch_size, verbose, steps)
        data = self._shaped_data(x, None, None, "predict")
        if verbose == 0 and callbacks is None and steps is None and len(data.x) <= (batch_size or 32):
            return self._predicting()(data.x)[0].copy()  # one batch, and nobody looks on
        order = Batches(data, batch_size, steps)
        calls = self._calls(callbacks, verbose, order.steps)
        try:
            return predict_epoch(self._predicting(), order, calls)
        finally:
            calls.abandon()

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
        compiled = self._compiled_for("train_on_batch")
        data = self._checked_data(x, y, sample_weight, "train_on_batch")
        if class_weight is not None:
            self._weigh_classes(data, class_weight, "train_on_batch")
        meters = compiled.measures(data.y, self.output_shape).meters()
        try:
            TrainStep(self, meters)(data.x, data.y, data.w)
            return returned(meters.logs(), return_dict)
        finally:
            meters.close()

    @model_method
    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the loss and metrics of one batch, like ``evaluate``."""
        return self.evaluate(x, y, batch_size=np.iinfo(np.int64).max, verbose=0, sample_weight=sample_weight,
                             return_dict=return_dict)  # fmt: skip

    @model_method
    def predict_on_batch(self, x: Any) -> NDArray[Any]:
        """Return the outputs for one batch, an array."""
        return self.predict(x, batch_size=np.iinfo(np.int64).max, verbose=0)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Tensor:
        """Return the loss, a scalar Tensor: of the outputs ``y_pred``, or of those for ``x``.

        >>> from tensorgrad.layers import Dense
        >>> from tensorgrad.models import Sequential
        >>> model = Sequential([Dense(1, kernel_initializer="ones")])
        >>> model.compile("sgd", "mse")
        >>> model.compute_loss([[1.0, 2.0]], [[5.0]]).item()
        4.0
        """
        compiled = self._compiled_for("compute_loss")
        y_pred = self(x, training=training) if y_pred is None else y_pred
        y = array_of(y, "y", "compute_loss")
        return compiled.measures(y, (None, *y_pred.shape[1:])).loss(y, y_pred, sample_weight)

    def reset_metrics(self) -> None:
        """Forget what the metrics have counted."""
        for measures in self.compiled._measures.values() if self.compiled else ():
            measures.reset()

    @property
    def metrics_names(self) -> list[str]:
        """The names of what ``evaluate`` returns, in order; known once the model has seen data."""
        found = list(self.compiled._measures.values()) if self.compiled else []
        return [] if not found else [*([] if found[-1].loss is None else ["loss"]), *found[-1].keys]

    def _calls(self, callbacks: Any, verbose: Any, steps: Any, epochs: Any = 1, history: Any = False) -> Any:
        verbose = 1 if verbose == "auto" else int(verbose)
        if not verbose and callbacks is None and not history:
            return SILENT
        return CallbackList(callbacks, history, verbose != 0, self, verbose=verbose, epochs=epochs, steps=steps)

    def _compiled_for(self, where: str) -> Compiled:
        compiled = self.compiled
        if compiled is None:
            raise NotReadyError(f"{where}: call compile() first, e.g. model.compile('sgd', loss='mse')")
        if compiled.loss is None and where in ("fit", "train_on_batch", "compute_loss", "draw", "gradient_flow"):
            raise NotReadyError(f"{where}: compile() was given no loss; e.g. model.compile('sgd', loss='mse')")
        return compiled

    def _predicting(self) -> Any:
        """Return the Inference that computes the outputs: that of before, with its programs, if nothing has changed."""
        if is_compile_off() if self.compiled is None else self.compiled.without_programs:
            return Inference(outputs_of(self))
        if self._inference is None:
            self._inference = Steps()
        return inference(self._inference, outputs_of, self)

    def _fit_data(self, x: Any, y: Any, sample_weight: Any, validation_split: Any, validation_data: Any) -> Any:
        """Return the training data and the validation data (or None), all checked before anything is trained."""
        if validation_data is not None:
            given = validation(validation_data, "fit", not self.autocast)
        data = self._checked_data(x, y, sample_weight, "fit")
        if validation_data is not None:
            held = self._shaped(given, "fit", "validation x")
            self._compiled_for("fit").prepare(held, self.output_shape, "fit", "validation y")
            return data, held
        return split(data, validation_split, "fit") if validation_split else (data, None)

    def _weigh_classes(self, data: Any, class_weight: Any, where: Any) -> None:
        """Let ``class_weight`` give the rows of ``data`` their weights."""
        if data.w is not None:
            raise OptionError(f"{where}: class_weight and sample_weight cannot both be given; multiply them into one")
        data.w = class_weights(class_weight, data.y, max(self.output_shape[-1] or 2, 2), where)

    def _checked_data(self, x: Any, y: Any, sample_weight: Any, where: Any) -> Any:
        data = self._shaped_data(x, y, sample_weight, where)
        self._compiled_for(where).prepare(data, self.output_shape, where)
        return data

    def _shaped_data(self, x: Any, y: Any, sample_weight: Any, where: Any) -> Any:
        return self._shaped(prepare(x, y, sample_weight, where, integers=not self.autocast), where)

    def _shaped(self, data: Any, where: Any, name: Any = "x") -> Any:
        """Return ``data`` after a look at the shape of its samples; build the model for it if it is not built yet."""
        if self.built and data.x.shape[1:] == self.input_shape[1:]:
            return data
        if not self.built:
            self.build((None, *data.x.shape[1:]))
        data.x = as_samples(data.x, self.input_shape)
        wanted, got = self.input_shape, data.x.shape
        if len(wanted) != len(got) or any(w not in (None, g) for w, g in zip(wanted[1:], got[1:], strict=True)):
            raise ShapeError(
                f"{where}: {name} has shape {got}, but {self.label()} takes {sample_words(wanted)}"
                f"{shape_remedy(wanted, got)}"
            )
        return data


def outputs_of(model: Any) -> Any:
    """Return ``function(x)`` -> the outputs of ``model``, in a list."""
    found: Any = weakref.ref(model)
    return lambda x: [found()(x, training=False)]


def returned(logs: Any, return_dict: Any) -> Any:
    """Return values as Keras does: by name, in a list, or the only one by itself."""
    if return_dict:
        return dict(sorted(logs.items()))
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def as_samples(x: Any, wanted: Any) -> Any:
    """Return ``x`` with a last axis of 1 more or less if that gives it as many axes as ``wanted``, as Keras does.

    >>> as_samples(np.zeros(5), (None, 1)).shape, as_samples(np.zeros((5, 3, 1)), (None, 3)).shape
    ((5, 1), (5, 3))
    """
    if x.ndim == len(wanted) - 1 and wanted[-1] == 1:
        return x[..., None]
    if x.ndim == len(wanted) + 1 and x.shape[-1] == 1:
        return x[..., 0]
    return x


def sample_words(shape: Any) -> str:
    """Return an input shape in words.

    >>> sample_words((None, 10)), sample_words((None, 28, 28))
    ('10 columns', 'samples of shape (28, 28)')
    """
    return count_text(shape[1], "column") if len(shape) == 2 else f"samples of shape {tuple(shape[1:])}"


def shape_remedy(wanted: Any, got: Any) -> str:
    """Return what to do about data of shape ``got`` where ``wanted`` is taken, as the end of a sentence."""
    sample, given = tuple(wanted[1:]), tuple(got[1:])
    if not given:
        return "; for one sample, write x[None]" if got == sample else "; are x and y swapped?"
    if got == sample:
        return f"; for one sample, write x[None]; if x holds {got[0]}, make the model with input_shape={given}"
    if None not in sample and np.prod(sample) == np.prod(given):
        return f"; reshape it: x.reshape(-1, {', '.join(map(str, sample))}), or put Flatten() first"
    if len(wanted) == len(got) + 1 and sample[1:] == given:
        return f"; input_shape leaves out the batch axis: write input_shape={given}"
    if len(wanted) == len(got) == 2 and got[0] == wanted[1]:
        return "; is it transposed? x.T fits"
    return f"; pass data of that shape, or make the model with input_shape={given}"
