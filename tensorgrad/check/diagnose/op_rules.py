"""One op's own rule, checked with the values it saw: its backward against numbers for its kernel."""

from typing import NamedTuple

import numpy as np

from ...backward import gradients
from ...core.tensor import Tensor
from ...errors import printable
from ...forward import pushforward
from ..mistakes.catalogue import mistake
from ..numeric.differences import EPSILON, Slope, slopes
from ..numeric.method import direction
from ..numeric.sampling import SMALL, block

#: How far a rule may be from the numbers, relative to the terms that are summed up.
RTOL = 1e-6

#: The first step along a direction, and the smallest.
STEPS, LEAST = np.array([1e-4]), np.array([1e-12])

#: Inputs of an op up to this size are measured entry by entry, to see what was done wrong.
ENTRIES = 400


class Fault(NamedTuple):
    """A rule that is wrong: which op, the name of the argument, how, and what was probably done.

    mode: ``"reverse"``, ``"forward"``, ``"missing"`` or ``"not differentiable"``
    """

    t: Tensor
    arg: str
    mode: str
    hint: str


class Call:
    """One recorded op with the values it saw, as a function of its inputs.

    live: the positions of the inputs that a gradient is wanted of
    """

    def __init__(self, t, inputs):
        self.t, self.op, self.settings = t, t.op, t.settings or {}
        self.arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
        self.live = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
        self.y = np.asarray(self.op.kernel(*self.arrays, **self.settings))
        self.flat = self.y.reshape(-1).astype(np.float64)

    def name(self, i):
        """Return what the op calls its ``i``-th input."""
        return printable(f"{self.op.args[0]}{i}" if self.op.variadic else self.op.args[i])

    def values(self, i, x):
        """Return the flat output with ``x`` for the ``i``-th input."""
        arrays = [*self.arrays[:i], x, *self.arrays[i + 1 :]]
        return np.array(self.op.kernel(*arrays, **self.settings), np.float64).reshape(-1)

    def line(self, i, v):
        return lambda s: self.values(i, self.arrays[i] + s * v)

    def pulled(self, i, g):
        """Return the gradient of the ``i``-th input by the op's rule, for the cotangent ``g``; 0 without a rule."""
        inputs = [Tensor(x, k == i) if k in self.live else x for k, x in enumerate(self.arrays)]
        y = self.op.call(*inputs, **self.settings)
        pairs = list(gradients(y, Tensor(g))) if y.requires_grad else []
        return pairs[0][1] if pairs else np.zeros_like(self.arrays[i])

    def pushed(self, i, v):
        """Return the derivative along ``v`` by forward mode."""
        ways = [v if k == i else None for k in range(len(self.arrays))]
        return np.ravel(pushforward(self.op, ways, self.y, self.arrays, self.settings))

    def rounding(self):
        """Return how well the values are known."""
        return 4 * EPSILON * np.abs(self.flat)

    def bend(self, i, v):
        """Return how far the two sides differ along ``v``: rounding is small against it where the slope is 0."""
        line, h = self.line(i, v), float(STEPS[0])
        return np.nan_to_num(np.abs(line(h) + line(-h) - 2 * self.flat) / h)


def faults(t, inputs, forward=False):
    """Return the Fault of each argument of one recorded op whose rule is wrong; complex ones are not looked into."""
    if any(np.iscomplexobj(x.data if isinstance(x, Tensor) else x) for x in (t, *inputs)):
        return []
    call = Call(t, inputs)
    rng = np.random.default_rng(t.data.size)
    g = rng.uniform(0.5, 1.5, call.y.shape) * rng.choice([-1.0, 1.0], call.y.shape)
    found = []
    for i in call.live:
        x = call.arrays[i]
        found.append(fault_of(call, i, g, direction(x.reshape(-1), rng).reshape(x.shape), forward))
    return [fault for fault in found if fault]


