"""The report of a check: its result, its numbers, a dict of it."""

import numpy as np
import pytest

from tensorgrad.check import gradcheck
from tests.check.report.wrong_rule import row, wrong_report


@pytest.fixture
def wrong():
    return wrong_report()


@pytest.mark.parametrize(
    ("difference", "words"),
    [(0.0, "right"), (9e-8, "right"), (2e-7, "probably right"), (2e-5, "doubtful"), (2e-3, "wrong"), (np.nan, "wrong")],
)
def test_the_bands_of_the_courses(difference, words):
    assert row(difference).band == words


def test_inputs_without_elements_or_without_influence():
    report = gradcheck(lambda x, y, e: (x * x).sum() + e.sum(), (np.ones(2), np.ones(3), np.zeros((0, 3))))
    assert [r.worst() for r in report.inputs][1:] == ["the output does not depend on it", "no elements"]
    assert [r.count() for r in report.inputs] == ["0 of 2", "0 of 3", "0 of 0"]


def test_what_was_measured_is_counted():
    assert row().count() == "0 of 2"
    assert row(measured=2, total=5000, wrong=1).count() == "1 of 2 measured, of 5,000"
    assert row(kinks=1).count() == "0 of 2; 1 at a kink"


def test_the_dict_for_machines(wrong):
    found = wrong.as_dict()
    assert (found["passed"], len(found["causes"]), found["notes"]) == (False, 1, [])
    assert found["inputs"][0] == {
        "name": "x", "given": "float64[4]", "wrong": 4, "total": 4, "index": wrong["x"].index, "output": "",
        "analytic": wrong["x"].analytic, "numeric": wrong["x"].numeric, "error": pytest.approx(0.5),
        "difference": pytest.approx(1 / 3), "connected": True, "measured": None, "kinks": 0, "hint": wrong.hint,
        "mode": "reverse", "order": 1,
    }  # fmt: skip


def test_the_causes_have_their_former_name(wrong):
    assert wrong.culprit == wrong.causes
    assert len(wrong.causes) == 1
