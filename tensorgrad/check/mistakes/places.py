"""Gradients that are right in some places and wrong in others: masks, branches, edges, the diagonal."""

import numpy as np

from ...errors import count_text
from .context import EVIDENCE, agrees, broadcastable_arrays, difference_mask, long_axes, nonzero_mask


def nonfinite_gradient(a, n, context):
    """It holds NaN or infinity."""
    bad = ~np.isfinite(a)
    if not bad.any():
        return ""
    at = [int(i) for i in np.argwhere(bad)[0]]
    where = f" at {at}" if at else ""
    where += f", the first of {bad.sum()} places" if bad.sum() > 1 else ""
    return f"is {a[bad][0]}{where}: a division by zero, a log or a power at 0, or an overflow"


def zero_gradient(a, n, context):
    """It is zero everywhere and should not be."""
    if a.any() or not n.any():
        return ""
    return "is zero everywhere: the incoming gradient is not passed on to it"


def spurious_gradient(a, n, context):
    """The output does not depend on the input at all, and the gradient says it does."""
    return f"should be zero everywhere: the output does not depend on {context.name}" if a.any() and not n.any() else ""


def inverted_mask(a, n, context):
    """It is zero exactly where it should not be."""
    here, there = nonzero_mask(n), a != 0
    if here.all() or not here.any() or not (here == ~there).all() or n.size < EVIDENCE:
        return ""
    return "is zero exactly where it should not be: the mask is inverted"


def missing_sign(a, n, context):
    """The sign is wrong exactly where the input is negative, or positive."""
    v, off = context.value, difference_mask(a, n)
    if v is None or not agrees(np.abs(a), np.abs(n)) or off.all():
        return ""
    if (off == (v < 0) & nonzero_mask(n)).all():
        return f"has the wrong sign where {context.name} < 0: the factor sign({context.name}) is missing"
    if (off == (v > 0) & nonzero_mask(n)).all():
        return f"has the wrong sign where {context.name} > 0"
    return ""


def known_mask(a, n, context):
    """It is wrong exactly where a known mask is 0, or where it is not 0."""
    off = difference_mask(a, n)
    for name, mask in broadcastable_arrays(context.arrays, n.shape):
        if not np.isin(mask, (0, mask.max())).all() or mask.all() or not mask.any():
            continue
        for value, on in (("0", mask == 0), (f"{mask.max():g}", mask != 0)):
            if (off <= on).all() and (off >= on & (nonzero_mask(n) | (a != 0))).all():
                return f"is wrong exactly where {name} is {value}: apply {name} as the forward does"
    return ""


def wrong_branch(a, n, context):
    """It is wrong exactly on one side of a value of the input."""
    if context.value is None:
        return ""
    v, name, off = np.asarray(context.value, np.float64), context.name, difference_mask(a, n)
    seen = nonzero_mask(n) | nonzero_mask(a)
    if n.size > EVIDENCE and (v[seen] > 0).any() and (v[seen] < 0).any():
        for relation, side in (("<", v < 0), (">", v > 0)):
            if (off == side & seen).all():
                there = f"{name} {relation} 0"
                fault = _fault_text(a, n, off)
                return f"{fault} where {there}, and right elsewhere: look at the mask or branch for {there}"
    return _threshold(v, name, off, seen)


def _threshold(v, name, off, seen):
    wrong, right = v[off], v[seen & ~off]
    if min(wrong.size, right.size) < EVIDENCE or wrong.size + right.size < 10:
        return ""  # fewer may fall on two sides by chance
    for relation, low, high in ((">", right, wrong), ("<", wrong, right)):
        if low.max() < high.min():
            edge = wrong.min() if relation == ">" else wrong.max()
            size = "large" if relation == ">" else "small"
            return f"is wrong exactly where {name} {relation}= {edge:.3g}: look at the branch for {size} {name}"
    return ""


def missing_mask(a, n, context):
    """It should be zero in some places, and is right in all others."""
    off = difference_mask(a, n)
    if nonzero_mask(n)[off].any() or not nonzero_mask(n).any():
        return ""
    places = count_text(int(off.sum()), "place")
    return f"should be zero in {places} and is right elsewhere: a mask is missing (relu, dropout, maximum)"


def blocked_entries(a, n, context):
    """It is zero in some places where it should not be, and is right in all others."""
    off = difference_mask(a, n)
    if a[off].any() or not nonzero_mask(a).any():
        return ""
    places = count_text(int(off.sum()), "place")
    return f"is zero in {places} and right elsewhere{_region_text(off)}: part of the gradient is not passed on"


def wrong_label_entry(a, n, context):
    """It is wrong in exactly one element of each row, as the labels pick them."""
    off = difference_mask(a, n)
    for axis in reversed(long_axes(n)):
        enough = n.shape[axis] >= EVIDENCE and n.size // n.shape[axis] >= EVIDENCE
        if enough and (off.sum(axis=axis) == 1).all() and np.ptp(off.argmax(axis=axis)):
            return f"is wrong in exactly one element along axis {axis} each: the one that the label, or an index, picks"
    return ""


def upstream_mask(a, n, context):
    """It is masked by the sign of the incoming gradient instead of that of the input."""
    g = context.upstream
    if g is not None and not agrees(a, n) and (g < 0).any() and (g > 0).any() and agrees(a, np.maximum(g, 0)):
        return f"is zero where the incoming gradient is negative: the mask comes from {context.name}, not from it"
    return ""


def wrong_edge(a, n, context):
    """It is wrong at one index of an axis only, the first or the last above all."""
    off = difference_mask(a, n)
    region = _region_text(off)
    return f"is right everywhere else, but wrong{region}: look at the ends of the loop or slice" if region else ""


def wrong_diagonal(a, n, context):
    """It is wrong on the diagonal only, off it only, or on one side of it."""
    if n.ndim < 2 or n.shape[-1] != n.shape[-2] or n.shape[-1] < EVIDENCE:
        return ""
    off, one = difference_mask(a, n), np.ones(n.shape[-2:], bool)
    regions = {
        "on the diagonal": np.eye(n.shape[-1], dtype=bool),
        "off the diagonal": ~np.eye(n.shape[-1], dtype=bool),
        "above the diagonal": np.triu(one, 1),
        "below the diagonal": np.tril(one, -1),
    }
    for words, region in regions.items():
        if (off == np.broadcast_to(region, n.shape)).all():
            return f"is wrong {words} only: look at the terms or the mask there"
    return ""


def _fault_text(a, n, off):
    """Return what is wrong at the places ``off``."""
    if not a[off].any():
        return "is zero"
    return "should be zero" if not nonzero_mask(n)[off].any() else "is wrong"


def _region_text(off):
    """Return ``" at the last index of axis 1"`` if ``off`` is exactly one slice of an axis, else ''."""
    for axis in long_axes(off):
        hit = np.flatnonzero(off.any(axis=tuple(i for i in range(off.ndim) if i != axis)))
        if len(hit) == 1 and off.take(hit[0], axis).all() and off.shape[axis] > 2:
            which = {0: "the first index", off.shape[axis] - 1: "the last index"}.get(int(hit[0]), f"index {hit[0]}")
            return f" at {which} of axis {axis}"
    return ""
