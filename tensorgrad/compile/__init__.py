"""The compiled step: a function is traced once, and from then on runs as a flat program of NumPy calls.

compile   a function, compiled
Step      what ``compile`` returns
"""

__all__ = ["Step", "compile"]


def __getattr__(name):
    """Return what is listed above; 3 ms of import wait for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import step

    return getattr(step, name)
