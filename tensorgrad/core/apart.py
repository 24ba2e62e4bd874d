"""Run a function with flags of its own: whatever interrupts it, and wherever, the caller's stay as they are."""

from contextvars import copy_context


def with_value(variable, value, function, *args, **kwargs):
    """Return ``function(*args, **kwargs)``, called while the context variable has ``value``.

    Setting it and setting it back would leave it set if Ctrl-C came between the two.
    """
    context = copy_context()
    context.run(variable.set, value)
    return context.run(function, *args, **kwargs)
