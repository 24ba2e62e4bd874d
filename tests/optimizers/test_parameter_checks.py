"""What an optimizer says about parameters and gradients that it cannot use."""

import re

import numpy as np
import pytest
from optimizer_examples import make

import tensorgrad as tg
from tensorgrad.errors import GradientError, ShapeError
from tensorgrad.optimizers import SGD, Adam


def test_a_parameter_given_twice_gets_the_sum():
    (a,) = make([1.0])
    SGD(0.1).apply([np.array([1.0]), np.array([2.0])], [a, a])
    assert a.data == pytest.approx(0.7)
    a.grad = tg.Tensor([1.0])
    SGD(0.1).step([a, a])
    assert a.data == pytest.approx(0.6)


def test_an_error_changes_nothing():
    a, b = make([1.0], [2.0])
    optimizer = Adam(0.1)
    optimizer.apply([np.ones(1), np.ones(1)], [a, b])
    before = [a.item(), b.item(), *[v.tolist() for v in optimizer.variables]]
    for grads in ([np.ones(1), np.ones(2)], [np.ones(2), np.ones(1)], [np.ones(1), "x"], [None, None], [np.ones(1)]):
        with pytest.raises((ShapeError, GradientError, TypeError)):
            optimizer.apply(grads, [a, b])
    assert [a.item(), b.item(), *[v.tolist() for v in optimizer.variables]] == before


def error(call):
    a = tg.Parameter(np.ones(2), name="kernel")
    return lambda: call(a)


ERRORS = [
    (error(lambda a: SGD().apply([None], [a])), GradientError,
     "apply: no gradients, all are None; call loss.backward() first, from a loss that uses the parameters"),
    (error(lambda a: SGD().apply([np.ones(3)], [a])), ShapeError,
     "apply: the gradient of 'kernel' must have shape (2,), got float64[3]"),
    (error(lambda a: SGD().apply([np.ones(2)], [])), ShapeError, "apply: 1 gradients for 0 parameters"),
    (error(lambda a: SGD().step([a])), GradientError,
     "step: 'kernel' has no gradient: call loss.backward() first, from a loss that uses it, or leave it out"),
    (lambda: SGD().step([tg.Tensor([1.0])]), GradientError,
     "step: parameter 0, float64[1], requires no gradient: make it with requires_grad=True, or leave it out"),
    (error(lambda a: SGD().step([a * 2])), GradientError,
     "parameter 0, float64[2], is the result of 'multiply', not a leaf: pass the Tensors it was computed from"),
    (lambda: SGD().apply([np.ones(1)], [np.ones(1)]), TypeError,
     "parameter 0: an optimizer changes Tensors and Parameters, got float64[1]"),
    (lambda: SGD().apply([np.ones(1)], [tg.Tensor([1])]), TypeError,
     "parameter 0, int64[1], must hold floats, got int64[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()
