"""Where a batch begins and ends: ops, so that gradients find their way in and out."""

import numpy as np

from ...core.dispatch import make_call
from ...core.op import Op
from ...core.tensor import Tensor, tick
from ...graph.steps import merged_steps
from .batched import Batched, holds

__all__ = ["close", "enter", "leave"]


def begin(x, *, depth, axis, size):
    """Return an array as the batch whose examples lie along ``axis``."""
    if isinstance(x, Batched) and x.depth > depth:  # in a backward: there, this batch is the outer one
        return Batched(x.depth, begin(x.value, depth=depth, axis=axis + 1, size=size))
    return Batched(depth, np.moveaxis(x, axis, 0))


def end(x, *, depth, axis, size):
    """Return a batch as an array with the examples along ``axis``; a constant is repeated."""
    if isinstance(x, Batched) and x.depth > depth:
        return Batched(x.depth, end(x.value, depth=depth, axis=axis + 1, size=size))
    if isinstance(x, Batched) and x.depth == depth:
        return np.moveaxis(x.value, 0, axis)
    x = np.asarray(x) if not hasattr(x, "ndim") else x
    return np.moveaxis(np.broadcast_to(x, (size, *x.shape)), 0, axis).copy()


def begin_rule(g, y, x, *, depth, axis, size):
    return leave(g, depth=depth, axis=axis, size=size)


def end_rule(g, y, x, *, depth, axis, size):
    if holds(x.data if isinstance(x, Tensor) else x, depth):
        return enter(g, depth=depth, axis=axis, size=size)
    return np.sum(g, axis=axis)  # the same for all examples


def crossing_op(name, kernel, rule):
    """Return the public function of a linear op of one array."""
    defaults = {"depth": 0, "axis": 0, "size": 0}
    op = Op(name, kernel, ["x"], kind="linear", rules=[rule], defaults=defaults, registered=False)
    call = make_call(op)
    op.tangents[0] = lambda t, y, x, **settings: call(t, **settings)
    return call


enter, leave = crossing_op("enter batch", begin, begin_rule), crossing_op("leave batch", end, end_rule)


class BatchOp(Op):
    """An op whose result is a batch: the gradients of what all examples share are summed over these.

    depths: the batches that it knows of
    """

    __slots__ = ("depths",)

    def __init__(self, op, shared, depth, size):  # not as an op is made: this is a copy of one
        for slot in Op.__slots__:
            setattr(self, slot, getattr(op, slot))
        self.depths = {depth, *getattr(op, "depths", ())}
        self.tangents = [t and close_rule(t, depth, size) for t in op.tangents]
        if op.variadic:
            self.rules = [close_rule(op.rules[0], depth, size, lambda settings: shared[settings["wrt"]])]
        else:
            self.rules = [rule and close_rule(rule, depth, size, lambda settings, s=s: s)
                          for rule, s in zip(op.rules, shared, strict=True)]  # fmt: skip


def close(roots, depth, size, since):
    """Let the gradients that leave the batch on the way back from ``roots`` be summed over it.

    Until then they are those of each example. What these gradients are computed by, if that is recorded, is closed too.
    """
    for t, inputs in merged_steps(roots, since):
        if holds(t.data, depth) and depth not in getattr(t.op, "depths", ()):
            shared = [isinstance(x, Tensor) and x.requires_grad and not holds(x.data, depth) for x in inputs]
            if t.op is not enter.op:
                t.op = BatchOp(t.op, shared, depth, size)


def close_rule(rule, depth, size, sums=None):
    """Return ``rule`` so that it closes what it records, and sums if ``sums(settings)`` says so."""

    def close_after(g, y, *x, **settings):
        since = tick()
        gx = rule(g, y, *x, **settings)
        if isinstance(gx, Tensor) and gx.requires_grad:
            close([gx], depth, size, since)
        return total(gx, depth, size) if sums is not None and sums(settings) else gx

    return close_after


def total(g, depth, size):
    """Return the sum of a gradient over the examples."""
    if not holds(g.data if isinstance(g, Tensor) else g, depth):
        return g
    return np.sum(leave(g, depth=depth, axis=0, size=size), axis=0)
