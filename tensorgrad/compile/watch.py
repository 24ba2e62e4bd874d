"""While a function is traced, Tensors from outside show stand-ins of their arrays: nothing they are used for is missed.

``Tensor.data`` and ``Tensor.grad`` are slots. During a trace they are properties, which give a stand-in to the thread
that traces and the array itself to every other. So a weight is known to a program however the function came by it, and
``w ** 2`` alone, which involves no argument of the function, is written down too.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

import numpy as np

from ..core.mode import plainly
from ..core.tensor import Tensor
from ..errors import TraceError, describe
from .arrays import TraceArray
from .origin import line_of_user

_current: ContextVar = ContextVar("trace", default=None)
_data, _grad = Tensor.__dict__["data"], Tensor.__dict__["grad"]
_lock, _watching = Lock(), [0]


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


def is_tracing():
    """Return whether this thread runs a function that is being traced."""
    return _current.get() is not None


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
    with _lock:
        _watching[0] += by
        Tensor.data = property(shown, stored) if _watching[0] else _data  # type: ignore[method-assign]
        Tensor.grad = property(shown_grad, stored_grad) if _watching[0] else _grad  # type: ignore[method-assign]


def outside(t, trace):
    """Return whether ``t`` is older than the trace; one being made has no number yet."""
    return id(t) in trace.tensors or getattr(t, "seq", trace.start) < trace.start


def shown(t):
    """Return what ``t.data`` is to this thread."""
    array, trace = _data.__get__(t), _current.get()
    if trace is None or type(array) is not np.ndarray:
        return array
    if outside(t, trace):
        return trace.of_tensor(t, array)
    fresh = trace.call(np.copy, (array,))  # made by the function: each run starts from these values again
    _data.__set__(t, fresh)
    return fresh


def stored(t, new):
    """Set ``t.data``: giving a Tensor from outside new values is, in a program, writing into its array."""
    trace = _current.get()
    if trace is None or not outside(t, trace):
        _data.__set__(t, new)
        return
    mine = trace.of_tensor(t, _data.__get__(t))
    if new is mine:
        return
    if getattr(new, "shape", None) != mine.shape or new.dtype != mine.dtype:
        raise TraceError(
            f"{line_of_user()}: {t.name or 'a Tensor'}.data was {describe(mine)} and is given {describe(new)}; "
            "a compiled function can change its values, not its shape or dtype"
        )
    mine[...] = new


def shown_grad(t):
    """Return ``t.grad``: of a Tensor from outside, only what the function itself has put there."""
    trace, grad = _current.get(), _grad.__get__(t)
    if trace is not None and grad is not None and id(t) not in trace.graded and outside(t, trace):
        raise stale_grad(t)
    return grad


def stored_grad(t, grad):
    """Set ``t.grad``, and note that the function does so."""
    trace = _current.get()
    if trace is not None and outside(t, trace):
        trace.graded[id(t)] = t
    _grad.__set__(t, grad)


def stale_grad(t):
    """Return the error for a gradient left from before."""
    return TraceError(
        f"{t.name or describe(t)} has a gradient from before, which a compiled function cannot add to; "
        "set .grad = None before it runs, or at its end"
    )


def gradients_left(trace):
    """Return ``[(Tensor, stand-in)]`` of the gradients the function left in Tensors from outside, and clear them."""
    left = []
    for t in trace.graded.values():
        grad = _grad.__get__(t)
        if grad is not None:
            left.append((t, _data.__get__(grad)))
            _grad.__set__(t, None)
    return [(t, g if isinstance(g, TraceArray) else trace.captured(g)) for t, g in left]
