"""The report in its forms: text, a table in colours, HTML, a dict."""

import html
import re
from io import StringIO

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import InputReport, Report, gradcheck


class Terminal:
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True

    def write(self, text):
        pass

    def flush(self):
        pass


@pytest.fixture
def wrong():
    op = tg.elementwise("halved", np.square, x=lambda g, y, x: g * x)
    x, b = np.arange(1.0, 5.0), np.array([[0.5], [1.0]])
    return gradcheck(lambda x, b: (op(x) * b).sum(), (x, b), raise_exception=False)


def row(difference=0.0, **changed):
    return InputReport("x", "float64[2]", 0, 2, (1,), "", 1.0, 1.0, 0.0, difference, True)._replace(**changed)


def test_the_text(wrong):
    lines = repr(wrong).splitlines()
    assert lines[0] == "gradcheck failed: wrong gradient of x in 4 of 4 elements"
    assert re.split(r" {2,}", lines[1]) == ["", "input", "given", "wrong", "‖g−ĝ‖/(‖g‖+‖ĝ‖)", "worst element"]
    assert re.split(r" {2,}", lines[2])[:5] == ["", "x", "float64[4]", "4 of 4", "3.3e-01: wrong"]
    assert re.split(r" {2,}", lines[3])[:4] == ["", "b", "float64[2, 1]", "0 of 2"]
    assert lines[4].startswith("  wrong rule: 'halved' (test_report.py:")
    assert lines[5].startswith("  in 'halved', the gradient of x is half of what it should be")
    assert lines[-1].startswith("  (reverse and forward mode against ")
    assert str(wrong) == repr(wrong)  # no terminal


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


def test_a_terminal_gets_a_table_that_also_reads_without_colour(wrong, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout", Terminal())
    text = str(wrong)
    assert "\33[" in text
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert "✗ x" in plain
    assert "✓ b" in plain
    assert "3.3e-01: wrong" in plain
    assert "wrong rule: 'halved'" in plain
    assert "\33[" not in repr(wrong)


def test_rich_prints_it(wrong):
    from rich.console import Console

    console = Console(width=200, record=True, file=StringIO())
    console.print(wrong)
    assert "✗ x" in console.export_text()


def test_a_notebook_gets_html(wrong):
    text = wrong._repr_html_()
    assert text.count("<tr") == 3
    assert "<b>✗ gradcheck failed: wrong gradient of x in 4 of 4 elements</b>" in text
    assert html.escape("wrong rule: 'halved' (test_report.py:") in text
    hostile = Report([row(name="<script>")], "how & why")
    assert "<script>" not in hostile._repr_html_()
    assert "(how &amp; why)" in hostile._repr_html_()


def test_the_dict_for_machines(wrong):
    found = wrong.as_dict()
    assert (found["passed"], len(found["causes"]), found["notes"]) == (False, 1, [])
    assert found["inputs"][0] == {
        "name": "x", "given": "float64[4]", "wrong": 4, "total": 4, "index": wrong["x"].index, "output": "",
        "analytic": wrong["x"].analytic, "numeric": wrong["x"].numeric, "error": pytest.approx(0.5),
        "difference": pytest.approx(1 / 3), "connected": True, "measured": None, "kinks": 0, "hint": wrong.hint,
        "mode": "reverse", "order": 1,
    }  # fmt: skip
