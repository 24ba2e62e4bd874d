"""What is to be drawn, as a Tensor or a program: a function is called on its sample inputs."""

import numpy as np

from ..core.modes import enable_grad
from ..core.tensor import Tensor, as_numeric_array
from ..errors import describe, printable_text


def result_of(what, inputs):
    """Return ``what``, or what it makes of ``inputs``: a function's Tensor, a compiled function's program."""
    if inputs and callable(getattr(what, "program", None)):  # a compiled function
        return what.program(*inputs)
    if isinstance(what, (Tensor, type)) or hasattr(what, "program") or not callable(what):
        return what
    with enable_grad():
        result = what(*[leaf(x, name) for x, name in zip(inputs, names_of(what, len(inputs)), strict=True)])
    if not isinstance(result, Tensor):
        name = printable_text(getattr(what, "__name__", what))
        raise TypeError(
            f"draw: {name} must return one Tensor, such as a loss, got {describe(result)}; "
            "give it sample inputs and let it compute with np.* or tg.* functions"
        )
    return result


def names_of(function, n):
    """Return what the first ``n`` arguments of a function are called: x0, x1, ... where it does not tell.

    >>> import numpy as np
    >>> names_of(lambda a, *rest: a, 3), names_of(np.sin, 1)
    (['a', 'x1', 'x2'], ['x'])
    """
    code = getattr(function, "__code__", None)
    known = code.co_varnames[: code.co_argcount] if code else ()
    return [known[i] if i < len(known) else "x" if n == 1 else f"x{i}" for i in range(n)]


def leaf(x, name):
    """Return a sample input as a Tensor: of floats, one that gradients flow to; anything but numbers as it is."""
    if isinstance(x, Tensor) or not isinstance(x, (np.ndarray, np.generic, int, float, list, tuple)):
        return x
    array = as_numeric_array(x)
    return Tensor(array, requires_grad=array.dtype.kind == "f", name=name)
