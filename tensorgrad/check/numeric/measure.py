"""Numeric derivatives with respect to entries of an input, a column each, and the tolerance for analytic ones."""

from typing import NamedTuple

import numpy as np

from .differences import (
    EPSILON,
    ROUNDINGS,
    STEP,
    CentralDifference,
    EntryLine,
    Slope,
    central_difference,
    complex_columns,
    first_step,
    slopes,
    smallest_step,
)
from .method import BENT, TRUSTED, non_analytic_op

#: The default relative tolerance. Numeric derivatives have errors of 1e-9 or less, wrong rules far larger ones.
RTOL = 1e-6

#: One difference is enough for an entry only if its relative rounding error is below this.
SHARP = 1e-4

#: Differences with a relative error below this need no larger steps.
PRECISE = 1e-7

#: Rounding explains no larger error, relative to the largest derivative.
PLAUSIBLE = 1e-3


class Tolerance:
    """The tolerance for an analytic derivative: rtol·|numeric|, plus atol or what rounding explains.

    rounding: the rounding error of each number that is differentiated
    leeway:   a further tolerance without ``atol``, relative to the largest derivative or to the terms along a line
    gaps:     how far a derivative at a kink may lie beyond the one-sided ones, in gaps between them
    """

    def __init__(self, rounding, atol=None, rtol=None, leeway=0.0, gaps=0):
        self.rounding, self.atol, self.rtol = rounding, atol, RTOL if rtol is None else rtol
        self.leeway, self.gaps = leeway, gaps

    def at_step(self, numeric, step):
        """Return the tolerance for differences over ``step``, a row per number that is differentiated."""
        return self.rtol * np.abs(numeric) + (self.noise(step) if self.atol is None else self.atol)

    def noise(self, step):
        """Return the rounding error of differences over ``step``."""
        return ROUNDINGS * self.rounding[:, None] / step

    def for_slope(self, slope):
        """Return the tolerance for a Slope, which knows its own error."""
        return self.rtol * np.abs(slope.value) + slope.error + (self.atol or 0.0)

    def add_leeway(self, measured):
        """Return the NumericJacobian of a whole input with the leeway and the gaps added."""
        if not (self.leeway or self.gaps):
            return measured
        largest = np.max(np.abs(measured.value), axis=1, where=np.isfinite(measured.value), initial=0.0, keepdims=True)
        more, beyond = self.leeway * largest, (self.gaps and self.gaps * (measured.high - measured.low))
        return measured._replace(
            low=measured.low - beyond,
            high=measured.high + beyond,
            allowed=measured.allowed + (more if self.atol is None else 0.0),
        )

    def __str__(self):
        return f"tolerance {self.rtol:g}·|numeric| + " + ("rounding" if self.atol is None else f"{self.atol:g}")


