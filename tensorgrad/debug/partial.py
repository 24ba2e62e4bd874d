"""What had been computed when an op or a layer raised: read off the traceback, which holds the inputs it was given."""

import sys

import numpy as np

from ..compile.origin import DISPATCH, LAYER, look
from ..core.tensor import Tensor
from ..draw import draw
from ..errors import NotReadyError, counted, describe
from ..walk import merged
from .observe import call_of, where


class PartialGraph:
    """What led to an error; prints as a listing, and holds text only, no Tensors.

    op, layer, line: what raised, and where; None for what is not known
    picture:         a Picture of the ops before it, and of the op itself; None if a layer raised before any op
    """

    def __init__(self, error, op, layer, line, inputs):
        self.op, self.layer, self.line = op and op.name, layer, line
        self._error, self._given = type(error).__name__, [f"{name}  {said(x)}" for name, x in inputs]
        roots = [x for _, x in inputs if isinstance(x, Tensor) and x.op is not None]
        self._ops = len(merged(roots))
        self.picture = draw(failed(error, op, inputs)) if op else draw(roots[0]) if roots else None

    def __repr__(self):
        place = where(self.line, self.layer if self.op else None)
        what = self.op or f"layer {self.layer!r}"
        lines = [f"{self._error} in {what}{place}, after {counted(self._ops, 'recorded op')}"]
        lines += [f"  {text}" for text in self._given]
        return "\n".join(lines if self.picture is None else [*lines, repr(self.picture)])


def failed(error, op, inputs):
    """Return a Tensor in the place of the one that ``op`` did not make."""
    t = Tensor(np.empty(0), requires_grad=True, name=f"failed: {type(error).__name__}")
    t.op, t.inputs = op, tuple([x for _, x in inputs])
    return t


def said(x):
    return describe(x) + (f" {x.name!r}" if getattr(x, "name", None) else "")


def partial(error=None):
    """Return the PartialGraph of an exception."""
    error = error if error is not None else getattr(sys, "last_value", None)
    if not isinstance(error, BaseException):
        raise NotReadyError(
            "partial_graph: no error has reached the prompt; catch it and pass it: partial_graph(error)"
        )
    frames = frames_of(error)
    at = next((f for f in reversed(frames) if what_ran(f) is not None), None)
    if at is None:
        raise NotReadyError(f"partial_graph: this {type(error).__name__} was raised in no op and no layer")
    op, inputs = what_ran(at)
    _, _, layer, line = look(at)
    return PartialGraph(error, op, layer, line, inputs)


def frames_of(error):
    """Return the frames of an exception's traceback, outermost first."""
    frames, entry = [], error.__traceback__
    while entry is not None:
        frames.append(entry.tb_frame)
        entry = entry.tb_next
    return frames


def what_ran(frame):
    """Return ``(op, or None for a layer, [(argument, value)])`` of a call of an op or a layer, else None."""
    module, names = frame.f_globals.get("__name__"), frame.f_locals
    if module == DISPATCH and frame.f_code.co_name == "call":
        op, inputs = call_of(frame)
        return op, list(zip([f"{op.args[0]}{i}" for i in range(len(inputs))] if op.variadic else op.args, inputs,
                                 strict=False))  # fmt: skip
    if module == LAYER and frame.f_code.co_name == "__call__":
        return None, [("x", names["x"])]
    return None
