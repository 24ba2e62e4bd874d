"""Mistakes in products with the incoming gradient: a transpose or a term that is missing."""

import numpy as np

from .context import EVIDENCE, agrees, broadcastable_arrays, nonzero_mask


def matrix_not_transposed(a, n, context):
    """A product with a known matrix should be one with its transpose, or the other way round."""
    g = context.upstream
    if g is None or np.ndim(g) != 2 or np.count_nonzero(nonzero_mask(n)) < EVIDENCE:
        return ""
    for name, matrix in (context.arrays or {}).items():
        m = np.asarray(matrix, np.float64)
        if m.ndim != 2 or m.shape[0] != m.shape[1] or not g.shape == n.shape == m.shape or agrees(m, m.T):
            continue
        for given, right, words in (
            (g @ m, g @ m.T, f"multiplies by {name} where {name}.T belongs: it is g @ {name}.T"),
            (m @ g, m.T @ g, f"multiplies by {name} where {name}.T belongs: it is {name}.T @ g"),
            (m.T @ g, g @ m.T, f"has the factors in the wrong order: it is g @ {name}.T"),
            (g @ m.T, m.T @ g, f"has the factors in the wrong order: it is {name}.T @ g"),
        ):
            if agrees(a, given) and agrees(n, right):
                return words
    return ""


def missing_known_term(a, n, context):
    """A term is missing: the incoming gradient times a known array."""
    g, missing = context.upstream, n - a
    if g is None or np.shape(g) != n.shape or np.count_nonzero(nonzero_mask(missing)) < EVIDENCE:
        return ""
    for name, array in broadcastable_arrays(context.arrays, n.shape):
        for sign, term in (("+", g * array), ("−", -g * array)):
            if agrees(missing, term):
                return f"lacks the term {sign}{name} times the incoming gradient"
    return ""
