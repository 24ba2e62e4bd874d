"""Locate a mistake: a wrong rule, a cut in the graph, an array written in place, or a kink."""

import numpy as np

from ...core.tensor import Tensor
from ...errors import count_text, printable_text
from ..mistakes.catalogue import mistake
from ..numeric.differences import joint_line
from ..numeric.method import fixed_directions
from ..numeric.sampling import SMALL, sample_block
from ..subject.call_trace import CallTrace
from ..subject.recorded_call import RecordedCall, changed_constants
from .kinks import accept_kinks, kink_notes
from .op_rules import OpCall, rule_faults

#: The beginning of the sentence on an op, by its fault.
WORDS = {"reverse": "wrong rule", "forward": "wrong forward rule (jvp)", "missing": "no rule",
         "not differentiable": "not differentiable there"}  # fmt: skip


def explain(f, found):
    """Return ``(found, causes, notes)``: the results with hints, sentences on the mistake, and sentences on kinks."""
    off = any(x.report.wrong or x.doubtful for x in found)
    if not off and not any(x.report.kinks for x in found):
        return found, (), ()
    trace, causes = CallTrace(lambda: RecordedCall(f)), ()
    if off:
        found, causes = locate_mistake(f, found, trace)
    return found, causes, kink_notes(found, f, trace)


def locate_mistake(f, found, trace):
    """Return the results with hints, where kinks count as right, and sentences that locate the mistake."""
    steps = [(t, inputs) for t, inputs, *_ in trace.result.steps]
    wrong = graph_faults(steps, forward=any(x.report.mode == "forward" for x in found))
    broken = write_sentences(f, steps)
    wrong = [] if broken else wrong
    broken = broken or (not wrong and cut_sentences(f, found, trace))
    causes = broken or rule_sentences(wrong, steps, trace)
    if not causes:
        accepted = [accept_kinks(x, f, trace) for x in found]
        found, wrong = [x for x, _ in accepted], list({(w.t.seq, w.arg): w for _, ws in accepted for w in ws}.values())
        causes = rule_sentences(wrong, steps, trace)
    if causes:
        found = [x.mark_wrong() for x in found]
    if any(x.report.wrong for x in found):
        causes = causes or [f"none of the {count_text(len(steps), 'op')} is wrong by itself, and the graph is whole: "
                              "look at what f does outside of the graph"]  # fmt: skip
        if not broken:
            found = [x._replace(report=x.report._replace(hint=input_hint(x, found, wrong, f))) for x in found]
    return found, causes


def graph_faults(steps, forward):
    """Return the faults of all recorded ops."""
    return [fault for t, inputs in steps for fault in rule_faults(t, inputs, forward)]


def rule_sentences(wrong, steps, trace):
    """Return sentences on the ops whose rule is wrong: ``wrong rule: 'square' (model.py:31) for input x; ...``."""
    places: dict = {}
    sentences = []
    if any(fault.mode != "forward" for fault in wrong):  # forward mode uses the reverse rules of other ops
        wrong = [fault for fault in wrong if fault.mode != "forward"]
    for fault in wrong:
        places.setdefault((WORDS[fault.mode], fault.t.op.name, fault.arg), []).append(trace.place(fault.t))
    for (words, op, arg), where in places.items():
        more = f" and {count_text(len(where) - 1, 'more call')}" if len(where) > 1 else ""
        sentences.append(f"{words}: {op!r} ({where[0]}{more}) for input {arg}")
    right = len(steps) - len({fault.t.seq for fault in wrong})
    if sentences and right:
        sentences[-1] += f"; the other {f'{right} ops are' if right > 1 else 'op is'} right"
    return sentences


def write_sentences(f, steps):
    """Return a sentence if an array was written in place after an op had used or made it."""
    for t, inputs in steps:
        if not np.array_equal(OpCall(t, inputs).y, t.data, equal_nan=True):
            trace = CallTrace(f, watch_arrays=True)
            lines = dict.fromkeys(str(place) for place in trace.writes.values() if place)
            where = f" at {' and '.join(lines)}" if lines else ""
            op = f"op {t.op.name!r} ({trace.matching_place(t, steps)})"
            return [f"an array of the graph is written in place{where}: {op} does not hold the values it computed; "
                    "write t[i] = v on the Tensor, or into a copy"]  # fmt: skip
    return []


def cut_sentences(f, found, trace):
    """Return sentences on constants that depend on the inputs, which no gradient reaches."""
    tensors = list({id(x.t): x.t for x in found}.values())
    line = joint_line(f, tensors, fixed_directions(tensors))
    here, (near, far) = trace.result, [line.run(lambda: RecordedCall(f), by) for by in (1e-7, 1e-6)]
    known = {id(t) for t in tensors}
    little = {(t.seq, arg): change for t, arg, change in changed_constants(here, near, known)}
    changed = []
    for t, arg, change in changed_constants(here, far, known):
        before = little.get((t.seq, arg), 0)
        if 3 * before < change < 30 * before:  # in proportion to the step; a jump is a kink
            changed.append(f"{arg} of op {t.op.name!r} ({trace.place(t)})")
    names = f.names or ["the output"]
    outputs = [name for name, y, a, b in zip(names, here.outputs, here.values, far.values, strict=True)
               if not y.requires_grad and not np.array_equal(a, b, equal_nan=True)]  # fmt: skip
    if not changed and not outputs:
        return []
    what = ", ".join(list(dict.fromkeys(changed + outputs))[:3])
    lines = dict.fromkeys(f"{how} at {place}" for how, place in trace.cuts)
    where = f"by {', '.join(list(lines)[:3])}" if lines else "where NumPy computes with .data"
    return [f"the graph is cut {where}: {what} depends on the inputs, but no gradient goes there"]


def input_hint(x, found, wrong, f):
    """Return a hint on one input's gradient: the mistake in a wrong rule, or in the whole gradient."""
    if not x.report.wrong:
        return ""
    for fault in wrong:
        if fault.hint:
            return f"in {fault.t.op.name!r}, {fault.hint}"
    weights = np.ones(1) if len(x.analytic) == 1 else np.random.default_rng(0).uniform(0.5, 1.5, len(x.analytic))
    a, n = measured_array(x, weights @ x.analytic), measured_array(x, weights @ x.measured.value)
    others = {o.report.name: measured_array(o, weights @ o.measured.value) for o in found
              if o is not x and o.measured is not None and o.report.mode == x.report.mode}  # fmt: skip
    others = {name: g for name, g in others.items() if g.shape == a.shape}
    value = measured_array(x, x.t.data.reshape(-1)[x.columns])
    return mistake(a, n, name=x.report.name, context={"value": value, "others": others, "sizes": axis_sizes(f)})


def measured_array(x, flat):
    """Return the numbers of the measured entries in the input's shape, or in that of a block of it."""
    if len(x.columns) == x.t.size:
        return flat.reshape(x.t.shape)
    places = sample_block(x.t.shape, SMALL)
    return flat[np.searchsorted(x.columns, places)] if np.isin(places, x.columns).all() else flat


def axis_sizes(f):
    """Return the axis lengths of the graph's inputs by name: factors that a gradient may lack."""
    found: dict = {}
    for t, inputs in f.steps:
        for name, x in zip(t.op.args, inputs, strict=False):
            if not (isinstance(x, Tensor) and x.op) and np.ndim(x):
                label = getattr(x, "name", None) or f"{name} of {t.op.name!r}"
                found |= {f"axis {i} of {printable_text(label)}": n for i, n in enumerate(x.shape) if n > 1}
    return found
