"""Numeric derivatives: central differences, and smaller and larger steps where these are not enough."""

import numpy as np

EPSILON = float(np.finfo(np.float64).eps)

#: ε^⅓ balances the truncation error h²|f‴|/6 against the rounding error ε|f|/h: both 4e-11 (Numerical Recipes 5.7).
STEP = EPSILON ** (1 / 3)

#: How many standard rounding errors a difference may be off.
ROUNDINGS = 10


def jacobian(f, x, eps=None):
    """Return the numeric Jacobian of ``f.values()`` with respect to the flat vector ``x``, a column per element."""
    return np.stack([slope(f, x, j, step(x[j], eps)) for j in range(x.size)], axis=-1)


def step(x, eps=None):
    """Return the step at ``x``: ``eps``, or ε^⅓·max(1, |x|)."""
    return STEP * max(1.0, abs(float(x))) if eps is None else eps


def slope(f, x, j, h):
    """Return (f(x + h eⱼ) − f(x − h eⱼ)) / 2h; ``x`` is as before afterwards, even if f raises."""
    at = x[j]
    try:
        with np.errstate(all="ignore"):  # a step out of the domain gives nan, which is reported as such
            x[j] = above = at + h
            up = f.values()
            x[j] = below = at - h
            return (up - f.values()) / (above - below)  # the step as rounded, not as meant
    finally:
        x[j] = at


def refined(f, x, j, rounding):
    """Return ``(slope, error)`` from the best of many steps, where the usual step was not good enough.

    ``log`` near 0 needs small steps, a sum of large terms large ones. Two steps whose slopes agree are both good:
    the pair wins whose difference, with the ``rounding`` of the values divided by the step, is relatively smallest.
    The answer is Richardson's extrapolation of it; ``error`` is what rounding may have done to it.
    """
    at = abs(float(x[j]))
    h, least = 16 * step(at), 1e-6 * min(STEP, at or STEP)
    before = slope(f, x, j, h)
    best, error, score = np.full_like(before, np.nan), np.zeros_like(before), np.full_like(before, np.inf)
    while h > least:
        h /= 4
        now = slope(f, x, j, h)
        with np.errstate(invalid="ignore", divide="ignore"):
            off = (np.abs(now - before) + rounding / h) / np.maximum(np.abs(now), np.abs(before))
            better = off < score
            best = np.where(better, now + (now - before) / 15, best)  # 4² − 1: the h² terms cancel
        error = np.where(better, ROUNDINGS * rounding / h, error)
        score = np.where(better, off, score)
        before = now
    return np.where(np.isnan(best), before, best), error
