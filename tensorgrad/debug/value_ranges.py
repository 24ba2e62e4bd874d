"""Summarize an array in a line: its range, and how many entries are zero, negative, infinite or nan."""

import numpy as np

from ..core.tensor import every_example
from ..errors import count_text, describe


class Range:
    """The range of one input of an op: ``low`` and ``high`` of its finite entries, and counts of the others.

    >>> print(Range("x", np.array([0.0, 0.5, -1.0, np.inf])))
    x  float64[4]  from -1 to 0.5, 1 zero, 1 negative, 1 inf
    """

    def __init__(self, name, x):
        array = np.asarray(every_example(x))
        self.name, self.kind, self.size = name, describe(x), array.size
        finite = array[np.isfinite(array)] if array.dtype.kind in "fiub" else array[:0]
        self.low = finite.min().item() if finite.size else None
        self.high = finite.max().item() if finite.size else None
        self.zeros, self.negative = int((finite == 0).sum()), int((finite < 0).sum())
        self.nan, self.inf, self.neginf = bad_entries(array)

    def __str__(self):
        notes = [] if self.low is None else [f"from {self.low:.6g} to {self.high:.6g}"]
        if self.low == self.high and notes:
            notes = [f"all {self.low:.6g}" if self.size > 1 else f"{self.low:.6g}"]
        if self.size > 1:
            notes += [count_text(self.zeros, "zero")] * (self.zeros > 0) + [f"{self.negative} negative"] * (
                self.negative > 0
            )
        for n, word in (self.nan, "nan"), (self.inf, "inf"), (self.neginf, "-inf"):
            notes += [f"{n} {word}"] * (n > 0)
        kind = f"{self.kind}  " if "[" in self.kind else ""  # a number describes itself
        return f"{self.name}  {kind}{', '.join(notes)}"


def bad_entries(array):
    """Return how many entries are nan, inf and -inf.

    >>> bad_entries(np.array([1.0, np.nan, -np.inf]))
    (1, 0, 1)
    """
    array = every_example(array)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fc" or np.isfinite(array).all():
        return 0, 0, 0
    nan = np.isnan(array)
    below = np.isinf(array) & (array.real < 0)
    return int(nan.sum()), int((~nan & ~below & ~np.isfinite(array)).sum()), int(below.sum())


def bad_words(array):
    """Return as text how many entries are nan, inf and -inf.

    >>> bad_words(np.array([1.0, np.nan, -np.inf])), bad_words(np.array(np.nan))
    ('1 of 3 entries nan and 1 -inf', 'nan')
    """
    array = every_example(array)
    found = [(n, word) for n, word in zip(bad_entries(array), ("nan", "inf", "-inf"), strict=True) if n]
    if array.size == 1:
        return found[0][1]
    (n, word), *rest = found
    words = [f"{n} of {array.size} entries {word}", *[f"{n} {word}" for n, word in rest]]
    return f"{', '.join(words[:-1])} and {words[-1]}" if rest else words[0]
