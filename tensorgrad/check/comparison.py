"""Claimed gradients beside numeric ones: which elements are wrong, by how much, and what was done to them."""

import numpy as np

from ..errors import describe
from .inputs import course, relative
from .measure import BLOCK, DIRECTIONS, FULL, KINKS, SMALL, block
from .mistakes import Context, mistake
from .numeric import EPSILON
from .report import InputReport, Report


class Comparison:
    """The claimed gradients beside the numeric ones.

    known:   what helps to name a mistake, by parameter: fields of a Context
    astray:  for a large parameter the direction along which the claimed gradient is wrong, None if all agree
    places:  the elements that are compared, by parameter
    numeric: the numeric gradient there; at a kink, where it is any of many, the claimed one
    """

    def __init__(self, meter, claimed, atol=None, rtol=None, known=None):
        self.meter, self.loss, self.claimed = meter, meter.loss, claimed
        self.atol, self.rtol, self.known = atol, rtol, known or {}
        self.places, self.astray, self.numeric, self.allowed, self.kinks, self.error = {}, {}, {}, {}, {}, 0.0
        for name, array in self.loss.arrays.items():
            if array.size > FULL and self._fits(name):
                self.astray[name] = meter.astray(name, self._flat(name), self._rtol(name))
            agrees = name in self.astray and self.astray[name] is None
            self.places[name] = block(array.shape, SMALL if agrees else BLOCK)
            self._measure(name)

    def report(self, check, chained=True):
        """Return the Report, which calls itself ``check``; ``chained`` parameters follow each other in a network."""
        inputs = _together([self._compared(name) for name in self.places])
        notes = _where_it_begins(inputs) if chained else []
        return Report(inputs, self._method(), notes=notes, check=check)

    def _measure(self, name):
        n, error = self.meter.gradient(name, self.places[name])
        self.numeric[name], self.allowed[name] = n, self._allowed(name, n) + 10 * error
        self.error = max(self.error, float(np.max(error, initial=0.0)))
        if self._fits(name):
            self._leave_out_kinks(name, self._picked(self.claimed[name], name), n)

    def _leave_out_kinks(self, name, a, n):
        """Make the numeric gradient the claimed one where the loss bends, and count these elements."""
        off = np.argwhere(~(np.abs(a - n) <= self.allowed[name]))
        for index in map(tuple, off if len(off) <= KINKS else ()):
            if self.meter.is_kink(name, self.places[name][index], float(a[index])):
                n[index], self.kinks[name] = a[index], self.kinks.get(name, 0) + 1

    def _fits(self, name):
        return self.claimed[name].shape == self.loss.arrays[name].shape

    def _rtol(self, name):
        if self.rtol is not None:
            return self.rtol
        return 1e-4 if self.claimed[name].dtype.itemsize < 8 else 1e-6  # what is left of float32 after a few sums

    def _allowed(self, name, n):
        rtol = self._rtol(name)
        smallest = EPSILON * abs(self.loss.value)  # a slope below this changes no digit of the loss
        atol = 0.01 * rtol * np.max(np.abs(n), initial=0.0) + smallest if self.atol is None else self.atol
        return atol + rtol * np.abs(n)

    def _compared(self, name):
        """Return the InputReport of a parameter."""
        if not self._fits(name):
            return self._misshapen(name)
        a, n, places = self._picked(self.claimed[name], name), self.numeric[name], self.places[name]
        allowed = self.allowed[name]
        off = ~(np.abs(a - n) <= allowed)
        said = mistake(a, n, name=name, context=self._context(name)) if off.any() else ""
        if not off.any() and self.astray.get(name) is not None:
            place = self.meter.bisected(name, self._flat(name), self.astray[name], self._rtol(name))
            places = np.append(places, place)
            a, n = self._flat(name)[places], np.append(n, self.meter.gradient(name, places[-1:])[0])
            off, allowed = np.arange(a.size) == a.size - 1, np.append(allowed, 0.0)
            said = f"the gradient of {name} is right in a block of {a.size - 1} elements, and wrong elsewhere"
        return self._row(name, a, n, off, allowed, places, said)

    def _misshapen(self, name):
        """Return the InputReport of a gradient that has not the shape of its parameter."""
        g, n, array = np.asarray(self.claimed[name], np.float64), self.numeric[name], self.loss.arrays[name]
        said = mistake(g, n, name=name, context=self._context(name)) if n.size == array.size else ""
        shapes = f"has shape {list(g.shape)}, and {name} has {list(array.shape)}"
        return InputReport(
            name, describe(self.loss.given[name]), wrong=array.size, total=array.size, index=None, output=shapes,
            analytic=np.nan, numeric=np.nan, error=1.0, difference=1.0, connected=True,
            hint=said or f"the gradient of {name} {shapes}",
        )  # fmt: skip

    def _row(self, name, a, n, off, allowed, places, said):
        shape, size = self.loss.arrays[name].shape, self.loss.arrays[name].size
        gap = np.where(np.isnan(a), np.inf, np.abs(a - n))
        gap = np.where(gap <= 1e-12 * np.max(np.abs(n), initial=0.0), 0.0, gap)  # which of these is worst is chance
        worst = int(np.argmax(np.where(off, gap, -1.0) if off.any() else gap)) if size else 0
        index = tuple(int(i) for i in np.unravel_index(places.flat[worst], shape)) if size and shape else ()
        one, other = (float(x.flat[worst]) if size else 0.0 for x in (a, n))
        return InputReport(
            name, describe(self.loss.given[name]), wrong=int(off.sum()), total=size, index=index, output="",
            analytic=one, numeric=other, error=relative(one, other), difference=course(a, n, allowed), connected=True,
            measured=None if a.size == size else a.size, kinks=self.kinks.get(name, 0), hint=said,
        )  # fmt: skip

    def _flat(self, name):
        return np.asarray(self.claimed[name], np.float64).reshape(-1)

    def _picked(self, array, name):
        """Return the elements of ``array`` that are compared, as float64."""
        return np.asarray(array, np.float64).reshape(-1)[self.places[name]]

    def _context(self, name):
        """Return what is known beside a parameter's gradient: its values, the sizes and numbers among the data."""
        shape, data = self.loss.arrays[name].shape, self.loss.named_data()
        arrays = {
            key: self._picked(x, name)
            for key, x in data.items()
            if isinstance(x, np.ndarray) and x.ndim and x.shape == shape and x.dtype.kind in "fiub"
        }
        others = {k: n for k, n in self.numeric.items() if k != name}
        value = self._picked(self.loss.arrays[name], name)
        known = {
            "value": value,
            "sizes": sizes_of({**data, **self.loss.arrays}),
            "arrays": arrays,
            "others": others,
            "shape": shape,
        }
        return Context(**{**known, **self.known.get(name, {})})

    def _method(self):
        how = "complex step, exact to rounding" if self.meter.exact else (
            f"central differences in float64, extrapolated, error up to {self.error:.1g}")  # fmt: skip
        large = [name for name, array in self.loss.arrays.items() if array.size > FULL and self._fits(name)]
        return f"{how}; all of {', '.join(large)} along {DIRECTIONS} random directions" if large else how


