"""Where a traced call comes from, read off the stack: the op's row, the layer, the user's line."""

import sys
from bisect import bisect_left

from ..core.tensor import tick
from ..errors import printable
from .program import Origin

PACKAGE = __package__.partition(".")[0] + "."
#: Modules that call back into ours on the user's behalf.
BETWEEN = {"numpy", "copy", "contextlib"}
DISPATCH, BACKWARD, LAYER = PACKAGE + "core.dispatch", PACKAGE + "backward", PACKAGE + "layers.base"


class Origins:
    """The origins of one trace: a call of the backward gets the layer and line of the forward op it belongs to."""

    def __init__(self):
        self.seqs, self.marks = [], []

    def here(self):
        """Return the Origin of the call being recorded."""
        op, node, layer, line = look(sys._getframe(2))
        if node is not None:
            at = bisect_left(self.seqs, node.seq) - 1
            forward = self.marks[at] if at >= 0 else Origin()
            return Origin(f"∂{op}" if op else None, forward.layer, forward.line, backward=bool(op))
        found = Origin(op, layer, line)
        self.seqs.append(tick())
        self.marks.append(found)
        return found


def look(frame):
    """Return ``(op's name, Tensor whose backward runs, layer's name, user's line)``, None for what is not there."""
    op = node = layer = line = None
    while frame is not None:
        module, code = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module == DISPATCH:
            op = name_in(frame) or op  # the outermost wins: softplus's call of sigmoid is softplus
        elif module == BACKWARD and code in ("sweep", "visit"):
            op, node = name_in(frame) or op, frame.f_locals["node"]
        elif module == LAYER and code == "__call__":
            layer = layer or frame.f_locals["self"].name
        elif line is None and outside(module):
            line = f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno}"
        if module.startswith(__package__) and code == "traced":
            break
        frame = frame.f_back
    return op, node, layer, line


def outside(module):
    """Return whether a module is the user's."""
    return module not in BETWEEN and not module.startswith((PACKAGE, "numpy."))


def name_in(frame):
    """Return the name of the op that a frame of the dispatcher or of the backward works on."""
    return getattr(frame.f_locals.get("op"), "name", None)


def line_of_user():
    """Return ``"model.py:12"``: the user's line being run, "" if there is none."""
    return printable(look(sys._getframe(1))[3] or "")
