"""The analytic side: forward mode, alone and with a wrong rule."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


def test_forward_mode_alone():
    report = gradcheck(lambda x, w: tg.softmax(np.tanh(x @ w)), (X, RNG.normal(size=(4, 2))), modes="forward")
    assert [(r.mode, r.label, r.wrong) for r in report.inputs] == [
        ("forward", "x (forward)", 0), ("forward", "w (forward)", 0)
    ]  # fmt: skip
    assert report.method.startswith("forward mode against complex step")
    assert report.difference < 1e-14


def test_a_forward_rule_that_is_wrong():
    @tg.primitive
    def doubled(x):
        return 2.0 * x

    doubled.vjp("x")(lambda g, y, x: 2.0 * g)
    doubled.jvp("x")(lambda t, y, x: 3.0 * t)
    for modes in ("forward", ("reverse", "forward")):
        report = gradcheck(lambda x: doubled(x) * 2.0, X, modes=modes, raise_exception=False)
        bad = report["x (forward)"]
        assert (bad.wrong, bad.analytic, bad.numeric) == (12, pytest.approx(6.0), pytest.approx(4.0))
    assert gradcheck(lambda x: doubled(x) * 2.0, X, modes=["reverse"])