def _together(inputs):
    """Let gradients with the same mistake share one sentence."""
    words = {r.name: r.hint.removeprefix(f"the gradient of {r.name} ") for r in inputs if r.hint}
    groups = {}
    for name, said in words.items():
        groups.setdefault(said, []).append(name)
    shared = {name: f"the gradient of each of {', '.join(group)} {said}"
              for said, group in groups.items() if len(group) > 1 for name in group}  # fmt: skip
    return [r._replace(hint=shared.get(r.name, r.hint)) for r in inputs]


def sizes_of(data):
    """Return the numbers by name that may be factors in a gradient: sizes of arrays, and the floats among ``data``."""
    sizes, elements = {}, {}
    for name, x in data.items():
        if isinstance(x, dict):
            sizes |= sizes_of(x)
        elif isinstance(x, (list, tuple)):
            sizes |= sizes_of({f"{name}[{i}]": item for i, item in enumerate(x) if not isinstance(item, (int, float))})
        elif isinstance(x, np.ndarray) and x.ndim:
            sizes |= {f"axis {i} of {name}": size for i, size in enumerate(x.shape) if size > 1}
            elements |= {f"the number of elements of {name}": x.size} if x.ndim > 1 else {}
        elif isinstance(x, (int, float)) and not isinstance(x, bool):
            sizes[name] = x
    return sizes | elements


def _where_it_begins(inputs):
    """Return a sentence on where a chain of wrong gradients begins, if the last parameters are right."""
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
