"""Compare one input's gradient with numeric derivatives: entry by entry, or along random lines if it is large."""

import math
from typing import Any, NamedTuple

import numpy as np

from ..numeric.differences import ROUNDINGS, Line, central_difference, line_slope
from ..numeric.measure import NumericJacobian, measure
from ..numeric.method import random_direction
from ..numeric.sampling import SMALL, sample_block
from ..report.report import InputReport
from .analytic import sum_of_squares

#: Inputs of up to ENTRIES entries are measured entry by entry; fewer where all inputs together are so large that the
#: evaluations would take more than WORK.
ENTRIES, WORK = 1024, 2e8

#: The limit of ``fast_mode``, instead of ENTRIES.
FAST = 1

#: Of a larger input SAMPLE random entries are measured, and LINES random lines through all of them.
SAMPLE, LINES = 32, 3


class InputResult(NamedTuple):
    """The result for one input: its report, and the derivatives behind it.

    columns:  the entries that were measured
    doubtful: whether a line through all entries disagrees, though every measured entry agrees
    """

    report: InputReport
    t: Any
    columns: np.ndarray
    analytic: np.ndarray
    measured: Any  # a NumericJacobian; None for an input without entries
    doubtful: bool = False

    def raise_tolerance(self, more, f):
        """Return the result with a tolerance larger by ``more``."""
        measured = self.measured._replace(allowed=self.measured.allowed + more)
        report = summarize_input(self.report, self.t, self.columns, self.analytic, measured, f)
        return self._replace(report=report, measured=measured)

    def mark_wrong(self):
        """Return a doubtful result as wrong, in one element; any other result as it is."""
        return self._replace(report=self.report._replace(wrong=1)) if self.doubtful else self


class InputChecker(NamedTuple):
    """Checks one input: holds the function, the method, the tolerance, and the size from which lines are used."""

    f: Any
    method: Any
    tolerance: Any
    seed: Any
    limit: int
    progress: Any

    def check(self, name, given, t, side, connected=True, order=1):
        """Return the InputResult of the input ``t``."""
        columns, off = np.arange(t.size), False
        if t.size > self.limit:
            columns, off = self.entries_to_measure(t, side)
        report = InputReport(name, given, 0, t.size, connected=connected, mode=side.mode, order=order)
        found = self.measure_entries(report, t, side, columns)
        if found.report.wrong and len(columns) < t.size:  # a few rows and columns show what is wrong
            found = self.add_entries(found, side, sample_block(t.shape, SMALL))
        return found._replace(doubtful=off and not found.report.wrong)

    def measure_entries(self, report, t, side, columns):
        """Return the InputResult from the entries ``columns`` of ``t``."""
        if not t.size:
            return InputResult(report, t, columns, np.zeros((1, 0)), None)
        analytic, parts = side.columns(columns), []
        for start in range(0, len(columns), 64):
            part = slice(start, start + 64)
            parts.append(measure(self.f, t, columns[part], analytic[:, part], self.tolerance, self.method))
            self.progress.advance(report.name, min(start + 64, len(columns)), len(columns))
        joined = NumericJacobian(*[np.concatenate(p, axis=1) for p in zip(*parts, strict=True)])
        measured = self.tolerance.add_leeway(joined)
        report = summarize_input(report, t, columns, analytic, measured, self.f)
        return InputResult(report, t, columns, analytic, measured)

    def add_entries(self, found, side, columns):
        """Return the InputResult with more entries measured."""
        new = np.setdiff1d(columns, found.columns)
        if not new.size:
            return found
        other, columns = self.measure_entries(found.report, found.t, side, new), np.append(found.columns, new)
        order = np.argsort(columns)

        def both(a, b):
            return np.hstack([a, b])[:, order]

        analytic = both(found.analytic, other.analytic)
        measured = NumericJacobian(*map(both, found.measured, other.measured))
        report = summarize_input(found.report, found.t, columns[order], analytic, measured, self.f)
        return InputResult(report, found.t, columns[order], analytic, measured)

    def entries_to_measure(self, t, side):
        """Return the entries to measure, and whether a line through all entries disagrees."""
        rng = np.random.default_rng(self.seed)
        disagreements = self.disagreeing_lines(t, side, rng, 1 if self.limit == FAST else LINES)
        found = {self.bisect(t, side, v, gap) for v, gap in disagreements}
        sample = min(2 if self.limit == FAST else SAMPLE, t.size)
        return np.array(sorted(found.union(rng.choice(t.size, sample, replace=False).tolist()))), bool(found)

    def disagreeing_lines(self, t, side, rng, lines):
        """Yield ``(v, gap)`` for random directions ``v`` along which the analytic derivative is wrong by ``gap``."""
        for i in range(lines):
            v = random_direction(t.data.reshape(-1), rng)
            gap, allowed = self.line_gap(t, side, slice(0, t.size), v)
            self.progress.advance("random directions", i + 1, lines)
            if not np.all(np.abs(gap) <= allowed):
                yield v, gap

    def bisect(self, t, side, v, gap):
        """Return the entry that contributes most to the ``gap`` along ``v``, by bisection.

        Each step measures one half of the entries; the gap of the other half is the difference. The half with the
        larger gap is kept.
        """
        low, high = 0, t.size
        while high - low > 1:
            middle = (low + high) // 2
            left, _ = self.line_gap(t, side, slice(low, middle), v)
            right = gap - left
            if np.linalg.norm(np.nan_to_num(left, nan=np.inf)) >= np.linalg.norm(np.nan_to_num(right)):
                high, gap = middle, left
            else:
                low, gap = middle, right
        return low

    def line_gap(self, t, side, where, v):
        """Return the gap between the analytic and the numeric derivative along ``v``, and the tolerance for it."""
        v = v[where]
        analytic, scale = side.derivative_along(where, v), side.magnitude_along(where, v)
        line = Line(self.f, [(t, where, v)])
        noise, leeway = ROUNDINGS * self.tolerance.rounding, self.tolerance.leeway
        if self.method.kind == "complex step":
            return analytic - line.complex_step(), max(1e-11, leeway) * scale + noise
        if self.method.kind == "fixed step":
            noise = ROUNDINGS * self.tolerance.rounding / self.method.eps
            return analytic - central_difference(line, self.method.eps), self.tolerance.rtol * scale + noise
        found = line_slope(line, self.f.point, self.tolerance.rounding)
        allowed = max(1e-8, leeway) * scale + noise + found.error
        return np.where(found.admits(analytic, allowed), 0.0, analytic - found.value), allowed


