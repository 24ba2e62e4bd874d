"""The graph as a picture: forward, backward, or both; and as a player, one op at a time."""

from .picture import Picture
from .play import play
from .player import Player
from .scene import draw
from .steps import backward_steps

__all__ = ["Picture", "Player", "backward_steps", "draw", "play"]
