"""The function under check: its outputs in any structure."""

import numpy as np

import tensorgrad as tg
from tensorgrad.check import gradcheck

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


def test_several_outputs_in_any_structure():
    report = gradcheck(lambda x: {"a": x * 2.0, "rest": (x.sum(), [np.exp(x)])}, X[0])
    assert report
    op = tg.elementwise("off", np.square, x=lambda g, y, x: g * x)
    report = gradcheck(lambda x: {"a": x * 2.0, "rest": (x.sum(), [op(x)])}, X[0], raise_exception=False)
    assert report["x"].output == "output['rest'][1][0] [3]" or report["x"].output.startswith("output['rest'][1][0] [")
    assert gradcheck(lambda x: (x * 2.0, tg.Tensor(np.arange(3))), X[0])  # integers have no gradient


def test_outputs_are_named_in_the_report():
    wrong = tg.elementwise("wrong", lambda x: x * x, x=lambda g, y, x: g * np.array([2.0, 3.0]) * x)
    found = gradcheck(lambda x: wrong(x), np.ones(2), raise_exception=False)["x"]
    assert found.worst() == "[1] of output [1]: analytic 3, numeric 2 (relative error 3.3e-01)"
