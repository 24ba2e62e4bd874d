"""From a Tensor to boxes and arrows: everything a picture says, as plain text, without the Tensors."""

from itertools import count

import numpy as np

from ..core.tensor import Tensor
from ..errors import describe
from ..walk import recorded

#: Ops whose arguments may change places: their arrows need no names.
SYMMETRIC = {"add", "mul", "maximum", "minimum", "logaddexp", "hypot", "eq", "ne"}

#: Settings that the dtype and shape of the result show already; so does a plain transpose.
SEEN = {"shape", "dtype", "keepdims"}


class Box:
    """One box: ``kind`` decides how it looks, ``lines`` what it says, ``cluster`` which layers it lies in.

    name: the op's, the Tensor's, or ''
    """

    __slots__ = ("cluster", "id", "kind", "lines", "name")

    def __init__(self, id, kind, name, lines, cluster=()):
        self.id, self.kind, self.name, self.lines, self.cluster = id, kind, name, tuple(lines), cluster


class Arrow:
    """One arrow from box to box: ``flow`` of a value, ``use`` of a forward value by the backward, or a ``pair``."""

    __slots__ = ("head", "kind", "label", "tail")

    def __init__(self, tail, head, kind="flow", label=""):
        self.tail, self.head, self.kind, self.label = tail, head, kind, label


class Graph:
    """Boxes and arrows in a fixed order; ``direction`` is ``'LR'`` or ``'TB'``."""

    def __init__(self, direction="LR"):
        self.boxes, self.arrows, self.direction = [], [], direction

    def add(self, kind, name, lines, cluster=()):
        """Return a new box; its id is its place: n0, n1, ..."""
        box = Box(f"n{len(self.boxes)}", kind, name, lines, cluster)
        self.boxes.append(box)
        return box

    def connect(self, tail, head, kind="flow", label=""):
        self.arrows.append(Arrow(tail, head, kind, label))

    def count(self, *kinds):
        """Return how many boxes are of one of these kinds."""
        return sum(box.kind in kinds for box in self.boxes)


class Collector:
    """Enters Tensors and ops into a Graph, each Tensor once."""

    def __init__(self, graph, names, values, scopes=()):
        self.graph, self.names, self.values, self.scopes = graph, names, values, scopes
        self.box_of = {}  # id of a Tensor or array -> its box; the caller keeps these alive

    def forward(self, steps, root):
        """Enter the recorded ``steps`` that lead to ``root``."""
        homes = leaf_clusters(steps, self.scopes)
        for t, inputs in steps:
            cluster = cluster_of(t.seq, self.scopes)
            op = self.op(t, "op", cluster)
            for x, label in zip(inputs, labels(t.op, len(inputs)), strict=True):
                self.graph.connect(self.source(x, homes.get(id(x), ())), op, label=label)
            self.graph.connect(op, self.result(t, "output" if t is root else "value", cluster))

    def op(self, t, kind, cluster=()):
        """Enter the op that made ``t``."""
        return self.graph.add(kind, t.op.name, [t.op.symbol, *settings_of(t)], cluster)

    def result(self, t, kind, cluster=(), name=None):
        """Enter the Tensor that an op made."""
        name = self.name_of(t) if name is None else name
        box = self.graph.add(kind, name, self.lines(t, name), cluster)
        self.box_of[id(t)] = box
        return box

    def source(self, x, cluster=()):
        """Return the box of an op's input; enter it if it is new. A number is entered at each use."""
        if id(x) in self.box_of and not is_number(x):
            return self.box_of[id(x)]
        kind = kind_of(x)
        name = number(x) if kind == "constant" else self.name_of(x)
        lines = (
            [name] if kind == "constant" else self.lines(x, name.removeprefix(f"{cluster[-1][1]}/" if cluster else ""))
        )
        box = self.graph.add(kind, name, lines, cluster if kind != "input" else ())
        self.box_of[id(x)] = box
        return box

    def name_of(self, x):
        """Return what ``x`` is called: its own name, or the one given for it, or ''."""
        return getattr(x, "name", None) or self.names.get(id(x), "")

    def lines(self, x, name):
        """Return what the box of ``x`` says."""
        lines = [name] if name else []
        lines.append(describe(x))
        if self.values:
            lines.append(values_of(array_of(x)))
        return lines


