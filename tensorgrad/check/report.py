"""What a gradient check found: truthy if all is right, a table when printed."""

from typing import NamedTuple

#: ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) below these means this (CS231n, "Gradient checks").
BANDS = ((1e-7, "right"), (1e-5, "probably right"), (1e-3, "doubtful"), (float("inf"), "wrong"))


class InputReport(NamedTuple):
    """What was found for one input.

    name, given:       what it is called, and what came, as ``'float32[3, 2]'``
    wrong, total:      how many elements disagree, of how many
    index, output:     the worst element, and the entry of the output it was seen in; None and what else is wrong
    analytic, numeric: its derivative by reverse mode, and by differences
    error:             |analytic − numeric| / max(|analytic|, |numeric|) of it
    difference:        ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) over all elements
    connected:         whether a gradient reached it at all
    mistake:           what was probably done wrong, a sentence; '' where nothing is recognised
    """

    name: str
    given: str
    wrong: int
    total: int
    index: tuple | None  # type: ignore[assignment]  # hides tuple.index, which nobody calls on a report
    output: str
    analytic: float
    numeric: float
    error: float
    difference: float
    connected: bool
    mistake: str = ""

    def band(self):
        """Return what the difference means: right below 1e-7, probably right, doubtful, wrong above 1e-3."""
        return next((words for limit, words in BANDS if self.difference < limit), "wrong")

    def row(self):
        """Return the cells of its line in a table."""
        return (
            self.name,
            self.given,
            f"{self.wrong} of {self.total}",
            f"{self.difference:.1e} {self.band()}",
            self.worst(),
        )

    def worst(self):
        """Return the worst element in words."""
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
    """The result of a gradient check: truthy when every element agrees; printed, a line per input.

    inputs: an InputReport for each input, in order
    method: how it was measured
    check:  what was called
    notes:  sentences on what else was found
    """

    def __init__(self, inputs, method, check="gradcheck", notes=()):
        self.inputs, self.method, self.check, self.notes = list(inputs), method, check, list(notes)

    def __bool__(self):
        return not any(r.wrong for r in self.inputs)

    def __getitem__(self, name):
        """Return the InputReport of the input called ``name``."""
        for r in self.inputs:
            if r.name == name:
                return r
        raise KeyError(name)

    @property
    def difference(self):
        """The largest ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) of any input."""
        return max(r.difference for r in self.inputs)

    def as_dict(self):
        """Return everything as plain Python values."""
        inputs = [{**r._asdict(), "band": r.band()} for r in self.inputs]
        return {"passed": bool(self), "method": self.method, "notes": self.notes, "inputs": inputs}

    def __repr__(self):
        heads = ("input", "given", "wrong", "‖g−ĝ‖/(‖g‖+‖ĝ‖)", "worst element")
        rows = [r.row() for r in self.inputs]
        widths = [max(len(row[i]) for row in (heads, *rows)) for i in range(4)]
        lines = ["  " + "  ".join([c.ljust(w) for c, w in zip(row, widths, strict=False)] + [row[4]])
                 for row in (heads, *rows)]  # fmt: skip
        said = [*(f"  → {r.mistake}" for r in self.inputs if r.mistake), *(f"  → {note}" for note in self.notes)]
        return "\n".join([self._headline(), *lines, *said, f"  ({self.method})"])

    def _headline(self):
        total = sum(r.total for r in self.inputs)
        if self:
            return f"{self.check} passed: {total} element{'s' * (total != 1)} agree{'s' * (total == 1)}"
        wrong = [f"{r.name} in {r.wrong} of {r.total} elements" for r in self.inputs if r.wrong]
        return f"{self.check} failed: wrong gradient of {', '.join(wrong)}"
