"""A Tensor as a Picture: its forward, its backward or both, and the checks of what is asked for."""

import weakref

from ..core.tensor import Tensor
from ..errors import GradientError, OptionError, describe, printable_text
from ..graph.gradients import gradient_arrays
from ..graph.steps import recorded_steps
from .diagram.backward_diagram import Backprop, backward_graph
from .diagram.colour import ColourScale, heat_of
from .diagram.diagram import Collector, Graph
from .diagram.forward_backward import paired_graph
from .picture import Picture
from .simplify.simplify import simplify_graph
from .text.names import names_by_id

BACKWARD = ("none", "only", "both")
DIRECTIONS = (None, "LR", "TB")
COLORS = (None, "grad", "memory", "time")


class Scene:
    """A Tensor to be drawn, and how: as ``draw`` is told.

    inputs: leaves that are inputs, though they require a gradient, so that what is computed from them is recorded
    """

    def __init__(self, root, names, scopes, inputs=(), *, values=False, grads=False, color=None, depth=None,
                 direction=None):  # fmt: skip
        check_drawable(root)
        if color == "time":
            raise OptionError(
                "draw: color='time' is of a compiled function and its arguments: draw(step, x, color='time')"
            )
        self.names = names_by_id(names)
        self.root, self.scopes, self.color, self.depth = root, scopes, color, depth
        self.values, self.grads, self.direction = values, grads, direction or "LR"
        self.inputs = {id(x) for x in inputs}
        self.found: dict | None = gradient_arrays(root) if grads or color == "grad" else None
        for key in self.inputs:
            (self.found or {}).pop(key, None)

    def collector(self, grads):
        """Return an empty Collector; with ``grads`` forward boxes show gradients too."""
        shown = self.found if grads and self.grads else None
        heat = heat_of(self.color, self.found)
        return Collector(Graph(self.direction), self.names, self.values, self.scopes, shown, heat, self.inputs)

    def picture(self, backward):
        """Return the Picture: of everything, and of what is drawn of it."""
        graph, view = {"none": self.forward, "only": self.backward, "both": self.both}[backward]()
        keep = self.values or self.grads
        view = simplify_graph(view, keep, self.depth, detailed=keep or self.color is not None)
        if self.color is not None:
            view.scale = ColourScale(self.color, view.boxes)
        return Picture(graph, view).plays(self.weak_replay())

    def player_arguments(self):
        """Return what a Player is made of: the Tensor, the names by id, the calls of layers, the ids of inputs."""
        return self.root, self.names, self.scopes, self.inputs

    def weak_replay(self):
        """Return a function that gives the same while the Tensor lives, and keeps neither it nor a layer alive."""
        root, names, inputs = weakref.ref(self.root), self.names, self.inputs
        scopes = [(first, last, getattr(layer, "name", layer), depth) for first, last, layer, depth in self.scopes]

        def play_again(more):
            found = root()
            return None if found is None else (found, {**names_by_id(more), **names}, scopes, inputs)

        return play_again

    def forward(self):
        collector = self.collector(grads=True)
        collector.forward(recorded_steps(self.root), self.root)
        return collector.graph, collector.graph

    def backward(self):
        collector = self.collector(grads=False)
        graph = backward_graph(Backprop(self.root, self.inputs), collector, self.root, both=False)
        return graph, graph

    def both(self):
        backprop, collector = Backprop(self.root, self.inputs), self.collector(grads=False)
        collector.forward(backprop.forward, self.root)
        view = paired_graph(backprop, collector, self.root, self.values or self.grads)
        return backward_graph(backprop, collector, self.root, both=True), view


def check_options(backward, direction, color, depth):
    """Raise OptionError for a value that an option cannot have."""
    if backward not in BACKWARD:
        raise OptionError(f"draw: backward must be one of {', '.join(map(repr, BACKWARD))}, got {backward!r}")
    if direction not in DIRECTIONS:
        raise OptionError(f"draw: direction must be 'LR' or 'TB', got {direction!r}")
    if color not in COLORS:
        raise OptionError(f"draw: color must be None, 'grad', 'memory' or 'time', got {color!r}")
    if depth not in (None, "all") and (not isinstance(depth, int) or isinstance(depth, bool) or depth < 0):
        raise OptionError(f"draw: depth must be a number of layers from 0, 'all' or None, got {depth!r}")


def check_drawable(what):
    """Raise unless ``what`` is a Tensor with a graph behind it."""
    if not isinstance(what, Tensor):
        raise TypeError(
            f"draw: expected a Tensor, such as a loss, got {class_text(what)}; a model draws itself: model.draw(x), "
            "and a compiled function its program: step.program(x).draw()"
        )
    if what.op is None:
        name = printable_text(what.name or "this Tensor")
        raise GradientError(
            f"draw: {name} ({describe(what)}) was made by no recorded op, so there is nothing to draw; "
            "compute from Tensors with requires_grad=True, outside no_grad()"
        )


def class_text(what):
    """Return how errors describe what is no Tensor: a class by its name."""
    return f"the class {what.__name__}" if isinstance(what, type) else describe(what)
