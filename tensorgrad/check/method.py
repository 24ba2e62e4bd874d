"""How derivatives are measured: chosen by trying, stated in the report, and with a tolerance from the errors met."""

from typing import NamedTuple

import numpy as np

from ..core.tensor import Tensor
from .numeric import (
    EPSILON,
    ROUNDINGS,
    STEP,
    Entry,
    Line,
    Pair,
    central,
    complex_columns,
    least_at,
    slope,
    slopes,
    step_at,
)

#: The default relative tolerance. Numeric derivatives are good to 1e-9 or better, a wrong rule is off by far more.
RTOL = 1e-6

#: Complex step and differences must agree to this part, along one random line, for the former to be trusted.
TRUSTED = 1e-5


class Method(NamedTuple):
    """How derivatives are measured.

    kind: ``"complex step"``, ``"differences"``, or ``"fixed step"`` with the user's ``eps``
    why:  why it is not the complex step
    """

    kind: str
    why: str = ""
    eps: float | None = None

    def __str__(self):
        if self.kind == "complex step":
            return "complex step in float64, exact to rounding"
        if self.kind == "fixed step":
            return f"central differences in float64, step {self.eps:g}"
        return f"central differences in float64, extrapolated where in doubt, as {self.why}"


class Tolerance:
    """How far an analytic derivative may be from the numeric one: atol + rtol·|numeric|.

    rounding: the rounding error of each number that is differentiated; over the step it gives the default of atol
    """

    def __init__(self, rounding, eps=None, atol=None, rtol=None):
        self.rounding, self.given, self.rtol = rounding, atol is not None, RTOL if rtol is None else rtol
        explained = ROUNDINGS * rounding / (STEP if eps is None else eps)
        self.atol = explained if atol is None else np.full(rounding.shape, float(atol))

    def at(self, numeric):
        """Return the tolerance for numeric derivatives, a row per number that is differentiated."""
        return (self.atol + self.rtol * np.abs(numeric.T)).T

    def __str__(self):
        return f"tolerance {self.rtol:g}·|numeric| + {self.atol.max():.2g}"


