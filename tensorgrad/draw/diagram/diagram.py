"""From a Tensor to boxes and arrows: everything a picture says, as plain text, without the Tensors."""

from math import prod

from ...core.tensor import Tensor
from ...errors import describe
from ...graph.scopes import Frames
from ...graph.steps import array_of, is_number
from ..text.array_summary import number_text, values_of
from ..text.format import op_settings

#: Ops whose arguments may change places: their arrows need no names.
SYMMETRIC = {"add", "multiply", "maximum", "minimum", "logaddexp", "hypot", "equal", "not_equal"}


class Box:
    """One box: ``kind`` decides how it looks, ``lines`` what it says, ``cluster`` which layers it lies in.

    name:  the op's, the Tensor's, or ''
    shape, dtype: of the Tensor, or of what the op made: ``(4, 8)`` and ``'float32'``; None and '' where there is none
    owner: of a rule, the id of the op whose rule it is
    heat:  what ``color=`` goes by: a number; None where there is none
    """

    __slots__ = ("cluster", "dtype", "heat", "id", "kind", "lines", "name", "owner", "shape")

    def __init__(self, id, kind, name, lines, cluster=(), *, shape=None, dtype="", owner="", heat=None):
        self.id, self.kind, self.name, self.lines, self.cluster = id, kind, name, tuple(lines), cluster
        self.shape, self.dtype, self.owner, self.heat = shape, dtype, owner, heat

    def replace(self, **changes):
        """Return a box like this one but for ``changes``."""
        given = {slot: getattr(self, slot) for slot in Box.__slots__} | changes
        return Box(**given)

    @property
    def size(self):
        """How many entries its array has."""
        return prod(self.shape or ())


class Arrow:
    """One arrow from box to box: ``flow`` of a value, ``use`` of a forward value by the backward, or a ``pair``."""

    __slots__ = ("head", "kind", "label", "tail")

    def __init__(self, tail, head, kind="flow", label=""):
        self.tail, self.head, self.kind, self.label = tail, head, kind, label


class Graph:
    """Boxes and arrows in a fixed order; ``direction`` is ``'LR'`` or ``'TB'``.

    frames: ``{number: class}`` of the layers, by their number in ``Box.cluster``
    note:   what the picture says under itself
    scale:  the Scale by which ``Box.heat`` is a colour, or None
    splines: how arrows run, as Graphviz says it; '' for its default
    """

    def __init__(self, direction="LR", frames=(), note=""):
        self.boxes, self.arrows, self.direction = [], [], direction
        self.frames, self.note, self.scale, self.splines = dict(frames), note, None, ""

    def empty_copy(self):
        """Return a Graph without boxes and arrows, and this one's direction, frames and note."""
        return Graph(self.direction, self.frames, self.note)

    def add(self, kind, name, lines, cluster=(), id=None, **about):
        """Return a new box; its id is its place unless given: n0, n1, ..."""
        box = Box(id or f"n{len(self.boxes)}", kind, name, lines, cluster, **about)
        self.boxes.append(box)
        return box

    def connect(self, tail, head, kind="flow", label=""):
        self.arrows.append(Arrow(tail, head, kind, label))

    def count(self, *kinds):
        """Return how many boxes are of one of these kinds."""
        return sum(box.kind in kinds for box in self.boxes)


class Collector:
    """Enters Tensors and ops into a Graph, each Tensor once.

    grads:  ``{id of a Tensor: its gradient's array}``, to be shown beside the values
    heat:   ``heat(x)``: the number that ``color=`` goes by, or None
    inputs: ids of leaves that are inputs, though they require a gradient
    box_of: ``{id of a Tensor or array: its box}``; the caller keeps these alive
    op_of:  ``{id of a Tensor: the box of the op that made it}``
    """

    def __init__(self, graph, names, values, scopes=(), grads=None, heat=lambda x: None, inputs=()):
        self.graph, self.names, self.values, self.grads, self.heat = graph, names, values, grads, heat
        self.frames, self.inputs = Frames(scopes), inputs
        graph.frames = self.frames.classes
        self.box_of, self.op_of = {}, {}

    def forward(self, steps, root):
        """Enter the recorded ``steps`` that lead to ``root``."""
        homes = self.frames.homes(steps)
        for t, inputs in steps:
            cluster = self.frames.path(t.seq)
            op = self.op(t, "op", cluster)
            for x, label in zip(inputs, argument_labels(t.op, len(inputs)), strict=True):
                home = cluster if is_number(x) else homes.get(id(x), ())
                self.graph.connect(self.source(x, home), op, label=label)
            last = t is root
            self.graph.connect(op, self.result(t, "output" if last else "value", () if last else cluster))

    def op(self, t, kind, cluster=()):
        """Enter the op that made ``t``."""
        box = self.graph.add(
            kind, t.op.name, [t.op.symbol, *op_settings(t)], cluster, **shape_and_dtype(t), heat=self.heat(t)
        )
        self.op_of[id(t)] = box
        return box

    def result(self, t, kind, cluster=(), name=None):
        """Enter the Tensor that an op made."""
        name = self.name_of(t) if name is None else name
        box = self.graph.add(kind, name, self.lines(t, name), cluster, **shape_and_dtype(t), heat=self.heat(t))
        self.box_of[id(t)] = box
        return box

    def source(self, x, cluster=()):
        """Return the box of an op's input; enter it if it is new. A number is entered at each use."""
        if id(x) in self.box_of and not is_number(x):
            return self.box_of[id(x)]
        kind = input_kind(x) if id(x) not in self.inputs else "input"
        name = number_text(x) if kind == "constant" else self.name_of(x)
        lines = (
            [name] if kind == "constant" else self.lines(x, name.removeprefix(f"{cluster[-1][1]}/" if cluster else ""))
        )
        more = shape_and_dtype(x) if kind != "constant" else {}
        box = self.graph.add(kind, name, lines, cluster if kind != "input" else (), **more, heat=self.heat(x))
        self.box_of[id(x)] = box
        return box

    def name_of(self, x):
        """Return what ``x`` is called: its own name, or the one given for it, or ''."""
        return str(getattr(x, "name", None) or self.names.get(id(x), ""))

    def lines(self, x, name):
        """Return what the box of ``x`` says."""
        lines = [name] if name else []
        lines.append(describe(x))
        if self.values:
            lines += values_of(array_of(x))
        if self.grads is not None and id(x) in self.grads:
            first, *rest = values_of(self.grads[id(x)])
            lines += [f"∂ {first}", *rest]
        return lines


def shape_and_dtype(x):
    """Return the shape and dtype of what a box stands for."""
    return {"shape": tuple(x.shape), "dtype": str(x.dtype)} if hasattr(x, "shape") else {}


def input_kind(x):
    """Return what an op's input is: a parameter, an input, a constant, or the value of an op drawn elsewhere."""
    if isinstance(x, Tensor) and x.op is not None:
        return "value"
    if isinstance(x, Tensor) and x.requires_grad:
        return "parameter"
    return "constant" if is_number(x) else "input"


def argument_labels(op, n):
    """Return the names of an op's arguments where their order matters, else ''."""
    if op.variadic:
        return [str(i) for i in range(n)] if n > 1 else [""]
    return [""] * n if n == 1 or op.name in SYMMETRIC else list(op.args)
