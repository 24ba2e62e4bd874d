"""The pass of exact algebra: what it takes away is the same to the last bit, for zeros of both signs, inf and nan."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tensorgrad.compile.executable import Replay
from tensorgrad.compile.function_trace import trace_function

SPECIAL = np.array([[0.0, -0.0, 1.5, -2.5], [np.inf, -np.inf, np.nan, 5e-324]])


def left(f, x, without=()):
    """Return the calls that the passes leave of ``f``, after a look at the bits of the results."""
    replay = Replay(trace_function(lambda stands: f(*stands), [x], ["x"]), without=without)
    for array in (x, x[::-1].copy()):
        found, expected = replay([array]), f(array)
        assert found.dtype == expected.dtype
        assert found.tobytes() == expected.tobytes()
    return len(replay.program)


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: x * 1,
        lambda x: 1.0 * x,
        lambda x: x / 1,
        lambda x: x - 0.0,
        lambda x: x + -0.0,
        lambda x: -0.0 + x,
        lambda x: np.negative(-x),
        lambda x: x * np.ones_like(x),
        lambda x: x.T.T,
        lambda x: np.swapaxes(x.T, -1, -2),
        lambda x: np.negative(np.negative(np.negative(-x))) * 1 - 0.0,
    ],
)
def test_nothing_is_left_of_what_changes_nothing(f, dtype):
    with np.errstate(all="ignore"):
        x = SPECIAL.astype(dtype)
    assert left(lambda x: np.positive(f(x)), x) == 0
    assert left(f, x, without=["algebra"]) >= 1


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + 0.0,  # 0.0 for -0.0
        lambda x: 0.0 - x,
        lambda x: x - -0.0,
        lambda x: 1 / x,
        lambda x: x * -1,
        lambda x: -abs(-x),
        lambda x: x * np.float64(1) if x.dtype == "float32" else x * 2,  # another dtype
        lambda x: x[0] * np.ones((3, 4)),  # another shape
        lambda x: x.T.copy(),
    ],
)
def test_what_changes_a_bit_stays(f):
    for dtype in ("float32", "float64"):
        with np.errstate(all="ignore"):
            x = SPECIAL.astype(dtype)
            assert left(f, x) >= 1


@given(st.permutations(range(3)), st.permutations(range(3)))
@settings(max_examples=40, deadline=None)
def test_transposes_cancel_only_if_they_undo_each_other(first, second):
    x = np.arange(24.0).reshape(2, 3, 4)
    calls = left(lambda x: np.transpose(np.transpose(x, first), second), x)
    assert (calls == 0) is ([first[i] for i in second] == [0, 1, 2])


def test_what_is_written_to_is_not_taken_for_what_it_was():
    def f(x):
        y = x * 1
        z = y * 1
        row = y[0]
        row += 5
        return z + y

    left(f, SPECIAL)
