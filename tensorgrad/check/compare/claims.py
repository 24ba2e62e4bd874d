"""Compare claimed gradients with numeric ones: which elements are wrong, by how much, and by which mistake."""

import numpy as np

from ...errors import describe, printable_text
from ...pytree import is_numbers, named_leaves
from ..mistakes.catalogue import Context, mistake
from ..numeric.measure import Tolerance
from ..numeric.sampling import BLOCK, FULL, SMALL, sample_block
from ..report.check_progress import CheckProgress
from ..report.report import InputReport, Report
from .analytic import ReverseJacobian
from .elements import InputChecker, disagreeing_columns

#: The number of random directions for a large parameter.
DIRECTIONS = 4

#: A sum over samples may have several kinks at once, and each may take its slope from another side. Their sum may lie
#: beyond the slopes of the two sides, but hardly by more than this many gaps between them.
GAPS = 10


class Comparison:
    """The claimed gradients of a NumpyLoss, and the numeric ones.

    known:   fields of a Context by parameter, which help to name a mistake
    places:  the elements that are compared, by parameter: all, or a block
    found:   the InputResult of each parameter whose gradient has its shape; doubtful if it is right in the block and
             wrong elsewhere
    numeric: the numeric gradient there; at a kink, which admits many slopes, the claimed one
    """

    def __init__(self, loss, claimed, atol=None, rtol=None, known=None):
        self.loss, self.claimed, self.known = loss, claimed, known or {}
        self.places, self.found, self.numeric = {}, {}, {}
        with CheckProgress("check_gradients") as progress, np.errstate(all="ignore"):
            for name, t in loss.named.items():
                if claimed[name].shape == t.shape:
                    checker = InputChecker(loss, loss.method, self._tolerance(name, atol, rtol), 0, FULL, progress)
                    self._measure(name, t, checker)
                else:
                    self.places[name], self.numeric[name] = sample_block(t.shape), loss.gradient(name)

    def report(self, check, chained=True):
        """Return the Report of the check called ``check``; ``chained`` parameters follow each other in a network."""
        inputs = _share_hints([self._input_report(name) for name in self.places])
        notes = _chain_note(inputs) if chained else []
        return Report(inputs, self._method(), notes=notes, check=check)

    def _tolerance(self, name, atol, rtol):
        single = self.claimed[name].dtype.itemsize < 8
        rtol = rtol if rtol is not None else 1e-4 if single else 1e-6  # the precision of float32 after a few sums
        return Tolerance(self.loss.rounding, atol, rtol, leeway=0.01 * rtol, gaps=GAPS)

    def _measure(self, name, t, checker):
        """Measure a parameter; a large one along lines and in a block, a larger block if the lines disagree."""
        side, disagreement = ReverseJacobian(np.asarray(self.claimed[name], np.float64).reshape(1, -1)), None
        if t.size > FULL:
            disagreement = next(checker.disagreeing_lines(t, side, np.random.default_rng(0), DIRECTIONS), None)
        self.places[name] = places = sample_block(t.shape, BLOCK if disagreement or t.size <= FULL else SMALL)
        report = InputReport(name, describe(self.loss.given[name]), 0, t.size)
        found = checker.measure_entries(report, t, side, places.reshape(-1))
        self.numeric[name] = _admitted_gradient(found).reshape(places.shape)
        if disagreement and not found.report.wrong:
            found = checker.add_entries(found, side, checker.bisect(t, side, *disagreement))
            if found.report.wrong or not found.report.kinks:  # a line over kinks alone proves nothing
                found = found._replace(doubtful=True).mark_wrong()
        self.found[name] = found

    def _input_report(self, name):
        """Return the InputReport of a parameter, with a hint on the mistake."""
        if name not in self.found:
            return self._shape_report(name)
        report, said = self.found[name].report, ""
        if self.found[name].doubtful:
            said = (
                f"the gradient of {name} is right in a block of {self.places[name].size} elements, and wrong elsewhere"
            )
        elif report.wrong:
            a, n = self._pick(self.claimed[name], name), self.numeric[name]
            said = mistake(a, n, name=name, context=self._context(name))
        return report._replace(hint=said)

    def _shape_report(self, name):
        """Return the InputReport of a gradient whose shape is not that of its parameter."""
        g, n, t = np.asarray(self.claimed[name], np.float64), self.numeric[name], self.loss.named[name]
        said = mistake(g, n, name=name, context=self._context(name)) if n.size == t.size else ""
        shapes = f"has shape {list(g.shape)}, and {name} has {list(t.shape)}"
        return InputReport(
            name, describe(self.loss.given[name]), wrong=t.size, total=t.size, index=None, output=shapes,
            analytic=np.nan, numeric=np.nan, error=1.0, difference=1.0, hint=said or f"the gradient of {name} {shapes}",
        )  # fmt: skip

    def _pick(self, array, name):
        """Return the elements of ``array`` that are compared, as float64."""
        return np.asarray(array, np.float64).reshape(-1)[self.places[name]]

    def _context(self, name):
        """Return the Context of a parameter: its values, and the arrays, sizes and numbers among the data."""
        shape, data = self.loss.arrays[name].shape, self.loss.named_data()
        arrays = {
            key: self._pick(x, name)
            for key, x in data.items()
            if isinstance(x, np.ndarray) and x.ndim and x.shape == shape and x.dtype.kind in "fiub"
        }
        known = {
            "value": self._pick(self.loss.arrays[name], name),
            "sizes": named_sizes({**data, **self.loss.arrays}),
            "arrays": arrays,
            "others": {k: n for k, n in self.numeric.items() if k != name},
            "shape": shape,
        }
        return Context(**{**known, **self.known.get(name, {})})

    def _method(self):
        exact = self.loss.method.kind == "complex step"
        how = "complex step, exact to rounding" if exact else str(self.loss.method)
        large = [name for name, x in self.found.items() if x.t.size > FULL]
        return f"{how}; all of {', '.join(large)} along {DIRECTIONS} random directions" if large else how


