"""Interrupts: Ctrl-C and other signals wait while work is done that must be done as a whole.

Python runs the handlers of signals between any two of its own steps in the main thread. A handler that raises, as
that of Ctrl-C does, would leave an optimizer with half of its step.
"""

import signal
from _signal import getsignal  # type: ignore[import-not-found]  # what signal wraps: a tenth of the time
from _signal import signal as set_handler
from _thread import get_ident
from threading import main_thread

#: The signals whose handlers may raise: Ctrl-C, a limit of time, a request to end.
SIGNALS = [
    int(getattr(signal, name))
    for name in ("SIGINT", "SIGTERM", "SIGALRM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGPROF",
                 "SIGBREAK")
    if hasattr(signal, name)
]  # fmt: skip


class Waiting:
    """What is so while signals wait.

    within:   whether they do
    handlers: those of the user, by signal
    pending:  the signals that came, with their frames
    seen:     the handlers found last, for SIGNALS; ``taken``: the signals among them that have one
    """

    def __init__(self):
        self.within, self.handlers, self.pending = False, {}, []
        self.seen, self.taken = [], []

    def look(self, found):
        """Note the handlers that are there now, and which signals have one."""
        taken = [(s, handler) for s, handler in zip(SIGNALS, found, strict=True) if callable(handler)]
        taken = [(s, handler) for s, handler in taken if handler is not _later]
        self.handlers.update(taken)
        self.taken = [s for s, _ in taken]
        self.seen = found

    def later(self, signum, frame):
        """Handle a signal: at the end, or at once where an interrupt kept this handler from being taken back."""
        if self.within:
            self.pending.append((signum, frame))
        else:
            self.take_back(self.handlers)
            self.handlers[signum](signum, frame)

    def take_back(self, signals):
        """Set the user's handlers again."""
        for signum in signals:
            if getsignal(signum) is _later:
                set_handler(signum, self.handlers[signum])

    def deliver(self):
        """Call the handlers of the signals that came."""
        if self.pending:
            signum, frame = self.pending.pop(0)
            try:
                self.handlers[signum](signum, frame)
            finally:
                self.deliver()


_waiting = Waiting()
_later = _waiting.later


def whole(work, *args):
    """Return ``work(*args)``; signals that come meanwhile are handled at its end, whatever their handlers do.

    In threads other than the main one, where Python runs no handlers, this is just the call. 1 µs.

    >>> def work():
    ...     signal.raise_signal(signal.SIGINT)
    ...     print("done")
    >>> try:
    ...     whole(work)
    ... except KeyboardInterrupt:
    ...     print("interrupted")
    done
    interrupted
    """
    if _waiting.within or get_ident() != main_thread().ident:
        return work(*args)
    found = [*map(getsignal, SIGNALS)]
    if found != _waiting.seen:
        _waiting.look(found)
    try:
        _waiting.within = True
        for signum in _waiting.taken:
            set_handler(signum, _later)
        return work(*args)
    finally:
        _waiting.within = False
        try:
            _waiting.take_back(_waiting.taken)
        finally:
            if _waiting.pending:
                _waiting.deliver()
