"""Derivatives by single entries: every method against closed forms, and the tolerance of each."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check.numeric.measure import Tolerance, derivatives, measure
from tensorgrad.check.numeric.method import NumericMethod
from tensorgrad.check.subject.function import Function
from tensorgrad.check.subject.points import points_of

METHODS = {
    "complex step": (NumericMethod("complex step"), 1e-15),
    "differences": (NumericMethod("differences", "by choice"), 1e-8),
    "fixed step": (NumericMethod("fixed step", eps=1e-4), 1e-6),
}


def subject(f, x):
    points = points_of(f, x)
    (t,) = points.named.values()
    f = Function(points.call)
    return f, t, np.full(len(f.point), 1e-16)


@pytest.mark.parametrize(("method", "rtol"), METHODS.values(), ids=METHODS)
def test_every_method_measures_the_derivative(method, rtol, rng):
    x, columns = rng.uniform(0.5, 1.5, 6), np.array([4, 1])
    f, t, rounding = subject(lambda x: np.exp(x) * np.arange(1.0, 7.0), x)
    right = np.zeros((6, 2))
    right[columns, [0, 1]] = (np.exp(x) * np.arange(1.0, 7.0))[columns]
    found = measure(f, t, columns, right, Tolerance(rounding), method)
    np.testing.assert_allclose(found.value, right, rtol=rtol, atol=1e-300)
    assert not found.kinked.any()
    assert (found.gap(right) <= found.allowed).all()
    assert (found.gap(1.001 * right) > found.allowed)[columns, [0, 1]].all()
    np.testing.assert_array_equal(t.data, x)


def test_at_a_kink_every_slope_between_the_sides_is_admitted():
    f, t, rounding = subject(lambda x: abs(x) * 3.0, np.array([0.0, 2.0]))
    analytic = np.array([[1.0, 0.0], [0.0, 3.0]])
    found = measure(f, t, np.array([0, 1]), analytic, Tolerance(rounding), METHODS["differences"][0])
    assert found.kinked.tolist() == [[True, False], [False, False]]
    np.testing.assert_allclose([found.low[0, 0], found.high[0, 0]], [-3.0, 3.0], rtol=1e-9)
    for slope, admitted in ((-2.9, True), (0.0, True), (2.9, True), (3.1, False), (-3.1, False)):
        analytic[0, 0] = slope
        assert (found.gap(analytic)[0, 0] <= found.allowed[0, 0]) == admitted


def test_a_complex_step_that_lies_is_replaced_by_differences():
    """The real part is differentiable, the complex step sees nothing of it."""
    op = tg.elementwise("real part", lambda x: np.real(x) ** 2 + 0 * x, x=lambda g, y, x: 2 * g * x)
    f, t, rounding = subject(op, np.array([0.5, 2.0]))
    right = np.diag([1.0, 4.0])
    found = measure(f, t, np.array([0, 1]), right, Tolerance(rounding), METHODS["complex step"][0])
    np.testing.assert_allclose(found.value, right, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("kind", ["complex step", "differences"])
def test_derivatives_without_analytic_ones(kind, rng):
    x = rng.uniform(0.5, 1.5, 4)
    f, t, rounding = subject(lambda x: np.log(x).sum(), x)
    found = derivatives(f, t, np.arange(4), rounding, METHODS[kind][0])
    np.testing.assert_allclose(found, [1 / x], rtol=METHODS[kind][1])
