"""The user's data, checked and made arrays once. Every error says what is wrong, where, and what to do."""

from math import isfinite

import numpy as np

from ..config import floatx
from ..core.tensor import Tensor
from ..errors import DataError, count_text, describe
from ..graph.code import gives_arrays

#: The dtypes whose sum of squares shows in half a microsecond whether all entries are finite.
FLOATS = {"float32": np.dtype("float32"), "float64": np.dtype("float64")}


class Data:
    """Samples with their targets and weights: arrays of one length; ``y`` and ``w`` may be None."""

    __slots__ = ("w", "x", "y")

    def __init__(self, x, y=None, w=None):
        self.x, self.y, self.w = x, y, w

    def __len__(self):
        return len(self.x)

    def rows(self, start, stop):
        """Return the rows from ``start`` to ``stop``."""
        return Data(*(None if a is None else a[start:stop] for a in (self.x, self.y, self.w)))


def make_data(x, y, sample_weight, where, names=("x", "y", "sample_weight"), integers=False):
    """Return what the user passed as ``Data``, or raise a DataError that says what is wrong with it.

    where:    the method, as errors call it
    names:    how errors call the three arrays
    integers: whether whole numbers in ``x`` stay whole
    """
    if not is_ready(x):
        x = finite_floats(numeric_array(x, names[0], where), names[0], where, keep_integers=integers)
    if y is not None:
        if not is_ready(y, keep_integers=True):
            y = finite_floats(numeric_array(y, names[1], where), names[1], where, keep_integers=True)
        if len(x) != len(y):
            check_same_length(x, y, names[0], names[1], where)
    return Data(x, y, None if sample_weight is None else sample_weights(sample_weight, x, names, where))


def is_ready(array, keep_integers=False):
    """Return whether a value surely needs no conversion: an array with rows, finite, in ``floatx()``. 1 µs."""
    if type(array) is not np.ndarray or not array.ndim or not array.size:
        return False
    if array.dtype is not FLOATS.get(floatx()):
        return keep_integers and array.dtype.kind in "iub"
    return array.flags.c_contiguous and isfinite(np.vdot(array, array))


