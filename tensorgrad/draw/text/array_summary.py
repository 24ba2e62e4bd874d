"""Arrays in a few words: small ones entry by entry, large ones as their shape, spread and histogram."""

import numpy as np

from ...core.tensor import every_example
from ...errors import describe
from ...graph.steps import array_of

#: How many entries are shown one by one, how many characters fit a box, and how many bars a histogram has.
MOST_ENTRIES, WIDEST, BARS = 16, 24, 12
BLOCKS = "▁▂▃▄▅▆▇█"


def number_text(x):
    """Return a number as the picture shows it."""
    value = x.item() if hasattr(x, "item") else x
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


def nested_text(values):
    """Return nested lists of numbers as text.

    >>> nested_text([[0.5, 2.0], [-1.0, 1 / 3]])
    '[[0.5, 2], [-1, 0.3333]]'
    """
    return f"[{', '.join(map(nested_text, values))}]" if isinstance(values, list) else number_text(values)


def values_of(array):
    """Return lines that show an array: a small one in full, a large one by its mean, spread, range and histogram.

    >>> values_of(np.array([0.5, -1.0]))
    ['[0.5, -1]']
    >>> values_of(np.arange(24.0))
    ['11.5 ± 6.9, 0 to 23', '████████████']
    """
    array = np.asarray(every_example(array))
    if array.size <= 6 and array.ndim <= 2:
        return [nested_text(array.tolist())]
    if array.dtype.kind not in "fiu" or not array.size:
        return [f"{array.size} values"]
    entries, odd = finite_entries(array), nonfinite_text(array)
    if not entries.size:
        return [odd]
    line = f"{spread_text(array)}, {entries.min():.3g} to {entries.max():.3g}"
    return [", ".join(filter(None, (line, odd))), histogram(histogram_counts(array))]


def histogram(counts):
    """Return counts as blocks: ``▁`` is none.

    >>> histogram([1, 4, 0, 1])
    '▃█▁▃'
    """
    if sum(map(bool, counts)) == 1:
        return BLOCKS[-1]
    levels = np.ceil(np.array(counts) / max(counts) * (len(BLOCKS) - 1)).astype(int)
    return "".join(BLOCKS[level] for level in levels)


def digest(x):
    """Return a Tensor, array or number as plain data, its numbers as text: JSON has no nan.

    about: dtype and shape; short: one line for a box; bad: ``'2 nan, 1 inf'`` or ''
    rows:  the entries, for small arrays; for large ones ``stats`` and ``bars``, a histogram of the finite entries

    >>> import numpy as np
    >>> digest(np.array([0.5, np.nan]))
    {'about': 'float64[2]', 'short': '[0.5, nan]', 'bad': '1 nan', 'rows': [['0.5', 'nan']]}
    """
    array = np.asarray(every_example(array_of(x)))
    array = array + 0 if array.dtype.kind == "f" else array  # -0.0 becomes 0.0
    found = {"about": describe(array), "short": "", "bad": nonfinite_text(array)}
    if array.size <= MOST_ENTRIES:
        text = nested_text(array.tolist())
        found["rows"] = [
            [number_text(entry) for entry in row] for row in array.reshape(-1, row_length(array.shape)).tolist()
        ]
        found["short"] = text if len(text) <= WIDEST else spread_text(array)
    else:
        found["short"] = found["bad"] or spread_text(array)
        found["stats"], found["bars"] = stats(array), histogram_counts(array)
    return found


def row_length(shape):
    """Return the length of the last axis: 1 for a number, and for an array without entries."""
    return (shape[-1] or 1) if shape else 1


def finite_entries(array):
    """Return the finite entries, as float64: float16 would overflow in a sum."""
    if array.dtype.kind not in "fiub":
        return np.empty(0)
    entries = array.astype("float64").ravel()
    return entries[np.isfinite(entries)]


def nonfinite_text(array):
    """Return how many entries are nan or infinite, '' if none."""
    if array.dtype.kind != "f":
        return ""
    nan, inf = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    return ", ".join(f"{n} {what}" for n, what in ((nan, "nan"), (inf, "inf")) if n)


def spread_text(array):
    """Return the mean and standard deviation as one word."""
    entries = finite_entries(array)
    return f"{stable_mean(entries):.3g} ± {stable_deviation(entries):.2g}" if entries.size else f"{array.size} entries"


def stats(array):
    """Return ``[(word, number as text)]``."""
    entries = finite_entries(array)
    if not entries.size:
        return []
    found = {"mean": stable_mean(entries), "std": stable_deviation(entries), "min": entries.min(), "max": entries.max()}
    zeros = int(np.count_nonzero(array == 0))
    return [(word, f"{value:.4g}") for word, value in found.items()] + ([("zeros", str(zeros))] if zeros else [])


def scale_down(entries):
    """Return the entries divided by the largest, and that: nothing overflows then."""
    largest = float(np.abs(entries).max()) or 1.0
    return entries / largest, largest


def stable_mean(entries):
    small, largest = scale_down(entries)
    return small.mean() * largest


def stable_deviation(entries):
    small, largest = scale_down(entries)
    return small.std() * largest


def histogram_counts(array):
    """Return how many finite entries lie in each of equal intervals between the smallest and the largest.

    >>> histogram_counts(np.array([0.0, 0.0, 1.0]))
    [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """
    entries = finite_entries(array)
    if not entries.size:
        return []
    entries = scale_down(entries)[0]
    low, high = entries.min(), entries.max()
    places = (entries - low) / ((high - low) or 1.0) * BARS if high > low else np.full(entries.size, BARS // 2)
    return np.bincount(np.minimum(places.astype(int), BARS - 1), minlength=BARS).tolist()
