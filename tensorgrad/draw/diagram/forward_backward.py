"""Forward and backward in pairs: beside each op its rule, beside each weight its gradient, as they were recorded."""

from ...core.tensor import Tensor
from ..text.array_summary import values_of
from .diagram import Graph
from .local_rules import Rules, views_in


def paired_graph(backprop, collector, root, values):
    """Return the Graph of the forward, one box for each op's rule, and the gradients that run between the rules.

    collector: has entered the forward; its boxes are used as they are
    values:    show the gradients
    """
    forward = collector.graph
    graph = Graph(forward.direction, forward.frames)
    graph.boxes, graph.arrows = list(forward.boxes), list(forward.arrows)
    pairs = PairedBackward(backprop, collector, graph, values)
    pairs.seed(root)
    for t, inputs in reversed(backprop.forward):
        if id(t) in pairs.rules.wanted:
            pairs.rule(t, inputs)
    return graph


class PairedBackward:
    """Enters the rules and gradients of a backward into the Graph of its forward.

    at: ``{id of a Tensor: the box that its whole gradient comes out of}``
    """

    def __init__(self, backprop, collector, graph, values):
        self.backprop, self.collector, self.graph, self.values = backprop, collector, graph, values
        self.rules, self.view_of = Rules(backprop, collector.name_of), views_in(backprop)
        self.sums, self.at = {}, {}

    def seed(self, root):
        name = f"∂{self.collector.name_of(root)}" if self.collector.name_of(root) else ""
        box = self.gradient(root, "seed", name, [] if self.values else ["= 1"])
        self.at[id(root)] = box
        self.graph.connect(self.collector.box_of[id(root)], box, "beside")

    def rule(self, t, inputs):
        """Enter the rule of ``t``: what comes in, what it says, what it uses of the forward, and where it leads."""
        op = self.collector.op_of[id(t)]
        sent = [i for i in range(len(inputs)) if (id(t), i) in self.rules.shares]
        used: dict = {}
        lines = [f"∂{op.lines[0]}"]
        for i in sent:
            text, needed = self.rules.formula(t, i, self.view_of)
            lines.append(f"∂{self.input_name(t, inputs, i)} = {text}")
            used |= needed
        heat = self.collector.heat(t)
        box = self.graph.add("rule", op.name, lines, op.cluster, f"r{op.id}", owner=op.id, heat=heat)
        self.graph.connect(self.at[id(t)], box, "back", shape_label(t) if self.at[id(t)].kind == "gradient sum" else "")
        self.graph.connect(op, box, "beside" if id(t) in used else "pair")
        for x in used.values():
            self.graph.connect(self.collector.source(x), box, "use")
        for i in sent:
            self.arrive(inputs[i], box, self.rules.shares[id(t), i])

    def input_name(self, t, inputs, i):
        """Return what the input ``i`` of ``t`` is called: by its own name, or as the op calls it."""
        own = self.rules.short_name(inputs[i])
        return own or (t.op.args[0] + str(i) if t.op.variadic else t.op.args[i])

    def arrive(self, x, box, share):
        """Lead the gradient ``share`` from ``box`` to ``x``: by way of a sum, if it is one of several."""
        if len(self.rules.arrivals[id(x)]) == 1:
            self.leave(x, box)
            return
        total = self.sums.get(id(x))
        if total is None:
            home = self.collector.box_of[id(x)]
            total = self.graph.add("gradient sum", "add", ["+"], home.cluster, f"s{home.id}", owner=home.id,
                                   heat=self.collector.heat(x))  # fmt: skip
            self.sums[id(x)] = total
            self.leave(x, total)
        shown = values_of(share.data)[0] if self.values else shape_label(x)
        self.graph.connect(box, total, "back", shown)

    def leave(self, x, box):
        """Enter the whole gradient of ``x``, which comes out of ``box``."""
        name = self.collector.name_of(x)
        kind = "parameter gradient" if x.op is None else "gradient"
        gradient = self.gradient(x, kind, f"∂{name}" if name else "")
        self.at[id(x)] = gradient
        self.graph.connect(box, gradient, "back")

    def gradient(self, x, kind, name, more=()):
        """Enter a box for the gradient of ``x``, beside the box of ``x``."""
        home = self.collector.box_of[id(x)]
        inside = home.cluster[-1][1] if home.cluster else ""
        lines = [name.replace(f"∂{inside}/", "∂") if inside else name] if name else []
        lines += [f"{x.dtype}{list(x.shape)}", *more]
        if self.values:
            lines += values_of(self.backprop.gradient.get(id(x), self.backprop.seed).data)
        return self.graph.add(kind, name, lines, home.cluster, f"g{home.id}", shape=tuple(x.shape), dtype=str(x.dtype),
                              owner=home.id, heat=self.collector.heat(x))  # fmt: skip


def shape_label(x):
    """Return a shape as an arrow says it."""
    return f"{list(x.shape)}" if isinstance(x, Tensor) else ""
