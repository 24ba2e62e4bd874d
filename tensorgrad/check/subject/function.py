"""The function under check: what it returns is looked at on every call."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...backward import gradients
from ...core.tensor import Tensor, every_example, type_tensor
from ...errors import GradientError, ShapeError, describe, printable
from ...graph.gradients import listening
from ...graph.steps import merged
from ...pytree import named_leaves
from ..numeric.differences import EPSILON
from .call_trace import Trace

#: Outputs up to this many entries are checked one by one; larger ones along random cotangents.
FULL = 64
COTANGENTS = 8


class Function:
    """``f`` at the point: ``f()`` are its outputs, ``f.values()`` the numbers that are differentiated.

    outputs:    the Tensors of floats that f returns; a tuple, list or dict may hold several
    cotangents: one row per number that is checked; None when these are the entries of the outputs themselves
    imaginary:  whether complex outputs are welcome now
    together:   the Tensors that are made complex for a complex step, all of them; empty for the one that moves only
    """

    title = "f"

    def __init__(self, call, seed=0, tolerance=None):
        self.call, self.seed, self.tolerance, self.imaginary = call, seed, tolerance, False
        self.names: Any = None
        self.shapes: Any = None
        self.together: Sequence = ()
        self.outputs = self()
        self.shapes = [y.shape for y in self.outputs]
        self.steps = merged(self.outputs)
        self.size = sum(y.size for y in self.outputs)
        if not self.size:
            raise GradientError(
                f"gradcheck: f returned an empty Tensor ({self.described()}); there is nothing to check"
            )
        rows = None if self.size <= FULL else np.random.default_rng(seed).standard_normal((COTANGENTS, self.size))
        self.cotangents = rows
        self._check_finite()
        self.point = self._flat(self.outputs)
        self._check_deterministic()

    def __call__(self):
        y = self.call()
        outputs = [y] if isinstance(y, Tensor) else self._several(y)
        for t in outputs:
            if t.data.dtype.kind != "f" and not (self.imaginary and t.data.dtype.kind == "c"):
                raise TypeError(f"gradcheck: f must return a Tensor of floats, got {describe(t)}")
        if self.shapes is not None:
            self._check_shapes(outputs)
        return outputs

    def _several(self, y):
        """Return the Tensors of floats in a tuple, list or dict; other Tensors in it have no gradient."""
        named = list(named_leaves(y, "output"))
        if not named or not all(isinstance(t, Tensor) for _, t in named):
            bad = next((t for _, t in named if not isinstance(t, Tensor)), y)
            raise TypeError(f"gradcheck: f must return a Tensor, got {describe(bad)}{_advice(bad)}")
        kept = [(name, t) for name, t in named if t.data.dtype.kind in "fc"] or named
        self.names = self.names or [name for name, _ in kept]
        return [t for _, t in kept]

    def values(self):
        """Return the numbers that are differentiated, a fresh vector: float64, or complex where these are welcome."""
        return self._flat(self())

    def _flat(self, outputs):
        flat = [y.data.reshape(-1) for y in outputs]
        y = flat[0].copy() if len(flat) == 1 else np.concatenate(flat)
        if y.dtype.kind != "c":
            y = y.astype(np.float64, copy=False)
        return y if self.cotangents is None else self.cotangents @ y

    def seeds(self):
        """Return the cotangents to start backward from: a list for each, arrays of the outputs' shapes."""
        rows = np.eye(self.size) if self.cotangents is None else self.cotangents
        return [self.split(row) for row in rows]

    def split(self, row):
        """Return a flat vector as arrays of the outputs' shapes and dtypes."""
        if len(self.outputs) == 1:
            y = self.outputs[0]
            return [row.reshape(y.shape).astype(y.dtype, copy=False)]
        parts, start = [], 0
        for y in self.outputs:
            parts.append(row[start : start + y.size].reshape(y.shape).astype(y.dtype, copy=False))
            start += y.size
        return parts

    def row_name(self, row):
        """Return where in the outputs the ``row``-th number is: ``'output [1, 0]'``; '' for a scalar."""
        if self.size == 1:
            return ""
        if self.cotangents is not None:
            return f"random cotangent {row} of {COTANGENTS}"
        for name, shape in zip(self.names or ["output"], self.shapes, strict=True):
            if row < math.prod(shape):
                index = [int(i) for i in np.unravel_index(row, shape)] if shape else ""
                return f"{name} {index}".rstrip()
            row -= math.prod(shape)
        return ""

    def described(self):
        """Return dtype and shape of the outputs."""
        return ", ".join(describe(y) for y in self.outputs)

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
        rows: list = [None] * len(tensors)
        found: dict = {}
        rounding, seeds = [], self.seeds()
        place = {id(t): i for i, t in enumerate(tensors)}
        with listening(self.steps, found):
            for k, seed in enumerate(seeds):
                found.clear()
                found.update((id(y), type_tensor(s)) for y, s in zip(self.outputs, seed, strict=True))
                for leaf, g in pulled(self.outputs, seed):
                    i = place.get(id(leaf))
                    if i is not None:
                        rows[i] = np.zeros((len(seeds), leaf.size)) if rows[i] is None else rows[i]
                        rows[i][k] = g.reshape(-1)
                passed_on = [(t.data, found[id(t)].data) for t, _ in self.steps if id(t) in found]
                passed_on = passed_on or [(y.data, s) for y, s in zip(self.outputs, seed, strict=True)]
                rounding.append(EPSILON * math.sqrt(sum(square(t * g) for t, g in passed_on)))
        return rows, self._not_far_below(np.array(rounding))

    def _not_far_below(self, rounding):
        """Return ``rounding``, at least a tenth of that of the largest entry of the same output.

        An entry that is 0 but for rounding would else seem exact.
        """
        if self.cotangents is None and len(rounding) > 1:
            start = 0
            for y in self.outputs:
                part = rounding[start : start + y.size]
                part[:] = np.maximum(part, 0.1 * part.max(initial=0.0))
                start += y.size
        return rounding

    def _check_shapes(self, outputs):
        found = [y.shape for y in outputs]
        if found != self.shapes:
            before, now = (", ".join(str(list(s)) for s in shapes) for shapes in (self.shapes, found))
            raise ShapeError(
                f"gradcheck: the shape of f's output changed between two calls, from {before} to {now}; it may not "
                "depend on the values"
            )

    def _check_finite(self):
        for name, y in zip(self.names or ["output"], self.outputs, strict=True):
            if not np.isfinite(y.data).all():
                bad = ~np.isfinite(y.data)
                at = [int(i) for i in np.argwhere(bad)[0]]
                where = f"{name} {at} is" if at else f"the {name} is"
                raise GradientError(
                    f"gradcheck: f is not finite at the point, {where} {y.data[bad].flat[0]}; move the inputs"
                )

    def _check_deterministic(self):
        again = self()
        for y, z in zip(self.outputs, again, strict=True):
            if (z.data == y.data).all():
                continue
            changed = float(np.max(np.abs(z.data - y.data), initial=0.0))
            least = 1e-12 * float(np.max(np.abs(y.data), initial=0.0))  # threads may add up in another order
            if not changed <= (least if self.tolerance is None else self.tolerance):
                raise GradientError(
                    f"gradcheck: f is not deterministic, its output changed by {changed:.3g} between two calls at the "
                    f"same point{self._change()}; fix the seed inside f, or call layers with training=False"
                )

    def _change(self):
        """Return which constant of which op is another one in the next call, in words."""
        trace = Trace(lambda: Recording(self))
        for t, name, _ in changed_constants(trace.result, Recording(self)):
            return f" ({name} of op {t.op.name!r}, {trace.place(t)}, is another array each time)"
        return ""


