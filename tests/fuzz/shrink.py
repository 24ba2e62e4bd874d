"""Shrink: make a failing program smaller for as long as it fails in the same way."""

import time

#: After so many runs, or seconds, a program is small enough: one that hangs takes long.
RUNS, SECONDS = 400, 60


def shrunk(program, fails):
    """Return the smallest program found for which ``fails(program)`` still holds.

    >>> from tests.fuzz.generate import program
    >>> one = program(0, 3)
    >>> len(shrunk(one, lambda p: "x" in p.definition()).body)
    0
    """
    left, end, progress = RUNS, time.monotonic() + SECONDS, True
    while progress:
        progress = False
        for smaller in program.smaller():
            if left <= 0 or time.monotonic() > end:
                return program
            left -= 1
            if fails(smaller):
                program, progress = smaller, True
                break
    return program