def fault_of(call, i, g, v, forward=False):
    """Return the Fault of the ``i``-th argument along the direction ``v`` and for the cotangent ``g``, or None."""
    pulled = call.pulled(i, g)
    if not np.isfinite(pulled).all():
        return Fault(call.t, call.name(i), "not differentiable", "")
    slope = Slope(*[part[:, 0] for part in slopes([call.line(i, v)], call.flat, call.rounding(), STEPS, LEAST)])
    if np.isnan(slope.value).any():
        return None  # at the edge of its domain, where there is nothing to compare with
    noise = slope.error + RTOL * call.bend(i, v)
    off = not within(slope, noise, g, np.sum(pulled * v))
    if slope.kinked.any() and not off:  # what is at a kink may hide what is not
        smooth = np.where(slope.kinked.reshape(g.shape), 0.0, g)
        off = not within(slope, noise, smooth, np.sum(call.pulled(i, smooth) * v))
    if off:
        return Fault(call.t, call.name(i), "reverse" if call.op.rule(i) else "missing", hint_of(call, i, g, pulled))
    if forward and not slope.admits(call.pushed(i, v), RTOL * np.abs(slope.value) + noise).all():
        return Fault(call.t, call.name(i), "forward", "")
    return None


def within(slope, noise, g, along):
    """Return whether ``along`` is ``Σ g·slope``, or at kinks between the sums of the smaller and the larger slopes."""
    weights = g.reshape(-1)
    terms = np.where(weights == 0, 0.0, [weights * slope.low, weights * slope.high])
    spread = np.abs(terms[0] - terms[1]).sum()
    allowed = RTOL * np.linalg.norm(terms[0]) + np.linalg.norm(weights * noise) + 1e-2 * spread
    return bool(terms.min(axis=0).sum() - allowed <= along <= terms.max(axis=0).sum() + allowed)


def hint_of(call, i, g, pulled):
    """Return what was probably done to the rule's gradient, in a sentence; '' if that is not recognised."""
    x = call.arrays[i]
    if not measurable(call, i):
        return ""
    places = block(x.shape, SMALL) if x.size > ENTRIES else np.arange(x.size).reshape(x.shape)

    def seen(a):
        return a.reshape(-1)[places] if np.shape(a) == x.shape else a

    others = [k for k in call.live if k != i and measurable(call, k)]
    context = {
        "value": seen(x),
        "upstream": seen(g) if g.shape == x.shape else None,
        "doubled": seen(call.pulled(i, 2 * g)),
        "arrays": {call.name(k): seen(a) for k, a in enumerate(call.arrays) if k != i and np.ndim(a)},
        "others": {call.name(k): seen(numeric(call, k, g)) for k in others},
    }
    return mistake(seen(pulled), seen(numeric(call, i, g)), name=call.name(i), context=context)


def measurable(call, i):
    """Return whether the gradient of the ``i``-th input can be measured in a moment."""
    return call.arrays[i].size <= ENTRIES or by_itself(call, i)


def by_itself(call, i):
    """Return whether each entry of the output depends on the entry of the ``i``-th input in its place only."""
    return call.op.kind == "elementwise" and call.arrays[i].shape == call.y.shape


def numeric(call, i, g):
    """Return the gradient of ``Σ g·y`` by the ``i``-th input, by differences."""
    x, lines = np.array(call.arrays[i], np.float64), []
    if by_itself(call, i):
        size = np.maximum(1.0, np.abs(x))
        found = slopes([call.line(i, size)], call.flat, call.rounding(), STEPS, LEAST)
        return g * found.value[:, 0].reshape(x.shape) / size
    for j in range(x.size):
        unit = np.zeros(x.size)
        unit[j] = 1.0
        lines.append(_weighted(call.line(i, unit.reshape(x.shape)), g.reshape(-1)))
    y = np.array([np.sum(g * call.y)])
    noise = np.array([4 * EPSILON * float(np.sum(np.abs(g * call.y)))])
    h = 1e-4 * np.maximum(1.0, np.abs(x.reshape(-1)))
    return slopes(lines, y, noise, h, 1e-7 * h).value[0].reshape(x.shape)


def _weighted(line, g):
    return lambda s: np.array([g @ line(s)])
