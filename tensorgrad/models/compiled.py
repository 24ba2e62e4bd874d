"""What ``compile`` settles: the optimizer, the loss and the metrics of a model."""

import weakref

import numpy as np

from .. import losses, metrics, optimizers
from ..compile.training import TrainingStep
from ..config import floatx
from ..core.tensor import Tensor
from ..errors import DataError, GradientError, OptionError, ShapeError, describe
from ..losses.targets import aligned

#: How many training steps are kept; one is enough unless layers are frozen and thawed in turn.
STEPS = 8


class Compiled:
    """The optimizer, loss and metrics of one ``compile``; names are checked here, shapes when data come."""

    def __init__(self, optimizer, loss, metrics, weighted_metrics, eagerly=False):
        self.optimizer = optimizers.get(optimizer)
        self.loss = loss
        if loss is not None:
            losses.check(loss)
        self.metrics = listed(metrics, "metrics")
        self.weighted = listed(weighted_metrics, "weighted_metrics")
        self._meters, self._steps = {}, {}
        self.eagerly = eagerly

    def training_step(self, model, loss, params):
        """Return the TrainingStep of ``model``: the one of before, with its programs, if nothing has changed."""
        key = id(loss), tuple(map(id, params)), repr(model)
        if key not in self._steps:
            if len(self._steps) == STEPS:
                del self._steps[next(iter(self._steps))]
            self._steps[key] = TrainingStep(training_forward(model, loss), self.optimizer, params, self.eagerly)
        return self._steps[key]

    def __getstate__(self):
        return {**self.__dict__, "_steps": {}}  # programs are written again where they are needed

    def prepare(self, data, output_shape, where, name="y"):
        """Raise unless the loss can compare the targets with such outputs; make them floats unless they are ids."""
        if self.loss is None:
            return
        if data.y is None:
            raise DataError(f"{where}: {name} is missing, and the loss compares it with the output")
        shape = (len(data), *output_shape[1:])
        loss = losses.resolve(self.loss, data.y.shape, shape)
        losses.check_targets(loss, data.y, shape)
        losses.check_weights(loss, data.w, shape)
        if not loss.takes_ids:
            data.y = data.y.astype(floatx(), copy=False)

    def meters(self, y, output_shape):
        """Return the Meters for targets like ``y`` and outputs of ``output_shape``, made once for these shapes."""
        true = None if y is None else (None, *y.shape[1:])
        key = true, output_shape
        if key not in self._meters:
            plain, weighted = ([], []) if true is None else (self.metrics, self.weighted)
            self._meters[key] = Meters(
                None if self.loss is None else losses.resolve(self.loss, true, output_shape),
                [fitting(metrics.resolve(m, true, output_shape), y, output_shape) for m in plain],
                [fitting(metrics.resolve(m, true, output_shape), y, output_shape) for m in weighted],
            )
        return self._meters[key]


def training_forward(model, loss_of):
    """Return ``forward(x, y, w)`` -> the loss and the predictions of ``model`` in training."""
    found = weakref.ref(model)  # the model keeps what compile settled, which keeps this: no cycle

    def forward(x, y, w):
        model = found()
        y_pred = model(x, training=True)
        loss = loss_of(y, y_pred, w)
        if not isinstance(loss, Tensor) or not loss.requires_grad:
            raise GradientError(
                f"the loss {loss_of.name!r} does not depend on the weights of {model.label()}: "
                "compute it with Tensors throughout, without .numpy() or .detach(), outside no_grad()"
            )
        return loss, y_pred

    return forward


def listed(value, name):
    """Return the metrics in ``value`` as a list, each of them known."""
    if value is None:
        return []
    if not isinstance(value, (list, tuple)):
        shown = repr(value) if isinstance(value, str) else "..."
        raise OptionError(f"compile: {name} must be a list, got {describe(value)}; write {name}=[{shown}]")
    for item in value:
        metrics.check(item)
    return list(value)


class Meters:
    """The loss and the metrics for one shape of data, and their running means over the rows of an epoch."""

    def __init__(self, loss, plain, weighted):
        self.loss, self.plain, self.weighted = loss, plain, weighted
        self.keys = unique_keys([m.name for m in plain], [m.name for m in weighted])
        self.reset()

    def reset(self):
        """Begin anew."""
        self.total, self.rows = 0.0, 0
        for metric in (*self.plain, *self.weighted):
            metric.reset_state()

    def update(self, loss, y, y_pred, w):
        """Count one batch in: its loss, targets, outputs and weights, all arrays."""
        rows = len(y_pred)
        self.rows += rows
        if loss is not None:
            self.total += loss * rows
        if y is not None:
            y, y_pred = aligned(y, y_pred)  # (n,) and (n, 1) would broadcast in a metric of the user's
        for metric in self.plain:
            metric.update_state(y, y_pred, None)
        for metric in self.weighted:
            metric.update_state(y, y_pred, w)

    def logs(self):
        """Return the means so far as floats: the loss first, then the metrics as they were listed."""
        values = {} if self.loss is None else {"loss": self.total / max(self.rows, 1)}
        for key, metric in zip(self.keys, (*self.plain, *self.weighted), strict=True):
            values[key] = number(metric)
        return values


def number(metric):
    """Return the metric's result as a float."""
    result = metric.result()
    try:
        return float(result)
    except (TypeError, ValueError):
        raise TypeError(f"metric {metric.name!r}: result() must return a number, got {describe(result)}") from None


def fitting(metric, y, output_shape):
    """Return ``metric`` after trying it on one row: one that cannot compare such shapes raises before training."""
    if isinstance(metric, metrics.FunctionMetric):
        row = np.ones((1, *(n or 1 for n in output_shape[1:])), floatx())
        try:
            metric.update_state(np.zeros_like(y[:1]), row)
        except ShapeError as error:
            error.add_note(f"in metric {metric.name!r}, tried on one row before training")
            raise
        metric.reset_state()
    return metric


def unique_keys(plain, weighted):
    """Return the log key of each metric: a weighted one that is listed unweighted too has a prefix, as in Keras.

    >>> unique_keys(["mae", "mae"], ["mae", "mse"])
    ['mae', 'mae_1', 'weighted_mae', 'mse']
    """
    keys, seen = [], {}
    for name, prefix in [(n, "") for n in plain] + [(n, "weighted_") for n in weighted]:
        key = prefix + name if name in seen else name
        number = seen.get(key, 0)
        seen[key] = number + 1
        keys.append(f"{key}_{number}" if number else key)
    return keys
