"""Interrupts: Ctrl-C and other signals wait while work is done that must be done as a whole.

Python runs the handlers of signals between any two of its own steps in the main thread. A handler that raises, as
that of Ctrl-C does, would leave an optimizer with half of its step.
"""

from __future__ import annotations

import signal
from _signal import getsignal  # type: ignore[import-not-found]  # what signal wraps: a tenth of the time
from _signal import signal as set_handler
from _thread import get_ident
from threading import main_thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: The signals whose handlers may raise: Ctrl-C, a limit of time, a request to end.
SIGNALS = [
    int(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGPROF",
                 "SIGBREAK")
    if hasattr(signal, name)
]  # fmt: skip


class DeferredSignals:
    """The signals that wait while work is done, and the handlers that they wait for.

    within:   whether signals wait now
    handlers: the user's handlers, by signal
    pending:  the signals that came, with their frames
    seen:     the handlers found last, for SIGNALS; ``taken``: the signals among them that have one
    """

    def __init__(self) -> None:
        self.within = False
        self.handlers: dict[int, Any] = {}
        self.pending: list[tuple[int, Any]] = []
        self.seen: list[Any] = []
        self.taken: list[int] = []

    def note_handlers(self, found: list[Any]) -> None:
        """Note the handlers that are there now, and which signals have one."""
        taken = [(s, handler) for s, handler in zip(SIGNALS, found, strict=True) if callable(handler)]
        taken = [(s, handler) for s, handler in taken if handler is not _defer]
        self.handlers.update(taken)
        self.taken = [s for s, _ in taken]
        self.seen = found

    def defer(self, signum: int, frame: Any) -> None:
        """Handle a signal: at the end, or at once where an interrupt kept ``restore`` from running."""
        if self.within:
            self.pending.append((signum, frame))
        else:
            self.restore(self.handlers)
            self.handlers[signum](signum, frame)

    def restore(self, signals: Iterable[int]) -> None:
        """Set the user's handlers again."""
        for signum in signals:
            if getsignal(signum) is _defer:
                set_handler(signum, self.handlers[signum])

    def deliver(self) -> None:
        """Call the handlers of the signals that came."""
        if self.pending:
            signum, frame = self.pending.pop(0)
            try:
                self.handlers[signum](signum, frame)
            finally:
                self.deliver()


_signals = DeferredSignals()
_defer = _signals.defer


def run_uninterrupted(work: Callable[..., Any], *args: Any) -> Any:
    """Return ``work(*args)``; signals that come meanwhile are handled at its end, whatever their handlers do.

    In threads other than the main one, where Python runs no handlers, this is just the call. 1 µs.

    >>> def work():
    ...     signal.raise_signal(signal.SIGINT)
    ...     print("done")
    >>> try:
    ...     run_uninterrupted(work)
    ... except KeyboardInterrupt:
    ...     print("interrupted")
    done
    interrupted
    """
    if _signals.within or get_ident() != main_thread().ident:
        return work(*args)
    found = [*map(getsignal, SIGNALS)]
    if found != _signals.seen:
        _signals.note_handlers(found)
    try:
        _signals.within = True
        for signum in _signals.taken:
            set_handler(signum, _defer)
        return work(*args)
    finally:
        _signals.within = False
        try:
            _signals.restore(_signals.taken)
        finally:
            if _signals.pending:
                _signals.deliver()
