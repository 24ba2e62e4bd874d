"""Gradients written by hand in NumPy, checked without a Tensor: a loss, its parameters, and what is claimed."""

import numpy as np

from ..errors import GradcheckError, GradientError, OptionError, ShapeError, counted, describe
from .gradcheck import course, relative
from .loss import Loss
from .measure import DIRECTIONS, FULL, KINKS, Meter, block
from .mistakes import Context, mistake
from .pairing import gradients_of, rebuilt
from .report import InputReport, Report


def check_gradients(loss_fn, grads, params, *data, atol=None, rtol=None, raise_exception=False):
    """Compare gradients written by hand with numeric ones, ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) for each parameter.

    loss_fn: ``loss_fn(params, *data)`` -> one number, in plain NumPy
    grads:   the gradients at ``params``: a dict with ``dW1`` or ``W1`` for ``W1``, a list in the parameters' order, an
             array; or a function ``grads(params, *data)`` that returns them. Other keys (``dZ1``) are left alone
    params:  ``{"W1": …, "b1": …}``, a list or tuple of arrays, one array or float; they may be nested
    data:    what else loss_fn takes, passed on as it is: arrays, numbers, anything
    atol, rtol: right is |analytic − numeric| ≤ atol + rtol·|numeric|; by default 1e-6 for rtol (1e-4 if a gradient is
             float32), and for atol a hundredth of that times the largest element, and the numeric gradient's error
    raise_exception: raise a GradcheckError that bears the report, else return the report, which is falsy if wrong

    The numeric gradient is a complex step where loss_fn lets complex numbers pass (which is verified), exact to
    rounding; else central differences, extrapolated, with their error. Parameters are copied to float64, and never
    changed. Of a parameter with more than 1000 elements a block is checked element by element, and all of it along 4
    random directions.

    Returns a Report: print it for a line per parameter, the worst element and what was probably done wrong;
    ``report.difference`` is the number that courses print.

    >>> import numpy as np
    >>> def loss(params, X, y):
    ...     return np.mean((X @ params["w"] - y) ** 2)
    >>> X, y, params = np.ones((5, 3)), np.arange(5.0), {"w": np.ones(3)}
    >>> bool(check_gradients(loss, {"dw": 2 / 5 * X.T @ (X @ params["w"] - y)}, params, X, y))
    True
    >>> print(check_gradients(loss, {"dw": 2 * X.T @ (X @ params["w"] - y)}, params, X, y)["w"].mistake)
    the gradient of w is 5 times too large: the factor 1/5 is missing (5 is axis 0 of X and axis 0 of y: a mean, not
    a sum)
    """
    for option, value in (("atol", atol), ("rtol", rtol)):
        if value is not None and not value >= 0:
            raise OptionError(f"check_gradients: {option} must be a number of 0 or more, got {value!r}")
    loss = Loss(loss_fn, params, data)
    claimed = _claimed(grads, params, loss)
    meter = Meter(loss)
    for name in loss.arrays:
        _check_shape(name, claimed[name], meter)
    report = Comparison(meter, claimed, atol, rtol).report()
    if raise_exception and not report:
        raise GradcheckError(str(report))
    return report


