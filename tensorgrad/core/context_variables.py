"""Run a function with a context variable set: wherever it is interrupted, the caller's value stays as it is."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any


def with_value(variable: Any, value: Any, function: Any, *args: Any, **kwargs: Any) -> Any:
    """Return ``function(*args, **kwargs)``, called while the context variable has ``value``.

    Setting it and setting it back would leave it set if Ctrl-C came between the two.
    """
    context = copy_context()
    context.run(variable.set, value)
    return context.run(function, *args, **kwargs)
