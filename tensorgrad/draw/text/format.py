"""What boxes say about settings, numbers and arrays: short, and the same in every run."""

import numpy as np

from ...errors import describe, printable, shortened

#: Settings that the dtype and shape of the result show already; so does a plain transpose.
SEEN = {"shape", "dtype", "keepdims"}

LONGEST = 60
BLOCKS = "▁▂▃▄▅▆▇█"


def settings_of(t):
    """Return the settings of the op that made ``t`` that are not the defaults, as ``['axis=0']``."""
    shown = []
    for key, value in (t.settings or {}).items():
        if key in SEEN or (key == "axes" and value == tuple(reversed(range(t.ndim)))):
            continue
        default = t.op.defaults.get(key)
        if value is not default and not (type(value) is type(default) and repr(value) == repr(default)):
            shown.append(f"{key}={setting(value)}")
    return shown


def setting(value):
    """Return a setting as short text, the same in every run."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return describe(value)
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value[0] if isinstance(value, tuple) and len(value) == 1 else value)
    return type(value).__name__ if " at 0x" in text else text


def number(x):
    """Return a number as the picture shows it."""
    value = x.item() if hasattr(x, "item") else x
    return f"{value:.4g}" if isinstance(value, float) else repr(value)


def values_of(array):
    """Return lines that show an array: a small one in full, a large one by its mean, spread, range and histogram.

    >>> import numpy as np
    >>> values_of(np.array([0.5, -1.0]))
    ['[0.5, -1]']
    >>> values_of(np.arange(24.0))
    ['11.5 ± 6.9, 0 to 23', '████████████']
    """
    array = np.asarray(array)
    if array.size <= 6 and array.ndim <= 2:
        return [nested(array.tolist())]
    if array.dtype.kind not in "fiu" or not array.size:
        return [f"{array.size} values"]
    finite = array[np.isfinite(array)].astype(float)
    odd = [f"{n} {word}" for word, n in (("nan", np.isnan(array).sum()), ("inf", np.isinf(array).sum())) if n]
    if not finite.size:
        return [", ".join(odd)]
    spread = f"{finite.mean():.3g} ± {finite.std():.2g}, {finite.min():.3g} to {finite.max():.3g}"
    return [", ".join([spread, *odd]), histogram(finite)]


def histogram(values, bins=12):
    """Return how values are spread between the least and the greatest, as blocks: ``▁`` is none.

    >>> import numpy as np
    >>> histogram(np.array([0.0, 1, 1, 1, 1, 3]), bins=4)
    '▃█▁▃'
    """
    low, high = values.min(), values.max()
    if not low < high or not np.isfinite(high - low):
        return BLOCKS[-1]
    places = np.minimum(((values - low) / (high - low) * bins).astype(int), bins - 1)
    counts = np.bincount(places.reshape(-1), minlength=bins)
    levels = np.ceil(counts / counts.max() * (len(BLOCKS) - 1)).astype(int)
    return "".join(BLOCKS[level] for level in levels)


def nested(values):
    """Return nested lists of numbers as text.

    >>> nested([[0.5, 2.0], [-1.0, 1 / 3]])
    '[[0.5, 2], [-1, 0.3333]]'
    """
    return f"[{', '.join(map(nested, values))}]" if isinstance(values, list) else number(values)


def titled(name, kind):
    """Return what a frame is called: ``'hidden (Dense)'``."""
    return f"{name} ({kind})" if kind else name


def clean(text):
    """Return ``text`` as pictures, listings and pages show it: printable, and cut to 60 characters before that."""
    return printable(shortened(text, LONGEST))
