"""An exercise as a learner sees it: the task, the report, hints that escalate, errors that say what to return."""

import tensorgrad as tg

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
