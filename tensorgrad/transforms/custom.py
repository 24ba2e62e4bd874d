"""Functions with a gradient of one's own, and with none."""

from functools import wraps

import numpy as np

from ..core.modes import is_recording, no_grad
from ..core.tensor import Tensor, as_numeric_array
from ..errors import GradientError, ShapeError, count_text, describe, printable_text
from ..pytree import leaves_of, map_leaves
from .argnums import refill
from .packed import attach, pieces

__all__ = ["custom_gradient", "stop_gradient"]


def custom_gradient(f):
    """Return ``f``, a function that returns ``(y, grad)``, as a function that returns ``y`` and has that gradient.

    ``grad(g, ...)`` is called with the gradient of each array in ``y``, and returns the gradient of each argument of
    ``f``, a tuple if there are several; None means 0. What it computes from the arguments can be differentiated again.
    What ``f`` closes over has no gradient.

    Raises GradientError if ``f`` or ``grad`` return something else, ShapeError if a gradient has another shape.

    >>> import numpy as np, tensorgrad as tg
    >>> @tg.custom_gradient
    ... def log1pexp(x):
    ...     e = np.exp(x)
    ...     return np.log(1 + e), lambda g: g * (1 - 1 / (1 + e))
    >>> tg.grad(log1pexp)(100.0)
    np.float64(1.0)
    """

    @wraps(f)
    def call(*args, **kwargs):
        result = f(*args, **kwargs)
        if not isinstance(result, tuple) or len(result) != 2 or not callable(result[1]):
            raise GradientError(f"custom_gradient: f must return (y, grad), grad a function; got {describe(result)}")
        y, grad = result
        inputs = [x for x in leaves_of(args) if isinstance(x, Tensor)]
        if not is_recording() or not any(x.requires_grad for x in inputs):
            return map_leaves(lambda x: x.detach() if isinstance(x, Tensor) else x, y)
        rule = CustomRule(getattr(f, "__name__", "f"), args, grad)
        arrays = [as_numeric_array(x) for x in leaves_of(y)]
        return refill(y, iter(attach(rule.name, arrays, inputs, rule)))

    return call


class CustomRule:
    """The rule of one call: what the user's ``grad`` returns, in the order of the Tensors among the arguments."""

    def __init__(self, name, args, grad):
        self.name, self.grad, self.count = name, grad, len(args)
        self.takes, self.shapes = [leaves_of(x) for x in args], []

    def __call__(self, g, xs, wrt):
        if any(isinstance(t, Tensor) for t in (g, *xs)):
            return self._fit(self._gradients(g)[wrt], xs[wrt])
        with no_grad():  # what grad closes over may be Tensors
            gx = self._fit(self._gradients(g)[wrt], xs[wrt])
        return gx.data if isinstance(gx, Tensor) else gx

    def _gradients(self, g):
        """Return the gradient of each Tensor among the arguments, or None."""
        found = self.grad(*pieces(g, self.shapes))
        if not isinstance(found, (tuple, list)) or (self.count == 1 and len(self.takes[0]) > 1):
            found = (found,)
        if len(found) != self.count:
            raise GradientError(
                f"custom_gradient: grad of {printable_text(self.name)} returned "
                f"{count_text(len(found), 'gradient')} for {count_text(self.count, 'argument')}"
            )
        leaves = []
        for of_argument, g in zip(self.takes, found, strict=True):
            of_leaves = leaves_of(g) if g is not None else [None] * len(of_argument)
            leaves += [gx for x, gx in zip(of_argument, of_leaves, strict=True) if isinstance(x, Tensor)]
        return leaves

    def _fit(self, g, x):
        if g is None:
            return np.zeros_like(x)
        g = g if hasattr(g, "dtype") else np.asarray(g)
        if g.shape != x.shape:
            raise ShapeError(
                f"custom_gradient: grad of {printable_text(self.name)} returned {describe(g)} for {describe(x)}; "
                "the shapes must agree"
            )
        return g


def stop_gradient(x):
    """Return ``x``, an array, a Tensor or a structure of these, as a constant: no gradient flows back through it.

    >>> import tensorgrad as tg
    >>> tg.grad(lambda x: x * tg.stop_gradient(x))(3.0)
    np.float64(3.0)
    """
    return map_leaves(lambda leaf: leaf.detach() if isinstance(leaf, Tensor) else leaf, x)
