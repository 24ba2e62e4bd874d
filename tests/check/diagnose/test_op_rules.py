"""One recorded op: its rule and its jvp against differences of its kernel, and what is wrong with them."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check.diagnose.op_rules import OpCall, find_fault, numeric_gradient, rule_faults
from tensorgrad.graph.steps import recorded_steps


def last_step(y):
    return recorded_steps(y)[-1]


def test_products_with_the_jacobian_are_those_of_numpy(rng):
    a, b = tg.Parameter(rng.normal(size=(3, 4))), tg.Parameter(rng.normal(size=(4, 2)))
    call = OpCall(*last_step(a @ b))
    g, v = rng.normal(size=(3, 2)), rng.normal(size=(3, 4))
    np.testing.assert_allclose(call.vjp(0, g), g @ b.data.T)
    np.testing.assert_allclose(call.vjp(1, g), a.data.T @ g)
    np.testing.assert_allclose(call.jvp(0, v), (v @ b.data).ravel())
    np.testing.assert_allclose(numeric_gradient(call, 0, g), g @ b.data.T, rtol=1e-7)
    assert (call.live, call.name(0), call.name(1)) == ([0, 1], "a", "b")


def test_right_rules_have_no_fault(rng):
    x = tg.Parameter(rng.uniform(0.2, 0.8, (3, 4)))
    for y in (np.tanh(x), x / (x + 1.0), x.sum(axis=0), np.concatenate([x, x])):
        assert rule_faults(*last_step(y), forward=True) == []


@pytest.mark.parametrize(
    ("rules", "mode", "hint"),
    [
        ({"x": lambda g, y, x: -2 * g * x}, "reverse", "the gradient of x has the wrong sign everywhere"),
        ({}, "missing", "the gradient of x is zero everywhere: the incoming gradient is not passed on to it"),
        ({"x": lambda g, y, x: g / (0 * x)}, "not differentiable", ""),
    ],
    ids=["a sign", "no rule", "not finite"],
)
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_a_fault_has_its_mode_and_a_hint(rules, mode, hint):
    op = tg.elementwise("squared", lambda x: x * x, **rules)
    (fault,) = rule_faults(*last_step(op(tg.Parameter([0.5, -1.5, 2.0]))))
    assert (fault.arg, fault.mode, fault.hint) == ("x", mode, hint)


def test_at_the_edge_of_a_domain_there_is_nothing_to_compare_with():
    """The square root of −x² is defined at 0 only, so no difference is, whatever the rule says."""
    op = tg.elementwise("root", lambda x: np.sqrt(-x * x), x=lambda g, y, x: 7.0 * g)
    call = OpCall(*last_step(op(tg.Parameter([0.0, 0.0]))))
    with np.errstate(invalid="ignore"):
        assert find_fault(call, 0, np.ones(2), np.array([1.0, -1.0])) is None
