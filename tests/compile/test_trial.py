"""Trial: a trace is compared with the run of the function as it is, to the last bit, in all that it leaves."""

import collections

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.function_trace import trace_function
from tensorgrad.compile.trial import Fingerprint, Trial, matches
from tensorgrad.errors import TraceError

SAME = [
    (np.ones(2), np.ones(2)),
    (tg.Tensor(np.ones(2)), np.ones(2)),
    (np.ones((2, 3)), np.ones((3, 2)).T),
    (float("nan"), float("nan")),
]
DIFFERENT = [
    (0.0, -0.0), (1, 1.0), (1, True), (np.float64(1), 1.0), (np.float64(1), np.float32(1)),
    (np.ones(2), np.ones((2, 1))), (np.ones(2), np.ones(2, "f")),
    (np.array([0.0]), np.array([-0.0])), (np.array(1.0), np.float64(1.0)),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SAME, ids=str)
def test_fingerprints_of_equal_bits_are_equal(a, b):
    assert Fingerprint(a) == Fingerprint(b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT, ids=str)
def test_fingerprints_tell_apart_what_a_caller_could(a, b):
    assert Fingerprint(a) != Fingerprint(b)


def test_structures_match_if_kinds_keys_and_items_do():
    one = Fingerprint(np.ones(2))
    pair = collections.namedtuple("pair", "a b")
    assert matches({"a": [np.ones(2), None]}, {"a": [one, None]})
    assert matches(pair(np.ones(2), "x"), pair(one, "x"))
    for found in (
        {"b": [np.ones(2), None]},
        {"a": (np.ones(2), None)},
        {"a": [np.ones(2)]},
        {"a": [np.zeros(2), None]},
    ):
        assert not matches(found, {"a": [one, None]})
    assert not matches((np.ones(2), "x"), pair(one, "x"))


@pytest.fixture
def w():
    return tg.Parameter(np.ones(2), name="w")


def trial_of(f):
    recording = trace_function(lambda stands: f(*stands), [np.full(2, 3.0)], ["x"])
    trial = Trial(recording)
    recording.trace.undo()
    return trial


def leave(w, value=2.0, grad=2.0, data=2.0):
    def f(x):
        (w * x * grad).sum().backward()
        w.data *= data
        return x * value

    return f


@pytest.mark.parametrize(
    ("change", "words"),
    [({"value": 5.0}, "its result is"), ({"grad": 5.0}, "the gradient of w is"), ({"data": 5.0}, "what it writes is")],
)
def test_each_difference_is_found_and_told(w, change, words):
    x = np.full(2, 3.0)
    trial = trial_of(leave(w))
    trial.check(leave(w)(x))
    w.grad, w.data[...] = None, 1.0
    found = leave(w, **change)(x)
    with pytest.raises(TraceError, match=f"^{words} another one"):
        trial.check(found)


def test_an_array_that_a_tensor_is_given_is_compared_too(w):
    def give(x, factor=2.0):
        w.data = x * factor

    trial = trial_of(give)
    give(np.full(2, 3.0), 5.0)
    with pytest.raises(TraceError, match=r"^the values of w are another one"):
        trial.check(None)


def test_a_new_object_is_named():
    class Pair:
        pass

    trial = trial_of(lambda x: Pair())
    with pytest.raises(TraceError, match="returns a new Pair, of which no program can make one"):
        trial.check(Pair())