def kind_of(x):
    """Return what an op's input is: a parameter, an input, a constant, or the value of an op drawn elsewhere."""
    if isinstance(x, Tensor) and x.op is not None:
        return "value"
    if isinstance(x, Tensor) and x.requires_grad:
        return "parameter"
    return "constant" if is_number(x) else "input"


def is_number(x):
    """Return whether ``x`` is a nameless number, which is drawn as itself."""
    return np.ndim(array_of(x)) == 0 and not (isinstance(x, Tensor) and (x.requires_grad or x.name))


def array_of(x):
    """Return the array of a Tensor, else ``x`` itself: an array or a number."""
    return x.data if isinstance(x, Tensor) else x


def labels(op, n):
    """Return the names of an op's arguments where their order matters, else ''."""
    if op.variadic:
        return [str(i) for i in range(n)] if n > 1 else [""]
    return [""] * n if n == 1 or op.name in SYMMETRIC else list(op.args)


def settings_of(t):
    """Return the settings of the op that made ``t`` that are not the defaults, as ``['axis=0']``."""
    shown = []
    for key, value in (t.settings or {}).items():
        if key in SEEN or (key == "axes" and value == tuple(reversed(range(t.ndim)))):
            continue
        default = t.op.defaults.get(key)
        if value is not default and not (type(value) is type(default) and repr(value) == repr(default)):
            shown.append(f"{key}={setting(value)}")
    return shown


def setting(value):
    """Return a setting as short text, the same in every run."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return describe(value)
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value[0] if isinstance(value, tuple) and len(value) == 1 else value)
    return type(value).__name__ if " at 0x" in text else text


def number(x):
    """Return a number as the picture shows it."""
    value = x.item() if hasattr(x, "item") else x
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


def values_of(array):
    """Return small arrays in full, large ones as their mean, standard deviation and range."""
    array = np.asarray(array)
    if array.size <= 6 and array.ndim <= 2:
        return nested(array.tolist())
    if array.dtype.kind not in "fiu" or not array.size:
        return f"{array.size} values"
    return f"{array.mean():.3g} ± {array.std():.2g}, {array.min():.3g} to {array.max():.3g}"


def nested(values):
    """Return nested lists of numbers as text.

    >>> nested([[0.5, 2.0], [-1.0, 1 / 3]])
    '[[0.5, 2], [-1, 0.3333]]'
    """
    return f"[{', '.join(map(nested, values))}]" if isinstance(values, list) else number(values)


def cluster_of(seq, scopes):
    """Return the path of layers, outermost first, inside whose calls the Tensor ``seq`` was recorded."""
    inside = [(depth, i, layer) for i, (first, last, layer, depth) in enumerate(scopes) if first <= seq <= last]
    return tuple((i, str(getattr(layer, "name", layer))) for depth, i, layer in sorted(inside, key=lambda s: s[:2]))


def leaf_clusters(steps, scopes):
    """Return, by id, the layers that each leaf belongs to: the innermost that contain all its uses."""
    homes = {}
    for t, inputs in steps if scopes else ():
        path = cluster_of(t.seq, scopes)
        for x in inputs:
            if not isinstance(x, Tensor) or x.op is None:
                known = homes.get(id(x), path)
                homes[id(x)] = common(known, path)
    return homes


def common(a, b):
    """Return the common beginning of two paths.

    >>> common((1, 2, 3), (1, 2, 4))
    (1, 2)
    """
    n = next((i for i in count() if i >= min(len(a), len(b)) or a[i] != b[i]), 0)
    return a[:n]


def forward_graph(root, direction, names, values, scopes=()):
    """Return the Graph of the forward computation of ``root``."""
    graph = Graph(direction)
    Collector(graph, names, values, scopes).forward(recorded(root), root)
    return graph
