"""What can be drawn and played, and how each kind of it is: decided here alone, for ``draw`` and for ``play``."""

import numpy as np

from ..compile.ir.program import Program
from ..core.modes import enable_grad
from ..core.tensor import Tensor, as_numeric_array
from ..errors import OptionError, describe, printable_text
from .diagram.colour import ColourScale
from .diagram.program_diagram import call_heats, program_graph
from .picture import Picture
from .player.player import tensor_player
from .scene import Scene, check_drawable, check_options
from .simplify.simplify import simplify_graph
from .text.names import names_by_id

PLAYER_DIRECTIONS = ("auto", "LR", "TB")

#: The options of the picture from which a player is made: nothing in it that is not played.
PLAYED = {"values": False, "grads": False, "color": None, "depth": None, "direction": None}


def subject_kind(what):
    """Return which kind of subject ``what`` is, a key of PICTURES.

    >>> import numpy as np, tensorgrad as tg
    >>> subject_kind(tg.Parameter(2.0)), subject_kind(np.sin), subject_kind(tg.layers.Dense(2)), subject_kind(3)
    ('tensor', 'function', 'layer', 'other')
    """
    if isinstance(what, Tensor):
        return "tensor"
    if isinstance(what, type):
        return "other"
    program = getattr(what, "program", None)
    if isinstance(program, Program):
        return "program"
    if hasattr(what, "draw"):
        return "layer"
    if callable(program):
        return "compiled function"
    return "function" if callable(what) and program is None else "other"


def picture_of(what, inputs, backward, names, scopes, how):
    """Return the Picture that ``draw`` is asked for; ``how`` are its other options."""
    check_options(backward, how["direction"], how["color"], how["depth"])
    return PICTURES[subject_kind(what)](what, inputs, backward, names, scopes, how)


def player_of(what, inputs, names, direction, scopes):
    """Return the Player that ``play`` is asked for: of a Tensor directly, of all else by way of its Picture."""
    if direction not in PLAYER_DIRECTIONS:
        raise OptionError(f"play: direction must be 'auto', 'LR' or 'TB', got {direction!r}")
    if subject_kind(what) == "tensor":
        return tensor_player(what, names_by_id(names), scopes, (), direction)
    if not callable(what):
        raise TypeError(f"play: expected a Tensor, such as a loss, or a model and its data, got {describe(what)}")
    return picture_of(what, inputs, "none", names, (), PLAYED).player(direction, names)


def tensor_picture(tensor, inputs, backward, names, scopes, how):
    return Scene(tensor, names, scopes, **how).picture(backward)


def own_picture(layer, inputs, backward, names, scopes, how):
    """Return the Picture that a layer or model makes of itself."""
    return layer.draw(*inputs, backward=backward, names=names, **how)


def function_picture(function, inputs, backward, names, scopes, how):
    """Return the Picture of what a function computes from ``inputs``; to be played, it is called again."""
    picture = Scene(call_function(function, inputs), names, scopes, **how).picture(backward)
    return picture.plays(lambda more: Scene(call_function(function, inputs), more, ()).player_arguments())


def compiled_picture(compiled, inputs, backward, names, scopes, how):
    """Return the Picture of the program that a compiled function runs for ``inputs``, which it cannot do without."""
    if not inputs:
        check_drawable(compiled)
    return program_picture(compiled.program(*inputs), inputs, backward, names, scopes, how)


def program_picture(executable, inputs, backward, names, scopes, how):
    """Return the Picture of a compiled program: a box for each call."""
    color = how["color"]
    if color == "grad":
        raise OptionError("draw: color='grad' is of a Tensor; a compiled program has 'time' and 'memory'")
    heats = call_heats(executable, inputs, color)
    graph = program_graph(executable.program, how["direction"] or "TB", heats)
    view = simplify_graph(graph, True, how["depth"], detailed=color is not None)
    if color is not None:
        view.scale = ColourScale(color, view.boxes)
    return Picture(graph, view)


def refuse_subject(what, *_):
    """Raise TypeError: ``what`` cannot be drawn."""
    check_drawable(what)


#: Kind of a subject -> what makes its Picture: ``picture(what, inputs, backward, names, scopes, how)``.
PICTURES = {
    "tensor": tensor_picture,
    "layer": own_picture,  # and models
    "function": function_picture,
    "compiled function": compiled_picture,
    "program": program_picture,
    "other": refuse_subject,
}


def call_function(function, inputs):
    """Return the Tensor that a function computes from sample inputs."""
    with enable_grad():
        leaves = [sample_leaf(x, name) for x, name in zip(inputs, sample_names(function, len(inputs)), strict=True)]
        result = function(*leaves)
    if not isinstance(result, Tensor):
        name = printable_text(getattr(function, "__name__", function))
        raise TypeError(
            f"draw: {name} must return one Tensor, such as a loss, got {describe(result)}; "
            "give it sample inputs and let it compute with np.* or tg.* functions"
        )
    return result


def sample_names(function, n):
    """Return what the first ``n`` arguments of a function are called: x0, x1, ... where it does not tell.

    >>> import numpy as np
    >>> sample_names(lambda a, *rest: a, 3), sample_names(np.sin, 1)
    (['a', 'x1', 'x2'], ['x'])
    """
    code = getattr(function, "__code__", None)
    known = code.co_varnames[: code.co_argcount] if code else ()
    return [known[i] if i < len(known) else "x" if n == 1 else f"x{i}" for i in range(n)]


def sample_leaf(x, name):
    """Return a sample input as a Tensor: of floats, one that gradients flow to; anything but numbers as it is."""
    if isinstance(x, Tensor) or not isinstance(x, (np.ndarray, np.generic, int, float, list, tuple)):
        return x
    array = as_numeric_array(x)
    return Tensor(array, requires_grad=array.dtype.kind == "f", name=name)
