"""The method is chosen by a trial, and the report states it."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck
from tensorgrad.check.numeric.method import non_analytic_op
from tensorgrad.check.subject.function import Function
from tensorgrad.check.subject.points import points_of

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


ANALYTIC = {
    "exp": np.exp,
    "log": np.log,
    "power": lambda x: x**2.5,
    "a negative base": lambda x: (-x) ** 3,
    "tanh": np.tanh,
    "division": lambda x: 1.0 / x,
    "product": lambda x: x @ x.T,
    "solve": lambda x: tg.solve(x @ x.T + 3 * np.eye(3), x),
    "softmax": tg.softmax,
    "relu": tg.relu,
    "sort": lambda x: np.sort(x),
    "max": lambda x: x.max(axis=0),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "logsumexp": tg.logsumexp,
    "cumprod": lambda x: np.cumprod(x, axis=1),
    "var": lambda x: x.var(axis=0),
}


OTHERS = {
    "absolute": (abs, "op 'absolute' is not analytic"),
    "hypot": (lambda x: np.hypot(x, 1.0), "op 'hypot' is not analytic"),
    "cbrt": (np.cbrt, "op 'cbrt' is not analytic"),
    "arctan2": (lambda x: np.arctan2(x, 2.0), "op 'arctan2' is not analytic"),
    "a conjugate": (lambda x: conjugated(x), "op 'conjugated' is not analytic"),
    "real numbers only": (lambda x: x + real_only(x), "f takes no complex numbers (ValueError)"),
    "a write into real numbers": (lambda x: written(x), "f takes no complex numbers (TypeError)"),
    "later in the graph": (lambda x: np.exp(abs(np.sin(x)) + x), "op 'absolute' is not analytic"),
}


def conjugated(x):
    op = tg.elementwise("conjugated", lambda x: np.conj(x) * x, x=lambda g, y, x: 2 * g * x)
    return op(x)


def real_only(x):
    if x.data.dtype.kind == "c":
        raise ValueError("no complex numbers here")
    return x


def written(x):
    y = tg.Tensor(np.zeros(4))
    for i in range(3):
        y[i] = x[i, i] * 2.0
    return y


@pytest.mark.parametrize("f", ANALYTIC.values(), ids=ANALYTIC)
def test_the_complex_step_where_it_is_exact(f):
    report = gradcheck(f, X)
    assert report.method.startswith("reverse and forward mode against complex step in float64, exact to rounding, tol")
    assert report.difference < 1e-14


@pytest.mark.parametrize(("f", "why"), OTHERS.values(), ids=OTHERS)
def test_differences_where_it_is_not_and_why(f, why):
    report = gradcheck(f, X)
    assert f"against central differences in float64, extrapolated where in doubt, as {why}" in report.method
    assert report.difference < 1e-8


def test_what_numpy_computes_outside_of_the_graph_is_seen_by_the_complex_step_too():
    report = gradcheck(lambda x: (x * abs(x.detach())).sum(), X, raise_exception=False)
    assert not report
    assert report["x"].numeric == pytest.approx(2 * X[report["x"].index], rel=1e-8)


def test_a_step_of_the_users():
    report = gradcheck(np.exp, X, eps=1e-5)
    assert "against central differences in float64, step 1e-05, tolerance 1e-06·|numeric| + rounding" in report.method
    assert 1e-12 < report.difference < 1e-9


def test_tolerances_of_the_users_are_stated():
    assert gradcheck(np.exp, X, atol=1e-4, rtol=1e-3).method.endswith("tolerance 0.001·|numeric| + 0.0001")


def test_the_op_that_is_not_analytic_is_found_off_its_kinks():
    points = points_of(lambda x: abs(x - 1.0).sum(), np.array([1.0, 1.0, 2.0]))
    assert non_analytic_op(Function(points.call)) == "op 'absolute' is not analytic"
    points = points_of(lambda x: tg.relu(x - 1.0).sum(), np.array([1.0, 1.0, 2.0]))
    assert non_analytic_op(Function(points.call)) == ""
