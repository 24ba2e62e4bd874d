"""Whether two leaves of a snapshot are the same: to the last bit, or close."""

import numpy as np

#: How far a value may be from another that was added up in another order: in units of the rounding, times the
#: largest value of the array, or 1.
UNITS = 2000
#: A training with such numbers in it does not converge; how it goes on depends on every last bit.
LARGE = 100


def difference(a, b, loose=False):
    """Return ``(path, aspect, words)`` of the first leaf in which ``b`` is not ``a``, or None."""
    if loose and diverged(a):
        return None
    coarsest = loose and coarsest_of(a)
    for path, leaf in a.items():
        if path not in b:
            return path, "missing", f"{path}: {shown(leaf)} is missing"
        aspect = unlike(leaf, b[path], coarsest)
        if aspect:
            return path, aspect, f"{path}: {aspect}: {shown(leaf)} eagerly, {shown(b[path])} compiled"
    return next(((path, "extra", f"{path}: {shown(b[path])} is new") for path in b if path not in a), None)


def diverged(leaves):
    """Return whether numbers have grown so large that what made them has amplified last bits too."""
    found = [leaf[2] for leaf in leaves.values() if len(leaf) == 3 and isinstance(leaf[2], np.ndarray)]
    return any((np.abs(x) > LARGE).any() for x in found if x.dtype.kind == "f")


def coarsest_of(leaves):
    """Return the largest rounding among the dtypes of a state: what was computed in one may be kept in another."""
    found = [leaf[2].dtype for leaf in leaves.values() if len(leaf) == 3 and isinstance(leaf[2], np.ndarray)]
    return max([np.finfo(dtype).eps for dtype in found if dtype.kind in "fc"], default=np.finfo("float32").eps)


def unlike(a, b, loose):
    """Return in what ``b`` differs from ``a``: its kind, dtype, shape or value; or None.

    loose: the rounding up to some units of which values may differ, or False
    """
    numeric = [len(leaf) == 3 and isinstance(leaf[2], np.ndarray) for leaf in (a, b)]
    if not all(numeric) or a[:2] != b[:2]:
        if a == b if not any(numeric) else False:
            return None
        if any(numeric) or a[0] != b[0]:
            return "dtype" if all(numeric) and a[0] == b[0] else "kind"
        return None if loose and near_texts(a, b, loose) else "value"
    x, y = a[2], b[2]
    if x.dtype != y.dtype:
        return "dtype"
    if x.shape != y.shape:
        return "shape"
    return None if same_bits(x, y) or (loose and close(x, y, loose)) else "value"


def near_texts(a, b, rounding):
    """Return whether two Python floats, which leaves keep as texts, are close."""
    return a[0] == b[0] == "float" and close(np.float64(a[1]), np.float64(b[1]), rounding)


def same_bits(x, y):
    """Return whether two arrays have the same bits; one nan is as good as another, but 0.0 is not -0.0."""
    if x.dtype.kind == "c":
        return same_bits(x.real.copy(), y.real.copy()) and same_bits(x.imag.copy(), y.imag.copy())
    if x.dtype.kind == "f":
        x, y = (np.where(np.isnan(a), a.dtype.type(np.nan), a) for a in (x, y))
    return x.tobytes() == y.tobytes()


def close(x, y, rounding):
    """Return whether two arrays of floats differ in last bits only."""
    if x.dtype.kind not in "fc":
        return False
    size = np.abs(x[np.isfinite(x)]) if x.ndim else np.abs(x)
    most = max(1.0, float(np.nan_to_num(size).max(initial=0)))
    return np.allclose(x, y, rtol=0, atol=UNITS * rounding * most, equal_nan=True)


def shown(leaf):
    """Return a leaf in a few words."""
    if len(leaf) == 3 and isinstance(leaf[2], np.ndarray):
        text = np.array2string(leaf[2], threshold=8, edgeitems=3, precision=17).replace("\n", "")
        return f"{leaf[1]} {leaf[2].dtype}{list(leaf[2].shape)} {text}"
    return " ".join(map(str, leaf))[:160]
