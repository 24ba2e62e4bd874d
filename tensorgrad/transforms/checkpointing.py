"""Checkpoints: what a function computes is forgotten, and computed again when the backward needs it."""

from functools import wraps

from ..core.modes import is_recording, record_uncompiled
from ..core.tensor import StandIn, Tensor, make_leaf, tick
from ..errors import GradientError
from ..ops.arithmetic import positive
from ..ops.random import listen
from ..pytree import leaves_of, map_leaves
from .packed import attach, pieces
from .pullback import frontier, gradients_of, sever

__all__ = ["checkpoint"]


def checkpoint(f):
    """Return ``f`` as a function that keeps nothing for the backward but its arguments, and runs ``f`` again there.

    It takes less memory and more time. Results and gradients are the same; gradients of weights that ``f`` uses
    included. What dropout layers draw is drawn again. ``f`` must compute the same each time it is called: it may not
    depend on what changes in between, nor draw from a generator by itself. A compiled function plans its memory by
    itself, so inside one ``f`` is simply called.

    >>> import numpy as np, tensorgrad as tg
    >>> block = tg.checkpoint(lambda x: np.sin(np.exp(x)))
    >>> tg.grad(block)(0.0) == np.cos(1.0)
    np.True_
    """

    @wraps(f)
    def call(*args, **kwargs):
        if not is_recording() or is_traced(leaves_of((args, kwargs))):
            return f(*args, **kwargs)
        block = Block(f, args, kwargs)
        y, roots = block.run(block.given)
        inputs = [*block.given, *block.closed_over(roots)]
        made = iter(attach(getattr(f, "__name__", "f"), [t.data for t in roots], inputs, block) if roots else ())
        return map_leaves(lambda x: next(made) if block.is_root(x) else x, y)

    return call


class Block:
    """One call of a function under ``checkpoint``, and the rule of the op that stands for it.

    given: the Tensors among its arguments that require a gradient
    """

    def __init__(self, f, args, kwargs):
        self.f, self.arguments, self.since = f, (args, kwargs), tick()
        self.given = list({id(x): x for x in leaves_of((args, kwargs)) if requires(x)}.values())
        self.order = [next((i for i, t in enumerate(self.given) if t is x), None) for x in leaves_of((args, kwargs))]
        self.states, self.last, self.shapes = {}, None, []

    def is_root(self, x):
        """Return whether ``x`` is a Tensor that the function made, and has a gradient."""
        return requires(x) and x.seq >= self.since

    def run(self, given):
        """Return what the function gives with leaves in place of ``given``, and the Tensors in it with a gradient."""
        self.leaves = []
        for x in given:
            leaf = make_leaf(x.data if isinstance(x, Tensor) else x)
            leaf.requires_grad = True
            self.leaves.append(leaf)
        places = iter(self.order)
        args, kwargs = map_leaves(lambda x: x if (i := next(places)) is None else self.leaves[i], self.arguments)
        with listen(self.note):
            y = record_uncompiled(self.f, *args, **kwargs)
        return y, [x for x in leaves_of(y) if self.is_root(x)]

    def note(self, rng):
        """Keep the state that a generator was in before the function drew from it."""
        self.states.setdefault(id(rng), (rng, rng.bit_generator.state))

    def closed_over(self, roots):
        """Return the Tensors that the function used without being given them, and that require a gradient."""
        own = {id(leaf) for leaf in self.leaves}
        self.leaves = []
        self.outside = [x for x in frontier(roots, self.since) if id(x) not in own]
        return self.outside

    def __call__(self, g, xs, wrt):
        """Return the gradient by ``xs[wrt]``: all are computed at once, when the first is asked for."""
        if self.last is None or self.last[0] is not g:
            self.last = g, self._gradients(pieces(g, self.shapes), xs)
        found = self.last[1]
        gx, found[wrt] = found[wrt], None
        if all(x is None for x in found):
            self.last = None
        return gx

    def _gradients(self, gs, xs):
        given, keep = xs[: len(self.given)], any(isinstance(x, Tensor) for x in (*gs, *xs))
        now = [(rng, rng.bit_generator.state) for rng, _ in self.states.values()]
        for rng, state in self.states.values():
            rng.bit_generator.state = state
        try:
            _, roots = self.run(given)
        finally:
            for rng, state in now:
                rng.bit_generator.state = state
        if [t.shape for t in roots] != [g.shape for g in gs]:
            raise GradientError("checkpoint(f): f returned something else when it was called again for the backward")
        sources = [*self.leaves, *self.outside]
        with sever(self.outside, hooks=False):
            found = gradients_of(roots, [to_keep(g, keep) for g in gs], sources, keep)
        for x, leaf in zip(given, self.leaves, strict=True):
            if requires(x):
                leaf.op, leaf.inputs = positive.op, (x,)
            else:
                leaf.requires_grad = False
        self.leaves = []
        zeros = [x.data * 0 if isinstance(x, Tensor) else x * 0 for x in xs]
        return [to_keep(zero, keep) if g is None else g for g, zero in zip(found, zeros, strict=True)]


def requires(x):
    """Return whether ``x`` is a Tensor that requires a gradient."""
    return isinstance(x, Tensor) and x.requires_grad


def to_keep(g, keep):
    """Return a cotangent as a Tensor if the backward is recorded."""
    return make_leaf(g) if keep and not isinstance(g, Tensor) else g


def is_traced(leaves):
    """Return whether a compiled function is being traced, by what it was given: stand-ins, of vmap's included."""
    for x in leaves:
        x = x.data if isinstance(x, Tensor) else x
        while isinstance(x, StandIn) and x.depth:
            x = x.value
        if isinstance(x, StandIn):
            return True
    return False
