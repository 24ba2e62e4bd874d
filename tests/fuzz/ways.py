"""The ways in which a program is run: the first is what the others are measured by."""

from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from unittest.mock import patch

import tensorgrad as tg
from tensorgrad.compile import executable as replay
from tensorgrad.compile.emit import row_blocks as cuts
from tensorgrad.compile.emit import threads

#: The functions compiled since the list was cleared.
made: list = []


@dataclass
class Way:
    """A way to run a program.

    names:  what its source finds in its namespace
    loose:  whether sums may be added up in another order
    around: makes a context in which it is run
    """

    label: str
    names: dict
    loose: bool = False
    around: Callable = field(default=nullcontext)


def as_it_is(f, **options):
    """Return ``f``: what ``tg.compile`` is in the eager run."""
    return f


def noted(f, **options):
    """Return ``tg.compile(f)``, and note it."""
    made.append(tg.compile(f, **options))
    return made[-1]


@contextmanager
def blocks():
    """Pretend that there are three threads, and that every stretch of rows is worth cutting into blocks of a row."""
    threads.pool.cache_clear()
    with (
        patch.object(replay, "thread_count", lambda: 3),
        patch.object(threads, "thread_count", lambda: 3),
        patch.object(cuts, "WORTH", 0),
        patch.object(cuts, "BLOCK", 1e-9),
    ):
        yield
        threads.pool().shutdown()
    threads.pool.cache_clear()


EAGER = Way("eager", {"compiled": as_it_is})
EXACT = Way("compiled", {"compiled": noted})
IN_BLOCKS = Way("compiled, in blocks", {"compiled": noted}, around=blocks)
LOOSE = Way("compiled, exact=False", {"compiled": noted}, loose=True)
EAGERLY = Way("eagerly", {"how": {"run_eagerly": True}})
EXACTLY = Way("jit_compile='exact'", {"how": {"jit_compile": "exact"}})
AS_PROGRAMS = Way("the default", {"how": {}}, loose=True)
