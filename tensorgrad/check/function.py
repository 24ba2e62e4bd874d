"""The function under check: what it returns is looked at on every call."""

import math

import numpy as np

from ..backward import gradients
from ..core.tensor import Tensor
from ..errors import GradientError, ShapeError, describe
from ..walk import listening, recorded
from .numeric import EPSILON

#: Outputs up to this many entries are checked one by one; larger ones along random cotangents.
FULL = 64
COTANGENTS = 8


class Function:
    """``f`` at the point: ``f()`` is its output, ``f.values()`` the numbers that are differentiated.

    cotangents: one row per number that is checked; None when these are the entries of the output itself
    """

    def __init__(self, call):
        self.call, self.shape = call, None
        y = self()
        self.shape, self.output, self.steps = y.shape, y, recorded(y)
        if not y.size:
            raise GradientError(f"gradcheck: f returned an empty Tensor ({describe(y)}); there is nothing to check")
        rng = np.random.default_rng(0)
        self.cotangents = None if y.size <= FULL else rng.standard_normal((COTANGENTS, y.size))
        self._check_finite(y.data)
        self._check_deterministic(y.data)

    def __call__(self):
        y = self.call()
        if not isinstance(y, Tensor):
            raise TypeError(f"gradcheck: f must return a Tensor, got {describe(y)}{_advice(y)}")
        if y.dtype.kind != "f":
            raise TypeError(f"gradcheck: f must return a Tensor of floats, got {describe(y)}")
        if self.shape is not None and y.shape != self.shape:
            raise ShapeError(
                f"gradcheck: the shape of f's output changed between two calls, from {list(self.shape)} "
                f"to {list(y.shape)}; it may not depend on the values"
            )
        return y

    def values(self):
        """Return the numbers that are differentiated, a fresh float64 vector."""
        y = np.array(self().data, np.float64).reshape(-1)
        return y if self.cotangents is None else self.cotangents @ y

    def seeds(self):
        """Return the cotangents to start backward from, arrays of the output's shape."""
        rows = np.eye(self.output.size) if self.cotangents is None else self.cotangents
        return [row.reshape(self.shape).astype(self.output.dtype) for row in rows]

    def row_name(self, row):
        """Return where in the output the ``row``-th number is: ``'output [1, 0]'``; '' for a scalar."""
        if self.output.size == 1:
            return ""
        if self.cotangents is not None:
            return f"random cotangent {row} of {COTANGENTS}"
        return f"output {[int(i) for i in np.unravel_index(row, self.shape)]}"

    def check_precision(self, tensors):
        """Raise GradientError if anything between ``tensors`` and the output is computed in less than float64."""
        live = {id(t) for t in tensors}
        for t, inputs in self.steps:
            if any(id(x) in live for x in inputs):
                live.add(id(t))
                if t.dtype != np.float64:
                    raise GradientError(_imprecise(t))

    def gradients(self, tensors):
        """Return ``(rows, rounding)``: the analytic gradients, and the size of the rounding errors, for every seed.

        rows:     for each Tensor a flat gradient per seed; None where none reached it
        rounding: ε·√Σ‖t ∂y/∂t‖² over all recorded values t: each is rounded once, and these errors add up as they are
                  passed on to the output y
        """
        rows, rounding = [None] * len(tensors), []
        place = {id(t): i for i, t in enumerate(tensors)}
        seeds = self.seeds()
        for k, seed in enumerate(seeds):
            found = {id(self.output): Tensor(seed)}
            with listening(self.steps, found):
                pairs = list(gradients(self.output, Tensor(seed))) if self.output.requires_grad else []
            for leaf, g in pairs:
                i = place.get(id(leaf))
                if i is not None:
                    rows[i] = rows[i] or [np.zeros(leaf.size) for _ in seeds]
                    rows[i][k] = np.array(g, np.float64).reshape(-1)
            passed_on = [(t.data, found[id(t)].data) for t, _ in self.steps if id(t) in found]
            passed_on = passed_on or [(self.output.data, seed)]
            rounding.append(EPSILON * math.sqrt(sum(float(np.sum((t * g) ** 2)) for t, g in passed_on)))
        return rows, np.array(rounding)

    def _check_finite(self, y):
        bad = ~np.isfinite(y)
        if bad.any():
            at = [int(i) for i in np.argwhere(bad)[0]]
            where = f"output {at} is" if at else "the output is"
            raise GradientError(f"gradcheck: f is not finite at the point, {where} {y[bad].flat[0]}; move the inputs")

    def _check_deterministic(self, y):
        again = self().data
        changed = float(np.max(np.abs(again - y)))
        if not changed <= 1e-12 * float(np.max(np.abs(y))):  # 1e-12: threads may add up in another order
            raise GradientError(
                f"gradcheck: f is not deterministic, its output changed by {changed:.3g} between two calls at the "
                "same point; fix the seed inside f, or call layers with training=False"
            )


def _advice(y):
    if y is None:
        return "; is a return missing?"
    if isinstance(y, (tuple, list)):
        return "; check one output at a time: gradcheck(lambda *x: f(*x)[0], inputs)"
    return "; compute with the Tensors themselves, not with .numpy() or .item()"


def _imprecise(t):
    return (
        f"gradcheck: f computes in {t.dtype} (op {t.op.name!r} made {describe(t)}), where differences drown in "
        "rounding; remove the cast, list the parameters it closes over among the inputs (they become float64 for the "
        "check), or check the model itself: gradcheck(model, x, y)"
    )
