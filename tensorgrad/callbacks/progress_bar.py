"""The progress bar: a line that is redrawn in a terminal, one plain line for each epoch elsewhere."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from time import perf_counter
from typing import Any

from ..errors import printable_text
from .base import Callback

WIDTH = 20
#: Seconds between two redraws.
INTERVAL = 0.08


class ProgressBar:
    """A bar that shows how many steps are done: ``12/50 ━━━━━━━━━━━━━━━━━━━━ 1s 3ms/step - loss: 0.3``.

    steps:   how many there will be
    verbose: 1 for the bar (a single line where it cannot be redrawn), 2 for a single line
    title:   what comes before, such as ``"Epoch 1/20"``
    """

    def __init__(self, steps: Any, verbose: Any = 1, title: Any = "") -> None:
        self.steps, self.out = steps, sys.stdout
        self.live = verbose == 1 and is_redrawable(self.out)
        self.start = perf_counter()
        self.due = self.start + INTERVAL if self.live else float("inf")
        self.open = False
        if title and (self.live or verbose == 2):
            self.out.write(title + "\n")
        self.title = "" if self.live or verbose == 2 or not title else title + " - "

    def update(self, step: Any, logs: dict[str, Any] | None) -> None:
        """Redraw the bar after ``step`` steps. Callers ask ``due`` first: drawing takes longer than a small step."""
        now = perf_counter()
        left = (now - self.start) / max(step, 1) * (self.steps - step)
        self._draw(self._bar_parts(step, duration_text(left), now, logs))
        self.due = now + INTERVAL

    def finish(self, step: Any, logs: dict[str, Any] | None) -> None:
        """Write the last state of the line."""
        now = perf_counter()
        if self.live:
            self._draw(self._bar_parts(step, f"{now - self.start:.0f}s", now, logs), full=True)
        else:
            parts = [
                f"{self.title}{step}/{self.steps}",
                f"{now - self.start:.0f}s",
                step_time_text(now - self.start, step),
            ]
            self.out.write(" - ".join(parts) + self._metrics_text(logs))
        self.out.write("\n")
        self.out.flush()
        self.open = False

    def abandon(self) -> None:
        """End a half-drawn line, so that what comes next starts on its own."""
        if self.open:
            self.out.write("\n")
            self.out.flush()
            self.open = False

    def _bar_parts(self, step: Any, time: Any, now: Any, logs: dict[str, Any] | None) -> Any:
        done = int(WIDTH * step / self.steps) if self.steps else 0
        cell = "━" if is_encodable("━", self.out) else "="
        head = f"{step:{len(str(self.steps))}d}/{self.steps}"
        tail = f" {time} {step_time_text(now - self.start, step)}{self._metrics_text(logs)}"
        return head, cell * done, cell * (WIDTH - done), tail

    def _metrics_text(self, logs: dict[str, Any] | None) -> Any:
        """Return the text of ``logs`` in the encoding of the output, which may lack letters of a metric's name."""
        text = metrics_text(logs)
        if is_encodable(text, self.out):
            return text
        encoding = getattr(self.out, "encoding", None) or "ascii"
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def _draw(self, parts: Any, full: Any = False) -> None:
        head, done, rest, tail = parts
        if not full:
            room = get_terminal_size().columns - len(head) - WIDTH - 3
            tail = tail if len(tail) <= room else tail[: max(room, 0)] + " "
        self.out.write(f"\r\33[1m{head}\33[0m \33[32m{done}\33[90m{rest}\33[0m{tail}\33[K")
        self.out.flush()
        self.open = True


class ProgbarLogger(Callback):
    """Prints the progress bar and the lines of ``fit``, ``evaluate`` and ``predict``."""

    bar: Any = None
    params: Any = None
    fitting = False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.fitting = True

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        epochs = self.params["epochs"]
        self._begin(f"Epoch {epoch + 1}/{epochs}" if epochs > 1 else "")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.bar.finish(self.seen, logs or {})

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        if not self.fitting:
            self._begin()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        if not self.fitting:
            self.bar.finish(self.seen, logs or {})

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._begin()

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        self.bar.finish(self.seen, {})

    def _begin(self, title: Any = "") -> None:
        self.seen = 0
        self.bar = ProgressBar(self.params["steps"], self.params["verbose"], title)


def is_redrawable(out: Any) -> Any:
    """Return whether a line written to ``out`` can be written over: in a terminal or a notebook."""
    return bool(getattr(out, "isatty", lambda: False)()) or "ipykernel" in sys.modules


def is_encodable(text: Any, out: Any) -> Any:
    try:
        text.encode(getattr(out, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def duration_text(seconds: Any) -> Any:
    """Return a duration as people write it.

    >>> duration_text(5.4), duration_text(65), duration_text(3725)
    ('5s', '1:05', '1:02:05')
    """
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{seconds:02d}"
    return f"{minutes}:{seconds:02d}" if minutes else f"{seconds}s"


def step_time_text(seconds: Any, steps: Any) -> Any:
    """Return the time of one step: ``3ms/step``."""
    each = seconds / max(steps, 1)
    if each >= 1:
        return f"{each:.0f}s/step"
    return f"{each * 1e3:.0f}ms/step" if each >= 1e-3 else f"{each * 1e6:.0f}us/step"


def metrics_text(logs: Any) -> str:
    """Return values as Keras writes them: four decimals, or powers of ten when small.

    >>> metrics_text({"loss": 0.25, "mae": -0.5, "tiny": 2e-5})
    ' - loss: 0.2500 - mae: -0.5000 - tiny: 2.0000e-05'
    """
    texts = (f"{v:.4f}" if abs(v) > 1e-3 else f"{v:.4e}" for v in logs.values())
    return "".join(f" - {printable_text(key)}: {text}" for key, text in zip(logs, texts, strict=True))
