"""Ctrl-C while training: never between two weights."""

import signal
import threading


class Interrupts:
    """Within it, a Ctrl-C that comes while ``busy`` is True waits until ``free()``, then raises KeyboardInterrupt.

    So the weights are always those of a finished step. A handler of the user's own is left alone, and threads other
    than the main one, where Python delivers no signals, need nothing.
    """

    def __init__(self):
        self.busy = self.pending = self.installed = False

    def __enter__(self):
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._handle)
            self.installed = True
        return self

    def __exit__(self, *exception):
        if self.installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _handle(self, signum, frame):
        if self.busy:
            self.pending = True
        else:
            raise KeyboardInterrupt

    def free(self):
        """End the time in which a Ctrl-C waits."""
        self.busy = False
        if self.pending:
            self.pending = False
            raise KeyboardInterrupt
