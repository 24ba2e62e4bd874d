"""The one observer: while somebody observes, what a thread computes is shown to them; else nothing is different.

The hot path tells nobody anything. Every Tensor gets its sequence number last of all, so ``Tensor.seq``, a slot, is a
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
    """Somebody who is shown what is computed in a block, ``with observing(observer):``, by its thread or async task.

    Override what you want to see; only that is watched. Several observers are told one after the other, the outermost
    block's first; writes and backwards pass through them the other way, from the innermost to the outermost. While one
    is told something, what it computes itself is shown to nobody. What it raises is raised in the code that is
    observed, at that place, and who comes after it is not told. ``frame`` is where the observed code runs.

    >>> import tensorgrad as tg
    >>> class Ops(Observer):
    ...     def made(self, t, op, inputs, frame):
    ...         print(op.name, t.shape)
    >>> w = tg.Parameter([1.0, 2.0])
    >>> with observing(Ops()):
    ...     loss = (w * w).sum()
    multiply (2,)
    sum ()
    """

    def made(self, t: Any, op: Any, inputs: Any, frame: Any) -> None:
        """``op`` was called on ``inputs`` and made ``t``, which may remember neither: inside no_grad, of a constant."""

    def wrapped(self, t: Any, frame: Any) -> None:
        """``t`` was made by no op: of values."""

    def became(self, t: Any, other: Any) -> None:
        """``t`` is from now on what ``other`` is: ``x[i] = v`` makes ``x`` its result, and a new Tensor what x was."""

    def visiting(self, t: Any) -> None:
        """A backward has all of the gradient of ``t``; its hooks and the rules of its op are about to run."""

    def backward(self, sweep: Any, root: Any, g: Any, keep: Any) -> Any:
        """Run a backward, ``sweep(root, g, keep)``, and return what it returns."""
        return sweep(root, g, keep)

    def unrecording(self, frame: Any) -> None:
        """A ``no_grad`` block is about to begin, or a function decorated so."""

    def read(self, t: Any, array: Any, frame: Any) -> Any:
        """``t.data`` is read, and is ``array``: return that, or what the reader is to have instead."""
        return array

    def written(self, t: Any, array: Any) -> Any:
        """``t.data`` is set to ``array``: return that, or what is to be kept instead."""
        return array

    def read_grad(self, t: Any, grad: Any) -> Any:
        """``t.grad`` is read, and is ``grad``: return that, or what the reader is to have instead."""
        return grad

    def written_grad(self, t: Any, grad: Any) -> Any:
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
def unobserved() -> Any:
    """Show nobody what is computed inside the block."""
    token = _blocks.set(())
    try:
        yield
    finally:
        _blocks.reset(token)


def observers() -> Any:
    """Return the observers of this thread or task, the outermost first."""
    return [observer for block in _blocks.get() if (observer := block.observer) is not None]


def _forked() -> None:
    """Forget, in a forked process, the threads that observed in its parent."""
    _lock[0] = Lock()
    OPEN[:] = [block for block in OPEN if block.thread == get_ident()]
    _install()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _install() -> None:
    """Replace what somebody wants to see, and put back the rest."""
    for owner, name, plain, replaced, methods in REPLACED:
        wanted = replaced if any(overrides(block.observer, methods) for block in OPEN) else plain
        if vars(owner)[name] is not wanted:
            setattr(owner, name, wanted)


def overrides(observer: Any, methods: Any) -> Any:
    """Return whether an observer wants to see any of this."""
    return any(getattr(type(observer), name) is not getattr(Observer, name) for name in methods)


def told(method: Any, *what: Any) -> None:
    """Tell each observer, while none of them is shown what the others compute."""
    blocks = _blocks.get()
    token = _blocks.set(())  # what unobserved() does, in a third of its time
    try:
        for block in blocks:
            if block.observer is not None:
                getattr(block.observer, method)(*what)
    finally:
        _blocks.reset(token)


def passed(blocks: Any, method: Any, t: Any, value: Any, *where: Any) -> Any:
    """Return a value after the observers of ``blocks`` have had it, one after the other."""
    token = _blocks.set(())
    try:
        for block in blocks:
            if block.observer is not None:
                value = getattr(block.observer, method)(t, value, *where)
    finally:
        _blocks.reset(token)
    return value


def _numbered(t: Any, seq: Any) -> None:
    SEQ.__set__(t, seq)
    if not _blocks.get():
        return
    frame: Any = sys._getframe(1)
    if frame.f_code in FACES:
        told("became", t, arguments(frame)[0])
        return
    caller = frame.f_back if frame.f_code is record.__code__ else frame
    op = op_of(caller.f_code)
    if op is None:
        told("wrapped", t, frame)
    else:
        told("made", t, op, arguments(caller), caller)


def _read(t: Any) -> Any:
    array, blocks = DATA.__get__(t), _blocks.get()
    return passed(blocks, "read", t, array, sys._getframe(1)) if blocks else array


def _written(t: Any, array: Any) -> None:
    blocks = _blocks.get()
    DATA.__set__(t, passed(blocks[::-1], "written", t, array) if blocks else array)


def _read_grad(t: Any) -> Any:
    grad, blocks = GRAD.__get__(t), _blocks.get()
    return passed(blocks, "read_grad", t, grad) if blocks else grad


def _written_grad(t: Any, grad: Any) -> None:
    blocks = _blocks.get()
    GRAD.__set__(t, passed(blocks[::-1], "written_grad", t, grad) if blocks else grad)


def _swept(root: Any, g: Any, keep: Any) -> Any:
    run, found = SWEEP, observers()
    if any(overrides(observer, ["visiting"]) for observer in found):
        run = partial(SWEEP, visiting=partial(told, "visiting"))
    for observer in found:
        run = partial(observer.backward, run)
    return run(root, g, keep)


def _entered(mode: Any) -> Any:
    if _blocks.get():
        told("unrecording", sys._getframe(1))
    return ENTER(mode)


SWEEP, ENTER = engine.sweep, no_grad.__enter__
no_grad.__enter__ = ENTER  # its own, to be replaced
#: ``(owner, attribute, what it is, what replaces it, the methods of an Observer for which it is replaced)``.
REPLACED = [
    (Tensor, "seq", SEQ, property(SEQ.__get__, _numbered), ["made", "wrapped", "became"]),
    (Tensor, "data", DATA, property(_read, _written), ["read", "written"]),
    (Tensor, "grad", GRAD, property(_read_grad, _written_grad), ["read_grad", "written_grad"]),
    (engine, "sweep", SWEEP, _swept, ["visiting", "backward"]),
    (no_grad, "__enter__", ENTER, _entered, ["unrecording"]),
]
