"""Second order: the derivative of the gradient."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.errors import GradcheckError

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


def test_second_order():
    report = gradcheck(lambda x, w: np.tanh(x @ w).sum(), (X, RNG.normal(size=(4, 2))), order=2)
    assert [r.label for r in report.inputs] == ["x", "w", "x (2nd order)", "w (2nd order)"]
    assert report["x (2nd order)"].output.startswith("∂/∂")
    assert report.difference < 1e-9
    assert gradcheck(lambda x: x * 3.0, X, order=2)  # the second derivative is 0


def test_a_first_derivative_that_cannot_be_differentiated():
    op = tg.elementwise("cube", lambda x: x**3, x=lambda g, y, x: g * 3.0 * np.asarray(getattr(x, "data", x)) ** 2)
    assert gradcheck(op, X)
    report = gradcheck(op, X, order=2, raise_exception=False)
    assert [r.wrong for r in report.inputs] == [0, 12]
    assert report.inputs[1].worst().startswith("[")
    assert re.search(r"of ∂/∂x \[\d, \d\]: analytic", report.inputs[1].worst())
    with pytest.raises(GradcheckError, match=r"wrong gradient of x \(2nd order\) in 12 of 12 elements"):
        gradcheck(op, X, order=2)


def test_second_order_of_several_outputs_in_any_structure():
    x = np.array([1.0, 2.0])
    assert gradcheck(lambda x: {"a": x**2, "b": [x**3]}, x, order=2)
    detached = tg.elementwise("detached", np.square, x=lambda g, y, x: g * 2 * getattr(x, "data", x))
    report = gradcheck(lambda x: {"a": x**2, "b": [detached(x)]}, x, order=2, raise_exception=False)
    assert [r.wrong for r in report.inputs] == [0, 2]
