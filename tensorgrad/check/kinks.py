"""Kinks: elements at which an op has another slope on either side, and which op that is."""

import numpy as np

from ..errors import counted
from ..walk import merged
from .inputs import disagreeing, summary
from .numeric import Line

#: So many elements are looked at closely; the others are taken to be like them.
LOOKED_AT = 16


def op_at_kink(f, t, j, trace):
    """Return the op that has a kink when the ``j``-th entry of ``t`` moves, as ``"'relu' (f.py:3)"``; '' if none has.

    The oldest recorded value whose second difference is as large as the first one is where the kink comes from.
    """
    h = 1e-6 * max(1.0, abs(float(t.data.reshape(-1)[j])))
    line = Line(f, [(t, j, 1.0)])
    with np.errstate(all="ignore"):
        up, down = (merged(line.run(f, s)) for s in (h, -h))
        for (y, _), (above, _), (below, _) in zip(merged(trace.result), up, down, strict=False):
            if not (y.op is above.op is below.op):
                return ""
            right, left = above.data - y.data, y.data - below.data
            least = 1e-9 * h + 1e-13 * np.abs(y.data)
            if np.any(np.abs(right - left) > 0.1 * np.maximum(np.abs(right), np.abs(left)) + least):
                return f"{y.op.name!r} ({trace.place(y)})"
    return ""


def excused(x, f, trace):
    """Return Found without the elements that disagree only because an op is at a kink there: its rules are right."""
    if not x.report.wrong:
        return x
    wrong = x.columns[disagreeing(x.analytic, x.measured)]
    at_kink = [j for j in wrong[:LOOKED_AT] if op_at_kink(f, x.t, j, trace)]
    here = np.isin(x.columns, wrong if len(at_kink) == min(LOOKED_AT, len(wrong)) else at_kink)
    x.measured.kinked[:, here] = True
    x.measured.low[:, here] = x.measured.high[:, here] = x.analytic[:, here]
    return x._replace(report=summary(x.report, x.t, x.columns, x.analytic, x.measured, f))


def notes_on(found, f, trace):
    """Return a sentence for each input that has elements at a kink."""
    notes = []
    for x in found:
        if x.report.kinks:
            columns = x.columns[x.measured.kinked.any(axis=0)]
            ops = dict.fromkeys(op_at_kink(f, x.t, j, trace) for j in columns[:LOOKED_AT])
            where = " and ".join(op for op in ops if op) or "f"
            are = "is" if x.report.kinks == 1 else "are"
            notes.append(
                f"{counted(x.report.kinks, 'element')} of {x.report.name} {are} at a kink of {where}, where any slope "
                "between those of the two sides is right"
            )
    return notes
