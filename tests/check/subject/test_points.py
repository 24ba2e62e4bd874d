"""The points of a check: which Tensors are perturbed, under which names; all is put back."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck


def test_a_function_that_does_not_tell_its_arguments():
    report = gradcheck(max, (np.array(1.0), np.array(2.0)))
    assert [r.analytic for r in report.inputs] == [0.0, 1.0]


def test_inputs_may_be_nested_and_are_named(rng):
    params = {"W": rng.standard_normal((3, 2)), "b": rng.standard_normal(2)}
    x = tg.Tensor(rng.standard_normal((4, 3)))  # requires no gradient: a constant
    report = gradcheck(lambda p, x, extra: ((x @ p["W"] + p["b"]) * extra[0]).sum(), (params, x, [2.0]))
    assert [r.name for r in report.inputs] == ["p['W']", "p['b']", "extra[0]"]
    assert [r.name for r in gradcheck(lambda p: p["W"] * 2.0, params).inputs] == ["p['W']", "p['b']"]
    assert [r.name for r in gradcheck(lambda *xs: xs[0] * xs[1], (1.0, 2.0)).inputs] == ["input 0", "input 1"]


def test_a_closure_over_its_tensors():
    w, b = tg.Parameter(np.ones((2, 1), "float32"), name="w"), tg.Parameter(np.zeros(1, "float32"))
    x = np.array([[1.0, 2.0], [3.0, 4.0]], "float32")
    report = gradcheck(lambda: ((x @ w + b) * (x @ w + b)).sum(), [w, b])
    assert [(r.name, r.given) for r in report.inputs] == [("w", "float32[2, 1]"), ("input 1", "float32[1]")]
    assert gradcheck(lambda w: (x @ w * b).sum(), w)  # closed over and passed


def test_the_same_tensor_twice_is_checked_once():
    x = tg.Parameter(3.0, name="x")
    assert len(gradcheck(lambda a, b: a * b, (x, x)).inputs) == 1
    twins = tg.Parameter(1.0, name="k"), tg.Parameter(2.0, name="k")
    assert [r.name for r in gradcheck(lambda a, b: a * b, twins).inputs] == ["k", "k (2)"]


def test_a_result_of_an_op_can_be_checked_and_stays_one():
    w = tg.Parameter(2.0)
    h = w * 3.0
    h.retain_grad()
    op, inputs, watch = h.op, h.inputs, h.watch
    assert gradcheck(lambda h: h * h, h)
    assert (h.op, h.inputs, h.watch, h.grad) == (op, inputs, watch, None)


def test_inputs_are_put_back_bit_for_bit(rng):
    w = tg.Parameter(rng.standard_normal((3, 2)).astype("float32"), name="w")
    w.grad = grad = tg.Tensor(np.ones((3, 2), "float32"))
    array, before = w.data, w.data.tobytes()

    def failing(w):
        if abs(float(w.data[1, 1]) - array[1, 1]) > 1e-9:
            raise RuntimeError("in the middle")
        return (w * w).sum()

    gradcheck(lambda w: (w * w).sum(), w)
    with pytest.raises(RuntimeError, match="in the middle"):
        gradcheck(failing, w)
    assert w.data is array
    assert w.data.tobytes() == before
    assert w.grad is grad
    assert w.requires_grad
    given = rng.standard_normal(3)
    copy = given.copy()
    gradcheck(lambda x: x * x, given)
    assert (given == copy).all()