class NumericJacobian(NamedTuple):
    """Numeric derivatives with respect to some entries, a column each: the fields of a Slope, and the tolerance."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kinked: np.ndarray
    allowed: np.ndarray

    def gap(self, analytic):
        """Return the distance of ``analytic`` from the range between the one-sided derivatives."""
        if not self.kinked.any():
            return np.abs(analytic - self.value)
        slack = 1e-3 * (self.high - self.low)
        return np.maximum(np.maximum(self.low - slack - analytic, analytic - self.high - slack), 0.0)

    def set_columns(self, places, slope, allowed):
        """Replace some columns by those of a Slope."""
        parts = slope.value, slope.low, slope.high, slope.kinked, allowed
        for array, part in zip(self, parts, strict=True):
            array[:, places] = part


def measure(f, t, columns, analytic, tolerance, method):
    """Return the NumericJacobian of some entries of ``t``; ``analytic`` are the derivatives to compare it with."""
    if method.kind == "fixed step":
        value = np.stack([central_difference(EntryLine(f, t, j), method.eps) for j in columns], axis=-1)
        return exact_jacobian(value, tolerance.at_step(value, method.eps))
    if method.kind == "complex step":
        return complex_step_jacobian(f, t, columns, analytic, tolerance, method.kinks)
    measured, doubtful = central_jacobian(f, t, columns, analytic, tolerance)
    if doubtful.size:
        found = slopes_at(f, t, columns[doubtful], tolerance.rounding)
        measured.set_columns(doubtful, found, tolerance.for_slope(found))
    return measured


def derivatives(f, t, columns, rounding, method):
    """Return the derivatives with respect to some entries of ``t``, without analytic ones to compare with."""
    if method.kind == "complex step" or not columns.size:
        return complex_columns(f, t, columns)
    return slopes_at(f, t, columns, rounding).value


def exact_jacobian(value, allowed):
    """Return a NumericJacobian without kinks."""
    return NumericJacobian(value, value.copy(), value.copy(), np.zeros(value.shape, bool), allowed)


def central_jacobian(f, t, columns, analytic, tolerance):
    """Return the NumericJacobian by one central difference for each entry, and the entries in doubt.

    In doubt are differences that disagree with the analytic derivative, that are mostly rounding, or whose two sides
    disagree.
    """
    pair, noise = central_differences(f, t, columns, tolerance)
    allowed, gap = tolerance.at_step(pair.slope, pair.h), np.abs(analytic - pair.slope)
    sharp = (noise <= SHARP * np.abs(pair.slope)) | (gap == 0)
    return exact_jacobian(pair.slope, allowed), np.flatnonzero(
        ~((gap <= allowed) & sharp & ~bend_mask(pair, noise)).all(axis=0)
    )


def central_differences(f, t, columns, tolerance):
    """Return the CentralDifference for some entries of ``t``, and its rounding error."""
    x = t.data.reshape(-1)
    h = first_step(x[columns], root_mean_square(x), STEP)
    return CentralDifference([EntryLine(f, t, j) for j in columns], f.point[:, None], h), tolerance.noise(h)


def bend_mask(pair, noise):
    """Return a mask of where the two sides differ so much that there may be a kink."""
    return pair.gap > BENT * np.abs(pair.slope) + 4 * noise


def slopes_at(f, t, columns, rounding):
    """Return the Slope for some entries of ``t``, a column each, by differences.

    The first steps are in proportion to the entries, because f may behave differently further away. Where rounding is
    too large for them, as in ``sin(x) + 1`` near 0, larger steps are used if they agree and are more precise.
    """
    x = t.data.reshape(-1)
    size, lines = root_mean_square(x), [EntryLine(f, t, j) for j in columns]
    h, least = first_step(x[columns], size), smallest_step(x[columns], size)
    found = slopes(lines, f.point, rounding, h, least)
    wide = first_step(x[columns], max(1.0, size))
    poor = np.flatnonzero((found.error > PRECISE * np.abs(found.value)).any(axis=0) & (wide > h))
    if poor.size:
        other = slopes([lines[k] for k in poor], f.point, rounding, wide[poor], h[poor])
        near = Slope(*[part[:, poor] for part in found])
        better = (other.error < near.error) & (np.abs(other.value - near.value) <= near.error + other.error)
        for part, a, b in zip(found, other, near, strict=True):
            part[:, poor] = np.where(better, a, b)
    own = ROUNDINGS * rounding[:, None] / size  # the analytic derivative has rounding errors too
    return found._replace(error=found.error + own)


def root_mean_square(x):
    """Return the root mean square of the entries, or 1 if it is 0."""
    return float(np.sqrt(np.vdot(x, x) / x.size)) or 1.0


def complex_step_jacobian(f, t, columns, analytic, tolerance, kinks):
    """Return the NumericJacobian by complex steps; entries that disagree are measured again by differences.

    There f may have a kink, or may not be analytic. Where differences and complex step agree, the complex step stays,
    because it is exact. Its tolerance includes its own noise: its change when the point moves by two units in the last
    place.
    """
    value = complex_columns(f, t, columns)
    least = root_mean_square(t.data.reshape(-1))
    measured = exact_jacobian(value, tolerance.at_step(value, least))
    biggest = np.max(np.abs(analytic), axis=1, keepdims=True, initial=0.0)
    tight = min(1e-9, tolerance.rtol) * np.abs(value) + max(1e-13, tolerance.leeway) * biggest
    doubtful = ~(np.abs(analytic - value) <= tight)
    if kinks:
        doubtful |= bend_mask(*central_differences(f, t, columns, tolerance))
    places = np.flatnonzero(doubtful.any(axis=0))
    if not places.size:
        return measured
    again, exact = columns[places], value[:, places]
    sharp = tolerance.at_step(exact, least)
    close = ~(np.abs(analytic[:, places] - exact) > PLAUSIBLE * biggest).all(axis=0)
    sharp[:, close] += ROUNDINGS * np.abs(exact[:, close] - nudged_columns(f, t, again[close]))
    measured.allowed[:, places] = sharp
    open_ = np.ones(len(places), bool) if non_analytic_op(f) else ~confirmed_columns(f, t, again, exact, tolerance)
    if open_.any():
        found = slopes_at(f, t, again[open_], tolerance.rounding)
        exact, rough = exact[:, open_], tolerance.for_slope(found)
        pair, _ = central_differences(f, t, again[open_], tolerance)
        agree = (np.abs(exact - found.value) <= rough) & (not non_analytic_op(f))
        agree &= ~found.kinked & ~pair.edge  # an edge is a branch point, where a complex step is wrong
        kept = [np.where(agree, exact, part) for part in (found.value, found.low, found.high)]
        found = found._replace(value=kept[0], low=kept[1], high=kept[2])
        measured.set_columns(places[open_], found, np.where(agree, sharp[:, open_], rough))
    return measured


def confirmed_columns(f, t, columns, exact, tolerance):
    """Return a mask of the entries whose central difference agrees with the complex step, without a kink."""
    pair, noise = central_differences(f, t, columns, tolerance)
    close = np.abs(exact - pair.slope) <= TRUSTED * np.abs(pair.slope) + noise
    return (close & ~bend_mask(pair, noise) & ~pair.edge).all(axis=0)


def nudged_columns(f, t, columns):
    """Return the complex steps at a point two units in the last place away."""
    kept = t.data.copy()
    try:
        t.data *= 1 + 2 * EPSILON
        return complex_columns(f, t, columns)
    finally:
        t.data[...] = kept
