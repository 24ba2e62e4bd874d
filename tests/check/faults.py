"""Faults planted in the rules of our own ops: what is changed, the function it is used in, and what should be said."""

from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

import tensorgrad as tg
from tensorgrad.core.op import REGISTRY


class Fault(NamedTuple):
    """One planted fault.

    op, arg: whose rule is replaced
    change:  the right rule -> the wrong one; None for no rule at all
    says:    what the hint should say, a regular expression
    f:       a function with the op and others in it
    inputs:  its inputs
    """

    op: str
    arg: str
    change: Any
    says: str
    f: Any
    inputs: tuple

    def __str__(self):
        return f"{self.op}-{self.arg}-{getattr(self.change, '__name__', 'no rule')}"

    @contextmanager
    def planted(self):
        """Replace the rule inside the block."""
        op = REGISTRY[self.op]
        i = op.position(self.arg)
        right = op.rules[i], list(op.tangents)
        try:
            op.rules[i] = self.change and self.change(right[0])
            if op.tangents[i] is right[0]:
                op.tangents[i] = op.rules[i]
            yield
        finally:
            op.rules[i], op.tangents[:] = right[0], right[1]


def weighted(y):
    """Return a sum of ``y`` in which every entry has another weight: no cotangent is 1."""
    return (y * (1.5 + np.sin(3.0 * np.arange(y.size)).reshape(y.shape))).sum()


def scaled(by):
    def change(rule):
        return lambda *a, **k: by * rule(*a, **k)

    change.__name__ = f"times {by:g}"
    return change


def negated(rule):
    return lambda *a, **k: -rule(*a, **k)


def ignores_upstream(rule):
    return lambda g, *a, **k: rule(np.ones_like(g), *a, **k)


def zeroed(rule):
    return lambda *a, **k: 0 * rule(*a, **k)


def transposed(rule):
    return lambda *a, **k: rule(*a, **k).T


def shifted(rule):
    return lambda *a, **k: np.roll(rule(*a, **k), 1, axis=-1)


def flipped(rule):
    return lambda *a, **k: np.flip(rule(*a, **k), axis=-1)


def passes_on(rule):
    return lambda g, *a, **k: g * 1.0


def divided_by_size(rule):
    return lambda g, y, x, *a, **k: rule(g, y, x, *a, **k) / x.size


def times_size(rule):
    return lambda g, y, x, *a, **k: rule(g, y, x, *a, **k) * x.size


def inverted_mask(rule):
    return lambda g, y, x, *a, **k: g * (x <= 0)


def no_mask(rule):
    return lambda g, y, x, *a, **k: g * np.ones_like(x)


def lacks_sign(rule):
    return lambda g, y, x: g * np.ones_like(x)


def replaced(name, rule):
    def change(right):
        return rule

    change.__name__ = name
    return change


RNG = np.random.default_rng(5)
SIGNED = RNG.uniform(0.3, 1.4, (4, 5)) * RNG.choice([-1.0, 1.0], (4, 5))
POSITIVE = RNG.uniform(0.4, 1.6, (4, 5))
SQUARE, OTHER = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
STABLE = 3 * np.eye(3) + RNG.uniform(-1, 1, (3, 3))


def unary(op, arg, change, says, x=SIGNED, **settings):
    """Return the Fault of an op of one array, between two others."""
    call = REGISTRY[op].call
    return Fault(op, arg, change, says, lambda x: weighted(tg.tanh(call(x * 1.1, **settings))), (x,))


def binary(op, arg, change, says, a=SIGNED, b=POSITIVE):
    call = REGISTRY[op].call
    return Fault(op, arg, change, says, lambda a, b: weighted(call(a * 1.1, b) * 0.7), (a, b))


