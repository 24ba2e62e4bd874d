"""The ways in which a program is run: the first is what the others are measured by."""

from dataclasses import dataclass, field

import tensorgrad as tg


@dataclass
class Way:
    """A way to run a program.

    names: what its source finds in its namespace
    shown: those of the names that belong to the program's state
    loose: whether sums may be added up in another order
    """

    label: str
    names: dict
    loose: bool = False
    shown: list = field(default_factory=list)


def as_it_is(f, **options):
    """Return ``f``: what ``tg.compile`` is in the eager run."""
    return f


EAGER = Way("eager", {"compiled": as_it_is})
EXACT = Way("compiled", {"compiled": tg.compile})
LOOSE = Way("compiled, exact=False", {"compiled": tg.compile}, loose=True)
EAGERLY = Way("eagerly", {"how": {"run_eagerly": True}})
EXACTLY = Way("jit_compile='exact'", {"how": {"jit_compile": "exact"}})
AS_PROGRAMS = Way("the default", {"how": {}}, loose=True)
