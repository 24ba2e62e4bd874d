"""Where a call comes from, read off the stack: the op, the layer, the user's line."""

from __future__ import annotations

import sys
from typing import Any

from ..core.dispatch import op_of
from ..errors import printable_text
from .code import arguments, is_own_code, is_user_frame, layer_call, trace_root


class Origin:
    """Where a call comes from: the op's name, the layer's, the user's line; None where there is none.

    backward: whether it belongs to the op's rule, and its name begins with ∂
    """

    __slots__ = ("backward", "layer", "line", "op")

    def __init__(self, op: Any = None, layer: Any = None, line: Any = None, backward: Any = False) -> None:
        self.op, self.layer, self.line, self.backward = op, layer, line, backward

    def __str__(self) -> str:
        return ", ".join(x for x in (self.op, self.layer, self.line) if x)


def origin(frame: Any, inside: Any = False) -> Any:
    """Return the Origin of what runs in ``frame``: the outermost op, the innermost layer and line of the user.

    inside: whether the line must be one inside the layer; a layer of ours has none

    An op that calls another is one op: softplus's call of sigmoid is softplus. Who called a function that is being
    written down is not looked at.

    >>> import sys
    >>> origin(sys._getframe()).line
    '<doctest tensorgrad.graph.origins.origin[1]>:1'
    """
    op = layer = line = None
    while frame is not None:
        code = frame.f_code
        if not is_own_code(code):
            if line is None and is_user_frame(frame):
                line = line_of(code, frame.f_lineno)
        elif (called := op_of(code)) is not None:
            op = called.name
        elif code in layer_call:
            layer = layer or layer_of(frame)
            if inside:
                break
        elif code in trace_root:
            break
        frame = frame.f_back
    return Origin(op, layer, line)


def layer_of(frame: Any) -> Any:
    """Return the name of the layer whose call runs in ``frame``."""
    return arguments(frame)[0].name


def line_of(code: Any, number: Any) -> Any:
    """Return a line of a file: ``"model.py:12"``."""
    return f"{code.co_filename.rpartition('/')[2]}:{number}"


def line_of_user() -> Any:
    """Return ``"model.py:12"``: the user's line being run, "" if there is none."""
    return printable_text(origin(sys._getframe(1)).line or "")


def where(line: Any, layer: Any) -> Any:
    """Return a place as the end of a sentence.

    >>> where("train.py:14", "hidden")
    " at train.py:14 in layer 'hidden'"
    """
    return (f" at {printable_text(line)}" if line else "") + (f" in layer {layer!r}" if layer else "")
