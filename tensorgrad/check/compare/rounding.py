"""The rounding errors of the analytic gradient itself: only a larger difference is a mistake."""

import numpy as np

from ...errors import GradientError
from ..numeric.differences import EPSILON, ROUNDINGS
from ..numeric.method import entry_sizes
from ..subject.function import Function
from .analytic import reverse_rows

#: A change of more rounding errors than this is a jump of the gradient, not rounding.
MOST = 1000

#: By how many units in the last place all inputs move; they move together, so that equal entries stay equal.
NUDGES = (2, 6, -4)


def discount_rounding(f, found, tensors, rounding):
    """Return the results with a tolerance for the rounding of the analytic gradient.

    The rounding is the change of the gradient when the inputs move by a few units in the last place. Raises
    GradientError if the gradient changes when nothing moves.
    """
    doubtful = [i for i, x in enumerate(found) if x.report.wrong and x.report.mode == "reverse"]
    if not doubtful:
        return found
    again = gradients_near(f, tensors, 0)
    for x in (found[i] for i in doubtful):
        changed = gradient_noise(x, again)
        if changed.max() > 1e-9 * np.nanmax(np.abs(x.analytic)):
            raise GradientError(
                f"gradcheck: the backward of f is not deterministic, the gradient of {x.report.name} changed by "
                f"{changed.max():.3g} between two calls at the same point; a rule or a hook draws random numbers"
            )
    near = [gradients_near(f, tensors, by) for by in NUDGES]
    found = list(found)
    for i in doubtful:
        noise = ROUNDINGS * np.max([gradient_noise(found[i], rows) for rows in near], axis=0)
        found[i] = found[i].raise_tolerance(np.minimum(noise, rounding_bound(found[i], rounding)), f)
    return found


def rounding_bound(x, rounding):
    """Return how large a change can be and still be rounding, for the measured entries."""
    return MOST * rounding[:, None] / entry_sizes(x.t.data.reshape(-1))[x.columns]


def gradients_near(f, tensors, by):
    """Return the analytic gradients by the id of the Tensor, ``by`` units in the last place away."""
    kept = [t.data.copy() for t in tensors]
    try:
        for t in tensors:
            t.data *= 1 + by * EPSILON
        rows, _ = reverse_rows(Function(f.call, f.seed, f.tolerance), tensors)
    finally:
        for t, data in zip(tensors, kept, strict=True):
            t.data[...] = data
    return {id(t): g for t, g in zip(tensors, rows, strict=True)}


def gradient_noise(x, rows):
    """Return the distance of the gradient from ``rows``, for the measured entries; 0 where it is not finite."""
    g = rows[id(x.t)]
    if g is None:
        return np.zeros(x.analytic.shape)
    return np.nan_to_num(np.abs(g[:, x.columns] - x.analytic), nan=0.0, posinf=0.0)
