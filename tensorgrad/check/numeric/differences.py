"""Numeric derivatives along a line: complex steps, and central differences extrapolated to step 0.

A complex step ``Im f(x + ihv) / h`` subtracts nothing, so h may be tiny and the derivative is exact to rounding (Squire
and Trapp, 1998); every step of f must be analytic. Differences work for any f, but lose digits.
"""

from contextlib import contextmanager
from typing import NamedTuple
from warnings import catch_warnings, simplefilter

import numpy as np

from ...core.modes import complex_step

EPSILON = float(np.finfo(np.float64).eps)

#: ε^⅓ balances the truncation error h²|f‴|/6 against the rounding error ε|f|/h: both 4e-11 (Numerical Recipes 5.7).
STEP = EPSILON ** (1 / 3)

#: How many standard rounding errors a difference may have.
ROUNDINGS = 10

#: The imaginary step: its square vanishes beside 1, and its product with any derivative does not underflow.
TINY = 1e-30

#: Two slopes are good if they agree to this relative precision.
AGREEING = 1e-6


class Slope(NamedTuple):
    """The derivatives of all values of f along a line.

    value:     the derivative; at a kink the mean of the one-sided ones
    error:     a bound of its error
    low, high: the smaller and the larger one-sided derivative; both are the value where there is no kink
    kinked:    where the one-sided derivatives differ
    """

    value: np.ndarray
    error: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kinked: np.ndarray

    def admits(self, d, allowed):
        """Return a mask of where ``d`` is between the one-sided derivatives, up to ``allowed``."""
        slack = allowed + 1e-3 * (self.high - self.low)  # one-sided differences have only a few right digits
        return (d >= self.low - slack) & (d <= self.high + slack)


class Line:
    """``line(s)``: the values of f with ``s·v`` added to ``where`` of each Tensor, which is restored afterwards.

    moves: ``(tensor, where, v)``, with an index or a slice of the flat Tensor
    """

    def __init__(self, f, moves):
        self.f = f
        self.moves = [(t, t.data.reshape(-1), where, v) for t, where, v in moves]
        self.at = [flat[where].copy() for _, flat, where, _ in self.moves]

    def __call__(self, s):
        return self.run(self.f.values, s)

    def run(self, call, s):
        """Return ``call()`` with the Tensors at ``s``."""
        try:
            for (_, flat, where, v), at in zip(self.moves, self.at, strict=True):
                flat[where] = at + s * v
            return call()
        finally:
            for (_, flat, where, _), at in zip(self.moves, self.at, strict=True):
                flat[where] = at

    def complex_step(self):
        """Return the derivatives by a complex step."""
        with complex_numbers(self.f, [t for t, *_ in self.moves]):
            for t, _, where, v in self.moves:
                t.data.reshape(-1)[where] += complex(0, TINY) * v
            return self.f.values().imag / TINY


def joint_line(f, tensors, ways):
    """Return the Line along which every Tensor moves in its own direction; ``ways`` are flat arrays."""
    return Line(f, [(t, slice(None), v) for t, v in zip(tensors, ways, strict=True) if t.size])


class EntryLine:
    """The Line through one entry of a Tensor."""

    def __init__(self, f, t, j):
        self.f, self.flat, self.j = f, t.data.reshape(-1), j
        self.at = float(self.flat[j])

    def __call__(self, s):
        try:
            self.flat[self.j] = self.at + s
            return self.f.values()
        finally:
            self.flat[self.j] = self.at


@contextmanager
def complex_numbers(f, tensors):
    """Make ``tensors`` complex inside the block, where f may return complex numbers and a cast to real raises."""
    tensors = f.together or tensors
    saved = [t.data for t in tensors]
    f.allows_complex = True
    try:
        for t in tensors:
            t.data = t.data.astype(complex)
        with complex_step(), catch_warnings():
            simplefilter("error", np.exceptions.ComplexWarning)
            yield
    finally:
        f.allows_complex = False
        for t, data in zip(tensors, saved, strict=True):
            t.data = data


def complex_columns(f, t, columns):
    """Return the derivatives with respect to some entries of ``t`` by complex steps, a column per entry."""
    found = []
    with complex_numbers(f, [t]):
        flat = t.data.reshape(-1)
        for j in columns:
            at = flat[j]
            flat[j] = at + complex(0, TINY)
            found.append(f.values().imag)
            flat[j] = at
    return np.array(found).T / TINY


def central_difference(line, eps):
    """Return the central differences with the step ``eps``."""
    return (line(eps) - line(-eps)) / (2 * eps)


def rounding_noise(line):
    """Return the rounding error of the values of ``line`` near 0, at least ε|f|: log(1 − p) with p near 1 has far more.

    It comes from fourth differences over steps so small that only rounding remains (Moré & Wild 2011, ECnoise).
    """
    values = np.array([line(k * 1e-9) for k in range(9)])
    wiggles = np.diff(values, 4, axis=0)
    measured = np.sqrt(np.mean(wiggles * wiggles, axis=0) / 70)  # a fourth difference has 70 times the variance of f
    least = EPSILON * np.maximum(np.abs(values[0]), np.finfo(float).tiny)
    return np.where(np.isfinite(measured), np.maximum(least, measured), least)