FAULTS = [
    unary("exp", "x", scaled(2), "2 times|twice"),
    unary("exp", "x", passes_on, r"passed on unchanged|lacks the factor exp"),
    unary("exp", "x", ignores_upstream, "incoming gradient"),
    unary("log", "x", negated, "wrong sign", POSITIVE),
    unary("log", "x", replaced("g times x", lambda g, y, x: g * x), "factor x²|factor x", POSITIVE),
    unary("sin", "x", replaced("sine", lambda g, y, x: g * np.sin(x)), "cosine"),
    unary("cos", "x", replaced("plus sine", lambda g, y, x: g * np.sin(x)), "wrong sign"),
    unary("tanh", "x", replaced("no square", lambda g, y, x: g * (1 - y)), "lacks a square"),
    unary("tanh", "x", replaced("at x", lambda g, y, x: g * (1 - x * x)), "derivative of tanh at x|tanh"),
    unary("sigmoid", "x", replaced("one factor", lambda g, y, x: g * y), "derivative of sigmoid"),
    unary("sigmoid", "x", replaced("at x", lambda g, y, x: g * x * (1 - x)), "derivative of sigmoid at x"),
    unary("relu", "x", inverted_mask, "mask is inverted"),
    unary("relu", "x", no_mask, "passed on unchanged"),
    unary("relu", "x", ignores_upstream, "incoming gradient"),
    unary("square", "x", replaced("without 2", lambda g, y, x: g * x), "half|factor 2"),
    unary("square", "x", replaced("without x", lambda g, y, x: 2 * g), "factor x"),
    unary("sqrt", "x", replaced("twice y", lambda g, y, x: 2 * g * y), "", POSITIVE),
    unary("sqrt", "x", scaled(0.5), "half|1/2", POSITIVE),
    unary("absolute", "x", lacks_sign, "passed on unchanged"),
    unary("reciprocal", "x", negated, "wrong sign"),
    unary("negative", "x", negated, "wrong sign"),
    unary("softplus", "x", passes_on, "unchanged|sigmoid"),
    unary("erf", "x", scaled(-1.0), "wrong sign"),
    unary("sum", "x", divided_by_size, r"1/20|a sum, not a mean|20 times", axis=None),
    unary("mean", "x", times_size, r"20 times", axis=None),
    unary("mean", "x", zeroed, "zero everywhere", axis=0),
    unary("max", "x", replaced("everywhere", lambda g, y, x, **k: g[:, None] * np.ones_like(x)), "mask|max", axis=1),
    unary("cumsum", "x", replaced("forwards", lambda g, y, x, *, axis: np.cumsum(g, axis)), "", axis=1),
    unary("var", "x", scaled(0.5), "half|factor 2", axis=1),
    unary("softmax", "x", replaced("diagonal", lambda g, y, x, *, axis: g * y * (1 - y)), "softmax"),
    unary("log_softmax", "x", replaced("no sum", lambda g, y, x, *, axis: g - np.exp(y)), ""),
    unary("logsumexp", "x", negated, "wrong sign", axis=1),
    unary("transpose", "x", replaced("not undone", lambda g, y, x, *, axes: g * 1.0), "transposed", SQUARE),
    unary("flip", "x", replaced("not undone", lambda g, y, x, *, axis: g * 1.0), "reversed", axis=1),
    unary("roll", "x", replaced("not undone", lambda g, y, x, *, shift, axis: np.roll(g, shift + 1 - 1, axis)),
          "shifted", shift=1, axis=1),
    binary("add", "b", negated, "wrong sign"),
    binary("subtract", "b", replaced("plus", lambda g, y, a, b: g * 1.0), "wrong sign|gradient of a"),
    binary("multiply", "a", replaced("its own factor", lambda g, y, a, b: g * a), "gradient of b|mixed up"),
    binary("multiply", "b", ignores_upstream, "incoming gradient"),
    binary("divide", "a", replaced("times b", lambda g, y, a, b: g * b), "multiplied by b instead"),
    binary("divide", "b", negated, "wrong sign"),
    binary("power", "a", replaced("without the exponent", lambda g, y, a, b: g * a ** (b - 1)), "b",
           POSITIVE, POSITIVE.copy()),
    binary("matmul", "a", replaced("without T", lambda g, y, a, b: g @ b), "where b.T belongs", SQUARE, OTHER),
    binary("matmul", "b", transposed, "transposed", SQUARE, OTHER),
    binary("matmul", "b", None, "zero everywhere", SQUARE, OTHER),
    binary("maximum", "a", replaced("passed on", lambda g, y, a, b: g * 1.0), "mask|unchanged", SIGNED, POSITIVE - 0.9),
    binary("sigmoid_cross_entropy", "logits", replaced("not minus targets", lambda g, y, logits, targets:
           g * tg.sigmoid(logits)), "lacks the term −targets", SIGNED, POSITIVE / 2),
    Fault("getitem", "x", shifted, "shifted|another order|index", lambda x: weighted((x * 2.0)[1:3]), (SIGNED,)),
    Fault("concatenate", "x", replaced("the first part for all", lambda g, y, *xs, axis, wrt: g[:4]), "gradient of x0",
          lambda a, b: weighted(tg.concatenate([tg.tanh(a), b * 2.0], axis=0)), (SIGNED, POSITIVE)),
    Fault("solve", "b", negated, "wrong sign", lambda b: weighted(tg.solve(STABLE, b * 1.1)), (RNG.normal(size=3),)),
    Fault("inv", "a", transposed, "transposed", lambda x: weighted(tg.ops.inv(x * 1.1)), (STABLE,)),
]  # fmt: skip
