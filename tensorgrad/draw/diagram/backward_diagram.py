"""The backward as boxes and arrows: the ops that it runs, which do not mirror the forward."""

import numpy as np

from ...backward import gradients
from ...core.modes import enable_grad
from ...core.tensor import Tensor
from ...graph.gradients import listening
from ...graph.steps import array_of, is_number, merged_steps, recorded_steps
from .diagram import argument_labels, input_kind

#: Ops that are only copies when neither shape nor dtype changes: the engine makes them for safety.
COPIES = {"positive", "reshape", "astype", "broadcast_to"}

GRADIENTS = ("seed", "gradient", "parameter gradient")


class Backprop:
    """The backward of ``root``, recorded with create_graph, leaving every ``.grad`` and hook as it was.

    inputs:   ids of leaves whose gradients are not asked for, though they require one

    seed:     the cotangent it starts from: 1
    gradient: id of a forward Tensor -> its gradient, a recorded Tensor
    steps:    ``[(tensor, inputs)]`` of the backward's ops, oldest first, copies left out
    """

    def __init__(self, root, inputs=()):
        self.forward = recorded_steps(root)
        self.seed = Tensor(np.ones_like(root.data), requires_grad=True)  # so that everything after it is recorded
        found: dict = {}
        with enable_grad(), listening(self.forward, found), np.errstate(all="ignore"):
            pairs = [(leaf, g) for leaf, g in gradients(root, self.seed, True) if id(leaf) not in inputs]
        self.leaves = [leaf for leaf, _ in pairs]
        found.update((id(leaf), g) for leaf, g in pairs)
        self.copy_of: dict = {}
        self.steps = []
        for t, inputs in merged_steps([g for _, g in pairs], after=self.seed.seq):
            inputs = tuple(self.copy_of.get(id(x), x) for x in inputs)
            if is_identity_op(t, inputs):
                self.copy_of[id(t)] = inputs[0]
            else:
                self.steps.append((t, inputs))
        self.gradient = {key: self.copy_of.get(id(g), g) for key, g in found.items()}


def is_identity_op(t, inputs):
    """Return whether an op changed nothing."""
    return t.op.name in COPIES and t.shape == inputs[0].shape and t.dtype == inputs[0].dtype


def backward_graph(backprop, collector, root, both):
    """Return the Graph of the backward alone, or of forward and backward with the arrows between them."""
    graph = collector.graph
    enter_backward(backprop, collector)
    if both:
        graph.connect(collector.box_of[id(root)], collector.box_of[id(backprop.seed)], "pair")
        for leaf in backprop.leaves:
            gradient = backprop.gradient[id(leaf)]
            graph.connect(collector.box_of[id(leaf)], collector.box_of[id(gradient)], "pair")
    return graph


def enter_backward(backprop, collector):
    """Enter the seed and the ops of the backward."""
    graph, names, views = collector.graph, gradient_titles(backprop, collector), sources_of(backprop.forward)
    wanted = {id(backprop.gradient[id(leaf)]) for leaf in backprop.leaves}
    name = names.get(id(backprop.seed), "")
    seed = graph.add("seed", name, [*collector.lines(backprop.seed, name)[: 2 if name else 1], "= 1"])
    collector.box_of[id(backprop.seed)] = seed
    for t, inputs in backprop.steps:
        op = collector.op(t, "gradient sum" if adds_up(t, inputs, collector) else "backward op")
        for x, label in zip(inputs, argument_labels(t.op, len(inputs)), strict=True):
            connect(collector, x, op, label, views)
        kind = "parameter gradient" if id(t) in wanted else "gradient"
        graph.connect(op, collector.result(t, kind, name=names.get(id(t), "")), "back")


def connect(collector, x, op, label, views):
    """Draw the arrow of one input of a backward op: a gradient, a value that the forward made, or a new one."""
    known = collector.box_of.get(id(x)) if not is_number(x) else None
    if known is None:
        collector.graph.connect(new_input_box(collector, x, views), op, "give", label)
    else:
        collector.graph.connect(known, op, "back" if known.kind in GRADIENTS else "use", label)


def adds_up(t, inputs, collector):
    """Return whether an op adds gradients that came by two ways."""
    boxes = [collector.box_of.get(id(x)) for x in inputs]
    return t.op.name == "add" and all(box is not None and box.kind in GRADIENTS for box in boxes)


def sources_of(steps):
    """Return the forward's inputs by where in memory they are: ``x.T`` of one is recorded nowhere, but a view of it."""
    inputs = [x for _, inputs in steps for x in inputs if input_kind(x) == "input"]
    return {memory_span(x): x for x in inputs}


def memory_span(x):
    """Return where in memory the array of ``x`` begins and how large it is; None for a number."""
    array = array_of(x)
    return (
        (array.__array_interface__["data"][0], array.nbytes) if isinstance(array, np.ndarray) and array.ndim else None
    )


def new_input_box(collector, x, views):
    """Return the box of what the forward did not use: a view of an input, ``'xᵀ'`` if it is transposed, or a mask."""
    viewed = views.get(memory_span(x))
    if viewed is None:
        box = collector.source(x)
        if box.kind == "input" and not box.name:
            box.kind = "value"  # computed on the way, without a gradient
        return box
    name = collector.name_of(viewed) or "input"
    box = collector.result(x, "input", name=name if x.shape == viewed.shape else f"{name}ᵀ")
    if id(viewed) in collector.box_of:
        collector.graph.connect(collector.box_of[id(viewed)], box, "use")
    return box


def gradient_titles(backprop, collector):
    """Return, by id of a gradient, what it is called: ``'∂W'``; several names where one array serves several."""
    named: dict = {}
    for t in [*[t for t, _ in backprop.forward], *backprop.leaves]:
        name, g = collector.name_of(t), backprop.gradient.get(id(t))
        if name and g is not None:
            named.setdefault(id(g), []).append(f"∂{name}")
    return {key: ", ".join(dict.fromkeys(names)) for key, names in named.items()}
