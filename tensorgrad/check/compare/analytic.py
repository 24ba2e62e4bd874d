"""The analytic side: the Jacobian as reverse mode's rows, or as forward mode's products with directions."""

import numpy as np

from ...core.tensor import Tensor
from ...forward import pushforward


class Reverse:
    """Reverse mode: a row per number that is differentiated, all of them at hand."""

    mode = "reverse"

    def __init__(self, rows):
        self.rows = rows

    def columns(self, which):
        """Return the derivatives by those entries, a column each."""
        return self.rows[:, which]

    def along(self, where, v):
        """Return the derivatives along ``v``, which is 0 outside of the slice ``where``."""
        return self.rows[:, where] @ v

    def size(self, where, v):
        """Return how large the terms are that ``along`` sums up."""
        return np.abs(self.rows[:, where]) @ np.abs(v)


class Forward:
    """Forward mode: each direction is pushed through the recorded graph, op by op."""

    mode = "forward"

    def __init__(self, f, t):
        self.f, self.t = f, t

    def columns(self, which):
        return np.stack([self.along(slice(j, j + 1), 1.0) for j in which], axis=-1)

    def along(self, where, v):
        tangent = np.zeros(self.t.shape)
        tangent.reshape(-1)[where] = v
        return pushed(self.f, {id(self.t): tangent})

    def size(self, where, v):
        return np.abs(self.along(where, v))


def pushed(f, tangents):
    """Return the derivatives of f's values along ``tangents``, arrays by the id of the Tensor they belong to."""
    found = dict(tangents)
    for t, inputs in f.steps:
        given = [found.get(id(x)) if isinstance(x, Tensor) else None for x in inputs]
        if any(v is not None for v in given):
            arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
            found[id(t)] = pushforward(t.op, given, t.data, arrays, t.settings)
    flat = [np.ravel(found.get(id(y), np.zeros(y.shape))) for y in f.outputs]
    total = np.concatenate(flat)
    return total if f.cotangents is None else f.cotangents @ total
