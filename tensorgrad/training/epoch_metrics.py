"""Meters: the loss and the metrics of an epoch."""

import copy
from weakref import ref

import numpy as np

from ..config import floatx
from ..errors import ShapeError, describe
from ..losses.targets import align_axes
from ..metrics.base import FunctionMetric
from .programs import StepCache


class Measures:
    """The loss and the metrics for one shape of data.

    added:    the unweighted means of this library's functions: a program computes their sums with the outputs
    training: the compiled steps of ``fit`` with this loss and these metrics; ``testing``: those of ``evaluate``
    """

    def __init__(self, loss, plain, weighted):
        self.loss, self.plain, self.weighted = loss, plain, weighted
        self.keys = unique_keys([m.name for m in plain], [m.name for m in weighted])
        self.added = [metric for metric in plain if is_traceable(metric)]
        self.training, self.testing = StepCache(), StepCache()
        self.metrics = [*plain, *weighted]
        self.others = [(m, False) for m in plain if m not in self.added] + [(m, True) for m in weighted]
        self.lent = {}
        self.reset()

    def reset(self):
        """Reset all metrics."""
        for metric in self.metrics:
            metric.reset_state()

    def meters(self):
        """Return new Meters of the metrics, or of copies of them while another call uses them."""
        found = Meters(self)
        if self.metrics:
            if not self.lend(found):
                found = Meters(self, self.copies())
            found.reset()
        return found

    def lend(self, meters):
        """Lend ``meters`` the metrics until it is closed or gone; return False if another has them."""
        lent = self.lent

        def forget(dead):
            if lent.get("to") is dead:
                lent.clear()

        mine = ref(meters, forget)
        return lent.setdefault("to", mine) is mine  # atomic, if another thread asks at the same moment

    def copies(self):
        """Return a copy of each metric."""
        found = {}
        for metric in self.metrics:
            found[id(metric)] = copy.copy(metric) if metric in self.added else copy_metric(metric)
        return found

    def __reduce__(self):
        return Measures, (self.loss, self.plain, self.weighted)


class Meters:
    """The running means of a loss and of metrics over the rows of an epoch: one for each ``fit`` and its like."""

    __slots__ = ("__weakref__", "added", "measures", "metrics", "others", "rows", "total", "totals")

    def __init__(self, measures, copies=None):
        self.measures = measures
        self.added, self.others, self.metrics = measures.added, measures.others, measures.metrics
        if copies is not None:
            self.added = [copies[id(metric)] for metric in measures.added]
            self.others = [(copies[id(metric)], weighted) for metric, weighted in measures.others]
            self.metrics = [copies[id(metric)] for metric in measures.metrics]
        self.total, self.rows, self.totals = 0.0, 0, []

    def reset(self):
        """Reset the means and all metrics."""
        self.total, self.rows = 0.0, 0
        self.totals = [0.0] * len(self.added)
        for metric in self.metrics:
            metric.reset_state()

    def close(self):
        """Give the metrics back, so that the next call can use them."""
        lent = self.measures.lent
        if "to" in lent and lent["to"]() is self:
            lent.clear()

    def update(self, loss, y, y_pred, w, sums):
        """Add one batch: its loss, targets, outputs and weights, all arrays, and its ``metric_sums``."""
        rows = len(y_pred)
        self.rows += rows
        if loss is not None:
            self.total += loss * rows
        for i, batch in enumerate(sums):
            self.totals[i] += batch.item()
        if not self.others or y is None:
            return
        y, y_pred = align_axes(y.copy(), y_pred.copy())  # a metric of the user's may keep them
        w = None if w is None else w.copy()
        for metric, weighted in self.others:
            metric.update_state(y, y_pred, w if weighted else None)

    def logs(self):
        """Return the means so far as floats: the loss first, then the metrics as they were listed."""
        values = {} if self.measures.loss is None else {"loss": self.total / (self.rows or 1)}
        if not self.metrics:
            return values
        for metric, sum_of_all in zip(self.added, self.totals, strict=True):
            metric.total, metric.count = sum_of_all, float(self.rows)
        for key, metric in zip(self.measures.keys, self.metrics, strict=True):
            values[key] = metric_result(metric)
        return values


def metric_sums(added, y, y_pred):
    """Return the sum of each of these metrics over a batch of arrays, or of their stand-ins in a trace."""
    if not added:
        return []
    y, y_pred = align_axes(y, y_pred)
    return [sample_sum(metric.values(y, y_pred)) for metric in added]


def sample_sum(values):
    """Return the sum over the samples of one value each: the mean of a sample's values."""
    return np.add.reduce(values, axis=None).astype("float64") * values.shape[0] / values.size


def copy_metric(metric):
    """Return a copy of a metric that another thread may be updating."""
    while True:
        try:
            return copy.deepcopy(metric)
        except RuntimeError as error:  # a dict that grew meanwhile
            if "changed size" not in str(error):
                raise


def is_traceable(metric):
    """Return whether ``metric`` is a mean of one of this library's functions, which a program can compute."""
    if not isinstance(metric, FunctionMetric) or not metric.function.__module__.startswith(PACKAGE):
        return False
    return type(metric).update_state is FunctionMetric.update_state and type(metric).values is FunctionMetric.values


PACKAGE = f"{__package__.partition('.')[0]}."


def metric_result(metric):
    """Return the metric's result as a float."""
    result = metric.result()
    try:
        return float(result)
    except (TypeError, ValueError):
        raise TypeError(f"metric {metric.name!r}: result() must return a number, got {describe(result)}") from None


def try_metric(metric, y, output_shape):
    """Return ``metric`` after a try on one row: a metric that cannot compare such shapes raises before training."""
    if isinstance(metric, FunctionMetric):
        row = np.ones((1, *(n or 1 for n in output_shape[1:])), floatx())
        try:
            metric.update_state(np.zeros_like(y[:1]), row)
        except ShapeError as error:
            error.add_note(f"in metric {metric.name!r}, tried on one row before training")
            raise
        metric.reset_state()
    return metric


def unique_keys(plain, weighted):
    """Return the log key of each metric; a weighted one that is listed unweighted too has a prefix, as in Keras.

    >>> unique_keys(["mae", "mae"], ["mae", "mse"])
    ['mae', 'mae_1', 'weighted_mae', 'mse']
    """
    seen: dict = {}
    keys = []
    for name, prefix in [(n, "") for n in plain] + [(n, "weighted_") for n in weighted]:
        key = prefix + name if name in seen else name
        number = seen.get(key, 0)
        seen[key] = number + 1
        keys.append(f"{key}_{number}" if number else key)
    return keys
