"""A failed check says where the mistake is: the op's rule, or the line that cuts the graph or writes in place."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.errors import GradientError
from tensorgrad.layers import Dense, Dropout, Layer
from tensorgrad.models import Sequential

HERE = r"test_locate\.py"
RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(3, 2)), RNG.normal(size=(2, 4))


def halved():
    return tg.elementwise("halved", lambda x: x * x, x=lambda g, y, x: g * x)


def failing(f, inputs, **settings):
    report = gradcheck(f, inputs, raise_exception=False, **settings)
    assert not report
    return report


def line_of(f, text):
    """Return the number of the line of ``f`` that holds ``text``, as the report should name it."""
    from inspect import getsourcelines

    lines, start = getsourcelines(f)
    return f"test_locate.py:{start + next(i for i, line in enumerate(lines) if text in line)}"


def test_the_op_with_the_wrong_rule_and_its_line():
    op = halved()

    def f(x, w):
        h = x @ w
        h = op(h)  # wrong
        return (h + 1.0).sum()

    report = failing(f, (X, W))
    assert report.causes == (f"wrong rule: 'halved' ({line_of(f, '# wrong')}) for input x; the other 3 ops are right",)
    assert report.hint.startswith("in 'halved', the gradient of x is half of what it should be")
    assert [r.name for r in report.inputs if r.wrong] == ["x", "w"]


def test_several_calls_of_a_wrong_op_are_counted():
    op = halved()
    report = failing(lambda x: (op(x) + op(x * 2.0) + op(x * 3.0)).sum(), X)
    assert re.fullmatch(
        rf"wrong rule: 'halved' \({HERE}:\d+ and 2 more calls\) for input x; the other 5 ops are right", *report.causes
    )


def test_two_wrong_ops_are_two_sentences():
    op = halved()
    sign = tg.elementwise("minus", lambda a, b: a - b, a=lambda g, y, a, b: g, b=lambda g, y, a, b: g)
    report = failing(lambda x, w: sign(op(x @ w), w.sum()).sum(), (X, W))
    assert [re.sub(r" \(.*\)", "", s) for s in report.causes] == [
        "wrong rule: 'halved' for input x",
        "wrong rule: 'minus' for input b; the other 3 ops are right",
    ]


def test_a_rule_that_is_not_there():
    op = tg.elementwise("my product", lambda a, b: a * b, a=lambda g, y, a, b: g * b, b=None)
    report = failing(lambda a, b: (op(a, b) * 2.0).sum(), (X, X + 1.0))
    assert re.fullmatch(rf"no rule: 'my product' \({HERE}:\d+\) for input b; the other 2 ops are right", *report.causes)


def test_a_wrong_forward_rule_is_told_from_a_wrong_reverse_rule():
    op = tg.elementwise("cubed", lambda x: x**3, x=lambda g, y, x: 3 * g * x * x)
    op.jvp("x")(lambda t, y, x: t * x * x)
    report = failing(lambda x: op(x * 2.0).sum(), X)
    assert re.fullmatch(
        rf"wrong forward rule \(jvp\): 'cubed' \({HERE}:\d+\) for input x; the other 2 ops are right", *report.causes
    )
    assert [(r.label, r.wrong) for r in report.inputs] == [("x", 0), ("x (forward)", 6)]
    assert gradcheck(lambda x: op(x * 2.0).sum(), X, modes="reverse")


def detached(x, w):
    h = tg.tanh(x @ w)
    g = h.detach() * 2.0  # cut
    return (h * g).sum()  # use


def numbers(x, w):
    return tg.Tensor(np.exp((x @ w).numpy()))  # cut


def unrecorded(x, w):
    with tg.no_grad():  # cut
        h = x @ w
    return (h * x[0, 0]).sum()  # use


def a_number(x, w):
    return (x @ w).sum() * float(w.sum())  # cut, use


def data(x, w):
    h = x @ w
    return (h * np.sin(h.data)).sum()  # use


CUTS = [
    (detached, ".detach()", "b of op 'multiply'"),
    (numbers, ".numpy()", "the output"),
    (unrecorded, "no_grad()", "a of op 'multiply'"),
    (a_number, "float()", "b of op 'multiply'"),
    (data, None, "b of op 'multiply'"),
]


@pytest.mark.parametrize(("f", "cut", "used"), CUTS, ids=lambda x: getattr(x, "__name__", None))
def test_the_line_that_cuts_the_graph(f, cut, used):
    report = failing(f, (X, W))
    where = f"by {cut} at {line_of(f, 'cut')}" if cut else "where NumPy computes with .data"
    at = f" ({line_of(f, 'use')})" if "op" in used else ""
    assert report.causes == (f"the graph is cut {where}: {used}{at} depends on the inputs, but no gradient goes there",)
    assert report.hint == ""  # what the numbers look like is no news then


def test_the_line_that_writes_in_place():
    def f(x):
        h = tg.exp(x)
        y = h * h
        h.data[0] = 5.0  # written
        return y.sum()

    report = failing(f, RNG.normal(size=3))
    assert re.fullmatch(
        rf"an array of the graph is written in place at {line_of(f, '# written')}: op 'exp' \({HERE}:\d+\) does not "
        r"hold the values it computed; write t\[i\] = v on the Tensor, or into a copy",
        *report.causes,
    )


def test_a_differentiable_write_is_right():
    def f(x):
        h = tg.exp(x)
        y = h * h
        h[0] = 5.0
        return (y * h).sum()

    assert gradcheck(f, RNG.normal(size=3))


def test_a_point_without_a_derivative():
    report = failing(lambda x: (np.sqrt(x) * 2.0).sum(), np.array([0.0, 1.0]))
    assert re.fullmatch(
        rf"not differentiable there: 'sqrt' \({HERE}:\d+\) for input x; the other 2 ops are right", *report.causes
    )
    assert report["x"].index == (0,)


def test_what_is_drawn_anew_in_every_call_is_named():
    rng = np.random.default_rng(0)
    drawn = rf"two calls at the same point \(b of op 'multiply', {HERE}:\d+, is another"
    with pytest.raises(GradientError, match=drawn):
        gradcheck(lambda x: (x * rng.random(3)).sum(), np.ones(3))
    model = Dropout(0.5, name="half")
    with pytest.raises(GradientError, match="b of op 'multiply', layer 'half', is another array each time"):
        gradcheck(lambda x: model(x, training=True), np.ones((20, 20)))


def test_a_backward_that_is_not_deterministic():
    rng = np.random.default_rng(0)
    op = tg.elementwise("noisy", lambda x: x * x, x=lambda g, y, x: g * rng.random(x.shape))
    with pytest.raises(GradientError, match="the backward of f is not deterministic, the gradient of x changed by"):
        gradcheck(lambda x: op(x).sum(), X)


class Exponential(Layer):
    """A layer of the user with an op that is wrong."""

    def call(self, x):
        return self.op(x) * 2.0


def test_a_layer_is_named_with_the_line_inside_it():
    layer = Exponential(name="mine")
    layer.op = tg.elementwise("raised", np.exp, x=lambda g, y, x: g)
    model = Sequential([Dense(4, input_shape=(2,)), layer, Dense(4, name="out")])
    model.compile("sgd", "mse")
    report = failing(model, X, targets=RNG.normal(size=(3, 4)))
    found = re.fullmatch(r"wrong rule: 'raised' \((\S+), layer 'mine'\) for input x; the other \d+ ops are right",
                         *report.causes)  # fmt: skip
    assert found.group(1) == line_of(Exponential.call, "self.op")
    assert report.hint == "in 'raised', the gradient of x lacks the factor exp(x), the derivative of exp"
    assert re.match(r"wrong rule: 'raised' .* the other op is right", *failing(layer, X).causes)


def test_the_trace_hook_of_a_debugger_is_put_back():
    import sys

    def tracer(frame, event, arg):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        failing(detached, (X, W))
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
