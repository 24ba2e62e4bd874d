"""Kinks: elements at which an op has two one-sided slopes, and that op."""

from typing import NamedTuple

import numpy as np

from ...errors import count_text
from ..compare.elements import disagreeing_columns, summarize_input
from ..numeric.differences import Line
from ..numeric.method import entry_sizes
from ..subject.recorded_call import RecordedCall
from .op_rules import OpCall, find_fault

#: The number of elements that are examined; the others count as like them.
LOOKED_AT = 16


class Kink(NamedTuple):
    """A recorded op that meets a kink when one entry moves, and the directions in which its own inputs then move."""

    call: OpCall
    ways: list
    name: str


def find_kink(f, t, j, trace):
    """Return the Kink that the ``j``-th entry of ``t`` meets when it moves, or None.

    The kink is in the oldest recorded value whose second difference is as large as its first one.
    """
    h = 1e-6 * float(entry_sizes(t.data.reshape(-1))[j])
    line = Line(f, [(t, j, 1.0)])
    up, down = (line.run(lambda: RecordedCall(f), s).steps for s in (h, -h))
    for here, above, below in zip(trace.result.steps, up, down, strict=False):
        (made, inputs, arrays, y), (_, _, moved, higher), lower = here, above, below[3]
        if not (made.op is above[0].op is below[0].op):
            return None
        right, left = higher - y, y - lower
        least = 1e-9 * h + 1e-13 * np.abs(y)
        if np.any(np.abs(right - left) > 0.1 * np.maximum(np.abs(right), np.abs(left)) + least):
            ways = [(b - a) / h if b.dtype.kind == "f" else None for a, b in zip(arrays, moved, strict=True)]
            return Kink(OpCall(made, inputs), ways, f"{made.op.name!r} ({trace.place(made)})")
    return None


def accept_kinks(x, f, trace):
    """Return ``(result, faults)``, where elements that disagree only because an op is at a kink count as right.

    The op's rule must give a slope between those of the two sides; if not, it is a RuleFault.
    """
    if not x.report.wrong:
        return x, []
    wrong, fine, found = x.columns[disagreeing_columns(x.analytic, x.measured)], [], []
    for j in wrong[:LOOKED_AT]:
        kink = find_kink(f, x.t, j, trace)
        faults = kink and [find_fault(kink.call, i, np.ones(kink.call.y.shape), kink.ways[i]) for i in kink.call.live]
        found += [fault for fault in faults or [] if fault]
        if kink and not any(faults):
            fine.append(j)
    if not fine or found:
        return x, found
    here = np.isin(x.columns, wrong if len(fine) == min(LOOKED_AT, len(wrong)) else fine)
    x.measured.kinked[:, here] = True
    x.measured.low[:, here] = x.measured.high[:, here] = x.analytic[:, here]
    return x._replace(report=summarize_input(x.report, x.t, x.columns, x.analytic, x.measured, f)), []


def kink_notes(found, f, trace):
    """Return a sentence for each input that has elements at a kink."""
    notes = []
    for x in found:
        if x.report.kinks:
            columns = x.columns[x.measured.kinked.any(axis=0)]
            kinks = [find_kink(f, x.t, j, trace) for j in columns[:LOOKED_AT]]
            where = " and ".join(dict.fromkeys(kink.name for kink in kinks if kink)) or "f"
            are = "is" if x.report.kinks == 1 else "are"
            notes.append(
                f"{count_text(x.report.kinks, 'element')} of {x.report.name} {are} at a kink of {where}, where any "
                "slope between those of the two sides is right"
            )
    return notes
