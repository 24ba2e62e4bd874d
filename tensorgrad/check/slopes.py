"""The slope of a loss along a line: by complex step where that is exact, else by extrapolated differences."""

import numpy as np

from .numeric import EPSILON

#: Far below rounding: Im f(x + ih) / h is exact, since nothing is subtracted (Squire & Trapp 1998).
IMAGINARY = 1e-20


def takes_complex(loss):
    """Return whether the complex step gives the slopes of ``loss``: it is compared with differences, never trusted.

    One random direction per parameter: what abs(), .real or a cast to float lose shows in almost all of them.
    """
    rng = np.random.default_rng(0)
    for name, array in loss.arrays.items():
        everywhere = slice(None), rng.standard_normal(array.size)
        exact = loss.complex_along(name, *everywhere, IMAGINARY)
        if exact is None:
            return False
        line = loss.along(name, *everywhere)
        slope, error = differences(line, 1.0, noise(line))
        if not abs(exact - slope) <= 10 * error + 1e-7 * abs(slope) + 1e-10 * abs(loss.value):
            return False
    return True


def noise(f):
    """Return the rounding error of ``f`` near 0, at least ε|f(0)|: log(1 − p) with p near 1 has far more.

    Fourth differences over steps so small that only rounding is left of them (Moré & Wild 2011, ECnoise).
    """
    values = np.array([f(k * 1e-9) for k in range(9)])
    wiggles = np.diff(values, 4)
    measured = np.sqrt(np.mean(wiggles * wiggles) / 70)  # the variance of a fourth difference is 70 times that of f
    least = EPSILON * max(abs(values[0]), np.finfo(float).tiny)
    return float(max(least, measured)) if np.isfinite(measured) else least


def differences(f, scale, rounding):
    """Return ``(slope, error)`` of ``f`` at 0 by central differences, extrapolated (Richardson 1911).

    The step falls from 1e-3·scale by fours. The h² terms of two neighbours cancel in their extrapolation; two
    extrapolations that agree, up to the ``rounding`` of f over the step, are believed: the pair that agrees best.
    """
    best, error, h = np.nan, np.inf, 1e-3 * scale
    before = extrapolated = np.nan
    while h > 1e-9 * scale:
        slope = (f(h) - f(-h)) / (2 * h)
        now = slope + (slope - before) / 15
        off = abs(now - extrapolated) + rounding / h
        if off < error:
            best, error = now, off
        if off <= 1e-9 * abs(now) or off > 1e3 * error:  # good enough, or rounding has taken over
            break
        before, extrapolated, h = slope, now, h / 4
    return best, error


def kink(f, scale, rounding, analytic):
    """Return whether ``f`` bends at 0 and ``analytic`` may be a subgradient there.

    At a kink the gap between the one-sided slopes stays as the step falls; where f is smooth it falls with it. A sum
    over samples may bend for several at once, and each may take its slope from another side: the sum of these need not
    lie between the slopes of f on both sides, but will hardly lie beyond them by ten times their gap.
    """
    at, gaps, sides = f(0.0), [], []
    for h in (1e-5 * scale, 1e-6 * scale):
        sides = sorted([(f(h) - at) / h, (at - f(-h)) / h])
        gaps.append(sides[1] - sides[0])
    slack = 1e-4 * max(abs(s) for s in sides) + 10 * rounding / h
    beyond = 10 * gaps[1] + slack
    return bool(gaps[1] > max(0.5 * gaps[0], slack) and sides[0] - beyond <= analytic <= sides[1] + beyond)
