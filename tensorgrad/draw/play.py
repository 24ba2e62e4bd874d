"""What ``play`` does: from a Tensor, a model or a function to a Player."""

from ..core.tensor import Tensor
from ..errors import OptionError, describe
from .player.player import played
from .scene import drawn
from .text.names import by_id

DIRECTIONS = ("auto", "LR", "TB")

#: The picture that is made on the way, with nothing in it that is not played.
PLAIN = {"values": False, "grads": False, "color": None, "depth": None, "direction": None}


def playing(what, inputs, names, direction, scopes):
    """Return the Player that ``play`` is asked for."""
    if direction not in DIRECTIONS:
        raise OptionError(f"play: direction must be 'auto', 'LR' or 'TB', got {direction!r}")
    if isinstance(what, Tensor):
        return played(what, by_id(names), scopes, (), direction)
    if not callable(what):
        raise TypeError(f"play: expected a Tensor, such as a loss, or a model and its data, got {describe(what)}")
    return drawn(what, inputs, "none", names, (), PLAIN).player(direction, names)
