"""Each line of the user's code, as it runs: by Python's trace hook, for what no Tensor takes part in.

A write into an array, ``h.data[0] = 5.0``, is NumPy's alone: no Tensor is made or read by it, so no Observer is told.
Which line it was is known only by comparing arrays before and after each line.
"""

from __future__ import annotations

import sys
from typing import Any

from .code import is_user_frame


class stepping:
    """Inside the block ``moved(frame)`` is called before each line of the user's code that this thread runs, and
    ``moved(None)`` when a function of the user's is left.

    A debugger's trace hook rests meanwhile.

    >>> def f():
    ...     a = 1
    ...     return a
    >>> lines = []
    >>> with stepping(lambda frame: lines.append(frame and frame.f_lineno)):
    ...     result = f()
    >>> lines
    [2, 3, None]
    """

    def __init__(self, moved: Any) -> None:
        self.moved = moved

    def __enter__(self) -> None:
        self.before = sys.gettrace()
        sys.settrace(self.on_call)

    def __exit__(self, *exception: Any) -> None:
        sys.settrace(self.before)

    def on_call(self, frame: Any, event: Any, arg: Any) -> Any:
        return self.on_line if is_user_frame(frame) else None

    def on_line(self, frame: Any, event: Any, arg: Any) -> Any:
        self.moved(frame if event == "line" else None)
        return self.on_line
