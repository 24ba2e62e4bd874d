"""``play``: from a Tensor, a model or a function to a Player."""

from ..core.tensor import Tensor
from ..errors import OptionError, describe
from .naming import by_id
from .player import played
from .scene import draw

DIRECTIONS = ("auto", "LR", "TB")


def play(what, *inputs, names=None, direction="auto", scopes=()):
    """Return a Player of a computation: its forward and then its backward, one op at a time, with all numbers.

    what:      a Tensor, such as a loss; a model, with data and, for its loss, targets; a function, with sample inputs:
               ``play(loss)``, ``play(model, x, y)``, ``play(f, x)``
    names:     what to call Tensors and arrays that have no name: ``{"x": x}``, or ``locals()``
    direction: ``"LR"`` from left to right, ``"TB"`` from top to bottom, ``"auto"`` as the window has room
    scopes:    ``(first, last, layer, depth)`` for each call of a layer, for the frames; a model gives its own

    The backward of a Tensor that is no scalar starts from ones. No ``.grad`` changes and no hook runs.

    >>> import numpy as np, tensorgrad as tg
    >>> w, b = tg.Parameter([1.0, 2.0], name="w"), tg.Parameter(0.5, name="b")
    >>> play(tg.sigmoid(w @ np.array([3.0, -1.0]) + b))
    Player of 3 ops and their backward; .save("backprop.html") writes it
    >>> play(lambda x: np.sum(np.exp(x) * x), [1.0, 2.0])
    Player of 3 ops and their backward; .save("backprop.html") writes it
    """
    if direction not in DIRECTIONS:
        raise OptionError(f"play: direction must be 'auto', 'LR' or 'TB', got {direction!r}")
    if isinstance(what, Tensor):
        return played(what, by_id(names), scopes, (), direction)
    if not callable(what):
        raise TypeError(f"play: expected a Tensor, such as a loss, or a model and its data, got {describe(what)}")
    return draw(what, *inputs, names=names).player(direction)