@gives_arrays
def numeric_array(value, name, where):
    """Return ``value`` (an array, a list, a Tensor, a data frame) as a numeric array with at least one row."""
    if value is None:
        raise DataError(f"{where}: {name} is missing")
    if hasattr(value, "__next__") or (callable(getattr(value, "__iter__", None)) and not hasattr(value, "__len__")):
        raise DataError(f"{where}: {name} is {type(value).__name__}, which has no length; make it an array first")
    if isinstance(value, (str, bytes, dict, set)):
        raise DataError(f"{where}: {name} must be an array or a list, got {describe(value)}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise DataError(f"{where}: {name} is a masked array with missing entries; fill them in, e.g. {name}.filled(0)")
    try:
        array = value.data if isinstance(value, Tensor) else np.asarray(value)
    except ValueError:
        raise DataError(f"{where}: {name} {ragged_text(value)}") from None
    if array.ndim == 0 and array.dtype.kind not in "fiub":
        hint = "; write .toarray()" if hasattr(value, "toarray") else ""  # SciPy's sparse matrices
        raise DataError(f"{where}: {name} must be an array or a list, got {type(value).__name__}{hint}")
    if array.dtype.kind not in "fiub":
        raise DataError(f"{where}: {name} {non_numeric_text(array, name)}")
    if array.ndim == 0:
        raise DataError(f"{where}: {name} must be an array with one row per sample, got the number {array}")
    if array.size == 0:
        raise DataError(f"{where}: {name} is empty ({describe(array)}); give it at least one row")
    return array


def ragged_text(value):
    """Return, as the end of a sentence, why ``value`` is no array, and what to do."""
    if all(getattr(item, "ndim", 0) for item in value) and len(value) < 4:
        shown = ", ".join(map(describe, value))
        return f"is a {type(value).__name__} of {len(value)} arrays ({shown}); pass one array, and targets as y"
    return "has rows of different lengths; make them one length"


def non_numeric_text(array, name):
    """Return, as the end of a sentence, what an array without numbers holds and what to do."""
    if array.dtype.kind == "c":
        return f"is complex ({describe(array)}); pass real numbers, e.g. its .real and .imag side by side"
    if array.dtype.kind in "Mm":
        return f"holds dates or times ({describe(array)}); convert them to numbers, e.g. days since the first"
    for place, item in np.ndenumerate(array):
        try:
            float(item)
        except (TypeError, ValueError):
            item = describe(item.item() if isinstance(item, np.generic) else item)
            return (
                f"holds {item} {place_text(place)} (dtype {array.dtype}); it must hold numbers: "
                "encode text, e.g. np.unique(column, return_inverse=True)[1]"
            )
    return f"has dtype {array.dtype} though it holds numbers; convert it, e.g. {name.split()[-1]}.astype(float)"


def place_text(place):
    """Return an index in words: ``at row 3, column 2``.

    >>> place_text((3, 2)), place_text((4,)), place_text((0, 1, 2))
    ('at row 3, column 2', 'at row 4', 'at [0, 1, 2]')
    """
    if len(place) > 2:
        return f"at [{', '.join(map(str, place))}]"
    return "at " + ", ".join(f"{axis} {i}" for axis, i in zip(("row", "column"), place, strict=False))


def finite_floats(array, name, where, keep_integers):
    """Return ``array`` in ``floatx()``, or whole numbers as they are; raise if an entry is not finite."""
    if array.dtype.kind != "f" and keep_integers:
        return array
    with np.errstate(all="ignore"):
        made = array.astype(floatx(), copy=False)
        total = np.add.reduce(made, axis=None)  # one pass without a mask: nan and inf show in the sum
    if not np.isfinite(total):
        check_finite(made, array, name, where)
    return made


def check_finite(made, array, name, where):
    bad = ~np.isfinite(made)
    count = int(np.count_nonzero(bad))
    if not count:
        return
    place = tuple(int(i) for i in np.argwhere(bad)[0])
    value = array[place].item()
    more = f" and {count - 1} more like it" if count > 1 else ""
    if np.isfinite(value):
        raise DataError(
            f"{where}: {name} holds {value} {place_text(place)}{more}, too large for {made.dtype}; scale it down"
        )
    raise DataError(
        f"{where}: {name} holds {value} {place_text(place)}{more}; remove such rows or fill them in, "
        f"e.g. np.nan_to_num({name.split()[-1]})"
    )


def check_same_length(a, b, name_a, name_b, where):
    if len(a) == len(b):
        return
    remedy = ""
    for name, array, other in ((name_a, a, b), (name_b, b, a)):
        if array.ndim == 2 and array.shape[1] == len(other):
            remedy = f"; is {name} transposed? {name.split()[-1]}.T has {len(other)}"
        elif array.ndim > 2 and array.shape[:2] == (1, len(other)):
            remedy = f"; {name} is one array in a list, {describe(array)}: pass {name.split()[-1]}[0]"
    raise DataError(
        f"{where}: {name_a} has {count_text(len(a), 'row')}, {name_b} has {len(b)}; they must have as many{remedy}"
    )


def sample_weights(value, x, names, where):
    """Return weights as floats, one a row; a column becomes a vector."""
    w = finite_floats(numeric_array(value, names[2], where), names[2], where, keep_integers=False)
    check_same_length(x, w, names[0], names[2], where)
    if w.ndim == 2 and w.shape[1] == 1:
        w = w[:, 0]
    if w.min() < 0:
        place = int(np.argmin(w))
        raise DataError(f"{where}: {names[2]} must not be negative, got {w.min()} {place_text((place,))}")
    return w


def make_validation_data(value, where, integers=False):
    """Return what ``validation_data`` means: ``(x, y)`` or ``(x, y, sample_weight)``."""
    if not isinstance(value, (tuple, list)) or len(value) not in (2, 3):
        got = f"{type(value).__name__} of {len(value)}" if isinstance(value, (tuple, list)) else describe(value)
        raise DataError(f"{where}: validation_data must be (x, y) or (x, y, sample_weight), got {got}")
    names = ("validation x", "validation y", "validation sample_weight")
    x, y, w = (*value, None)[:3]
    return make_data(x, y, w, where, names, integers)


def split_data(data, fraction, where):
    """Return ``(training, validation)``: the last rows, cut off before any shuffling, are for validation."""
    cut = int(np.floor(len(data) * (1.0 - fraction)))
    if cut == 0 or cut == len(data):
        empty = "training" if cut == 0 else "validation"
        raise DataError(
            f"{where}: validation_split={fraction} of {count_text(len(data), 'row')} leaves none for {empty}; "
            "use more rows, another fraction, or validation_data=(x, y)"
        )
    return data.rows(0, cut), data.rows(cut, len(data))
