"""The report in its forms: text, a table in colours, HTML, a dict."""

import html
import re
from io import StringIO

import pytest

from tensorgrad.check import Report
from tests.check.report.wrong_rule import row, wrong_report


@pytest.fixture
def wrong():
    return wrong_report()


class Terminal:
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True

    def write(self, text):
        pass

    def flush(self):
        pass


def test_the_text(wrong):
    lines = repr(wrong).splitlines()
    assert lines[0] == "gradcheck failed: wrong gradient of x in 4 of 4 elements"
    assert re.split(r" {2,}", lines[1]) == ["", "input", "given", "wrong", "‖g−ĝ‖/(‖g‖+‖ĝ‖)", "worst element"]
    assert re.split(r" {2,}", lines[2])[:5] == ["", "x", "float64[4]", "4 of 4", "3.3e-01: wrong"]
    assert re.split(r" {2,}", lines[3])[:4] == ["", "b", "float64[2, 1]", "0 of 2"]
    assert lines[4].startswith("  wrong rule: 'halved' (wrong_rule.py:")
    assert lines[5].startswith("  in 'halved', the gradient of x is half of what it should be")
    assert lines[-1].startswith("  (reverse and forward mode against ")
    assert str(wrong) == repr(wrong)  # no terminal


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
    assert html.escape("wrong rule: 'halved' (wrong_rule.py:") in text
    hostile = Report([row(name="<script>")], "how & why")
    assert "<script>" not in hostile._repr_html_()
    assert "(how &amp; why)" in hostile._repr_html_()
