"""Observers see what a thread computes, inside ``with observing(observer):``. Without one, nothing changes.

The hot path calls no observer. Every Tensor gets its sequence number last of all, so ``Tensor.seq``, a slot, is a
property while anyone wants to see what is made, as ``Tensor.data`` and ``Tensor.grad`` are while anyone wants to see
what is read and written. ``backward.sweep`` and ``no_grad.__enter__`` are replaced for the same time. Only what an
Observer overrides is replaced, and at the end of the last block all is put back. Other threads and async tasks find no
observers of theirs, and are not slowed down by much.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from threading import Lock, get_ident
from typing import Any

from .. import backward as engine
from ..core.dispatch import op_of, record
from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..core.views import copy_state, replace_state
from .code import arguments

#: The blocks of this thread or task, the outermost first; none while an observer is told something.
_blocks: ContextVar[tuple[Any, ...]] = ContextVar("blocks", default=())
#: Every open block, of any thread.
OPEN: list[Any] = []
_lock: list[Any] = [Lock()]
#: Functions that give a Tensor the number of another, their first argument.
FACES = (replace_state.__code__, copy_state.__code__)
#: The slots of a Tensor as they are while nobody observes: ``DATA.__get__(t)`` is its array, whoever observes.
SEQ, DATA, GRAD = (Tensor.__dict__[slot] for slot in ("seq", "data", "grad"))


class Observer:
    """Gets a call for each op, read and write in a block, ``with observing(observer):``, of its thread or async task.

    Override the methods you need; nothing else is watched. Several observers are called one after the other, that
    of the outermost block first; writes and backwards pass through them the other way, from the innermost to the
    outermost. While one is told something, what it computes itself is shown to nobody. What it raises is raised in
    the code that is observed, at that place, and who comes after it is not told. ``frame`` is where the observed
    code runs.

    >>> import tensorgrad as tg
    >>> class Ops(Observer):
    ...     def on_op(self, t, op, inputs, frame):
    ...         print(op.name, t.shape)
    >>> w = tg.Parameter([1.0, 2.0])
    >>> with observing(Ops()):
    ...     loss = (w * w).sum()
    multiply (2,)
    sum ()
    """

    def on_op(self, t: Any, op: Any, inputs: Any, frame: Any) -> None:
        """``op`` was called on ``inputs`` and made ``t``, which may remember neither: inside no_grad, of a constant."""

    def on_leaf(self, t: Any, frame: Any) -> None:
        """``t`` was made by no op: of values."""

    def on_replace(self, t: Any, other: Any) -> None:
        """``t`` is from now on what ``other`` is: ``x[i] = v`` makes ``x`` its result, and a new Tensor what x was."""

    def on_visit(self, t: Any) -> None:
        """A backward has all of the gradient of ``t``; its hooks and the rules of its op are about to run."""

    def on_backward(self, sweep: Any, root: Any, g: Any, keep: Any) -> Any:
        """Run a backward, ``sweep(root, g, keep)``, and return what it returns."""
        return sweep(root, g, keep)

    def on_no_grad(self, frame: Any) -> None:
        """A ``no_grad`` block is about to begin, or a function decorated so."""

    def on_read(self, t: Any, array: Any, frame: Any) -> Any:
        """``t.data`` is read, and is ``array``: return that, or what the reader is to have instead."""
        return array

    def on_write(self, t: Any, array: Any) -> Any:
        """``t.data`` is set to ``array``: return that, or what is to be kept instead."""
        return array

    def on_read_grad(self, t: Any, grad: Any) -> Any:
        """``t.grad`` is read, and is ``grad``: return that, or what the reader is to have instead."""
        return grad

    def on_write_grad(self, t: Any, grad: Any) -> Any:
        """``t.grad`` is set to ``grad``: return that, or what is to be kept instead."""
        return grad


class Block:
    """One ``with observing(observer):``. A task begun inside may know it for longer; it has no observer then."""

    __slots__ = ("observer", "thread")

    def __init__(self, observer: Any) -> None:
        self.observer, self.thread = observer, get_ident()


@contextmanager
def observing(observer: Any) -> Any:
    """Show ``observer`` what this thread or task computes inside the block. Blocks nest; two that overlap, those of
    generators, end in any order.

    A compiled function runs its program, in which no op is seen, unless ``core.modes.no_compile()`` is around it.
    """
    block = Block(observer)
    try:
        _blocks.set((*_blocks.get(), block))
        with _lock[0]:
            OPEN.append(block)
            _install()
        yield observer
    finally:
        with _lock[0]:
            OPEN[:] = [other for other in OPEN if other is not block]
            _install()
        block.observer = None
        _blocks.set(tuple([other for other in _blocks.get() if other is not block]))


@contextmanager
def hide_from_observers() -> Any:
    """Inside the block no observer sees what is computed."""
    token = _blocks.set(())
    try:
        yield
    finally:
        _blocks.reset(token)


def observers() -> Any:
    """Return the observers of this thread or task, the outermost first."""
    return [observer for block in _blocks.get() if (observer := block.observer) is not None]


def _reset_after_fork() -> None:
    """Forget, in a forked process, the threads that observed in its parent."""
    _lock[0] = Lock()
    OPEN[:] = [block for block in OPEN if block.thread == get_ident()]
    _install()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_reset_after_fork)


def _install() -> None:
    """Replace the attributes that open blocks observe, and restore the others."""
    for owner, name, plain, replaced, methods in REPLACED:
        wanted = replaced if any(overrides(block.observer, methods) for block in OPEN) else plain
        if vars(owner)[name] is not wanted:
            setattr(owner, name, wanted)


def overrides(observer: Any, methods: Any) -> Any:
    """Return whether an observer wants to see any of this."""
    return any(getattr(type(observer), name) is not getattr(Observer, name) for name in methods)


def notify(method: Any, *what: Any) -> None:
    """Call ``method`` of each observer; what it computes meanwhile is not observed."""
    blocks = _blocks.get()
    token = _blocks.set(())  # what hide_from_observers() does, in a third of its time
    try:
        for block in blocks:
            if block.observer is not None:
                getattr(block.observer, method)(*what)
    finally:
        _blocks.reset(token)


def pass_through(blocks: Any, method: Any, t: Any, value: Any, *where: Any) -> Any:
    """Return ``value`` as the observers of ``blocks`` change it, one after the other."""
    token = _blocks.set(())
    try:
        for block in blocks:
            if block.observer is not None:
                value = getattr(block.observer, method)(t, value, *where)
    finally:
        _blocks.reset(token)
    return value


def _set_seq(t: Any, seq: Any) -> None:
    SEQ.__set__(t, seq)
    if not _blocks.get():
        return
    frame: Any = sys._getframe(1)
    if frame.f_code in FACES:
        notify("on_replace", t, arguments(frame)[0])
        return
    caller = frame.f_back if frame.f_code is record.__code__ else frame
    op = op_of(caller.f_code)
    if op is None:
        notify("on_leaf", t, frame)
    else:
        notify("on_op", t, op, arguments(caller), caller)


def _get_data(t: Any) -> Any:
    array, blocks = DATA.__get__(t), _blocks.get()
    return pass_through(blocks, "on_read", t, array, sys._getframe(1)) if blocks else array


def _set_data(t: Any, array: Any) -> None:
    blocks = _blocks.get()
    DATA.__set__(t, pass_through(blocks[::-1], "on_write", t, array) if blocks else array)


def _get_grad(t: Any) -> Any:
    grad, blocks = GRAD.__get__(t), _blocks.get()
    return pass_through(blocks, "on_read_grad", t, grad) if blocks else grad


def _set_grad(t: Any, grad: Any) -> None:
    blocks = _blocks.get()
    GRAD.__set__(t, pass_through(blocks[::-1], "on_write_grad", t, grad) if blocks else grad)


def _observed_sweep(root: Any, g: Any, keep: Any, **settings: Any) -> Any:
    found = observers()
    if any(overrides(observer, ["on_visit"]) for observer in found):
        settings["visiting"] = partial(notify, "on_visit")
    run: Any = partial(SWEEP, **settings)
    for observer in found:
        run = partial(observer.on_backward, run)
    return run(root, g, keep)


def _enter_no_grad(mode: Any) -> Any:
    if _blocks.get():
        notify("on_no_grad", sys._getframe(1))
    return ENTER(mode)


SWEEP, ENTER = engine.sweep, no_grad.__enter__
no_grad.__enter__ = ENTER  # its own, to be replaced
#: ``(owner, attribute, what it is, what replaces it, the methods of an Observer for which it is replaced)``.
REPLACED = [
    (Tensor, "seq", SEQ, property(SEQ.__get__, _set_seq), ["on_op", "on_leaf", "on_replace"]),
    (Tensor, "data", DATA, property(_get_data, _set_data), ["on_read", "on_write"]),
    (Tensor, "grad", GRAD, property(_get_grad, _set_grad), ["on_read_grad", "on_write_grad"]),
    (engine, "sweep", SWEEP, _observed_sweep, ["on_visit", "on_backward"]),
    (no_grad, "__enter__", ENTER, _enter_no_grad, ["on_no_grad"]),
]
