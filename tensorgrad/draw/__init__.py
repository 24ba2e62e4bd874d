"""The graph as a picture: forward, backward, or both."""

from .picture import Picture
from .scene import draw

__all__ = ["Picture", "draw"]
