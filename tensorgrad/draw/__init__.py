"""The graph as a picture: forward, backward, or both; and as a player, one op at a time."""

from .api import backward_steps, draw, play

__all__ = ["Picture", "Player", "backward_steps", "draw", "play"]


def __getattr__(name):
    if name == "Picture":
        from .picture import Picture  # what draws is imported when something is drawn

        return Picture
    if name == "Player":
        from .player.player import Player

        return Player
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