class Measured(NamedTuple):
    """Numeric derivatives with respect to some entries, a column each: as in Slope, and how far off is allowed."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    kinked: np.ndarray
    allowed: np.ndarray

    def gap(self, analytic):
        """Return how far ``analytic`` is outside of what the two sides admit."""
        if not self.kinked.any():
            return np.abs(analytic - self.value)
        slack = 1e-3 * (self.high - self.low)
        return np.maximum(np.maximum(self.low - slack - analytic, analytic - self.high - slack), 0.0)


def choose(f, tensors, ways, rounding, eps=None):
    """Return the Method for ``f``: the complex step where it passes a trial along one line, else differences.

    ways: changes of the ``tensors``, flat arrays
    """
    if eps is not None:
        return Method("fixed step", eps=eps)
    line = Line(f, [(t, slice(None), v) for t, v in zip(tensors, ways, strict=True) if t.size])
    try:
        with np.errstate(all="ignore"):
            found = line.imaginary()
    except Exception as error:  # whatever f says about complex numbers: differences need none
        return Method("differences", culprit_of(f) or f"f takes no complex numbers ({type(error).__name__})")
    noise = ROUNDINGS * rounding / STEP
    rough = central(line, STEP)
    if (np.abs(found - rough) <= TRUSTED * np.abs(rough) + noise).all():
        return Method("complex step")
    why = culprit_of(f)
    real = None if why else slope(line, f.point, rounding)  # f may be steep or have a kink near
    if real and real.admits(found, TRUSTED * np.abs(real.value) + real.error + noise).all():
        return Method("complex step")
    return Method("differences", why or "a trial of the complex step failed")


def direction(x, rng):
    """Return random changes in proportion to the entries of ``x``; a zero changes as the others do on average."""
    size = np.abs(x)
    if size.size and not size.all():
        size[size == 0] = np.sqrt(np.mean(size * size)) or 1.0
    return rng.standard_normal(x.size) * size


def culprit_of(f):
    """Return which recorded op is not analytic, in words; '' if none of them alone is to blame."""
    for t, inputs in f.steps:
        arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
        if not is_analytic(t.op, arrays, t.settings or {}):
            return f"op {t.op.name!r} is not analytic"
    return ""


def is_analytic(op, arrays, settings):
    """Return whether a complex step through the kernel of ``op`` agrees with a difference, for these inputs."""
    rng = np.random.default_rng(0)
    ways = [direction(np.ravel(x), rng).reshape(np.shape(x)) if _is_float(x) else 0 for x in arrays]

    def along(h):
        return op.kernel(*[x + h * v if _is_float(x) else x for x, v in zip(arrays, ways, strict=True)], **settings)

    try:
        with np.errstate(all="ignore"):
            found = np.imag(along(1e-30j)) * 1e30
            up, y, down = along(1e-6), along(0.0), along(-1e-6)
    except Exception:  # no complex kernel, which is the answer
        return False
    step = np.abs(up - down)
    smooth = np.abs(up - 2 * y + down) <= 1e-3 * step + 1e-12 * np.abs(y)  # elsewhere is a kink, which says nothing
    return bool(np.all((np.abs(found - (up - down) / 2e-6) <= 1e-3 * step / 2e-6 + 1e-6 * np.abs(y))[smooth]))


def _is_float(x):
    return getattr(getattr(x, "dtype", None), "kind", "") == "f"


def measure(f, t, columns, analytic, tolerance, method):
    """Return Measured of those entries of ``t``; ``analytic`` are the derivatives they will be compared with."""
    if method.kind == "fixed step":
        value = np.stack([central(Entry(f, t, j), method.eps) for j in columns], axis=-1)
        return exactly(value, tolerance.at(value))
    if method.kind == "complex step":
        value = complex_columns(f, t, columns)
        measured = exactly(value, tolerance.at(value))
        biggest = np.max(np.abs(analytic), axis=1, keepdims=True, initial=0.0)
        tight = min(1e-9, tolerance.rtol) * np.abs(value) + 1e-13 * biggest
        doubtful = np.flatnonzero((~(np.abs(analytic - value) <= tight)).any(axis=0))
        again = np.asarray(columns)[doubtful]
        return settled(f, t, again, doubtful, measured, tolerance) if doubtful.size else measured
    measured, doubtful = plainly(f, t, columns, analytic, tolerance)
    if doubtful.size:
        found = slopes_at(f, t, columns[doubtful], tolerance.rounding)
        parts = found.value, found.low, found.high, found.kinked, tolerance.at(found.value) + found.error
        for array, part in zip(measured, parts, strict=True):
            array[:, doubtful] = part
    return measured


def plainly(f, t, columns, analytic, tolerance):
    """Return Measured by one central difference for each entry, and which entries are in doubt.

    Those are where it disagrees with the analytic derivative, and where the one-sided differences disagree.
    """
    h = step_at(t.data.reshape(-1)[columns], STEP)
    lines = [Entry(f, t, j) for j in columns]
    with np.errstate(all="ignore"):
        pair = Pair(lines, f.point[:, None], h)
        allowed = tolerance.at(pair.slope)
        bend = pair.gap > 1e-3 * np.abs(pair.slope) + tolerance.atol[:, None]
        doubtful = ~(np.abs(analytic - pair.slope) <= allowed) | bend
    return exactly(pair.slope, allowed), np.flatnonzero(doubtful.any(axis=0))


def exactly(value, allowed):
    """Return Measured of derivatives that have no error and no kinks."""
    return Measured(value, value.copy(), value.copy(), np.zeros(value.shape, bool), allowed)


def slopes_at(f, t, columns, rounding):
    """Return the Slope by some entries of ``t``, a column each, by differences."""
    x = t.data.reshape(-1)[columns]
    lines = [Entry(f, t, j) for j in columns]
    return slopes(lines, f.point, rounding, step_at(x), least_at(x))


def settled(f, t, columns, places, measured, tolerance):
    """Measure again by differences what disagrees with the complex step: f may be at a kink, or not analytic there.

    Where both agree the complex step is kept, being exact. Where the two are within the noise of the differences, the
    noise of the complex step decides: its change when the entry moves by two units in the last place.
    """
    size = np.sqrt(np.mean(t.data * t.data)) or 1.0
    exact, found = measured.value[:, places], slopes_at(f, t, columns, tolerance.rounding)
    noise = ROUNDINGS * (np.abs(exact - nudged_columns(f, t, columns)) + tolerance.rounding[:, None] / size)
    rough = tolerance.at(found.value) + found.error
    agree = ~found.kinked & (np.abs(exact - found.value) <= rough) & (not culprit_of(f))
    sharp = tolerance.at(exact) if tolerance.given else tolerance.rtol * np.abs(exact) + noise
    for array, a, b in zip(measured, (exact, exact, exact, found.kinked, sharp),
                           (found.value, found.low, found.high, found.kinked, rough), strict=True):  # fmt: skip
        array[:, places] = np.where(agree, a, b)
    return measured


def nudged_columns(f, t, columns):
    """Return the complex steps at a point two units in the last place away."""
    kept = t.data.copy()
    try:
        t.data *= 1 + 2 * EPSILON
        return complex_columns(f, t, columns)
    finally:
        t.data[...] = kept
