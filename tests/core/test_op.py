"""A row: what it knows of its arguments, how rules are added to it, and what it may replace."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.op import signature_of


def test_the_signature_of_a_kernel():
    assert signature_of(lambda a, b: a) == (("a", "b"), {}, False)
    assert signature_of(lambda x, *, axis=None, by=2: x) == (("x",), {"axis": None, "by": 2}, False)
    assert signature_of(lambda *parts, axis: parts) == (("parts",), {"axis": None}, True)


def test_each_argument_has_its_rule_and_all_inputs_of_a_variadic_op_have_one():
    row = tg.REGISTRY["concatenate"]
    assert row.rule(0) is row.rule(5) is not None
    where = tg.REGISTRY["where"]
    assert [where.rule(i) for i in range(3)] == where.rules
    assert repr(row) == "<op concatenate(*x, axis=0)>"


def test_rules_are_added_by_the_names_of_arguments():
    @tg.primitive
    def mixed(a, b, *, share=0.25):
        return share * a + (1 - share) * b

    @mixed.vjp("b")
    def mixed_b(g, y, a, b, *, share):
        return g * (1 - share)

    assert mixed.op.rules == [None, mixed_b]
    a, b = tg.Tensor([1.0], requires_grad=True), tg.Tensor([2.0], requires_grad=True)
    mixed(a, b).backward()
    assert (a.grad, b.grad.tolist()) == (None, [0.75])
    with pytest.raises(ValueError, match="op 'mixed' has no argument 'share'; it takes a, b"):
        mixed.vjp("share")(mixed_b)


def test_an_op_of_ones_own_may_be_declared_anew():
    first = tg.elementwise("halved", lambda x: x / 2, x=lambda g, y, x: g / 2)
    second = tg.elementwise("halved", lambda x: x * 0.5, x=lambda g, y, x: g * 0.5)
    assert tg.REGISTRY["halved"] is second.op is not first.op
    np.testing.assert_array_equal(first(np.ones(2)), [0.5, 0.5])
