"""What is to be drawn, as a Tensor or a program: a function is called on its sample inputs."""

import numpy as np

from ..core.mode import enable_grad
from ..core.tensor import Tensor, as_array
from ..errors import describe


def result_of(what, inputs):
    """Return ``what``, or what it makes of ``inputs``: a function's Tensor, a compiled function's program."""
    if inputs and callable(getattr(what, "program", None)):  # a compiled function
        return what.program(*inputs)
    if isinstance(what, Tensor) or not callable(what) or not hasattr(what, "__code__"):
        return what
    code = what.__code__
    names = code.co_varnames[: code.co_argcount]
    with enable_grad():
        result = what(*[leaf(x, name) for x, name in zip(inputs, (*names, *["x"] * len(inputs)), strict=False)])
    if not isinstance(result, Tensor):
        raise TypeError(
            f"draw: {what.__name__} must return one Tensor, such as a loss, got {describe(result)}; "
            "give it sample inputs and let it compute with np.* or tg.* functions"
        )
    return result


def leaf(x, name):
    """Return a sample input as a Tensor: of floats, one that gradients flow to; anything but numbers as it is."""
    if isinstance(x, Tensor) or not isinstance(x, (np.ndarray, np.generic, int, float, list, tuple)):
        return x
    array = as_array(x)
    return Tensor(array, requires_grad=array.dtype.kind == "f", name=name)
