"""While a function is traced, Tensors from outside show stand-ins of their arrays, so that every use is written down.

An Observer of ``Tensor.data`` and ``Tensor.grad`` gives the stand-in to the thread that traces; every other thread gets
the array itself. So a program knows a weight however the function came by it, and ``w ** 2`` is written down although
it uses no argument.
"""

from contextlib import contextmanager

import numpy as np

from ...core.modes import no_compile
from ...core.tensor import StandIn
from ...errors import TraceError, describe
from ...graph.observer import DATA, GRAD, Observer, observers, observing
from ...graph.origins import line_of_user
from .trace_array import TraceArray

#: The attributes of a Tensor that ``t[i] = v`` changes.
SLOTS = ("requires_grad", "op", "inputs", "settings", "watch", "past", "seq")


class Watcher(Observer):
    """An Observer that shows stand-ins to the thread that traces, and notes for which Tensor the backward runs."""

    def __init__(self, trace):
        self.trace = trace

    def on_read(self, t, array, frame):
        return data_stand_in(self.trace, t, array)

    def on_write(self, t, new):
        return store_data(self.trace, t, new)

    def on_read_grad(self, t, grad):
        return visible_grad(self.trace, t, grad)

    def on_write_grad(self, t, grad):
        note_grad(self.trace, t)
        return grad

    def on_visit(self, t):
        self.trace.origins.node = t

    def on_backward(self, sweep, root, g, keep):
        origins = self.trace.origins
        before = origins.node
        try:
            return sweep(root, g, keep)
        finally:
            origins.node = before


@contextmanager
def show_stand_ins(trace):
    """Show this thread stand-ins while the block runs."""
    try:
        with observing(Watcher(trace)), no_compile():
            yield trace
    finally:
        trace.open = False


def current_trace():
    """Return the trace of this thread, or None."""
    return next((o.trace for o in reversed(observers()) if isinstance(o, Watcher)), None)


def is_outside(t, trace):
    """Return whether ``t`` is older than the trace; one being made has no number yet."""
    return id(t) in trace.tensors or getattr(t, "seq", trace.start) < trace.start


def data_stand_in(trace, t, array):
    """Return the stand-in that ``t.data`` is to the function, where ``array`` is the array of ``t``."""
    if isinstance(array, StandIn):
        return array
    if is_outside(t, trace):
        bound = trace.rebound.get(id(t))
        return trace.tensor_stand_in(t, array) if bound is None else bound[2]
    fresh = trace.call(np.copy, (array,))  # the function made it: each run begins with these values again
    DATA.__set__(t, fresh)
    return fresh


def store_data(trace, t, new):
    """Return the array that ``t`` keeps when ``t.data`` is set to ``new``.

    A Tensor from outside keeps its own; the trace notes that it gets another, now and at the end of each replay.
    """
    if not is_outside(t, trace):
        return new
    array = DATA.__get__(t)
    now = data_stand_in(trace, t, array)
    if new is now:
        return array
    if getattr(new, "shape", None) != now.shape or new.dtype != now.dtype:
        raise TraceError(
            f"{line_of_user()}: {t.name or 'a Tensor'}.data was {describe(now)} and is given {describe(new)}; "
            "a compiled function can change its values, not its shape or dtype"
        )
    rebind(trace, t, now, trace.call(np.copy, (new,)) if not isinstance(new, StandIn) else new)
    return array


def rebind(trace, t, now, new):
    """Note that ``t``, whose stand-in was ``now``, gets the array of ``new``.

    The function must have made that array, and no other Tensor may have it.
    """
    if any(t is p for descent in trace.descents for p in descent.params):
        raise TraceError(
            f"{line_of_user()}: {t.name or 'a Tensor'}.data is given another array after an optimizer's step in a "
            "compiled function; write into it instead: t.data[...] = values"
        )
    others = [entry for entry in trace.rebound.values() if entry[0] is not t]
    if new.node.root.kind != "result" or any(entry[2].node.root is new.node.root for entry in others):
        raise TraceError(
            f"{line_of_user()}: {t.name or 'a Tensor'}.data is given memory that belongs to another array as well; "
            "give it a copy, or write into it: t.data[...] = values"
        )
    if id(t) not in trace.rebound:
        before = {slot: getattr(t, slot, None) for slot in SLOTS}
        array = DATA.__get__(t)
        trace.rollback.actions.append(lambda: restore_tensor(t, array, before))
        trace.rebound[id(t)] = (t, now, new)
    trace.rebound[id(t)] = (t, trace.rebound[id(t)][1], new)


def restore_tensor(t, array, slots):
    """Give a Tensor the array and the attributes that it had before the trace."""
    DATA.__set__(t, array)
    for slot, value in slots.items():
        setattr(t, slot, value)


def visible_grad(trace, t, grad):
    """Return ``t.grad``; raise if a Tensor from outside has a gradient that the function has not put there."""
    if id(t) not in trace.graded and is_outside(t, trace):
        trace.added[id(t)] = t
        if grad is not None:
            raise stale_grad_error(t, f"{line_of_user()}: ")
    return grad


def note_grad(trace, t):
    """Note that the function sets ``t.grad``."""
    if is_outside(t, trace) and id(t) not in trace.graded:
        old = GRAD.__get__(t)
        trace.rollback.actions.append(lambda: GRAD.__set__(t, old))
        trace.graded[id(t)] = t


def stale_grad_error(t, line=""):
    """Return the error for a gradient from before the call; ``line`` is the line that met it, in a trace."""
    return TraceError(
        f"{line}{t.name or f'a Tensor {describe(t)}'} has a gradient from before, which a compiled function cannot add "
        "to; set .grad = None before it runs, or at its start or end"
    )


def gradients_left(trace):
    """Return ``[(Tensor, stand-in, gradient)]`` of the gradients left in Tensors from outside, and clear them."""
    left = []
    for t in trace.graded.values():
        grad = GRAD.__get__(t)
        if grad is not None:
            left.append((t, DATA.__get__(grad), grad))
            GRAD.__set__(t, None)
    return [(t, g if isinstance(g, TraceArray) else trace.captured.stand_in(g), grad) for t, g, grad in left]


def arrays_left(trace):
    """Return ``[(Tensor, stand-in before, stand-in now)]`` of the Tensors from outside that got another array.

    Raises if one became the result of an op, by ``t[i] = v`` or ``t += v``: a program keeps no graph.
    """
    for t, *_ in trace.tensors.values():
        if t.seq >= trace.start:
            raise TraceError(
                f"{t.name or describe(t)} is written to in a compiled function, by t[i] = v or t += v, which keeps no "
                "graph; write into its array, t.data[i] = v, or into a copy"
            )
    return list(trace.rebound.values())
