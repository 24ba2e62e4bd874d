"""The right numbers in the wrong places: transposed, reversed, shifted, in another order."""

from itertools import permutations

import numpy as np

from .context import EVIDENCE, agrees, axes_text, difference_mask, long_axes, nonzero_mask


def transposition(a, n, context):
    """Axes are swapped; the input is square, so the shape does not show it."""
    for order in permutations(range(n.ndim)):
        if order != tuple(range(n.ndim)) and a.transpose(order).shape == n.shape and agrees(a.transpose(order), n):
            which = "a .T is missing or too many" if n.ndim == 2 else f"the axes belong in the order {list(order)}"
            return f"is transposed: {which}"
    return ""


def reversed_axis(a, n, context):
    """It is reversed along one axis or along all, as a convolution's kernel is to a correlation's."""
    axes = long_axes(n)
    for which in [[axis] for axis in axes] + ([axes] if len(axes) > 1 else []):
        if agrees(np.flip(a, which), n):
            return f"is reversed along {axes_text(which)}: flip it, as a convolution differs from a correlation"
    return ""


def index_shift(a, n, context):
    """It is shifted along an axis, with or without wrapping around."""
    for axis in long_axes(n):
        for step in (1, -1, *range(2, n.shape[axis] - 1)):
            if agrees(np.roll(a, -step, axis), n):
                return f"is shifted by {abs(step)} along axis {axis}: an index is off by {_count_text(step)}"
        for step in (1, -1):
            if _is_shift(a, n, axis, step):
                return f"is shifted by 1 along axis {axis}: an index is off by one"
    return ""


def _is_shift(a, n, axis, step):
    """Return whether ``a[i + step]`` is ``n[i]`` wherever both exist."""
    before, after = [slice(None)] * n.ndim, [slice(None)] * n.ndim
    before[axis], after[axis] = slice(None, -1), slice(1, None)
    moved, meant = (a[tuple(after)], n[tuple(before)]) if step > 0 else (a[tuple(before)], n[tuple(after)])
    return np.count_nonzero(nonzero_mask(meant)) >= EVIDENCE and agrees(moved, meant)


def permutation(a, n, context):
    """The slices along one axis are right, in another order."""
    for axis in long_axes(n):
        rows, meant = (np.moveaxis(x, axis, 0).reshape(n.shape[axis], -1) for x in (a, n))
        order = [int(np.argmin(np.abs(rows - row).sum(axis=1))) for row in meant]
        if sorted(order) == list(range(len(order))) and not difference_mask(rows[order], meant).any():
            return (
                f"holds the right numbers in another order along axis {axis}: {order} instead of 0 … {len(order) - 1}"
            )
    return ""


def _count_text(step):
    return "one" if abs(step) == 1 else abs(step)
