"""The numerics tracer: finds the op that made the first nan or inf, its inputs, and what to do about it."""

import weakref
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np

from ..backward import backward, visit
from ..core.modes import no_compile
from ..core.tensor import Tensor, every_example
from ..errors import NumericsError, count_text, describe, printable_text
from ..graph.code import outermost_frame, trial
from ..graph.gradients import hooking
from ..graph.observer import Observer, hide_from_observers, observing
from ..graph.origins import origin, where
from ..graph.steps import recorded_steps
from .remedies import backward_remedy, forward_remedy, given_remedy
from .value_ranges import Range, bad_entries, bad_words


class TensorOrigin(NamedTuple):
    """Where a Tensor was made, and whether it is not finite: layer and line are None if they are not known.

    ref: a weak reference that removes the TensorOrigin when its Tensor is gone
    """

    layer: str | None = None
    line: str | None = None
    bad: bool = False
    ref: weakref.ref | None = None

    def __str__(self):
        return where(self.line, self.layer)


UNKNOWN = TensorOrigin()  # for Tensors that were made before the block


class Finding:
    """One op that made nan or inf; ``print`` it. ``NumericsError.finding`` is one too.

    op:     the op's name
    phase:  "forward" or "backward"; "given" if an input was not finite before any op
    layer, line: where the op ran, None if it is not known
    inputs: the op's inputs as Ranges: name, low, high, zeros, negative, nan, inf, neginf, size
    bad:    how many entries of the result are nan, inf and -inf, out of ``size``
    remedy: what to do about it, '' if no remedy is known
    times:  how often it happened
    """

    def __init__(self, what, op, phase, place, array, inputs, remedy):
        self.what, self.op, self.phase, self.layer, self.line = what, op, phase, place.layer, place.line
        self.inputs, self.remedy = inputs, remedy
        self.bad, self.size = bad_entries(array), array.size
        self.times = 1

    def __str__(self):
        lines = [self.what, *[f"  {line}" for line in map(str, self.inputs)]]
        return "\n".join([*lines, f"  {self.remedy}"] if self.remedy else lines)

    __repr__ = __str__


class Tracer(Observer):
    """A block that checks each op's result; ``findings`` lists those that were not finite, in order."""

    def __init__(self, raise_exception):
        self.raise_exception, self.findings = raise_exception, []
        self._places, self._known, self._blocks = {}, {}, ExitStack()

    def __enter__(self):
        self._blocks.enter_context(np.errstate(all="ignore"))  # the findings say more than NumPy's warnings
        self._blocks.enter_context(no_compile())
        self._blocks.enter_context(observing(self))
        return self

    def __exit__(self, *exception):
        self._blocks.close()
        self._places.clear()

    def __bool__(self):
        return bool(self.findings)

    def __repr__(self):
        if not self.findings:
            return "every result was finite"
        seen = [f"{f}\n  seen {count_text(f.times, 'time')}" if f.times > 1 else str(f) for f in self.findings]
        return "\n".join(seen)

    def on_op(self, t, op, inputs, frame):
        if frame.f_back.f_code is backward.__code__:  # the sum in .grad
            return
        bad = any(bad_entries(t.data))
        if (not bad and t.op is None) or (bad and outermost_frame(frame, trial)):
            return
        found = origin(frame)
        self._places[id(t)] = place = TensorOrigin(found.layer, found.line, bad, self._forget(t))
        if bad:
            self._examine(t, op, inputs, place)

    def on_replace(self, t, other):
        self._places[id(t)] = self._place(other)._replace(ref=self._forget(t))

    def _place(self, t):
        return self._places.get(id(t), UNKNOWN)

    def _forget(self, t):
        """Return a weak reference to ``t`` that removes its TensorOrigin when ``t`` is gone."""
        places, key = self._places, id(t)
        return weakref.ref(t, lambda _: places.pop(key, None))

    def _examine(self, t, op, inputs, place):
        """Report ``op`` if it made nan or inf from good inputs; or report the input that was bad before any op."""
        found = [bad_entries(input_array(x)) for x in inputs]
        given = [i for i, x in enumerate(inputs) if is_unintended(x, found[i]) and not self._place(x).bad]
        if given:
            self._report_given(given[0], op, inputs, place)
        elif is_new(t.data, found):
            self._report(
                f"{printable_text(op.name)} made {bad_words(t.data)}{place}", op.name, "forward", place, t.data,
                self._ranges(op, inputs), forward_remedy(op.name, [input_array(x) for x in inputs], t.data),
            )  # fmt: skip

    def _ranges(self, op, inputs):
        names = op_arguments(op, len(inputs))
        return [Range(argument_label(x, name), x.data if isinstance(x, Tensor) else x)
                for x, name in zip(inputs, names, strict=True)]  # fmt: skip

    def _report_given(self, i, op, inputs, place):
        x, ranges = inputs[i], self._ranges(op, inputs)
        kind = "parameter" if isinstance(x, Tensor) and x.requires_grad else "data"
        if isinstance(x, (Tensor, np.ndarray)):
            self._places[id(x)] = TensorOrigin(bad=True, ref=self._forget(x))  # told once
        what = f"{printable_text(op.name)} was given {bad_words(input_array(x))} in its input {ranges[i].name}{place}"
        self._report(what, op.name, "given", place, input_array(x), ranges, given_remedy(kind))

    def _report(self, what, op, phase, place, array, ranges, remedy):
        finding = Finding(what, op, phase, place, array, ranges, remedy)
        if self.raise_exception:
            raise NumericsError(str(finding), finding)
        key = op, phase, place.layer, place.line, remedy
        if key in self._known:
            self._known[key].times += 1
        else:
            self._known[key] = finding
            self.findings.append(finding)

    def on_backward(self, sweep, root, g, keep):
        with hide_from_observers():
            return BackwardTrace(self, root).run(sweep, root, g, keep)


