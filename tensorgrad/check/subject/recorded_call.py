"""One recorded call of the function under check, and the constants that differ in another call."""

import numpy as np

from ...core.tensor import Tensor
from ...errors import printable_text
from ...graph.steps import merged_steps


class RecordedCall:
    """The ops of one call of f, with copies of all values: later calls may change the arrays themselves.

    steps: ``(tensor, inputs, arrays, value)``, oldest first
    """

    def __init__(self, f):
        self.outputs = f()
        self.values = [y.data.copy() for y in self.outputs]
        self.steps = [
            (t, inputs, [_copy_array(x) for x in inputs], t.data.copy()) for t, inputs in merged_steps(self.outputs)
        ]


def changed_constants(before, after, moved=()):
    """Yield ``(tensor, argument, change)`` for each constant that has other values in the RecordedCall ``after``.

    moved: the ids of the Tensors that were changed on purpose
    """
    for (t, inputs, arrays, _), (u, _, others, _) in zip(before.steps, after.steps, strict=False):
        if t.op is not u.op:
            return
        for i, (x, a, b) in enumerate(zip(inputs, arrays, others, strict=True)):
            if id(x) not in moved and not (isinstance(x, Tensor) and x.op):
                change = _constant_change(a, b)
                if change:
                    yield t, printable_text(f"{t.op.args[0]}{i}" if t.op.variadic else t.op.args[i]), change


def _constant_change(x, z):
    """Return the distance of two arrays; 0 for anything but floats of one shape."""
    if x.dtype.kind != "f" or z.dtype.kind != "f" or x.shape != z.shape:
        return 0.0
    return float(np.linalg.norm(np.nan_to_num(x - z)))


def _copy_array(x):
    return np.array(x.data if isinstance(x, Tensor) else x)
