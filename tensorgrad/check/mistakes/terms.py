"""Mistakes in a sum: a term is missing, or there once too often."""

import numpy as np

from .context import EVIDENCE, agrees, long_axes, nonzero_mask


def accumulation(a, n, context):
    """It is added to the previous values of its array."""
    p = context.previous
    if p is not None and np.any(p) and agrees(a, n + p):
        return "is the gradient plus what stood there before: it was accumulated, not replaced; start from zero"
    return ""


def other_input(a, n, context):
    """It is the gradient of another input."""
    for name, other in (context.others or {}).items():
        if agrees(a, np.asarray(other)):
            return f"is the gradient of {name}: the two are mixed up"
    return ""


def missing_upstream(a, n, context):
    """It does not depend on the incoming gradient."""
    if context.doubled is not None and agrees(np.asarray(context.doubled), a):
        return "does not change when the incoming gradient is doubled: multiply by the incoming gradient (chain rule)"
    g = context.upstream
    if g is not None and np.shape(g) == n.shape and not agrees(np.ones_like(g), g) and agrees(a * g, n):
        return "lacks the incoming gradient as a factor (chain rule)"
    return ""


def missing_derivative(a, n, context):
    """It is the incoming gradient itself."""
    g = context.upstream
    if g is not None and agrees(a, np.asarray(g)):
        return "is the incoming gradient, passed on unchanged: the derivative of the function itself is missing"
    return ""


def known_mistake(a, n, context):
    """It is a gradient with a known mistake."""
    for words, wrong in (context.known_mistakes or {}).items():
        if np.shape(wrong) == a.shape and agrees(a, np.asarray(wrong, np.float64)):
            return f"has a known mistake: {words}"
    return ""


def missing_part(a, n, context):
    """It is a sum of contributions: one is missing, or stands alone, or counts twice."""
    for name, part in (context.parts or {}).items():
        part = np.asarray(part)
        if not np.any(part):
            continue
        if agrees(a, part):
            return f"is the contribution of {name} alone: the others were overwritten or left out; add them up"
        if agrees(a, n - part):
            return f"lacks the contribution of {name}: add up all ways in which {context.name} acts on the output"
        if agrees(a, n + part):
            return f"counts the contribution of {name} twice"
    return ""


def missing_regularisation(a, n, context):
    """The difference is a constant times the parameter: the weight decay term."""
    w = context.value
    if w is None or np.count_nonzero(w) < EVIDENCE:
        return ""
    missing = n - a
    c = float(np.sum(missing * w) / np.sum(w * w))
    if abs(c) * np.max(np.abs(w)) <= 1e-4 * np.max(np.abs(n)) or not _is_same_term(missing, c * w, n):
        return ""
    name, words = context.name, _constant_text(c, context.sizes or {})
    if c > 0:
        return f"lacks the term {words} times {name}: the regularisation (weight decay), or its sign or factor is wrong"
    return f"has the term {-c:.4g} times {name} too many: the regularisation is counted twice or with a wrong factor"


def _constant_text(c, sizes):
    """Return ``"lambd = 0.1"`` if ``c`` is a named number, or its double or half; else the number."""
    for name, size in sizes.items():
        for prefix, factor in (("", 1), ("2·", 2), ("½·", 0.5), ("4·", 4)):
            if abs(factor * size - c) <= 1e-4 * abs(c):
                return f"{prefix}{name} = {c:.4g}"
    return f"{c:.4g}"


def low_precision(a, n, context):
    """It is right to a few digits."""
    gap = float(np.max(np.abs(a - n)) / np.max(np.abs(n)))
    if gap > 1e-3:
        return ""
    digits = int(-np.log10(gap))
    return f"is right to {digits} digits only: a small constant (an epsilon) is missing, or float32 is used somewhere"


def missing_mean_term(a, n, context):
    """The difference is the same all along an axis: a term summed or averaged over it."""
    missing = n - a
    for axis in long_axes(n):
        average = np.broadcast_to(missing.mean(axis=axis, keepdims=True), n.shape)
        if n.shape[axis] >= EVIDENCE and _is_same_term(missing, average, n):
            return (
                f"is off by an amount that is the same all along axis {axis}: a term summed or averaged over axis "
                f"{axis} is missing (as through the mean in a normalisation)"
            )
    return ""


def missing_variance_term(a, n, context):
    """The difference is linear in the input along an axis: the term through the variance."""
    x = context.value
    if x is None:
        return ""
    missing = n - a
    for axis in long_axes(n):
        if n.shape[axis] <= EVIDENCE:
            continue
        centred = x - x.mean(axis=axis, keepdims=True)
        spread = np.sum(centred * centred, axis=axis, keepdims=True) + 1e-300
        slope = np.sum(missing * centred, axis=axis, keepdims=True) / spread
        if slope.size > 1 and np.ptp(slope) <= 1e-4 * np.max(np.abs(slope)):
            continue  # through a variance, the multiple of x differs from slice to slice
        level = missing.mean(axis=axis, keepdims=True)
        if _is_same_term(missing, level + slope * centred, n) and np.any(nonzero_mask(slope * centred)):
            which = (
                "the variance" if _is_same_term(missing, slope * centred, n) else "the mean and through the variance"
            )
            return f"lacks the term through {which} along axis {axis}: every element of {context.name} there moves it"
    return ""


def reduced_over_axis(a, n, context):
    """It is the sum or the mean of the right one over an axis, the same for every index."""
    for axis in long_axes(n):
        for how, total in (("sum", n.sum(axis=axis, keepdims=True)), ("mean", n.mean(axis=axis, keepdims=True))):
            if np.count_nonzero(nonzero_mask(total)) and agrees(a, np.broadcast_to(total, n.shape)):
                return f"is the {how} over axis {axis}, the same for every index: do not reduce over axis {axis} here"
    return ""


def _is_same_term(missing, term, n):
    """Return whether ``missing`` equals ``term``, up to noise of the term and of the gradient."""
    tolerance = 1e-5 * np.max(np.abs(missing)) + 1e-9 * np.max(np.abs(n))
    return bool(np.max(np.abs(missing - term)) <= tolerance)