class BackwardTrace:
    """One watched backward: hooks on every recorded Tensor check the gradient that arrives and those it passes on.

    late: ids of Tensors that a bad gradient has reached; later ones there are not reported
    """

    def __init__(self, tracer, root):
        self.tracer, self.late = tracer, set()
        self.steps = recorded_steps(root)

    def run(self, sweep, root, g, keep):
        self.look_at(g, root, "the gradient that backward() of {} was given is {}")
        with hooking(self.steps, self.watch_arrival, self.watch_rules):
            leaves = sweep(root, g, keep)
        for leaf, total in leaves:
            self.look_at(total, leaf, "the sum of the gradients that reach {} is {}")
        return leaves

    def look_at(self, g, t, what):
        """Report the gradient ``g`` of ``t`` if it is the first that is not finite there."""
        data = g.data if isinstance(g, Tensor) else g
        if any(bad_entries(data)) and id(t) not in self.late:
            self.late.add(id(t))
            place, op = self.tracer._place(t), t.op.name if t.op else None
            name = printable_text(t.name or f"{op or 'a Tensor'} ({describe(t)})")
            what = what.format(name, bad_words(data)) + str(place)
            self.tracer._report(what, op, "backward", place, data, [], "")

    def watch_arrival(self, t, inputs):
        return lambda g: self.look_at(g, t, "the sum of the gradients that reach {} is {}")

    def watch_rules(self, t, inputs):
        """Return a hook that checks the gradient of ``t``, and what each of its rules makes of it."""

        def look(g):
            self.look_at(g, t, "a hook made the gradient of {} {}")
            if id(t) in self.late:
                self.late.update(id(x) for x in inputs if isinstance(x, Tensor))
            else:
                visit(t, g.data, t.seq, False, lambda x, gx: self.check_rule(t, inputs, g.data, x, gx))

        return look

    def check_rule(self, t, inputs, g, x, gx):
        """Check ``gx``, which the rule of ``t`` made of ``g`` for the input ``x``."""
        if not any(bad_entries(gx)):
            return
        self.late.add(id(x))
        op, place = t.op, self.tracer._place(t)
        arrays = [input_array(v) for v in inputs]
        if any(bad_entries(a)[0] for a in (t.data, *arrays)) and (place.bad or self._known_bad(inputs)):
            return  # nan from the forward, which was reported there
        name = op_arguments(op, len(inputs))[next(i for i, v in enumerate(inputs) if v is x)]
        self.tracer._report(
            f"the backward of {printable_text(op.name)} made {bad_words(gx)} for {argument_label(x, name)}{place}",
            op.name, "backward", place, gx, [*self.tracer._ranges(op, inputs), Range("gradient", g)],
            backward_remedy(op.name, arrays, t.data, g),
        )  # fmt: skip

    def _known_bad(self, inputs):
        return any(self.tracer._place(x).bad for x in inputs)


def is_unintended(x, bad):
    """Return whether an input has nan, or inf in an array; the number inf, and -inf as a mask, are on purpose."""
    nan, inf, _ = bad
    return bool(nan or (inf and np.ndim(input_array(x)) > 0))


def is_new(y, given):
    """Return whether ``y`` has nan while no input has, or inf while all inputs are finite.

    >>> is_new(np.array([-np.inf]), [(0, 0, 1)]), is_new(np.array([np.nan]), [(0, 0, 1)])
    (False, True)
    """
    nan, inf, below = bad_entries(y)
    if nan:
        return not any(n for n, _, _ in given)
    return bool(inf and not any(i or b for _, i, b in given)) or bool(below and not any(any(n) for n in given))


def op_arguments(op, n):
    return [f"{op.args[0]}{i}" for i in range(n)] if op.variadic else op.args


def argument_label(x, name):
    """Return the argument's name, and the Tensor's own if it has one: ``b=hidden/kernel``."""
    own = getattr(x, "name", None)
    return printable_text(f"{name}={own}" if own and own != name else name)


def input_array(x):
    return x.data if isinstance(x, Tensor) else np.asarray(every_example(x))
