"""Find the bug: the wrong line, or a repaired function, is the answer."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import OptionError

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
