"""What had been computed when an op or a layer raised, from the traceback, which holds its inputs."""

import sys

import numpy as np

from ..core.dispatch import op_of
from ..core.tensor import Tensor
from ..draw import draw
from ..errors import NotReadyError, count_text, describe, printable_text
from ..graph import origins
from ..graph.code import arguments, is_user_frame, layer_call
from ..graph.steps import merged_steps


class PartialGraph:
    """What had been computed before an error; it prints as a listing, and holds only text, no Tensors.

    op, layer, line: what raised, and where; None if it is not known
    picture:         a Picture of the ops before it, and of the op itself; None if a layer raised before any op
    """

    def __init__(self, error, op, layer, line, inputs):
        self.op, self.layer, self.line = op and op.name, layer, line
        self._error = type(error).__name__
        self._given = [f"{printable_text(name)}  {operand_text(x)}" for name, x in inputs]
        roots = [x for _, x in inputs if isinstance(x, Tensor) and x.op is not None]
        self._ops = len(merged_steps(roots))
        self.picture = draw(failed_tensor(error, op, inputs)) if op else draw(roots[0]) if roots else None

    def __repr__(self):
        place = origins.where(self.line, self.layer if self.op else None)
        what = printable_text(self.op) if self.op is not None else f"layer {self.layer!r}"
        lines = [f"{printable_text(self._error)} in {what}{place}, after {count_text(self._ops, 'recorded op')}"]
        lines += [f"  {text}" for text in self._given]
        return "\n".join(lines if self.picture is None else [*lines, repr(self.picture)])


def failed_tensor(error, op, inputs):
    """Return a Tensor that stands for the missing result of ``op``."""
    t = Tensor(np.empty(0), requires_grad=True, name=f"failed: {type(error).__name__}")
    t.op, t.inputs = op, tuple([x for _, x in inputs])
    return t


def operand_text(x):
    return describe(x) + (f" {x.name!r}" if getattr(x, "name", None) else "")


def find_partial_graph(error=None):
    """Return the PartialGraph of an exception."""
    error = error if error is not None else getattr(sys, "last_value", None)
    if not isinstance(error, BaseException):
        raise NotReadyError(
            "partial_graph: no error has reached the prompt; catch it and pass it: partial_graph(error)"
        )
    entries = traceback_entries(error)
    at = next((i for i in reversed(range(len(entries))) if op_call(entries[i][0]) is not None), None)
    if at is None:
        raise NotReadyError(f"partial_graph: this {type(error).__name__} was raised in no op and no layer")
    op, inputs = op_call(entries[at][0])
    layer = origins.origin(entries[at][0]).layer
    return PartialGraph(error, op, layer, innermost_line(entries[:at]), inputs)


def traceback_entries(error):
    """Return ``[(frame, line)]`` of an exception's traceback, outermost first; the frames may have run on since."""
    found, entry = [], error.__traceback__
    while entry is not None:
        found.append((entry.tb_frame, entry.tb_lineno))
        entry = entry.tb_next
    return found


def innermost_line(entries):
    """Return the user's innermost line, None if there is none."""
    for frame, line in reversed(entries):
        if is_user_frame(frame):
            return origins.line_of(frame.f_code, line)
    return None


def op_call(frame):
    """Return ``(op, or None for a layer, [(argument, value)])`` of a call of an op or a layer, else None."""
    op = op_of(frame.f_code)
    if op is not None:
        inputs = arguments(frame)
        names = [f"{op.args[0]}{i}" for i in range(len(inputs))] if op.variadic else op.args
        return op, list(zip(names, inputs, strict=False))
    if frame.f_code in layer_call:
        return None, [("x", arguments(frame)[1])]
    return None
