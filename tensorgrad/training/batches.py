"""Batches of the data, in order or shuffled, and the weights that classes give to rows."""

import warnings
from typing import Any

import numpy as np

from ..errors import DataError, describe


class Batches:
    """Iterate once over it for each epoch: tuples ``(x, y, w)`` of at most ``size`` rows, the last of them smaller.

    shuffle: True for a new order each epoch, ``"batch"`` to shuffle within each batch, False for the order given
    steps:   how many batches an epoch takes, continuing where the last stopped; None for all
    rng:     where the orders come from

    While ``lent`` is True, the next shuffled batch is written into the arrays of the last one.
    """

    lent = False

    def __init__(self, data, size=None, steps=None, shuffle=False, rng=None):
        self.data, self.shuffle, self.rng = data, shuffle, rng
        self.size = size or (-(-len(data) // steps) if steps else 32)
        self.count = -(-len(data) // self.size)
        self.wanted = steps
        self.steps = steps or self.count
        self._pass = None

    def restart(self):
        """Begin the next epoch at the first row."""
        self._pass = None

    def __iter__(self):
        if self.wanted is None:
            return self._batches()
        return self._some()

    def _some(self):
        """Yield the next ``steps`` batches; if the rows run out, the epoch ends early, as in Keras."""
        if self._pass is None:
            self._pass, self._seen = self._batches(), 0
        for step in range(self.wanted):
            if self._seen == self.count:
                warnings.warn(
                    f"an epoch ended after {step} of its {self.wanted} steps: the data are {self.count} batches of "
                    f"{self.size}, and the next epoch starts over; leave the number of steps out to use all rows",
                    stacklevel=2,
                )
                break
            self._seen += 1
            yield next(self._pass)
        if self._seen == self.count:
            self._pass = None

    def _batches(self):
        arrays: Any = (self.data.x, self.data.y, self.data.w)
        n, size = len(self.data), self.size
        if not self.shuffle:
            yield from batch_slices(arrays, n, size)
            return
        order = self._order(n, size)
        arrays = [None if a is None else np.ascontiguousarray(a) for a in arrays]  # or each take would copy all
        room = None
        for start in range(0, n, size):
            chosen = order[start : start + size]
            if room is None or not self.lent or len(chosen) < size:
                room = [None if a is None else np.empty((len(chosen), *a.shape[1:]), a.dtype) for a in arrays]
            yield [None if a is None else a.take(chosen, 0, r, "clip") for a, r in zip(arrays, room, strict=True)]

    def _order(self, n, size):
        if self.shuffle != "batch":
            return self.rng.permutation(n)
        order = np.arange(n)
        for start in range(0, n, size):
            self.rng.shuffle(order[start : start + size])
        return order


def batch_slices(arrays, n, size):
    """Yield ``size`` rows of each array at a time."""
    x, y, w = arrays
    for start in range(0, n, size):
        stop = start + size
        yield x[start:stop], None if y is None else y[start:stop], None if w is None else w[start:stop]


def class_ids(y):
    """Return the class of each row of ``y``: ids, or the largest entry of each one-hot row."""
    if y.ndim > 1 and y.shape[-1] > 1:
        return y.argmax(axis=-1)
    return y.reshape(len(y), -1)[:, 0] if y.ndim > 1 else y


def class_weights(weights, y, classes, where):
    """Return the weight of each row: that of its class in the dict ``weights``, 1 for classes it leaves out.

    classes: how many there are, so that a key beyond them is caught
    """
    if not isinstance(weights, dict):
        raise DataError(
            f"{where}: class_weight must be a dict from class to weight, like {{0: 1.0, 1: 2.5}}, "
            f"got {describe(weights)}"
        )
    ids = class_ids(y)
    fractions = ids != np.floor(ids)
    if ids.ndim != 1 or fractions.any():
        row = int(np.argmax(fractions)) if ids.ndim == 1 else 0
        raise DataError(f"{where}: class_weight needs class labels in y, got {ids[row]} at row {row}")
    table = np.ones(max(classes, int(ids.max()) + 1), "float32")
    for key, value in weights.items():
        if not hasattr(key, "__index__") or isinstance(key, bool) or not 0 <= key < len(table):
            last = len(table) - 1
            raise DataError(f"{where}: class_weight has the class {key!r}, but the classes are the ints 0 to {last}")
        if not isinstance(value, (int, float, np.number)) or not 0 <= value < np.inf:
            raise DataError(f"{where}: class_weight[{key}] must be a number of at least 0, got {value!r}")
        table[key] = value
    return table[ids.astype(np.intp)]


def is_sorted_by_class(train_y, val_y):
    """Return whether at least 20 rows, of more than one class, come in the order of their classes.

    >>> is_sorted_by_class(np.repeat([0, 1, 2], 10), np.array([2, 2]))
    True
    >>> is_sorted_by_class(np.arange(30) % 2, np.array([1, 1]))
    False
    """
    ids = class_ids(np.concatenate([train_y, val_y])).astype("float64")
    steps = np.diff(ids)
    return len(ids) >= 20 and bool(steps.any()) and bool((steps >= 0).all() or (steps <= 0).all())


def unseen_classes(train_y, val_y):
    """Return the classes that occur in ``val_y`` but not in ``train_y``."""
    return np.setdiff1d(class_ids(val_y), class_ids(train_y))
