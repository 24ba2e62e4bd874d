"""A progress bar for checks that take longer than a second; on a terminal only."""

import sys
from time import perf_counter
from typing import Any

#: Seconds before the bar appears.
PATIENCE = 1.0


class CheckProgress:
    """A progress bar that names what is measured: ``with CheckProgress() as progress``."""

    def __init__(self, check="gradcheck"):
        self.check, self.start = check, perf_counter()
        self.bar: Any = None
        self.task: Any = None
        self.live = bool(getattr(sys.stderr, "isatty", lambda: False)())

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.bar is not None:
            self.bar.stop()

    def advance(self, what, done, total):
        """Show that ``done`` of ``total`` parts of ``what`` are measured."""
        if not self.live or perf_counter() - self.start < PATIENCE:
            return
        if self.bar is None:
            from rich.console import Console  # 60 ms of import, for a long check on a terminal
            from rich.progress import Progress as Bar

            self.bar = Bar(console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task("")
        from rich.markup import escape  # as above

        self.bar.update(self.task, description=escape(f"{self.check}: {what}"), completed=done, total=total)
