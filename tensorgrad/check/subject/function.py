"""The function under check: every call checks what it returns."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ...errors import GradientError, ShapeError, describe
from ...graph.steps import merged_steps
from ...pytree import named_leaves
from .call_trace import CallTrace
from .recorded_call import RecordedCall, changed_constants

#: Outputs up to this many entries are checked one by one; larger ones along random cotangents.
FULL = 64
COTANGENTS = 8


class Function:
    """``f`` at the point: ``f()`` returns its outputs, ``f.values()`` the numbers that are differentiated.

    outputs:    the Tensors of floats that f returns; a tuple, list or dict may hold several
    cotangents: one row per number that is checked; None when these are the entries of the outputs themselves
    allows_complex:  whether outputs may be complex now
    together:   the Tensors that become complex in a complex step; if empty, only the one that moves
    """

    title = "f"

    def __init__(self, call, seed=0, tolerance=None):
        self.call, self.seed, self.tolerance, self.allows_complex = call, seed, tolerance, False
        self.names: Any = None
        self.shapes: Any = None
        self.together: Sequence = ()
        self.outputs = self()
        self.shapes = [y.shape for y in self.outputs]
        self.steps = merged_steps(self.outputs)
        self.size = sum(y.size for y in self.outputs)
        if not self.size:
            raise GradientError(
                f"gradcheck: f returned an empty Tensor ({self.description()}); there is nothing to check"
            )
        rows = None if self.size <= FULL else np.random.default_rng(seed).standard_normal((COTANGENTS, self.size))
        self.cotangents = rows
        self._check_finite()
        self.point = self._flat(self.outputs)
        self._check_deterministic()

    def __call__(self):
        y = self.call()
        outputs = [y] if isinstance(y, Tensor) else self._float_tensors(y)
        for t in outputs:
            if t.data.dtype.kind != "f" and not (self.allows_complex and t.data.dtype.kind == "c"):
                raise TypeError(f"gradcheck: f must return a Tensor of floats, got {describe(t)}")
        if self.shapes is not None:
            self._check_shapes(outputs)
        return outputs

    def _float_tensors(self, y):
        """Return the Tensors of floats in a tuple, list or dict; leave out other Tensors, which have no gradient."""
        named = list(named_leaves(y, "output"))
        if not named or not all(isinstance(t, Tensor) for _, t in named):
            bad = next((t for _, t in named if not isinstance(t, Tensor)), y)
            raise TypeError(f"gradcheck: f must return a Tensor, got {describe(bad)}{_output_advice(bad)}")
        kept = [(name, t) for name, t in named if t.data.dtype.kind in "fc"] or named
        self.names = self.names or [name for name, _ in kept]
        return [t for _, t in kept]

    def values(self):
        """Return the numbers that are differentiated as a new vector: float64, or complex where that is allowed."""
        return self._flat(self())

    def _flat(self, outputs):
        flat = [y.data.reshape(-1) for y in outputs]
        y = flat[0].copy() if len(flat) == 1 else np.concatenate(flat)
        if y.dtype.kind != "c":
            y = y.astype(np.float64, copy=False)
        return y if self.cotangents is None else self.cotangents @ y

    def row_name(self, row):
        """Return the place of the ``row``-th number in the outputs: ``'output [1, 0]'``; '' for a scalar."""
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

    def description(self):
        """Return dtype and shape of the outputs."""
        return ", ".join(describe(y) for y in self.outputs)

    def check_precision(self, tensors):
        """Raise GradientError if an op between ``tensors`` and the output computes in less than float64."""
        live = {id(t) for t in tensors}
        for t, inputs in self.steps:
            if any(id(x) in live for x in inputs):
                live.add(id(t))
                if t.dtype not in (np.float64, np.complex128):
                    raise GradientError(_precision_message(t))

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
                    f"same point{self._changed_constant()}; fix the seed inside f, or call layers with training=False"
                )

    def _changed_constant(self):
        """Return as text a constant of an op that is another array in the next call."""
        trace = CallTrace(lambda: RecordedCall(self))
        for t, name, _ in changed_constants(trace.result, RecordedCall(self)):
            return f" ({name} of op {t.op.name!r}, {trace.place(t)}, is another array each time)"
        return ""


def _output_advice(y):
    if y is None:
        return "; is a return missing?"
    return "; compute with the Tensors themselves, not with .numpy() or .item()"


def _precision_message(t):
    return (
        f"gradcheck: f computes in {t.dtype} (op {t.op.name!r} made {describe(t)}), where differences drown in "
        "rounding; remove the cast, list the parameters it closes over among the inputs (they become float64 for the "
        "check), or check the model itself: gradcheck(model, x, y)"
    )
