"""At a kink any slope between those of the two sides is right: such elements are left out, counted and named."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import gradcheck

AT = np.array([0.0, 1.0, -1.0, 0.0])

KINKS = {
    "relu": (tg.relu, AT, "relu", 2),
    "absolute": (abs, AT, "absolute", 2),
    "maximum": (lambda x: np.maximum(x, 0.0), AT, "maximum", 2),
    "minimum of both": (lambda x: np.minimum(x, x[::-1] * 2.0), AT, "minimum", 2),
    "max, a tie": (lambda x: x.max(), np.array([1.0, 1.0, 0.0]), "max", 2),
    "max, the first": (lambda x: tg.ops.max(x, ties="first"), np.array([1.0, 1.0, 0.0]), "max", 2),
    "clip": (lambda x: np.clip(x, 0.0, 1.0), AT, "clip", 3),
    "where": (lambda x: np.where(x > 0, x, 0.0), AT, "where", 2),
    "norm": (lambda x: tg.norm(x), np.zeros(3), "norm2", 3),
    "sort, a tie": (lambda x: np.sort(x) * np.arange(3.0), np.array([1.0, 1.0, 0.0]), "reorder", 2),
    "leaky": (lambda x: np.where(x > 0, x, 0.1 * x), AT, "where", 2),
    "later in the graph": (lambda x: tg.relu(tg.sin(x) * 3.0) * 2.0, AT, "relu", 2),
    "float32": (tg.relu, AT.astype("float32"), "relu", 2),
    "huge": (lambda x: tg.relu(x * 1e9), AT, "relu", 2),
}


@pytest.mark.parametrize(("f", "x", "op", "count"), KINKS.values(), ids=KINKS)
def test_gradcheck_kinks_are_left_out_counted_and_named(f, x, op, count):
    report = gradcheck(lambda x: f(x).sum(), x)
    assert report["x"].kinks == count
    assert report["x"].wrong == 0
    assert len(report.notes) == 1
    assert re.match(
        rf"{count} elements of x are at a kink of '{op}' \(test_gradcheck_kinks\.py:\d+\), where any slope",
        *report.notes,
    )
    assert report["x"].difference < 1e-7


def test_the_numbers_in_the_report_leave_kinks_out():
    report = gradcheck(lambda x: tg.relu(x).sum(), np.array([0.0, 2.0]))
    assert (report["x"].index, report["x"].analytic, report["x"].numeric) == ((1,), 1.0, 1.0)
    assert report["x"].count() == "0 of 2; 1 at a kink"


@pytest.mark.parametrize("slope", [0.0, 0.3, 0.5, 1.0])
def test_every_slope_between_the_sides_is_right(slope):
    op = tg.elementwise("ramp", lambda x: np.maximum(x, 0), x=lambda g, y, x: g * np.where(x == 0, slope, x > 0))
    assert gradcheck(lambda x: op(x).sum(), AT)


@pytest.mark.parametrize("slope", [-0.1, 1.1, -1.0, 5.0])
def test_a_slope_outside_of_the_two_is_wrong(slope):
    op = tg.elementwise("ramp", lambda x: np.maximum(x, 0), x=lambda g, y, x: g * np.where(x == 0, slope, x > 0))
    report = gradcheck(lambda x: op(x).sum(), AT, raise_exception=False)
    assert (report["x"].wrong, report["x"].index) == (2, (0,))
    assert re.match(r"wrong rule: 'ramp'", *report.causes)


def test_gradcheck_kinks_that_cancel_pass_since_every_rule_is_right():
    report = gradcheck(lambda x: (tg.relu(x) - tg.relu(-x)).sum(), AT)  # x itself, but 0 at 0 by the rules
    assert (report["x"].wrong, report["x"].kinks) == (0, 2)


def test_beside_a_kink_is_not_at_it():
    for distance in (1e-3, 1e-5, 1e-7):
        report = gradcheck(lambda x: abs(x).sum() + np.hypot(x, 1.0).sum(), np.array([distance, -distance]))
        assert report["x"].kinks == 0
        assert report["x"].difference < 1e-7


def test_a_curve_is_no_kink():
    x = np.array([1e-4, 1e3, 0.3])
    assert gradcheck(lambda x: np.hypot(np.sqrt(abs(x)), np.sin(x) * 1e-3).sum(), x)["x"].kinks == 0


def test_the_second_derivative_at_a_kink_is_left_out():
    report = gradcheck(lambda x: (abs(x) * x).sum() + abs(x).sum(), AT, order=2)
    assert [r.kinks for r in report.inputs] == [2, 2]