def square(x):
    """Return the sum of the squares of all entries."""
    x = every_example(x)
    return float(np.vdot(x, x))


def pulled(outputs, seed):
    """Return ``[leaf, gradient]`` of the outputs for a cotangent of each, as ``backward.gradients`` does for one."""
    live = [(y, s) for y, s in zip(outputs, seed, strict=True) if y.requires_grad]
    if len(live) <= 1:
        return list(gradients(live[0][0], type_tensor(live[0][1]))) if live else []
    return list(gradients(sum((y * s).sum() for y, s in live)))


class Recording:
    """What one call of f recorded, with copies of all values: the point may move, and views of it with it.

    steps: ``(tensor, inputs, arrays, value)``, oldest first
    """

    def __init__(self, f):
        self.outputs = f()
        self.values = [y.data.copy() for y in self.outputs]
        self.steps = [(t, inputs, [_values(x) for x in inputs], t.data.copy()) for t, inputs in merged(self.outputs)]


def changed_constants(before, after, moved=()):
    """Yield ``(tensor, argument, change)`` where a constant has other values in another Recording.

    moved: the ids of the Tensors that were changed on purpose
    """
    for (t, inputs, arrays, _), (u, _, others, _) in zip(before.steps, after.steps, strict=False):
        if t.op is not u.op:
            return
        for i, (x, a, b) in enumerate(zip(inputs, arrays, others, strict=True)):
            if id(x) not in moved and not (isinstance(x, Tensor) and x.op):
                change = _change(a, b)
                if change:
                    yield t, printable(f"{t.op.args[0]}{i}" if t.op.variadic else t.op.args[i]), change


def _change(x, z):
    """Return how far two arrays are apart; 0 for anything but floats."""
    if x.dtype.kind != "f" or z.dtype.kind != "f" or x.shape != z.shape:
        return 0.0
    return float(np.linalg.norm(np.nan_to_num(x - z)))


def _values(x):
    return np.array(x.data if isinstance(x, Tensor) else x)


def _advice(y):
    if y is None:
        return "; is a return missing?"
    return "; compute with the Tensors themselves, not with .numpy() or .item()"


def _imprecise(t):
    return (
        f"gradcheck: f computes in {t.dtype} (op {t.op.name!r} made {describe(t)}), where differences drown in "
        "rounding; remove the cast, list the parameters it closes over among the inputs (they become float64 for the "
        "check), or check the model itself: gradcheck(model, x, y)"
    )
