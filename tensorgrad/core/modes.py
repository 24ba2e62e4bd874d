"""How calls run: whether they are recorded, whether programs are used. Flags, each per thread and per async task.

A flag is read at every op, so it is a ContextVar's ``get`` and nothing more. It gives a Setting, and the code asks only
whether that is true.
"""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import ref

from .decorators import decorate

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

_recording: ContextVar[Any] = ContextVar("recording", default=True)
_no_compile: ContextVar[Any] = ContextVar("no_compile", default=False)
_complex_step: ContextVar[Any] = ContextVar("complex_step", default=False)
_entering: ContextVar[Any] = ContextVar("entering", default=None)

#: Whether the model around is being trained: the default of a layer's ``training``.
training: ContextVar[Any] = ContextVar("training", default=False)

#: Return something true while calls are being recorded. 22 ns, paid once per recorded op.
recording = _recording.get


def is_recording() -> bool:
    """Return whether calls are being recorded."""
    return bool(_recording.get())


def is_compile_off() -> bool:
    """Return whether compiled functions run as they were written, because somebody watches what they call."""
    return bool(_no_compile.get())


def is_complex_step() -> bool:
    """Return whether complex numbers stand for real ones that are moved a little: then nothing is conjugated."""
    return bool(_complex_step.get())


def run_uncompiled(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Return what ``function`` gives while compiled functions run as they were written.

    It costs a third of what the block ``no_compile()`` does.
    """
    context = copy_context()
    context.run(_no_compile.set, True)
    return context.run(function, *args, **kwargs)


def record_uncompiled(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Do what ``run_uncompiled`` does while calls are recorded, whatever the caller's mode."""
    context = copy_context()
    context.run(_recording.set, True)
    context.run(_no_compile.set, True)
    return context.run(function, *args, **kwargs)


class Setting(list[Any]):
    """What a flag is set to inside one ``with`` block: as true as a list is, by its length.

    before:   the Setting, or default, that was there
    mode:     who set it
    left:     whether ``mode`` was left while a later Setting still stood on this one
    watching: a weak reference to what the ``with`` statement will call at its end
    """

    before: Any = None
    mode: Any = None
    left = False
    watching: Any = None

    def watch(self, end: Any, before: Any) -> None:
        """Turn to the truth of ``before`` if ``end`` is gone before the block was left.

        An interrupt may arrive in ``__exit__`` before its first line has run. Then nothing of ours runs any more, but
        the ``with`` statement drops ``end``, and a method of list, which no interrupt can break off, answers that.
        """
        if (not before) is (not self):
            self.watching = ref(end)
        elif self:
            self[0] = ref(end, self.remove)
            self.watching = self[0]
        else:
            self.watching = ref(end, self.append)

    def is_active(self) -> bool:
        """Return whether the block is still running."""
        return not self.left and (self.watching is None or self.watching() is not None)


def active_setting(setting: Any) -> Any:
    """Return the innermost Setting of a chain whose block is still running, or the flag's default."""
    while isinstance(setting, Setting) and not setting.is_active():
        setting = setting.before
    return setting


class _ExitMethod:
    """``__exit__`` of a mode: what a ``with`` statement gets to call is an object of its own, for ``Setting.watch``."""

    def __get__(self, mode: Any, cls: Any) -> Any:
        if mode is None:  # an ExitStack asks the class
            return cls._leave
        end = partial(mode._leave)
        setting = Setting(mode._truth)
        setting.mode = mode
        setting.watch(end, mode._flag.get())
        _entering.set(setting)
        return end


class _Mode:
    """Set a flag inside a ``with`` block or a decorated function. Any threads and tasks may share one."""

    _flag = _recording
    _truth: tuple[Any, ...] = ()  # what a Setting is made of: nothing is False

    __exit__ = _ExitMethod()

    def __enter__(self) -> Self:
        setting = _entering.get()
        if setting is None or setting.mode is not self or not setting.is_active():
            setting = Setting(self._truth)  # entered by hand, without a with statement
            setting.mode = self
        _entering.set(None)
        setting.before = active_setting(self._flag.get())
        self._flag.set(setting)
        return self

    def _leave(self, *exception: Any) -> None:
        """Undo the last entry in this thread or task, if there is one: a generator may be closed by another thread."""
        top = setting = self._flag.get()
        while isinstance(setting, Setting) and (setting.mode is not self or not setting.is_active()):
            setting = setting.before
        if setting is top:
            if isinstance(top, Setting):
                self._flag.set(active_setting(top.before))
        elif isinstance(setting, Setting):
            setting.left = True  # blocks of two generators end in any order
            self._flag.set(active_setting(top))
        if isinstance(setting, Setting):
            setting.watching = None  # last of all; a task begun inside goes on as it began
            if setting:
                setting[0] = None  # else it would hold itself, through the reference

    def __call__(self, function: F) -> F:
        inside: F = decorate(function, self)
        return inside


class no_grad(_Mode):
    """Record nothing: results do not require a gradient. A context manager and a decorator.

    A decorated generator or coroutine records nothing while it runs; whoever runs between its steps is not affected.

    >>> import tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.no_grad():
    ...     (w * 2).requires_grad
    False
    """

    _truth = ()


class enable_grad(_Mode):
    """Record again, inside a ``no_grad`` block. A context manager and a decorator.

    >>> import tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> with tg.no_grad(), tg.enable_grad():
    ...     (w * 2).requires_grad
    True
    """

    _truth = (True,)


class no_compile(_Mode):
    """Run compiled functions, and models, as they were written, inside a ``with`` block."""

    _flag = _no_compile
    _truth = (True,)


class complex_step(_Mode):
    """Take complex numbers for real ones moved by their imaginary parts, inside a ``with`` block.

    A function of real numbers, continued to complex ones, has its derivative in the imaginary part then; what would
    conjugate, or take a real part, because a number is complex leaves it as it is.
    """

    _flag = _complex_step
    _truth = (True,)
