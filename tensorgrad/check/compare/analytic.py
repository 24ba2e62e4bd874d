"""The analytic Jacobian: its rows by reverse mode, its products with directions by forward mode."""

import math

import numpy as np

from ...backward import gradients
from ...core.tensor import Tensor, every_example, make_leaf
from ...forward import pushforward
from ...graph.gradients import listening
from ..numeric.differences import EPSILON


class ReverseJacobian:
    """The Jacobian by reverse mode: all rows, one per number that is differentiated."""

    mode = "reverse"

    def __init__(self, rows):
        self.rows = rows

    def columns(self, which):
        """Return the derivatives with respect to some entries, a column each."""
        return self.rows[:, which]

    def derivative_along(self, where, v):
        """Return the derivatives along ``v``, which is 0 outside the slice ``where``."""
        return self.rows[:, where] @ v

    def magnitude_along(self, where, v):
        """Return the sum of the absolute terms of ``derivative_along``."""
        return np.abs(self.rows[:, where]) @ np.abs(v)


class ForwardJacobian:
    """The Jacobian by forward mode: it pushes a direction through the recorded graph, op by op."""

    mode = "forward"

    def __init__(self, f, t):
        self.f, self.t = f, t

    def columns(self, which):
        return np.stack([self.derivative_along(slice(j, j + 1), 1.0) for j in which], axis=-1)

    def derivative_along(self, where, v):
        tangent = np.zeros(self.t.shape)
        tangent.reshape(-1)[where] = v
        return jvp_at_outputs(self.f, {id(self.t): tangent})

    def magnitude_along(self, where, v):
        return np.abs(self.derivative_along(where, v))


def jvp_at_outputs(f, tangents):
    """Return the derivatives of f's values along ``tangents``, a dict of arrays by the id of their Tensor."""
    found = dict(tangents)
    for t, inputs in f.steps:
        given = [found.get(id(x)) if isinstance(x, Tensor) else None for x in inputs]
        if any(v is not None for v in given):
            arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
            found[id(t)] = pushforward(t.op, given, t.data, arrays, t.settings)
    flat = [np.ravel(found.get(id(y), np.zeros(y.shape))) for y in f.outputs]
    total = np.concatenate(flat)
    return total if f.cotangents is None else f.cotangents @ total


def reverse_rows(f, tensors):
    """Return ``(rows, rounding)``: the gradients of every number of f, and the size of their rounding errors.

    rows:     for each Tensor a flat gradient per number; None where none reached it
    rounding: ε·√Σ‖t ∂y/∂t‖² over all recorded values t: each is rounded once, and these errors add up as they are
              passed on to the output y
    """
    rows: list = [None] * len(tensors)
    found: dict = {}
    rounding, cotangents = [], output_cotangents(f)
    place = {id(t): i for i, t in enumerate(tensors)}
    with listening(f.steps, found):
        for k, cotangent in enumerate(cotangents):
            found.clear()
            found.update((id(y), make_leaf(g)) for y, g in zip(f.outputs, cotangent, strict=True))
            for leaf, g in pullback(f.outputs, cotangent):
                i = place.get(id(leaf))
                if i is not None:
                    rows[i] = np.zeros((len(cotangents), leaf.size)) if rows[i] is None else rows[i]
                    rows[i][k] = g.reshape(-1)
            passed_on = [(t.data, found[id(t)].data) for t, _ in f.steps if id(t) in found]
            passed_on = passed_on or [(y.data, g) for y, g in zip(f.outputs, cotangent, strict=True)]
            rounding.append(EPSILON * math.sqrt(sum(sum_of_squares(t * g) for t, g in passed_on)))
    return rows, raise_small_rounding(f, np.array(rounding))


def output_cotangents(f):
    """Return the cotangents of the outputs: for each number that is differentiated, a list of arrays."""
    rows = np.eye(f.size) if f.cotangents is None else f.cotangents
    ends = np.cumsum([y.size for y in f.outputs]).tolist()
    places = [(y, slice(end - y.size, end)) for y, end in zip(f.outputs, ends, strict=True)]
    return [[row[place].reshape(y.shape).astype(y.dtype, copy=False) for y, place in places] for row in rows]


def pullback(outputs, cotangent):
    """Return ``[leaf, gradient]`` for a cotangent of several outputs, as ``backward.gradients`` does for one."""
    live = [(y, g) for y, g in zip(outputs, cotangent, strict=True) if y.requires_grad]
    if len(live) <= 1:
        return list(gradients(live[0][0], make_leaf(live[0][1]))) if live else []
    return list(gradients(sum((y * g).sum() for y, g in live)))


def raise_small_rounding(f, rounding):
    """Return ``rounding``, at least a tenth of that of the largest entry of the same output.

    Without that, an entry that is 0 but for rounding would seem exact.
    """
    if f.cotangents is None and len(rounding) > 1:
        start = 0
        for y in f.outputs:
            part = rounding[start : start + y.size]
            part[:] = np.maximum(part, 0.1 * part.max(initial=0.0))
            start += y.size
    return rounding


def sum_of_squares(x):
    """Return the sum of the squares of all entries."""
    x = every_example(x)
    return float(np.vdot(x, x).real)
