"""Level: one call of a function that is differentiated, on leaves of its own.

Each level has its own leaves, so levels nest without mixing up whose derivative is whose. When the call is over, a leaf
becomes a copy, by an op, of the Tensor that it stood for, if that requires a gradient: then levels outside see through
it.
"""

from contextvars import ContextVar

import numpy as np

from ..core.modes import is_recording, record_uncompiled
from ..core.tensor import Tensor, as_numeric_array, check_differentiable, make_leaf, tick, wrap
from ..errors import GradientError, describe, printable_text
from ..ops.arithmetic import positive
from ..pytree import items_of, leaves_of, map_leaves, map_named
from .pullback import connects, gradients_of, sever

__all__ = ["Level", "nesting"]

#: How many levels, and tapes, are open around.
nesting: ContextVar[int] = ContextVar("nesting", default=0)


class Level:
    """One call of a function, whose arguments are leaves.

    transform: the name of what the user called, for errors
    since:     the sequence number at which the level began: what is older depends on none of its leaves
    given:     the arrays, Tensors and numbers by which is differentiated
    leaves:    the Tensor that stands for each of them
    wraps:     whether a Tensor is among the arguments: then results are Tensors
    """

    def __init__(self, transform, arguments):
        self.transform, self.since, self.recording = transform, tick(), is_recording()
        self.given, self.leaves = [], []
        self.wraps = any(map(holds_tensor, arguments))

    def enter(self, x, name):
        """Return ``x`` with a leaf in place of each array, Tensor and number in it; ``name`` is what errors call it."""
        return self._leaf(x, name) if items_of(x) is None else map_named(self._leaf, x, name)

    def _leaf(self, x, name):
        if x is None:
            return None
        try:
            leaf = make_leaf(as_numeric_array(x), getattr(x, "name", None) or printable_text(name))
            check_differentiable(leaf.data)
        except (TypeError, ValueError) as error:
            raise TypeError(f"{self.transform}(f): {printable_text(name)}: {error}") from None
        leaf.requires_grad = True
        self.given.append(x)
        self.leaves.append(leaf)
        return leaf

    def run(self, f, args, kwargs):
        """Return what ``f`` gives, and let the leaves be what they stood for."""
        token = nesting.set(nesting.get() + 1)
        try:
            return record_uncompiled(f, *args, **kwargs)
        finally:
            nesting.reset(token)
            self._graft()

    def _graft(self):
        for x, leaf in zip(self.given, self.leaves, strict=True):
            if self.recording and isinstance(x, Tensor) and x.requires_grad:
                leaf.op, leaf.inputs = positive.op, (x,)
            else:
                leaf.requires_grad = False

    def results(self, y):
        """Return the leaves of what the function gave, each as a Tensor."""
        return [self._result(x) for x in leaves_of(y)]

    def _result(self, x):
        if isinstance(x, Tensor):
            return x
        if x is None or isinstance(x, str):
            told = "returned None: is there a return?" if x is None else f"returned {describe(x)}, no number or array"
            raise GradientError(f"{self.transform}(f): f {told}")
        return make_leaf(as_numeric_array(x))

    def pull(self, roots, cotangents):
        """Return the gradient by each leaf, for the caller: connected to what is outside if anything there is recorded.

        cotangents: one array or Tensor for each of ``roots``
        """
        keep = is_recording() and (requires(cotangents) or self.connects(roots))
        gs = [seed(g, keep) for g in cotangents]
        with sever(self.leaves):
            found = gradients_of(roots, gs, self.leaves, keep, self.since)
        return [self._gradient(g, leaf, x) for g, leaf, x in zip(found, self.leaves, self.given, strict=True)]

    def _gradient(self, g, leaf, x):
        g = np.zeros_like(leaf.data) if g is None else g
        return give(g, isinstance(x, Tensor), isinstance(x, (float, np.generic)), self.since)

    def connects(self, roots):
        """Return whether results depend on what is outside and recorded."""
        return self.recording and connects(roots, self.since)

    def value(self, t):
        """Return a result of the function for the caller: an array or a number if it was given no Tensor."""
        if not isinstance(t, Tensor) or t.seq < self.since:
            return t
        return t if self.connects([t]) else give(t.data, self.wraps, t.data.ndim == 0)

    def values(self, y):
        """Return all that the function gave, for the caller."""
        return map_leaves(self.value, y)


def holds_tensor(x):
    """Return whether ``x`` is a Tensor, or a structure with one in it."""
    return isinstance(x, Tensor) or (items_of(x) is not None and any(isinstance(t, Tensor) for t in leaves_of(x)))


def give(x, wraps, number, since=-1):
    """Return an array or a Tensor for the caller: a Tensor with its graph if that leads outside, else as is wanted.

    wraps:  whether a Tensor is wanted
    number: whether, of an array, a number is wanted
    """
    if isinstance(x, Tensor):
        if x.requires_grad and connects([x], since):
            return x
        x = x.data
    if wraps or getattr(x, "depth", 0):
        return make_leaf(x)
    return x[()] if number else wrap(x)


def seed(g, keep):
    """Return a cotangent as the engine wants it: a Tensor to ``keep``, else an array."""
    if keep:
        return g if isinstance(g, Tensor) else make_leaf(g)
    return g.data if isinstance(g, Tensor) else g


def requires(tensors):
    """Return whether one of these is a Tensor that requires a gradient."""
    return any(isinstance(t, Tensor) and t.requires_grad for t in tensors)
