"""While a function is traced, Tensors from outside show stand-ins of their arrays: nothing they are used for is missed.

``Tensor.data`` and ``Tensor.grad`` are slots. During a trace they are properties, which give a stand-in to the thread
that traces and the array itself to every other. So a weight is known to a program however the function came by it, and
``w ** 2`` alone, which involves no argument of the function, is written down too.
"""

import os
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

import numpy as np

from ..core.mode import plainly
from ..core.tensor import StandIn, Tensor
from ..errors import TraceError, describe
from .arrays import TraceArray
from .origin import line_of_user

_current: ContextVar = ContextVar("trace", default=None)
_data, _grad = Tensor.__dict__["data"], Tensor.__dict__["grad"]
_lock, _watching = [Lock()], [0]
#: What writing into a Tensor, ``t[i] = v``, changes of it.
SLOTS = ("requires_grad", "op", "inputs", "settings", "watch", "seq")


@contextmanager
def tracing(trace):
    """Show this thread stand-ins while the block runs."""
    token = _current.set(trace)
    _count(1)
    try:
        with plainly():
            yield trace
    finally:
        _count(-1)
        _current.reset(token)
        trace.open = False


@contextmanager
def paused():
    """Show this thread arrays as they are while the block runs."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def _count(by):
    """Note that so many more threads trace; the slots are properties while any does."""
    with _lock[0]:
        _watching[0] += by
        Tensor.data = property(shown, stored) if _watching[0] else _data  # type: ignore[method-assign]
        Tensor.grad = property(shown_grad, stored_grad) if _watching[0] else _grad  # type: ignore[method-assign]


def _alone():
    """Forget, in a forked process, the threads that traced in its parent."""
    _lock[0], _watching[0] = Lock(), 0
    _count(1 if _current.get() is not None else 0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_alone)


def current():
    """Return the trace of this thread, or None."""
    return _current.get()


def outside(t, trace):
    """Return whether ``t`` is older than the trace; one being made has no number yet."""
    return id(t) in trace.tensors or getattr(t, "seq", trace.start) < trace.start


def shown(t):
    """Return what ``t.data`` is to this thread."""
    array, trace = _data.__get__(t), _current.get()
    if trace is None or isinstance(array, StandIn):
        return array
    if outside(t, trace):
        bound = trace.rebound.get(id(t))
        return trace.of_tensor(t, array) if bound is None else bound[2]
    fresh = trace.call(np.copy, (array,))  # made by the function: each run starts from these values again
    _data.__set__(t, fresh)
    return fresh


def stored(t, new):
    """Set ``t.data``. A Tensor from outside has another array from then on, now and at the end of each replay."""
    trace = _current.get()
    if trace is None or not outside(t, trace):
        _data.__set__(t, new)
        return
    now = shown(t)
    if new is now:
        return
    if getattr(new, "shape", None) != now.shape or new.dtype != now.dtype:
        raise TraceError(
            f"{line_of_user()}: {t.name or 'a Tensor'}.data was {describe(now)} and is given {describe(new)}; "
            "a compiled function can change its values, not its shape or dtype"
        )
    rebind(trace, t, trace.call(np.copy, (new,)) if not isinstance(new, StandIn) else new)


def rebind(trace, t, new):
    """Note that ``t`` is given the array of ``new``, which must be the function's own and belong to no other Tensor."""
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
        before = {slot: getattr(t, slot) for slot in SLOTS}
        array = _data.__get__(t)
        trace.put_back.append(lambda: put_back(t, array, before))
        trace.rebound[id(t)] = (t, shown(t), new)
    trace.rebound[id(t)] = (t, trace.rebound[id(t)][1], new)


def put_back(t, array, slots):
    """Give a Tensor what it had before the trace."""
    _data.__set__(t, array)
    for slot, value in slots.items():
        setattr(t, slot, value)


def shown_grad(t):
    """Return ``t.grad``: of a Tensor from outside, only what the function itself has put there."""
    trace, grad = _current.get(), _grad.__get__(t)
    if trace is not None and id(t) not in trace.graded and outside(t, trace):
        trace.added[id(t)] = t
        if grad is not None:
            raise stale_grad(t)
    return grad


def stored_grad(t, grad):
    """Set ``t.grad``, and note that the function does so."""
    trace = _current.get()
    if trace is not None and outside(t, trace) and id(t) not in trace.graded:
        old = _grad.__get__(t)
        trace.put_back.append(lambda: _grad.__set__(t, old))
        trace.graded[id(t)] = t
    _grad.__set__(t, grad)


def stale_grad(t):
    """Return the error for a gradient left from before."""
    line = f"{line_of_user()}: " if _current.get() is not None else ""
    return TraceError(
        f"{line}{t.name or f'a Tensor {describe(t)}'} has a gradient from before, which a compiled function cannot add "
        "to; set .grad = None before it runs, or at its start or end"
    )


def gradients_left(trace):
    """Return ``[(Tensor, stand-in, gradient)]`` of what the function left in Tensors from outside, and clear it."""
    left = []
    for t in trace.graded.values():
        grad = _grad.__get__(t)
        if grad is not None:
            left.append((t, _data.__get__(grad), grad))
            _grad.__set__(t, None)
    return [(t, g if isinstance(g, TraceArray) else trace.captured(g), grad) for t, g, grad in left]


def arrays_left(trace):
    """Return ``[(Tensor, what it was, what it is now)]`` of those from outside that were given another array.

    Raises if one became the result of an op, by ``t[i] = v``: a program keeps no graph.
    """
    for t, *_ in trace.tensors.values():
        if t.seq >= trace.start:
            raise TraceError(
                f"{t.name or describe(t)} is written to by t[i] = v in a compiled function, which keeps no graph; "
                "write into its array, t.data[i] = v, or into a copy"
            )
    return list(trace.rebound.values())
