"""A recorded computation as a formula, ``g × y × (1 − y)``, made from the recorded ops."""

import numpy as np

from ...core.tensor import Tensor
from ...graph.steps import array_of, is_number
from .array_summary import number_text
from .format import op_settings

#: How ops are written between their arguments, and how tightly they bind.
INFIX = {
    "add": ("+", 1), "subtract": ("−", 1), "multiply": ("×", 2), "product": ("×", 2), "divide": ("÷", 2),
    "ratio": ("÷", 2), "matmul": ("@", 2), "power": ("^", 4),
}  # fmt: skip
BEFORE, AFTER = {"negative": ("−", 3)}, {"square": ("²", 4), "transpose": ("ᵀ", 5), "matrix_transpose": ("ᵀ", 5)}

#: Ops that only change how an array is laid out: a formula is about numbers.
SILENT = {"reshape", "expand_dims", "squeeze", "broadcast_to", "astype", "positive", "copy"}

LONGEST, TOO_LONG = 44, 200


class Formula:
    """The formula of one recorded Tensor.

    known:   ``{id: what it is called}`` of what the formula is written in
    steps:   ``{id: (tensor, inputs)}`` of the ops it may go through
    view_of: ``view_of(x)``: the Tensor or array that the array ``x`` is a view of, or None

    text:    the formula
    used:    ids of the known Tensors and arrays that stand in it
    unknown: whether something stands in it that was computed without being recorded, such as a mask
    """

    def __init__(self, t, known, steps, view_of=lambda x: None):
        self.known, self.steps, self.view_of = known, steps, view_of
        self.used, self.unknown = {}, False
        self.parts = {}
        self.text = self.walk(t)[0]

    def walk(self, root):
        """Return ``(text, binding)`` of ``root``, its arguments first, without recursion."""
        waiting = [root]
        while waiting:
            t = waiting[-1]
            inputs = () if id(t) in self.known or id(t) not in self.steps else self.steps[id(t)][1]
            missing = [x for x in inputs if id(x) not in self.parts]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if id(t) not in self.parts:
                self.parts[id(t)] = self.part(t, inputs)
        return self.parts[id(root)]

    def part(self, t, inputs):
        if id(t) in self.known or id(t) not in self.steps:
            return self.leaf(t), 9
        op, given = self.steps[id(t)][0].op, [self.parts[id(x)] for x in inputs]
        if op.name in SILENT:
            return given[0]
        text, binding = op_formula(op, given, op_settings(self.steps[id(t)][0]))
        return (text, binding) if len(text) <= TOO_LONG else ("…", 9)

    def leaf(self, x):
        """Return what something is called that the formula goes no deeper into."""
        viewed = x if id(x) in self.known else self.view_of(x)
        if viewed is not None and id(viewed) in self.known:
            self.used[id(viewed)] = viewed
            return self.known[id(viewed)] + ("ᵀ" if x.shape != viewed.shape and x.ndim > 1 else "")
        if is_number(x):
            return number_text(array_of(x))
        self.unknown = True
        dtype = getattr(array_of(x), "dtype", None)
        return "mask" if dtype == np.bool_ else x.name if isinstance(x, Tensor) and x.name else "const"


def op_formula(op, given, settings):
    """Return ``(text, binding)`` of an op applied to ``given``, a list of such pairs."""
    if op.name in INFIX and len(given) == 2:
        symbol, binding = INFIX[op.name]
        if op.name == "multiply" and is_figure(given[1][0]) and not is_figure(given[0][0]):
            given = given[::-1]  # 2 × g, not g × 2
        right = binding + (op.name not in ("add", "multiply"))  # a − (b + c) needs its brackets
        return f"{bracket(given[0], binding)} {symbol} {bracket(given[1], right)}", binding
    if op.name in BEFORE:
        symbol, binding = BEFORE[op.name]
        return symbol + bracket(given[0], binding), binding
    if op.name in AFTER:
        symbol, binding = AFTER[op.name]
        return bracket(given[0], binding) + symbol, binding
    if op.name == "getitem":
        return f"{bracket(given[0], 5)}[{settings[0].removeprefix('index=') if settings else ''}]", 9
    name = op.symbol if op.symbol.isalnum() or op.symbol in "ΣΠ√" else op.name
    return f"{name}({', '.join([*(text for text, _ in given), *settings])})", 9


def bracket(part, binding):
    text, own = part
    return text if own >= binding else f"({text})"


def is_figure(text):
    return text.replace(".", "", 1).isdigit()
