"""Declarers: what a row takes from its kernel, how it is differentiated, and what is refused."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.forward import pushforward


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (
            lambda: tg.elementwise("odd", lambda a: a, z=lambda g, y, a: g),
            "has a rule for 'z', but its arguments are a",
        ),
        (lambda: tg.elementwise("exp", lambda x: x), r"an op named 'exp' exists already \(in tensorgrad.ops."),
        (lambda: tg.REGISTRY["exp"].position("b"), "op 'exp' has no argument 'b'; it takes x"),
    ],
)
def test_ops_that_cannot_be_declared(declare, words):
    with pytest.raises(ValueError, match=words):
        declare()


A, B, T = np.array([0.5, 2.0]), np.array([3.0, -1.0]), np.array([1.0, -4.0])


def test_forward_rules_follow_from_the_kind():
    weighed = tg.linear("weighed", lambda x, *, by=1.0: x * by, x=lambda g, y, x, *, by: g * by)
    crossed = tg.bilinear("crossed", lambda a, b: a * b[::-1], a=lambda g, y, a, b: g * b[::-1],
                          b=lambda g, y, a, b: (g * a)[::-1])  # fmt: skip
    cube = tg.elementwise("cube", lambda x: x**3, x=lambda g, y, x: g * 3 * x * x)
    for call, tangents, inputs, settings, expected in (
        (weighed, [T], [A], {"by": 7.0}, 7 * T),
        (crossed, [T, None], [A, B], {}, T * B[::-1]),
        (crossed, [None, T], [A, B], {}, A * T[::-1]),
        (cube, [T], [A], {}, 3 * A**2 * T),
    ):
        y = call.op.kernel(*inputs, **settings)
        np.testing.assert_array_equal(pushforward(call.op, tangents, y, inputs, settings), expected)


def test_a_constant_op_is_never_recorded():
    step = tg.constant("step", lambda x, *, at=0.0: np.where(x > at, 1.0, 0.0))
    y = step(tg.Tensor(A, requires_grad=True), at=1.0)
    assert (y.tolist(), y.requires_grad, y.op) == ([0, 1], False, None)


def test_arguments_are_the_kernels_or_those_that_the_rules_name():
    rows = {
        tg.elementwise("of a lambda", lambda p, q: p, q=lambda g, y, p, q: g).op: (("p", "q"), {}),
        tg.elementwise("of a ufunc", np.frompyfunc(abs, 1, 1)).op: (("x",), {}),
        tg.elementwise("of a ufunc of two", np.frompyfunc(max, 2, 1)).op: (("a", "b"), {}),
        tg.primitive(lambda *x, axis=0: x, name="of many").op: (("x",), {"axis": 0}),
    }
    for row, (args, defaults) in rows.items():
        assert (row.args, row.defaults, row.module) == (args, defaults, __name__)
