"""TrainingSetup: the optimizer, the loss and the metrics that ``compile`` sets."""

import weakref
from typing import Any

from .. import optimizers
from ..compile.attempts import Attempts
from ..compile.training_step import TrainingStep
from ..config import floatx
from ..core.modes import is_compile_off
from ..core.tensor import Tensor
from ..errors import DataError, GradientError, OptionError, describe
from ..losses.base import check_weights
from ..losses.loss_lookup import check_loss, resolve_loss
from ..losses.targets import check_targets, is_surely_valid
from ..metrics.metric_lookup import check_metric, resolve_metric
from .epoch_metrics import Measures, metric_sums, try_metric
from .programs import Inference, StepCache, inference


class TrainingSetup:
    """The optimizer, loss and metrics of one ``compile``; names are checked here, shapes when data come."""

    def __init__(self, optimizer, loss, metrics, weighted_metrics, eagerly=False, exact=False):
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        if loss is not None:
            check_loss(loss)
        self.metrics = metric_list(metrics, "metrics")
        self.weighted = metric_list(weighted_metrics, "weighted_metrics")
        self._measures: dict = {}
        self.attempts = Attempts()
        self.eagerly, self.exact = eagerly, exact

    def training_step(self, model, measures):
        """Return the TrainingStep of ``model``: the previous one, with its programs, if nothing has changed."""
        if self.runs_eagerly:
            return self._new_step(None, (), model, measures)
        step = measures.training.find_or_make(self._new_step, model, measures)
        if step.optimizer is not self.optimizer:  # a callback called compile with the same loss and metrics
            measures.training = StepCache()
            step = measures.training.find_or_make(self._new_step, model, measures)
        return step

    def _new_step(self, guards, names, model, measures):
        params = model.trainable_weights
        if not params:
            raise GradientError(f"{model.label()} has no trainable weights: there is nothing to train")
        forward, eagerly = training_forward(model, measures), guards is None
        return TrainingStep(forward, self.optimizer, params, eagerly, self.exact, guards, self.attempts, names)

    def test_step(self, model, measures):
        """Return the Inference that computes the outputs of ``model``, the loss and sums of metrics."""
        if self.runs_eagerly:
            return Inference(test_forward(model, measures))
        return inference(measures.testing, test_forward, model, measures)

    @property
    def runs_eagerly(self):
        """Whether layers run without programs: the user asked for it, a tool observes calls, or tracing failed."""
        return self.eagerly or self.attempts.reason is not None or is_compile_off()

    def prepare_targets(self, data, output_shape, where, name="y"):
        """Raise unless the loss can compare the targets with such outputs; make them floats unless they are ids."""
        if self.loss is None:
            return
        if data.y is None:
            raise DataError(f"{where}: {name} is missing, and the loss compares it with the output")
        shape = (len(data.x), *output_shape[1:])
        known = self._measures.get((data.y.shape[1:], output_shape))
        loss = resolve_loss(self.loss, data.y.shape, shape) if known is None else known.loss
        if data.w is not None or not is_surely_valid(loss, data.y, shape):
            check_targets(loss, data.y, shape)
            check_weights(loss, data.w, shape)
        if not loss.takes_ids:
            data.y = data.y.astype(floatx(), copy=False)

    def measures(self, y, output_shape):
        """Return the Measures for targets like ``y`` and outputs of ``output_shape``, made once for these shapes."""
        key = None if y is None else y.shape[1:], output_shape
        found = self._measures.get(key)
        if found is None:
            true = None if y is None else (None, *y.shape[1:])
            plain, weighted = ([], []) if true is None else (self.metrics, self.weighted)
            made = Measures(
                None if self.loss is None else resolve_loss(self.loss, true, output_shape),
                [try_metric(resolve_metric(m, true, output_shape), y, output_shape) for m in plain],
                [try_metric(resolve_metric(m, true, output_shape), y, output_shape) for m in weighted],
            )
            found = self._measures.setdefault(key, made)  # another thread may have made one meanwhile
        return found


def training_forward(model, measures):
    """Return ``forward(x, y, w)`` -> the loss, the predictions of ``model`` in training, sums of metrics."""
    found: Any = weakref.ref(model)  # weak, as the model keeps its setup, which keeps this: no cycle
    loss_of, added = measures.loss, measures.added  # not the Measures, which keep this too

    def forward(x, y, w):
        model = found()
        y_pred = model(x, training=True)
        loss = loss_of(y, y_pred, w)
        if not isinstance(loss, Tensor) or not loss.requires_grad:
            raise GradientError(
                f"the loss {loss_of.name!r} does not depend on the weights of {model.label()}: "
                "compute it with Tensors throughout, without .numpy() or .detach(), outside no_grad()"
            )
        return loss, y_pred, *metric_sums(added, y, y_pred.data)

    return forward


def test_forward(model, measures):
    """Return ``forward(x, y, w)`` -> the predictions of ``model``, the loss or None, sums of metrics."""
    found: Any = weakref.ref(model)
    loss_of, added = measures.loss, measures.added  # not the Measures, which keep this too

    def forward(x, y=None, w=None):
        y_pred = found()(x, training=False)
        if y is None:
            return [y_pred]
        return [y_pred, *([] if loss_of is None else [loss_of(y, y_pred, w)]), *metric_sums(added, y, y_pred.data)]

    return forward


def metric_list(value, name):
    """Return the metrics in ``value`` as a list, each of them known."""
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        shown = repr(value) if isinstance(value, str) else "..."
        raise OptionError(f"compile: {name} must be a list, got {describe(value)}; write {name}=[{shown}]")
    for item in value:
        check_metric(item)
    return list(value)
