"""Faults planted in our own ops are found and named, and random functions that are right raise no alarm."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.core.op import REGISTRY
from tensorgrad.graph.steps import recorded_steps
from tests.check.faults import FAULTS
from tests.check.random_functions import random_function
from tests.check.rates import alarms, of_ops
from tests.heavy import heavy


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found_the_op_named_and_the_mistake(fault):
    assert gradcheck(fault.f, fault.inputs)
    with fault.planted():
        report = gradcheck(fault.f, fault.inputs, raise_exception=False)
    assert not report
    assert re.match(rf"(wrong|no) rule: '{fault.op}' \(faults\.py:\d+[^)]*\) for input ", report.causes[0])
    if fault.says:
        assert re.search(fault.says, report.hint)


def test_the_rates():
    rows = list(of_ops())
    assert len(rows) >= 40
    assert len({fault.op for fault in FAULTS}) >= 20
    assert all(found and located for _, found, located, _, _ in rows)
    assert sum(named for *_, named, _ in rows) >= 0.9 * len(rows)


def test_functions_that_are_right_raise_no_alarm():
    assert list(alarms(200)) == []


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_the_second_derivatives_of_functions_that_are_right_raise_no_alarm(seed):
    f, inputs, words = random_function(seed)
    assert gradcheck(f, inputs, order=2, raise_exception=False), words


def a_rule(f, inputs, seed):
    """Return one rule of the ops that ``f`` uses, chosen at random: the op and the position."""
    ops = {t.op.name: t.op for t, _ in recorded_steps(f(*[tg.Tensor(x.astype(float), True) for x in inputs]))}
    rng = np.random.default_rng(seed)
    op = ops[rng.choice(sorted(ops))]
    return op, int(rng.choice([i for i, rule in enumerate(op.rules) if rule is not None]))


def gradient(f, inputs):
    tensors = [tg.Tensor(x.astype(float), True) for x in inputs]
    y = f(*tensors)
    (y * np.sin(1.0 + np.arange(y.size)).reshape(y.shape)).sum().backward()
    return np.concatenate([np.zeros(t.size) if t.grad is None else t.grad.data.ravel() for t in tensors])


@pytest.mark.parametrize("by", [-1.0, 1.001, *heavy(2.0)])
def test_a_factor_in_any_rule_of_a_random_function_is_found(by):
    """Where it changes a gradient that is more than rounding, off kinks."""
    found = 0
    for seed in range(80):
        f, inputs, words = random_function(seed)
        report = gradcheck(f, inputs)
        op, i = a_rule(f, inputs, seed)
        right, before = op.rules[i], gradient(f, inputs)
        try:
            op.rules[i] = lambda *a, right=right, **k: by * right(*a, **k)
            changed = np.abs(gradient(f, inputs) - before).max()
            noticed = not gradcheck(f, inputs, modes="reverse", raise_exception=False)
        finally:
            op.rules[i] = right
        size = np.abs(before).max()
        if size > 1e-6 and changed > 1e-5 * size and not any(r.kinks for r in report.inputs):
            assert noticed, (words, op.name)
            found += 1
    assert found > 30


def test_an_op_is_as_it_was_after_a_fault():
    for fault in FAULTS:
        op = REGISTRY[fault.op]
        before = [list(op.rules), list(op.tangents)]
        with fault.planted():
            pass
        assert [list(op.rules), list(op.tangents)] == before
