"""Meters: the loss and the metrics of an epoch."""

import numpy as np

from .. import metrics
from ..config import floatx
from ..core.tensor import Tensor
from ..errors import ShapeError, describe
from ..losses.targets import aligned
from ..metrics.base import FunctionMetric


class Meters:
    """The loss and the metrics for one shape of data, and their running means over the rows of an epoch.

    added:  the unweighted means of our own functions, which ``add`` sums up where the outputs are computed, so that a
            program does it; the others take in each batch in ``update``
    totals: Tensors, the sum of each
    """

    def __init__(self, loss, plain, weighted):
        self.loss, self.plain, self.weighted = loss, plain, weighted
        self.keys = unique_keys([m.name for m in plain], [m.name for m in weighted])
        self.added = [metric for metric in plain if traceable(metric)]
        self.others = [(m, False) for m in plain if m not in self.added] + [(m, True) for m in weighted]
        self.totals = [Tensor(np.zeros(()), name=f"total of {metric.name}") for metric in self.added]
        self.reset()

    def reset(self):
        """Begin anew."""
        self.total, self.rows = 0.0, 0
        for metric in (*self.plain, *self.weighted):
            metric.reset_state()
        for total in self.totals:
            total.data[...] = 0.0

    def add(self, y, y_pred):
        """Add the values of a batch to the totals: arrays, or their stand-ins in a program."""
        if not self.added:
            return
        y, y_pred = aligned(y, y_pred)
        for metric, total in zip(self.added, self.totals, strict=True):
            values = metric.values(y, y_pred)
            batch = np.add.reduce(values, axis=None).astype("float64")
            np.add(total.data, batch * values.shape[0] / values.size, out=total.data)

    def update(self, loss, y, y_pred, w):
        """Count one batch in: its loss, targets, outputs and weights, all arrays."""
        rows = len(y_pred)
        self.rows += rows
        if loss is not None:
            self.total += loss * rows
        if not self.others or y is None:
            return
        y, y_pred = aligned(y.copy(), y_pred.copy())  # a metric of the user's may keep them
        w = None if w is None else w.copy()
        for metric, weighted in self.others:
            metric.update_state(y, y_pred, w if weighted else None)

    def logs(self):
        """Return the means so far as floats: the loss first, then the metrics as they were listed."""
        for metric, total in zip(self.added, self.totals, strict=True):
            metric.total, metric.count = total.data.item(), float(self.rows)
        values = {} if self.loss is None else {"loss": self.total / max(self.rows, 1)}
        for key, metric in zip(self.keys, (*self.plain, *self.weighted), strict=True):
            values[key] = number(metric)
        return values

    @property
    def settings(self):
        """What a program freezes of the metrics."""
        return tuple([getattr(metric, name) for metric in self.added for name in metric.settings])


def traceable(metric):
    """Return whether ``metric`` is a mean of one of our own functions, so that it is known not to look at values."""
    ours = isinstance(metric, FunctionMetric) and metric.function.__module__.startswith(f"{__package__.split('.')[0]}.")
    return ours and type(metric).update_state is FunctionMetric.update_state


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