def first_step(x, size, part=16 * STEP):
    """Return the first steps for entries ``x`` of an array of that ``size``: powers of two, so that x ± h is exact."""
    return np.exp2(np.round(np.log2(part * np.maximum(size, np.abs(x)))))


def smallest_step(x, size):
    """Return the smallest steps for entries ``x``: ``log`` near 0 needs them far below x."""
    return 1e-6 * np.minimum(STEP, np.where(x == 0, size, np.abs(x)))


def line_slope(line, y, rounding, h=16 * STEP, least=1e-6 * STEP):
    """Return the Slope of one ``line`` at 0, where its values are ``y``, with errors of ``rounding``."""
    found = slopes([line], y, rounding, np.array([h]), np.array([least]))
    return Slope(*[part[:, 0] for part in found])


def slopes(lines, y, rounding, h, least):
    """Return the Slope of several lines, a column each, from first steps ``h`` down to ``least``.

    If the slopes of two steps agree, both are good, and Richardson's extrapolation cancels the h² terms. If not, a
    kink or a pole is near, and the steps shrink; the pair of steps that agrees best wins.
    """
    y, rounding, open_ = y[:, None], np.reshape(rounding, (-1, 1)), np.arange(len(lines))
    before, best = CentralDifference(lines, y, h), None
    while True:
        h = h / 4
        now = CentralDifference([lines[i] for i in open_], y, h[open_])
        found, off, good = _extrapolate(before, now, y, rounding / h[open_])
        if best is None:
            best, score, settled = found, off, good
        else:
            better = ((off < score[:, open_]) | good) & ~settled[:, open_]
            for kept, new in zip((*best, score), (*found, off), strict=True):
                kept[:, open_] = np.where(better, new, kept[:, open_])
            settled[:, open_] |= good
        leaps = (np.abs(now.slope) > 3 * np.abs(before.slope)) | now.edge
        going = ((h >= least) & ~settled.all(axis=0))[open_]
        if not going.any():
            return _admit_jumps(best, open_, leaps & ~settled[:, open_])
        before, open_ = now.select(going), open_[going]


def _admit_jumps(found, columns, leaps):
    """Return a Slope that admits every value where f jumps, or ends in a bend, as x√x at 0.

    There the difference does not shrink with the step, or f is nan on the other side.
    """
    for part, value in (found.low, -np.inf), (found.high, np.inf), (found.kinked, True):
        part[:, columns] = np.where(leaps, value, part[:, columns])
    return found


class CentralDifference:
    """Central differences of lines with steps ±h, a column each: slopes, and gaps between the one-sided slopes.

    Where f is nan on one side, as √x is below 0, there is an edge: the slope is that of the other side.
    """

    def __init__(self, lines, y, h):
        self.h = h
        up = np.array([line(step) for line, step in zip(lines, h.tolist(), strict=True)]).T
        down = np.array([line(-step) for line, step in zip(lines, h.tolist(), strict=True)]).T
        self.edge = np.isnan(up) != np.isnan(down)
        self.up = np.where(np.isnan(up), 2 * y - down, up)
        self.down = np.where(np.isnan(down), 2 * y - up, down)
        self.slope = (self.up - self.down) / (2 * h)
        self.gap = np.abs((self.up - y) - (y - self.down)) / h

    def select(self, which):
        """Keep only some of the lines."""
        self.h = self.h[which]
        self.up, self.down, self.edge = self.up[:, which], self.down[:, which], self.edge[:, which]
        self.slope, self.gap = self.slope[:, which], self.gap[:, which]
        return self


def _extrapolate(before, now, y, noise):
    """Return the Slope from two steps, their relative disagreement, and a mask of where they are good."""
    step = now.slope - before.slope
    change = np.abs(step)
    size = np.maximum(np.abs(now.slope), np.abs(before.slope))
    off = (change + noise) / (size + (size == 0))
    off[np.isnan(off)] = np.inf
    good = (off <= AGREEING) | (change <= ROUNDINGS * noise)
    value = now.slope + step / 15  # 4² − 1
    error = ROUNDINGS * noise + change / 3  # of the slope itself, where f has a bend: then its error is of first order
    # the gap is h·f″ where f is smooth, a quarter of that of the larger step; at a kink it stays
    kinked = (now.gap > 0.5 * before.gap) & (now.gap > AGREEING * size) & (now.gap > 4 * ROUNDINGS * noise)
    low, high = value.copy(), value.copy()
    if kinked.any():
        left, right = (y - now.down) / now.h, (now.up - y) / now.h
        low[kinked], high[kinked] = np.minimum(left, right)[kinked], np.maximum(left, right)[kinked]
    return Slope(value, error, low, high, kinked), off, good
