"""The chooser: it fills templates with what is there, and tries each statement before it is kept.

A program grows by being run: the values of all names are known while it is written, so that an index fits and a write
finds an array of the right shape.
"""

import re

import numpy as np

from .expressions import WORDS
from .lines import parsed
from .prelude import PRELUDE
from .ways import EAGER

HOLE = re.compile(r"\{(\w+?)(\d?)\}")
#: No array of a program has more entries, but for those of the rare large programs.
LARGEST = 3000
_prelude = compile(PRELUDE, "prelude.py", "exec")


class Skip(Exception):
    """There is nothing that fits."""


class Chooser:
    """Draws what a program is made of.

    values: the namespace in which the program has been run so far
    local:  names that the function may bind anew; the rest is captured
    fixed:  names that only are to be read
    """

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.values: dict = {"__name__": "program"}
        exec(_prelude, self.values)
        self.values.update(EAGER.names)
        self.tools = set(self.values)
        self.local, self.fixed, self.count = [], set(), 0
        self.filled: dict = {}

    def chance(self, p):
        return self.rng.random() < p

    def int(self, low, high):
        """Return an int from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, items, weights=None):
        """Return one of the items."""
        items = list(items)
        if not items:
            raise Skip
        p = None if weights is None else np.array(weights, float) / np.sum(weights)
        return items[int(self.rng.choice(len(items), p=p))]

    def fresh(self, stem="v"):
        """Return a name nobody has."""
        self.count += 1
        return f"{stem}{self.count}"

    def names(self, wanted, local=False):
        """Return the names whose value is wanted; those that were made last come up to three times."""
        among = self.local if local else [n for n in self.values if n not in self.tools]
        found = [n for n in among if wanted(self.values.get(n))]
        return found + found[-4:] * 2

    def array(self, wanted=lambda a: True, local=False):
        """Return the name of an array."""
        return self.pick(self.names(lambda v: isinstance(v, np.ndarray) and wanted(v), local))

    def value(self, text):
        """Return what an expression comes to here."""
        return eval(text, self.values)

    def fill(self, template):
        """Return the template with every hole filled; the same hole holds the same wherever it occurs."""
        self.filled = {}

        def filling(match):
            hole = match[0]
            if hole not in self.filled:
                self.filled[hole] = WORDS[match[1]](self)
            return self.filled[hole]

        return HOLE.sub(filling, template)

    def crashes(self, text):
        """Return whether NumPy would end the process: 2.4 does at a cumulative sum of no axes with ``out``."""
        if "cum" not in text or "out" not in text:
            return False
        arrays = {name: v for name, v in self.values.items() if isinstance(v, np.ndarray) and not v.ndim}
        return any(re.search(rf"\b{re.escape(name)}\b", text) for name in arrays)

    def tried(self, kind, template):
        """Return the Lines of a filled template, after running them; raise Skip if they do not run."""
        known = set(self.values)
        text = self.fill(template)
        if self.crashes(text):
            raise Skip
        try:
            exec(text, self.values)
        except Exception:
            if self.chance(0.98):
                for name in [name for name in self.values if name not in known]:
                    del self.values[name]
                raise Skip from None
        self.tidy(known)
        return parsed(kind, text)

    def tidy(self, known):
        """Note the new names, and forget those whose values are of no use."""
        for name in [n for n in self.values if n not in known]:
            if name.startswith("_") or too_large(self.values[name]):
                raise Skip
            if name not in self.local:
                self.local.append(name)


def too_large(value):
    """Return whether a value is an array too large to compute on, or of objects."""
    return isinstance(value, np.ndarray) and (value.size > LARGEST or value.dtype.kind not in "biufc")
