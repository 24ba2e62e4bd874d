"""A compiled program as boxes and arrows: one box for each call, in the order in which they run."""

import numpy as np

from ...compile.emit.script import restore_after, time_calls
from ...compile.ir.program import Value, argument_text, function_name, operands_of
from ...errors import OptionError, describe, printable_text
from ..text.array_summary import number_text
from .diagram import Graph

#: How often a program runs to be measured.
RUNS = 20


def program_graph(program, direction, heats=None):
    """Return the Graph of a Program; ``heats`` are the numbers by which its calls are coloured."""
    drawing = ProgramDrawing(program, direction, heats or {})
    for v in program.inputs:
        drawing.leaf(v)
    for call in program.calls:
        drawing.call(call)
    for v in program.outputs:
        out = drawing.graph.add("returned", "returned", ["returned", describe(v)])
        drawing.graph.connect(drawing.source(v), out)
    return drawing.graph


def call_heats(replay, inputs, by):
    """Return ``{call: µs}`` of a run on ``inputs``, or ``{call: bytes of what it makes}``; nothing for ``by`` None."""
    if by == "time":
        if len(inputs) != len(replay.program.inputs):
            wanted = ", ".join(printable_text(v.name or "x") for v in replay.program.inputs)
            raise OptionError(f"draw: color='time' runs the program, so give its arguments: draw(step, {wanted}, ...)")
        with restore_after(replay):
            return dict(time_calls(replay.code, [argument_array(x) for x in inputs], RUNS))
    sizes = {call: float(sum(v.nbytes for v in call.results)) for call in replay.program.calls if call.view is None}
    return {call: n for call, n in sizes.items() if n} if by == "memory" else {}


class ProgramDrawing:
    """Enters the calls of a program into a Graph.

    changed: ``{root: box}`` of the last call that wrote into that memory: who reads it afterwards reads from there
    """

    def __init__(self, program, direction, heats):
        self.graph, self.roots, self.heats = Graph(direction), program.roots, heats
        self.box_of, self.changed = {}, {}
        self.layers: dict = {}

    def root(self, v):
        return self.roots.get(v, v.root)

    def call(self, call):
        """Enter a call: its function, its settings, what it gives, and arrows for what it reads and writes."""
        kind = "change" if call.writes else "backward call" if call.origin.backward else "call"
        given = operands_of(call.args, {key: x for key, x in call.kwargs.items() if key != "out"})
        frame = self.cluster(call)
        tails = [self.source(x, frame) for x in given if not self.vector(x, call)]
        name = ", ".join(f"%{v.number}" for v in call.results)
        about = [", ".join(map(describe, call.results or call.writes))]
        box = self.graph.add(kind, name, [function_name(call.function), *call_settings(call), *about], frame,
                             **call_shape(call), heat=self.heats.get(call))  # fmt: skip
        for tail in tails:
            self.graph.connect(tail, box)
        self.box_of.update(dict.fromkeys(call.results, box))
        for v in call.writes:
            self.changed[self.root(v)] = box
            for x in self.captured_in(self.root(v)):
                self.graph.connect(box, self.box_of[x], "write")

    def source(self, v, frame=()):
        """Return the box that ``v`` comes from; a number is entered at each use, a weight in the frame of its first."""
        changed = self.changed.get(self.root(v))
        if changed is not None and (v.kind != "result" or is_later(changed, self.box_of[v])):
            return changed
        return self.box_of[v] if v in self.box_of and not is_unnamed_number(v) else self.leaf(v, frame)

    def leaf(self, v, frame=()):
        """Enter what no call gives: an input, an array from outside, a constant."""
        if is_unnamed_number(v):
            shown = number_text(v.array)
            return self.graph.add("constant", shown, [shown], frame)
        kind = {"input": "input", "captured": "parameter"}.get(v.kind, "constant")
        name = v.name or ""
        short = name.removeprefix(f"{frame[-1][1]}/") if frame else name
        lines = [short, describe(v)] if name else [describe(v)]
        about = {"shape": tuple(v.shape), "dtype": str(v.dtype)}
        box = self.box_of[v] = self.graph.add(kind, name, lines, frame if kind != "input" else (), **about)
        return box

    def vector(self, v, call):
        """Return whether ``v`` only holds, all in one, arrays that have boxes of their own."""
        return v in call.writes and v not in self.box_of and bool(self.captured_in(self.root(v)))

    def captured_in(self, root):
        """Return the arrays from outside in this memory that have boxes."""
        return [x for x in self.box_of if x.kind == "captured" and x.root is root]

    def cluster(self, call):
        """Return the frame of the layer a call belongs to."""
        layer = call.origin.layer
        return ((self.layers.setdefault(layer, len(self.layers)), layer),) if layer else ()


def call_shape(call):
    """Return the shape and dtype of what a call gives, or changes."""
    first = (call.results or call.writes)[0]
    return {"shape": tuple(first.shape), "dtype": str(first.dtype)}


def argument_array(x):
    return np.asarray(getattr(x, "data", x)) if not isinstance(x, np.ndarray) else x


def is_later(a, b):
    """Return whether box ``a`` was entered after ``b``."""
    return int(a.id[1:]) > int(b.id[1:])


def is_unnamed_number(v):
    """Return whether ``v`` is a number that is drawn as itself: a weight has a name, or is written to."""
    return not v.shape and (v.kind == "constant" or (v.kind == "captured" and v.name is None))


def call_settings(call):
    """Return what a call is given beside Values, in one line, or none."""
    shown = [argument_text(x) for x in call.args if not isinstance(x, Value) and x is not None]
    shown += [f"{key}={argument_text(x)}" for key, x in call.kwargs.items() if key != "out" and x is not None]
    return [", ".join(shown)] if shown else []
