"""A gradient of exactly 0: the op that makes it 0 is named, and why."""

import pytest

import tensorgrad as tg
from tensorgrad.debug import why_no_grad
from tests.debug.scripts import diagnosis_of, weight

# (the body of loss(), the op and its line, why it lets nothing through)
ZEROS = [
    ("return np.maximum(w, 5.0).sum()",
     "maximum at train.py:2", "the other argument is the larger one in all 2 entries"),
    ("return np.minimum(w, 0.0).sum()",
     "minimum at train.py:2", "the other argument is the smaller one in all 2 entries"),
    ("return np.clip(w, 5, 6).sum()", "clip at train.py:2", "its input lies outside of the"),
    ("return (w * 0).sum()", "multiply at train.py:2", "the other factor is 0 in all 2 entries"),
    ("return (w @ np.zeros((2, 2))).sum()", "matmul at train.py:2", "the other matrix is 0"),
    ("return np.where([False, False], w, 1.0).sum()",
     "where at train.py:2", "the condition takes the other branch in all 2 entries"),
    ("return tg.sigmoid(w * 1e4).sum()", "sigmoid at train.py:2",
     "it is saturated in all 2 entries, where its input goes from 5000 to 1e+04: scale the input down"),
    ("return np.tanh(w * 1e4).sum()", "tanh at train.py:2", "it is saturated"),
    ("h = w * 1\nh[:] = 3.0\nreturn h.sum()", "setitem at train.py:3", "what a gradient"),
    ("h = tg.relu(w - 0.7)\nreturn h[:1].sum()",
     "relu at train.py:2", "its input is at most 0 in 1 of 2 entries, all that a gradient reaches (dead units"),
    ("return tg.softmax(w * 1e4)[0]", "softmax at train.py:2", "its rule makes 0 of the gradient"),
    ("return tg.softmax(w - w.data).sum()",
     "softmax at train.py:2", "its results sum to 1, and the gradient that arrives is the same for all of them"),
    ("x = tg.Tensor([0.0, 1.0])\nx[0] = w.sum()\nreturn x[1] * 1",
     "setitem at train.py:3", "no gradient reaches what was written"),
    ("return np.abs(w * 0.0).sum()", "absolute at train.py:2", "its derivative is 0 in all 2 entries"),
    ("h = tg.relu(w - 5)\nreturn h.sum()", "relu at train.py:2",
     "its input is at most 0 in all 2 entries (dead units: a smaller learning rate, or leaky_relu)"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "op", "reason"), ZEROS, ids=[z[0] for z in ZEROS])
def test_a_gradient_of_exactly_zero_is_explained(body, op, reason):
    found = diagnosis_of(body)
    assert found.reason == "zero"
    first, second, *_ = str(found).splitlines()
    assert first == "w gets a gradient of exactly 0, in all 2 entries"
    assert second.startswith(f"  {op} lets nothing through: {reason}")


def test_gradients_that_cancel():
    assert str(diagnosis_of("return (w - w).sum()")) == (
        "w gets a gradient of exactly 0, in all 2 entries\n  what reaches it along several ways adds up to 0"
    )


def test_zero_is_told_of_a_finished_graph_too_and_without_a_line():
    w = weight()
    assert str(why_no_grad(tg.relu(w - 5).sum(), w)).splitlines()[1].startswith("  relu lets nothing through: its")