def _admitted_gradient(found):
    """Return the numeric derivatives of an InputResult; at kinks that admit the analytic ones, return these."""
    if found.measured is None:
        return np.zeros(0)
    at_kinks = found.measured.kinked[0] & ~disagreeing_columns(found.analytic, found.measured)
    return np.where(at_kinks, found.analytic[0], found.measured.value[0])


def _share_hints(inputs):
    """Give gradients with the same mistake one common hint."""
    words = {r.name: r.hint.removeprefix(f"the gradient of {r.name} ") for r in inputs if r.hint}
    groups: dict = {}
    for name, said in words.items():
        groups.setdefault(said, []).append(name)
    shared = {name: f"the gradient of each of {', '.join(group)} {said}"
              for said, group in groups.items() if len(group) > 1 for name in group}  # fmt: skip
    return [r._replace(hint=shared.get(r.name, r.hint)) for r in inputs]


def named_sizes(data):
    """Return the numbers by name that may be factors in a gradient: sizes of arrays, and the floats among ``data``."""
    sizes: dict = {}
    elements: dict = {}
    for name, x in named_leaves(data, is_leaf=is_numbers, join=_size_name):  # lists of numbers are labels
        if isinstance(x, np.ndarray) and x.ndim:
            sizes |= {f"axis {i} of {name}": size for i, size in enumerate(x.shape) if size > 1}
            elements |= {f"the number of elements of {name}": x.size} if x.ndim > 1 else {}
        elif isinstance(x, (int, float)) and not isinstance(x, bool):
            sizes[name] = x
    return sizes | elements


def _size_name(name, key, holder):
    """Return the name of an item: its key, or its position in a list called ``name``."""
    return f"{name}[{key}]" if isinstance(holder, (list, tuple)) else printable_text(key)


def _chain_note(inputs):
    """Return a sentence that says where a chain of wrong gradients begins, if the last parameters are right."""
    wrong = [r.name for r in inputs if r.wrong]
    right = [r.name for r in inputs[len(wrong) :]]
    unexplained = any(r.wrong and not r.hint for r in inputs)
    if not unexplained or not right or any(r.wrong for r in inputs[len(wrong) :]):
        return []
    are = f"{', '.join(right)} {'is' if len(right) == 1 else 'are'}"
    return [
        f"{are} right and all before wrong: the mistake is in the step from {right[0]} back to {wrong[-1]}; look at "
        "the derivative of the activation and at the transpose there"
    ]
