"""The catalogue: what is solved, exercises by name and number, imported at their first use."""

import subprocess
import sys

import pytest

import tensorgrad as tg
from tensorgrad.errors import UnknownNameError


def test_the_catalogue_shows_what_is_solved(capsys):
    tg.exercises.relu.check(lambda dout, x: dout * (x > 0))
    tg.exercises.tanh.check(lambda dout, x: dout)
    tg.exercises.show()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "21 exercises, 1 solved; tg.exercises.product.show() shows the first"
    assert lines[1].split() == ["exercise", "level", "solved", "task"]
    assert lines[2].split() == ["1", "product", "●", "–", "Backward", "of", "a", "product"]
    assert lines[7].split() == ["6", "relu", "●", "yes", "Backward", "of", "relu"]
    assert lines[9].split() == ["8", "tanh", "●", "1", "tried", "Backward", "of", "tanh"]
    assert len(lines) == 23


def test_exercises_are_found_by_name_and_number():
    assert tg.exercises.catalogue["rnn"] is tg.exercises.rnn
    assert tg.exercises.catalogue[20] is tg.exercises.rnn
    with pytest.raises(UnknownNameError, match=r"unknown exercise 'matmull'; did you mean 'matmul'\?"):
        tg.exercises.catalogue["matmull"]


def test_exercises_are_imported_when_they_are_asked_for():
    probe = "import sys, tensorgrad as tg; print('tensorgrad.exercises' in sys.modules, len(tg.exercises.catalogue))"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout == "False 21\n"
    with pytest.raises(AttributeError, match="module 'tensorgrad' has no attribute 'excercises'"):
        tg.excercises  # noqa: B018  (looking it up is the test)
