"""The graph as a picture: forward, backward, or both."""

from .door import draw

__all__ = ["Picture", "draw"]


def __getattr__(name):
    if name == "Picture":
        from .picture import Picture  # what draws is imported when something is drawn

        return Picture
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
