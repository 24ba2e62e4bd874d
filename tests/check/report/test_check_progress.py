"""The progress bar: on a terminal, after a while, and nowhere else."""

import numpy as np

from tensorgrad.check import gradcheck
from tensorgrad.check.report import check_progress as progress

RNG = np.random.default_rng(0)


X = RNG.uniform(0.3, 1.4, (3, 4))


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_a_long_check_shows_a_bar_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    gradcheck(lambda x: (x * x).sum(), X)
    assert "gradcheck: x" in terminal.text
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    before = terminal.text
    gradcheck(lambda x: (x * x).sum(), X)
    assert terminal.text == before


def test_a_check_shows_nothing_elsewhere(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    gradcheck(lambda x: (x * x).sum(), X)
    assert capsys.readouterr() == ("", "")
