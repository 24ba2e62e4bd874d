"""The report of a gradient check: truthy if all is right; it prints as a table."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import printable_text

#: ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) in words: courses call 1e-7 right and 1e-3 wrong.
BANDS = ((1e-7, "right"), (1e-5, "probably right"), (1e-3, "doubtful"))


class InputReport(NamedTuple):
    """The result for one input.

    name, given:       its name, and its dtype and shape, as ``'float32[3, 2]'``
    wrong, total:      how many elements disagree, of how many
    index, output:     the worst element, and the entry of the output that shows it; None and a text if all are wrong
    analytic, numeric: its derivative by tensorgrad, and the numeric one
    error:             its |analytic − numeric| / max(|analytic|, |numeric|)
    difference:        ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) over all elements that were measured
    connected:         whether a gradient reached it at all
    measured:          how many elements were measured one by one; None for all of them
    kinks:             how many elements lie at a kink, where any slope between the two sides is right
    hint:              what was probably done wrong, a sentence
    mode, order:       ``"reverse"`` or ``"forward"``; 2 for the derivative of the gradient
    """

    name: str
    given: str
    wrong: int
    total: int
    index: tuple | None = ()  # type: ignore[assignment]  # hides tuple.index, which nobody calls on a report
    output: str = ""
    analytic: float = 0.0
    numeric: float = 0.0
    error: float = 0.0
    difference: float = 0.0
    connected: bool = True
    measured: int | None = None
    kinks: int = 0
    hint: str = ""
    mode: str = "reverse"
    order: int = 1

    @property
    def label(self):
        """The name in the table, with the mode and the order where they are not the usual ones."""
        more = ["forward"] * (self.mode != "reverse") + ["2nd order"] * (self.order == 2)
        return f"{self.name} ({', '.join(more)})" if more else self.name

    @property
    def band(self):
        """The difference in words: right, probably right, doubtful or wrong."""
        return next((words for limit, words in BANDS if self.difference < limit), "wrong")

    def count(self):  # type: ignore[override]  # hides tuple.count, as above
        """Return as text how many elements disagree, of how many."""
        seen = self.total if self.measured is None else self.measured
        text = f"{self.wrong} of {seen}" + ("" if seen == self.total else f" measured, of {self.total:,}")
        return text + (f"; {self.kinks} at a kink" if self.kinks else "")

    def worst(self):
        """Return the worst element as text."""
        if not self.total:
            return "no elements"
        if self.index is None:
            return self.output
        place = f"{list(self.index)}" + (f" of {self.output}" if self.output else "")
        text = f"{place}: analytic {self.analytic:.8g}, numeric {self.numeric:.8g} (relative error {self.error:.1e})"
        if self.connected:
            return text
        if not self.wrong:
            return "the output does not depend on it"
        return text + "; no gradient reaches it: the graph is cut by detach(), no_grad() or .numpy()"


class Report:
    """The result of a gradient check: truthy when every element agrees; it prints a line per input.

    inputs:  an InputReport for each input, in order
    method:  how the numeric derivatives were measured
    causes:  sentences that say where the mistake is: an op's rule, or a cut in the graph
    notes:   sentences with further remarks, such as the ops at whose kinks elements lie
    check:   the name of the check

    ``str`` is a coloured table where the output is a terminal, ``repr`` plain text, and a notebook shows HTML.
    """

    def __init__(self, inputs, method, causes=(), notes=(), check="gradcheck"):
        self.inputs, self.method, self.check = list(inputs), method, check
        self.causes, self.notes = tuple(causes), tuple(notes)

    def __bool__(self):
        return not any(r.wrong for r in self.inputs)

    def __getitem__(self, name):
        """Return the InputReport of the input called ``name``."""
        for r in self.inputs:
            if name in (r.name, r.label) or printable_text(name) == r.name:
                return r
        raise KeyError(name)

    @property
    def culprit(self):
        """The same as ``causes``."""
        return self.causes

    @property
    def difference(self):
        """The largest ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) of any input."""
        return max(r.difference for r in self.inputs)

    @property
    def hint(self):
        """The first hint on what was done wrong; '' if no mistake was recognised."""
        return next((r.hint for r in self.inputs if r.hint), "")

    def as_dict(self):
        """Return everything as plain Python values."""
        return {
            "passed": bool(self),
            "method": self.method,
            "causes": list(self.causes),
            "notes": list(self.notes),
            "inputs": [r._asdict() for r in self.inputs],
        }

    def headline(self):
        """Return the result in one line."""
        total = sum(r.total for r in self.inputs)
        if self:
            seen = sum(r.total if r.measured is None else r.measured for r in self.inputs)
            lines = f": {seen} measured one by one, all along random lines" if seen < total else ""
            return f"{self.check} passed: {total} element{'s' * (total != 1)} agree{'s' * (total == 1)}{lines}"
        wrong = [f"{r.label} in {r.count().split(';')[0]} elements" for r in self.inputs if r.wrong]
        return f"{self.check} failed: wrong gradient of {', '.join(wrong)}"

    def __repr__(self):
        from .report_format import report_text  # imported only when a report is printed

        return report_text(self)

    def __str__(self):
        from .report_format import terminal_text

        return terminal_text(self)

    def __rich__(self):
        from .report_format import rich_report

        return rich_report(self)

    def _repr_html_(self):
        from .report_format import report_html

        return report_html(self)
