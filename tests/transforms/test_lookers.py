"""What looks into a graph sees through a vmap: pictures, the player, gradcheck, the tracer of nan."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import NumericsError


def loss(w, x):
    return tg.vmap(lambda x: np.sum(np.tanh(x @ w)))(x).sum()


@pytest.fixture
def root():
    w = tg.Parameter(np.ones((3, 2)), name="w")
    found = loss(w, np.arange(12.0).reshape(4, 3))
    found.backward()
    return found


def test_it_is_drawn_with_its_values(root):
    assert "tanh" in tg.draw(root).svg()
    assert (
        "enter batch" in tg.draw(loss(tg.Parameter(np.ones((3, 2))), tg.Parameter(np.ones((4, 3)))), values=True).svg()
    )


def test_it_is_played(root):
    assert [step.name for step in tg.backward_steps(root)]
    assert tg.play(root)


def test_gradcheck_takes_it():
    report = tg.gradcheck(lambda w: loss(w, np.arange(6.0).reshape(2, 3) / 6), np.full((3, 2), 0.3))
    assert report
    assert tg.gradcheck(lambda x: np.sum(tg.vmap(tg.grad(lambda x: np.prod(np.sin(x))))(x)), np.full((2, 3), 0.3))


def test_nan_is_traced_to_the_op_inside():
    with pytest.raises(NumericsError, match="log made 1 of 4 entries -inf"), tg.trace_numerics():
        tg.vmap(lambda x: np.sum(np.log(x)))(np.array([[1.0, 2.0], [0.0, 1.0]]))
    with tg.trace_numerics():
        _, pullback = tg.vjp(lambda x: (np.log(x), x * 2), np.array([1.0, 2.0]))
        np.testing.assert_allclose(pullback((np.ones(2), np.ones(2)))[0], [3, 2.5])