def entry_limit(tensors, fast):
    """Return the size up to which inputs are measured entry by entry."""
    return FAST if fast else int(min(ENTRIES, max(64, WORK // max(1, sum(t.size for t in tensors)))))


def disagreeing_columns(analytic, measured):
    """Return a mask of the columns that disagree."""
    return (~(measured.gap(analytic) <= measured.allowed)).any(axis=0)


def summarize_input(report, t, columns, analytic, measured, f):
    """Return the InputReport from two Jacobians: a row per output, a column per measured entry."""
    gap = measured.gap(analytic)
    wrong = ~(gap <= measured.allowed).all(axis=0)
    kinks = measured.kinked.any(axis=0) & ~wrong
    counted = int(np.count_nonzero(kinks))
    if 0 < counted < len(columns):  # leave out elements at kinks from here on
        columns, analytic, gap = columns[~kinks], analytic[:, ~kinks], gap[:, ~kinks]
        measured = NumericJacobian(*[part[:, ~kinks] for part in measured])
    row, place = worst_element(analytic, measured, gap)
    column, a, n = int(columns[place]), float(analytic[row, place]), float(measured.value[row, place])
    return report._replace(
        wrong=int(np.count_nonzero(wrong)),
        index=tuple(int(i) for i in np.unravel_index(column, t.shape)) if t.shape else (),
        output=f.row_name(row),
        analytic=a,
        numeric=n,
        error=relative_error(a, n),
        difference=relative_difference(analytic, measured.value, measured.allowed) if counted < len(kinks) else 0.0,
        measured=None if len(kinks) == t.size else len(kinks),
        kinks=counted,
    )


def worst_element(analytic, measured, gap):
    """Return row and column of the element whose ``gap`` exceeds its tolerance most; without gaps, of the largest."""
    gap = np.where(gap <= 1e-12 * np.max(np.abs(measured.value)), 0.0, gap)  # so small a gap is rounding
    if gap.any():
        excess = gap / measured.allowed
        excess[np.isnan(excess)] = np.inf
        excess[gap == 0] = 0.0
    else:  # all lie between the two sides: take the one furthest from their mean
        excess = np.where(measured.kinked, np.abs(analytic - measured.value), 0.0)
    if not excess.any():  # none differs: take the largest
        excess = np.abs(measured.value)
    return divmod(int(np.argmax(excess)), excess.shape[1])


def relative_error(a, n):
    """Return |a − n| / max(|a|, |n|), 0 when both are 0."""
    size = max(abs(a), abs(n))
    return abs(a - n) / size if size > 0 else abs(a - n)  # nan, where one of them is


def relative_difference(g, numeric, allowed):
    """Return ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖), 0 when both are 0 up to rounding: below 1e-7 is right, above 1e-3 is wrong."""
    size = math.sqrt(sum_of_squares(g)) + math.sqrt(sum_of_squares(numeric))
    if not size or size <= math.sqrt(sum_of_squares(allowed)):
        return 0.0
    return math.sqrt(sum_of_squares(g - numeric)) / size
