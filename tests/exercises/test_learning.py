"""What a learner sees: the task, the verdict, hints that escalate, errors that say what to return."""

import subprocess
import sys

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError, OptionError, UnknownNameError

BIAS = """\
Exercise 3 of 21, bias: A bias that is broadcast over the rows (level 1: one op)

  z = x + b: every row of x gets the same b

  def bias(x, b):
      return x + b

Write backward(dout, x, b), which returns dx, db in this order, or a dict with these keys.
  dout  float64[5, 3]  the gradient of the loss with respect to what bias returns
  x     float64[5, 3]
  b     float64[3]
  dx    float64[5, 3]  to return: the gradient of x
  db    float64[3]     to return: the gradient of b

tg.exercises.bias.check(backward) grades it; 3 hints and a solution are there if you want them.
"""


def test_a_task_is_shown(capsys):
    tg.exercises.bias.show()
    assert capsys.readouterr().out == BIAS
    assert repr(tg.exercises.bias) + "\n" == BIAS


def test_constants_are_told_apart():
    assert "  keep_prob  0.7            a constant: needs no gradient" in repr(tg.exercises.dropout)


def test_from_a_wrong_answer_to_a_right_one():
    exercise = tg.exercises.bias
    report = exercise.check(lambda dout, x, b: (dout, dout))
    lines = [line.strip() for line in str(report).splitlines()]
    assert lines[0] == "exercise 'bias' failed: wrong gradient of b in 3 of 3 elements"
    assert lines[3].endswith("1.0e+00: wrong   has shape [5, 3], and b has [3]")
    assert lines[4:] == [
        "the gradient of b lacks the sum over axis 0, along which b was broadcast",
        "hint 1 of 3: Every gradient has the shape of what it is the gradient of.",
        "(complex step, exact to rounding)",
    ]
    report = exercise.check(lambda dout, x, b: {"dx": dout, "db": dout.mean(axis=0)})
    assert report["b"].hint == (
        "the gradient of b is 5 times too small: a factor 1/5 too many (5 is axis 0 of x: a sum, not a mean)"
    )
    assert report.notes[0].startswith("hint 2 of 3: ")
    report = exercise.check(lambda dout, x, b: {"dx": dout, "db": dout.sum(axis=0)})
    assert report
    assert report.notes == ("solved at attempt 3",)
    assert str(report).startswith("exercise 'bias' passed: 12 elements agree\n")


def test_a_right_answer_is_called_twice_for_each_size():
    calls = []

    def counting(dout, x):
        calls.append(x.shape)
        return dout * (x > 0)

    assert tg.exercises.relu.check(counting)
    assert calls == [(5, 4), (5, 4), (3, 4), (3, 4)]


def test_hints_escalate_and_end(capsys):
    for _ in range(4):
        tg.exercises.tanh.hint()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["hint 1 of 3", "hint 2 of 3", "hint 3 of 3"]
    assert lines[3] == "that was the last hint; tg.exercises.tanh.solution() prints an answer"


def test_a_size_written_into_an_answer_is_found():
    report = tg.exercises.mse.check(lambda p, y: 2 * (p - y) / 15)
    assert not report
    assert report.notes == ("right for 5 rows, wrong for 3: a size is written into your function",)


def test_the_upstream_gradient_cannot_be_forgotten():
    report = tg.exercises.sigmoid.check(lambda dout, x: np.exp(-x) / (1 + np.exp(-x)) ** 2)
    assert report["x"].hint == (
        "the gradient of x does not change when the incoming gradient is doubled: multiply by the incoming gradient "
        "(chain rule)"
    )


def changes(dout, x):
    dout *= x > 0
    return dout


BAD = {
    "not a function": (3, TypeError, "check takes your function, got 3"),
    "None": (lambda dout, x: None, TypeError, "your function returned None; is a return missing?"),
    "too many": (lambda dout, x: (dout, x), GradientError, "2 gradients for 1 parameter: expected that of x"),
    "a text": (lambda dout, x: "dx", TypeError, "the gradient of x must be an array of numbers, got str 'dx'"),
    "another key": (lambda dout, x: {"dX": dout}, GradientError, "your function has no gradient of x: expected the key "
                    "'dx' or 'x'; did you mean 'dX'?"),
    "a change": (changes, GradientError, "your function changed dout in place; compute on a copy"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "error", "words"), BAD.values(), ids=BAD)
def test_an_answer_of_the_wrong_form_is_explained(answer, error, words):
    with pytest.raises(error) as raised:
        tg.exercises.relu.check(answer)
    assert str(raised.value) == f"exercise 'relu': {words}"


def test_an_error_inside_an_answer_says_what_it_was_called_with():
    with pytest.raises(ValueError, match="matmul") as raised:
        tg.exercises.matmul.check(lambda dout, X, W: (dout @ W.T, X @ dout))
    assert raised.value.__notes__ == [
        "exercise 'matmul': your function was called with dout float64[5, 4], X float64[5, 4], W float64[4, 4]"
    ]


def test_an_answer_that_adds_up_is_found():
    kept = {"dx": np.zeros((5, 4))}

    def adding(dout, x):
        kept["dx"] += dout * (x > 0)
        return kept

    with pytest.raises(
        GradientError, match="exercise 'relu': your function gave another gradient of x when called again"
    ):
        tg.exercises.relu.check(adding)


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


HUNT = """\
Find the bug: one line of this backward of 'tanh' is wrong (Backward of tanh)

      def tanh(x):
          return np.tanh(x)

   1  def tanh_backward(dout, x):
   2      a = np.tanh(x)
   3      dx = dout * (1 - x**2)
   4      return dx

check(line) or check(repaired function) grades your answer; report() checks the gradients as they are."""


def test_a_bug_to_find(capsys):
    hunt = tg.exercises.find_the_bug("tanh")
    assert repr(hunt) == HUNT
    assert not hunt.check(2)
    assert hunt.check(3)
    hunt.solution()
    assert capsys.readouterr().out.splitlines() == [
        "No, line 2 is as it should be; report() shows what the gradient check says.",
        "Yes, line 3 is wrong: 1 − a² is meant with the output a, not the input x.",
        "line 3: dx = dout * (1 - a**2)",
        "1 − a² is meant with the output a, not the input x",
    ]
    assert hunt.check(lambda dout, x: dout / np.cosh(x) ** 2)
    assert tg.exercises.find_the_bug(seed=4).source == tg.exercises.find_the_bug(seed=4).source
    assert len({tg.exercises.find_the_bug(seed=s).source for s in range(20)}) > 10


@pytest.mark.parametrize("answer", [0, 5, "3", None, 2.0])
def test_an_answer_that_is_no_line_is_explained(answer):
    with pytest.raises(OptionError, match="find the bug in 'tanh': the answer is a line from 1 to 4 or a repaired"):
        tg.exercises.find_the_bug("tanh").check(answer)


def test_exercises_are_imported_when_they_are_asked_for():
    probe = "import sys, tensorgrad as tg; print('tensorgrad.exercises' in sys.modules, len(tg.exercises.catalogue))"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout == "False 21\n"
    with pytest.raises(AttributeError, match="module 'tensorgrad' has no attribute 'excercises'"):
        tg.excercises  # noqa: B018  (looking it up is the test)


def test_an_error_of_the_learners_own_comes_out_as_it_is():
    with pytest.raises(TypeError, match="unsupported operand"):
        tg.exercises.relu.check(lambda dout, x: dout + None)
