"""Check the rules of one recorded op, at the values it had, against numeric derivatives of its kernel."""

from typing import NamedTuple

import numpy as np

from ...backward import gradients
from ...core.tensor import Tensor
from ...errors import printable_text
from ...forward import pushforward
from ..mistakes.catalogue import mistake
from ..numeric.differences import EPSILON, Slope, slopes
from ..numeric.method import random_direction
from ..numeric.sampling import SMALL, sample_block

#: The tolerance for a rule, relative to the terms of the sum.
RTOL = 1e-6

#: The first step along a direction, and the smallest.
STEPS, LEAST = np.array([1e-4]), np.array([1e-12])

#: Inputs of an op up to this size are measured entry by entry, to name the mistake.
ENTRIES = 400


class RuleFault(NamedTuple):
    """A wrong rule: the op's result, the argument's name, the kind of fault, and a hint on the mistake.

    mode: ``"reverse"``, ``"forward"``, ``"missing"`` or ``"not differentiable"``
    """

    t: Tensor
    arg: str
    mode: str
    hint: str


class OpCall:
    """One recorded op with its values, as a function of its inputs.

    live: the positions of the inputs that require a gradient
    """

    def __init__(self, t, inputs):
        self.t, self.op, self.settings = t, t.op, t.settings or {}
        self.arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
        self.live = [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
        self.y = np.asarray(self.op.kernel(*self.arrays, **self.settings))
        self.flat = self.y.reshape(-1).astype(np.float64)

    def name(self, i):
        """Return the op's name for its ``i``-th input."""
        return printable_text(f"{self.op.args[0]}{i}" if self.op.variadic else self.op.args[i])

    def values(self, i, x):
        """Return the flat output with ``x`` for the ``i``-th input."""
        arrays = [*self.arrays[:i], x, *self.arrays[i + 1 :]]
        return np.array(self.op.kernel(*arrays, **self.settings), np.float64).reshape(-1)

    def line(self, i, v):
        return lambda s: self.values(i, self.arrays[i] + s * v)

    def vjp(self, i, g):
        """Return the gradient of the ``i``-th input by the op's rule, from the cotangent ``g``; 0 without a rule."""
        inputs = [Tensor(x, k == i) if k in self.live else x for k, x in enumerate(self.arrays)]
        y = self.op.call(*inputs, **self.settings)
        pairs = list(gradients(y, Tensor(g))) if y.requires_grad else []
        return pairs[0][1] if pairs else np.zeros_like(self.arrays[i])

    def jvp(self, i, v):
        """Return the derivative along ``v`` by forward mode."""
        ways = [v if k == i else None for k in range(len(self.arrays))]
        return np.ravel(pushforward(self.op, ways, self.y, self.arrays, self.settings))

    def rounding(self):
        """Return the rounding errors of the values."""
        return 4 * EPSILON * np.abs(self.flat)

    def bend(self, i, v):
        """Return the gap between the one-sided slopes along ``v``."""
        line, h = self.line(i, v), float(STEPS[0])
        return np.nan_to_num(np.abs(line(h) + line(-h) - 2 * self.flat) / h)


def rule_faults(t, inputs, forward=False):
    """Return a RuleFault for each argument of one recorded op whose rule is wrong; complex ones are left out."""
    if any(np.iscomplexobj(x.data if isinstance(x, Tensor) else x) for x in (t, *inputs)):
        return []
    call = OpCall(t, inputs)
    rng = np.random.default_rng(t.data.size)
    g = rng.uniform(0.5, 1.5, call.y.shape) * rng.choice([-1.0, 1.0], call.y.shape)
    found = []
    for i in call.live:
        x = call.arrays[i]
        found.append(find_fault(call, i, g, random_direction(x.reshape(-1), rng).reshape(x.shape), forward))
    return [fault for fault in found if fault]


def find_fault(call, i, g, v, forward=False):
    """Return the RuleFault of the ``i``-th argument along ``v``, for the cotangent ``g``; None if it is right."""
    pulled = call.vjp(i, g)
    if not np.isfinite(pulled).all():
        return RuleFault(call.t, call.name(i), "not differentiable", "")
    slope = Slope(*[part[:, 0] for part in slopes([call.line(i, v)], call.flat, call.rounding(), STEPS, LEAST)])
    if np.isnan(slope.value).any():
        return None  # at the edge of its domain, where there is nothing to compare with
    noise = slope.error + RTOL * call.bend(i, v)
    off = not is_within_slopes(slope, noise, g, np.sum(pulled * v))
    if slope.kinked.any() and not off:  # what is at a kink may hide what is not
        smooth = np.where(slope.kinked.reshape(g.shape), 0.0, g)
        off = not is_within_slopes(slope, noise, smooth, np.sum(call.vjp(i, smooth) * v))
    if off:
        return RuleFault(
            call.t, call.name(i), "reverse" if call.op.rule(i) else "missing", rule_hint(call, i, g, pulled)
        )
    if forward and not slope.admits(call.jvp(i, v), RTOL * np.abs(slope.value) + noise).all():
        return RuleFault(call.t, call.name(i), "forward", "")
    return None


def is_within_slopes(slope, noise, g, along):
    """Return whether ``along`` is ``Σ g·slope``, or at kinks between the sums of the smaller and the larger slopes."""
    weights = g.reshape(-1)
    terms = np.where(weights == 0, 0.0, [weights * slope.low, weights * slope.high])
    spread = np.abs(terms[0] - terms[1]).sum()
    allowed = RTOL * np.linalg.norm(terms[0]) + np.linalg.norm(weights * noise) + 1e-2 * spread
    return bool(terms.min(axis=0).sum() - allowed <= along <= terms.max(axis=0).sum() + allowed)


def rule_hint(call, i, g, pulled):
    """Return a sentence on the mistake in the rule; '' if it is not recognised."""
    x = call.arrays[i]
    if not is_measurable(call, i):
        return ""
    places = sample_block(x.shape, SMALL) if x.size > ENTRIES else np.arange(x.size).reshape(x.shape)

    def pick(a):
        return a.reshape(-1)[places] if np.shape(a) == x.shape else a

    others = [k for k in call.live if k != i and is_measurable(call, k)]
    context = {
        "value": pick(x),
        "upstream": pick(g) if g.shape == x.shape else None,
        "doubled": pick(call.vjp(i, 2 * g)),
        "arrays": {call.name(k): pick(a) for k, a in enumerate(call.arrays) if k != i and np.ndim(a)},
        "others": {call.name(k): pick(numeric_gradient(call, k, g)) for k in others},
    }
    return mistake(pick(pulled), pick(numeric_gradient(call, i, g)), name=call.name(i), context=context)


def is_measurable(call, i):
    """Return whether the gradient of the ``i``-th input can be measured quickly."""
    return call.arrays[i].size <= ENTRIES or is_elementwise(call, i)


def is_elementwise(call, i):
    """Return whether each entry of the output depends only on the same entry of the ``i``-th input."""
    return call.op.kind == "elementwise" and call.arrays[i].shape == call.y.shape


def numeric_gradient(call, i, g):
    """Return the gradient of ``Σ g·y`` with respect to the ``i``-th input, by differences."""
    x, lines = np.array(call.arrays[i], np.float64), []
    if is_elementwise(call, i):
        size = np.maximum(1.0, np.abs(x))
        found = slopes([call.line(i, size)], call.flat, call.rounding(), STEPS, LEAST)
        return g * found.value[:, 0].reshape(x.shape) / size
    for j in range(x.size):
        unit = np.zeros(x.size)
        unit[j] = 1.0
        lines.append(_weighted_line(call.line(i, unit.reshape(x.shape)), g.reshape(-1)))
    y = np.array([np.sum(g * call.y)])
    noise = np.array([4 * EPSILON * float(np.sum(np.abs(g * call.y)))])
    h = 1e-4 * np.maximum(1.0, np.abs(x.reshape(-1)))
    return slopes(lines, y, noise, h, 1e-7 * h).value[0].reshape(x.shape)


def _weighted_line(line, g):
    return lambda s: np.array([g @ line(s)])
