"""An array as a page shows it: small ones entry by entry, large ones as their shape, spread and histogram."""

import numpy as np

from ...errors import describe
from ...graph.steps import array_of
from .format import nested, number

#: How many entries are shown one by one, how many characters fit a box, and how many bars a histogram has.
MOST_ENTRIES, WIDEST, BARS = 16, 24, 12


def digest(x):
    """Return a Tensor, array or number as plain data, its numbers as text: JSON has no nan.

    about: dtype and shape; short: one line for a box; bad: ``'2 nan, 1 inf'`` or ''
    rows:  the entries, for small arrays; for large ones ``stats`` and ``bars``, a histogram of the finite entries

    >>> import numpy as np
    >>> digest(np.array([0.5, np.nan]))
    {'about': 'float64[2]', 'short': '[0.5, nan]', 'bad': '1 nan', 'rows': [['0.5', 'nan']]}
    """
    array = np.asarray(array_of(x))
    array = array + 0 if array.dtype.kind == "f" else array  # -0.0 becomes 0.0
    found = {"about": describe(array), "short": "", "bad": not_finite(array)}
    if array.size <= MOST_ENTRIES:
        text = nested(array.tolist())
        found["rows"] = [[number(entry) for entry in row] for row in array.reshape(-1, last(array.shape)).tolist()]
        found["short"] = text if len(text) <= WIDEST else spread(array)
    else:
        found["short"] = found["bad"] or spread(array)
        found["stats"], found["bars"] = stats(array), bars(array)
    return found


def last(shape):
    """Return the length of the last axis: 1 for a number, and for an array without entries."""
    return (shape[-1] or 1) if shape else 1


def finite(array):
    """Return the finite entries, as float64: float16 would overflow in a sum."""
    if array.dtype.kind not in "fiub":
        return np.empty(0)
    entries = array.astype("float64").ravel()
    return entries[np.isfinite(entries)]


def not_finite(array):
    """Return how many entries are nan or infinite, '' if none."""
    if array.dtype.kind != "f":
        return ""
    nan, inf = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    return ", ".join(f"{n} {what}" for n, what in ((nan, "nan"), (inf, "inf")) if n)


def spread(array):
    """Return the mean and standard deviation as one word."""
    entries = finite(array)
    return f"{mean(entries):.3g} ± {deviation(entries):.2g}" if entries.size else f"{array.size} entries"


def stats(array):
    """Return ``[(word, number as text)]``."""
    entries = finite(array)
    if not entries.size:
        return []
    found = {"mean": mean(entries), "std": deviation(entries), "min": entries.min(), "max": entries.max()}
    zeros = int(np.count_nonzero(array == 0))
    return [(word, f"{value:.4g}") for word, value in found.items()] + ([("zeros", str(zeros))] if zeros else [])


def scaled(entries):
    """Return the entries divided by the largest, and that: nothing overflows then."""
    largest = float(np.abs(entries).max()) or 1.0
    return entries / largest, largest


def mean(entries):
    small, largest = scaled(entries)
    return small.mean() * largest


def deviation(entries):
    small, largest = scaled(entries)
    return small.std() * largest


def bars(array):
    """Return how many finite entries lie in each of equal intervals between the smallest and the largest.

    >>> bars(np.array([0.0, 0.0, 1.0]))
    [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    entries = finite(array)
    if not entries.size:
        return []
    entries = scaled(entries)[0]
    low, high = entries.min(), entries.max()
    places = (entries - low) / ((high - low) or 1.0) * BARS if high > low else np.full(entries.size, BARS // 2)
    return np.bincount(np.minimum(places.astype(int), BARS - 1), minlength=BARS).tolist()
