"""``draw``: from a Tensor, a model, a function or a program to a Picture of how it computes."""

import numpy as np

from ..compile.program import Program
from ..core.tensor import Tensor
from ..errors import GradientError, OptionError, describe
from ..walk import recorded
from .backprop import Backprop, backward_graph, gradient_arrays
from .graph import Collector, Graph
from .heat import Scale
from .pairs import paired_graph
from .picture import Picture
from .program import program_graph
from .view import viewed

BACKWARD = ("none", "only", "both")
DIRECTIONS = ("LR", "TB")
COLORS = ("grad", "memory", "time")


def draw(what, *, backward="none", direction="LR", names=None, values=False, grads=False, color=None, depth=None, scopes=()):
    """Return a Picture of the ops and Tensors that made ``what``: one box for each, with name, dtype and shape.

    what:      a Tensor that depends on something that requires a gradient; or a compiled program, for its calls,
               to which ``direction`` alone applies: ``draw(step.program(x, y))``
    backward:  ``"none"``: the forward; ``"only"``: the ops that the backward consists of; ``"both"``: both, with dashed
               arrows for the forward values that the backward uses
    direction: ``"LR"`` from left to right, ``"TB"`` from top to bottom
    names:     what to call Tensors and arrays that have no name: ``{"x": x}``, or ``locals()``
    values:    show small arrays in full, and of large ones the mean, spread and range
    scopes:    ``(first, last, layer, depth)`` for each call of a layer: the sequence numbers it spans, for the frames

    The backward is recorded to be drawn, so no ``.grad`` changes; the picture keeps no Tensor alive.

    >>> import tensorgrad as tg
    >>> from tensorgrad.draw import draw
    >>> w, x = tg.Parameter(2.0, name="w"), 3.0
    >>> draw(w * x, backward="only")
    Picture of 1 op; .save("graph.svg") draws it
      t1  seed float64[] = 1
      ∂w  = mul(t1, 3) -> float64[]
    """
    if backward not in BACKWARD:
        raise OptionError(f"draw: backward must be one of {', '.join(map(repr, BACKWARD))}, got {backward!r}")
    if direction not in DIRECTIONS:
        raise OptionError(f"draw: direction must be 'LR' or 'TB', got {direction!r}")
    program = getattr(what, "program", what)
    if isinstance(program, Program):
        return Picture(program_graph(program, direction))
    check_drawable(what)
    names = {id(x): name for name, x in reversed(list((names or {}).items())) if not name.startswith("__")}
    found = gradient_arrays(what) if grads or color == "grad" else None
    heat = heat_of(color, found)
    make = lambda: Collector(Graph(direction), names, values, scopes, found if grads else None, heat)
    collector = make()
    if backward == "none":
        collector.forward(recorded(what), what)
        graph = view = collector.graph
    else:
        backprop = Backprop(what)
        both = backward == "both"
        if both:
            collector.forward(backprop.forward, what)
            view = paired_graph(backprop, collector, what)
        graph = backward_graph(backprop, collector, what, both)
        if not both:
            view = graph
    view = viewed(view, values or grads, depth)
    if color:
        view.scale = Scale(color, [box.heat for box in view.boxes if box.kind != "constant"])
    return Picture(graph, view)


def heat_of(color, found):
    if color == "grad":
        return lambda x: rms(found[id(x)]) if id(x) in found else None
    if color == "memory":
        return lambda x: float(x.nbytes) if hasattr(x, "nbytes") else float(x.data.nbytes) if isinstance(x, Tensor) else None
    return lambda x: None


def rms(array):
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(array, dtype=float)))) if array.size else 0.0


def check_drawable(what):
    """Raise unless ``what`` is a Tensor with a graph behind it."""
    if not isinstance(what, Tensor):
        raise TypeError(
            f"draw: expected a Tensor, such as a loss, got {describe(what)}; a model draws itself: model.draw(x), "
            "and a compiled function its program: step.program(x).draw()"
        )
    if what.op is None:
        name = what.name or "this Tensor"
        raise GradientError(
            f"draw: {name} ({describe(what)}) was made by no recorded op, so there is nothing to draw; "
            "compute from Tensors with requires_grad=True, outside no_grad()"
        )
