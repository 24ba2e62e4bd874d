"""While somebody observes, each Tensor that is made, and each backward, is shown to them; else nothing is different.

Every Tensor gets its sequence number last of all. So ``Tensor.seq``, a slot, is a property while anyone observes, whose
setter knows the finished Tensor and, from the frame that sets it, the op and its inputs. ``backward.sweep`` is replaced
for the same time. Both look for the observers of their own thread or async task; others are not slowed down by much.
"""

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import Lock

from .. import backward as engine
from ..compile.origin import DISPATCH
from ..core.mode import plainly
from ..core.tensor import Tensor
from ..errors import printable

_observers: ContextVar[tuple] = ContextVar("observers", default=())
_seq, _sweep = Tensor.__dict__["seq"], engine.sweep
_lock, _observing = Lock(), [0]


class Observer:
    """Somebody who wants to see what is computed."""

    def made(self, t, frame):
        """``t`` was just made, by the code running in ``frame``."""

    def backward(self, sweep, root, g, keep):
        """Run a backward, ``sweep(root, g, keep)``, and return what it returns."""
        return sweep(root, g, keep)


@contextmanager
def observing(observer):
    """Show ``observer`` what this thread computes inside the block; compiled functions run as they were written."""
    token = _observers.set((*_observers.get(), observer))
    _count(1)
    try:
        with plainly():
            yield observer
    finally:
        _count(-1)
        _observers.reset(token)


@contextmanager
def unobserved():
    """Show nobody what is computed inside the block."""
    token = _observers.set(())
    try:
        yield
    finally:
        _observers.reset(token)


def _count(by):
    """Note that so many more observe; the slot and the function are replaced while anyone does."""
    with _lock:
        _observing[0] += by
        Tensor.seq = property(_seq.__get__, _numbered) if _observing[0] else _seq  # type: ignore[attr-defined]
        engine.sweep = _swept if _observing[0] else _sweep


def _numbered(t, seq):
    _seq.__set__(t, seq)
    observers = _observers.get()
    if observers:
        frame = sys._getframe(1)
        with unobserved():
            for observer in observers:
                observer.made(t, frame)


def _swept(root, g, keep):
    run = _sweep
    for observer in _observers.get():
        run = partial(observer.backward, run)
    return run(root, g, keep)


def call_of(frame):
    """Return ``(op, inputs)`` if ``frame``, in which a Tensor is being made, is an op's call, else None."""
    if frame.f_globals.get("__name__") != DISPATCH:
        return None
    names = frame.f_locals
    if frame.f_code.co_name == "record" and not names["inputs"]:  # a constant op gives none to remember
        names = frame.f_back.f_locals
    if "inputs" in names:
        inputs = names["inputs"]
    else:
        inputs = (names["a"], names["b"]) if "a" in names else (names["x"],)
    return names["op"], inputs


def where(line, layer):
    """Return a place as the end of a sentence.

    >>> where("train.py:14", "hidden")
    " at train.py:14 in layer 'hidden'"
    """
    return (f" at {printable(line)}" if line else "") + (f" in layer {layer!r}" if layer else "")


def writing(frame):
    """Return the Tensor that the one being made in ``frame`` is another face of, in ``x[i] = v``, else None."""
    if frame.f_globals.get("__name__") == "tensorgrad.ops.indexing":
        return frame.f_locals.get({"setitem": "y", "before_write": "x"}.get(frame.f_code.co_name, ""))
    return None
