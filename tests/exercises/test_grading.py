"""Grading an answer: wrong forms, errors and accumulation are explained."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError


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


def test_an_error_of_the_learners_own_comes_out_as_it_is():
    with pytest.raises(TypeError, match="unsupported operand"):
        tg.exercises.relu.check(lambda dout, x: dout + None)
