"""``draw``: from a Tensor to a Picture of how it was computed."""

from ..compile.program import Program
from ..core.tensor import Tensor
from ..errors import GradientError, OptionError, describe
from .backprop import backward_graph
from .graph import forward_graph
from .picture import Picture
from .program import program_graph

BACKWARD = ("none", "only", "both")
DIRECTIONS = ("LR", "TB")


def draw(what, *, backward="none", direction="LR", names=None, values=False, scopes=()):
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
    if backward == "none":
        return Picture(forward_graph(what, direction, names, values, scopes)).of(what, names, scopes)
    graph = backward_graph(what, direction, names, values, backward == "both", scopes)
    return Picture(graph).of(what, names, scopes)


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