class Comparison:
    """The claimed gradients beside the numeric ones.

    places:  the elements that are compared, by parameter
    numeric: the numeric gradient there; at a kink, where it is any of many, the claimed one
    """

    def __init__(self, meter, claimed, atol, rtol):
        self.meter, self.loss, self.claimed = meter, meter.loss, claimed
        self.atol, self.rtol = atol, rtol
        self.places = {name: block(array.shape) for name, array in self.loss.arrays.items()}
        self.numeric, self.allowed, self.kinks, self.error = {}, {}, {}, 0.0
        for name in self.places:
            self._measure(name)

    def report(self):
        inputs = [self._compared(name) for name in self.places]
        kinks = [
            f"{counted(count, 'element')} of {name} at a kink of the loss, where the gradient is a valid subgradient"
            for name, count in self.kinks.items() if count
        ]  # fmt: skip
        return Report(inputs, self._method(), "check_gradients", [*kinks, *_where_it_begins(inputs)])

    def _measure(self, name):
        a, places = self._picked(self.claimed[name], name), self.places[name]
        n, error = self.meter.gradient(name, places)
        allowed = self._allowed(name, n) + 10 * error
        off = np.argwhere(~(np.abs(a - n) <= allowed))
        self.kinks[name] = 0
        for index in map(tuple, off if len(off) <= KINKS else ()):
            if self.meter.is_kink(name, places[index], float(a[index])):
                n[index], self.kinks[name] = a[index], self.kinks[name] + 1
        self.numeric[name], self.allowed[name] = n, allowed
        self.error = max(self.error, float(np.max(error, initial=0.0)))

    def _rtol(self, name):
        if self.rtol is not None:
            return self.rtol
        return 1e-4 if self.claimed[name].dtype.itemsize < 8 else 1e-6  # what is left of float32 after a few sums

    def _allowed(self, name, n):
        rtol = self._rtol(name)
        atol = 0.01 * rtol * np.max(np.abs(n), initial=0.0) if self.atol is None else self.atol
        return atol + rtol * np.abs(n)

    def _compared(self, name):
        """Return the InputReport of a parameter."""
        a, n, places = self._picked(self.claimed[name], name), self.numeric[name], self.places[name]
        off = ~(np.abs(a - n) <= self.allowed[name])
        said = mistake(a, n, name=name, context=self._context(name)) if off.any() else ""
        if not off.any() and places.size < self.claimed[name].size:
            astray = self.meter.astray(name, np.asarray(self.claimed[name], np.float64), self._rtol(name))
            if astray is not None:
                places = np.append(places, astray)
                a = np.asarray(self.claimed[name], np.float64).reshape(-1)[places]
                n = np.append(n, self.meter.gradient(name, places[-1:])[0])
                off = np.arange(a.size) == a.size - 1
                said = f"the gradient of {name} is right in a block of {a.size - 1} elements, and wrong elsewhere"
        return self._row(name, a, n, off, places, said)

    def _row(self, name, a, n, off, places, said):
        given, shape = describe(self.loss.given[name]), self.loss.arrays[name].shape
        if not a.size:
            return InputReport(name, given, 0, 0, (), "", 0.0, 0.0, 0.0, 0.0, True)
        gap = np.abs(a - n)
        worst = int(np.argmax(np.where(off, np.where(np.isnan(gap), np.inf, gap), -1.0) if off.any() else gap))
        index = tuple(int(i) for i in np.unravel_index(places.flat[worst], shape)) if shape else ()
        one, other = float(a.flat[worst]), float(n.flat[worst])
        return InputReport(name, given, int(off.sum()), a.size, index, "", one, other, relative(one, other),
                           course(a, n), True, said)  # fmt: skip

    def _picked(self, array, name):
        """Return the elements of ``array`` that are compared, as float64."""
        return np.asarray(array, np.float64).reshape(-1)[self.places[name]]

    def _context(self, name):
        """Return what is known beside a parameter's gradient: its values, the sizes and numbers among the data."""
        shape, data = self.loss.arrays[name].shape, self.loss.named_data()
        sizes, arrays = {}, {}
        for key, x in data.items():
            if isinstance(x, np.ndarray) and x.ndim:
                sizes |= {f"axis {i} of {key}": s for i, s in enumerate(x.shape) if s > 1}
                if x.shape == shape and x.dtype.kind in "fiub":
                    arrays[key] = self._picked(x, name)
            elif isinstance(x, (int, float)) and not isinstance(x, bool):
                sizes[key] = x
        others = {k: n for k, n in self.numeric.items() if k != name and n.shape == self.numeric[name].shape}
        value = self._picked(self.loss.arrays[name], name)
        return Context(value=value, sizes=sizes, arrays=arrays, others=others, shape=shape)

    def _method(self):
        how = "complex step, exact to rounding" if self.meter.exact else (
            f"central differences in float64, extrapolated, error up to {self.error:.1g}")  # fmt: skip
        large = [f"{k}: {p.size} of {self.claimed[k].size} elements and {DIRECTIONS} directions"
                 for k, p in self.places.items() if p.size < self.claimed[k].size]  # fmt: skip
        return "; ".join([how, *large])


def _claimed(grads, params, loss):
    """Return the gradients by name; a function is called twice, and must not add to what it gave before."""
    if not callable(grads):
        return gradients_of(grads, params)
    first = _called(grads, params, loss)
    for name, second in _called(grads, params, loss).items():
        if first[name].shape != second.shape or np.allclose(first[name], second, equal_nan=True):
            continue
        doubled = np.allclose(2 * first[name], second)
        why = "it adds to what it gave before: start from zero" if doubled else "it is not deterministic"
        raise GradientError(f"check_gradients: grads gave another gradient of {name} when called again; {why}")
    return first


def _called(grads, params, loss):
    arrays = {name: array.copy() for name, array in loss.arrays.items()}
    found = gradients_of(grads(rebuilt(params, arrays), *loss.data), params)
    for name, array in arrays.items():
        if not np.array_equal(array, loss.arrays[name]):
            raise GradientError(f"check_gradients: grads changed {name} in place; compute on a copy")
    return {name: g.copy() for name, g in found.items()}  # it may keep its arrays, and add to them


def _check_shape(name, g, meter):
    """Raise ShapeError for a gradient of another shape than its parameter, with what was done if that shows."""
    array = meter.loss.arrays[name]
    if g.shape == array.shape:
        return
    words = ""
    if array.size <= FULL:
        numeric, _ = meter.gradient(name, block(array.shape))
        words = mistake(np.asarray(g, np.float64), numeric, name=name)
    shapes = f"the gradient of {name} has shape {list(g.shape)}, and {name} {list(array.shape)}"
    raise ShapeError(f"check_gradients: {shapes}{words and '; '}{words}")


def _where_it_begins(inputs):
    """Return a sentence on where a chain of wrong gradients begins, if the last parameters are right."""
    wrong = [r.name for r in inputs if r.wrong]
    right = [r.name for r in inputs[len(wrong) :]]
    unexplained = any(r.wrong and not r.mistake for r in inputs)
    if not unexplained or not right or any(r.wrong for r in inputs[len(wrong) :]):
        return []
    are = f"{', '.join(right)} {'is' if len(right) == 1 else 'are'}"
    return [
        f"{are} right and all before wrong: the mistake is in the step from {right[0]} back to {wrong[-1]}; look at "
        "the derivative of the activation and at the transpose there"
    ]
