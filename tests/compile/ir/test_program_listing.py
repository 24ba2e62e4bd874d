"""Programs as listings, and the layout of their values."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.ir.program import Value, argument_text, is_packed
from tests.compile.replays import replay_of


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, 3))


def test_the_listing_is_typed_and_says_where_each_call_comes_from(x):
    w = tg.Parameter(np.ones((3, 2)), name="w")
    replay = replay_of(lambda x: [np.maximum(x @ w, 0).data], x)
    assert re.sub(r"test_program_listing.py:\d+", "LINE", str(replay)) == "\n".join([
        "%0:float64[4, 3] = x0  # input",
        "%1:float64[3, 2] = w  # captured",
        "%2:float64[4, 2] = dot(%0, %1)  # matmul, LINE",
        "%5:float64[4, 2] = 0  # constant",
        "%3:float64[4, 2] = maximum(%2, %5)  # maximum, LINE",
        "return %3",
    ])  # fmt: skip


ARGUMENTS = {
    "1:": slice(1, None), ":%0:2": slice(None, Value(0, np.ones(1)), 2), ":": slice(None), "...": ..., "(1,)": (1,),
    "(%0, None)": (Value(0, np.ones(1)), None), "[1.5, 'a']": [1.5, "a"], "add": np.add, "dtype": np.dtype("f"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "x"), ARGUMENTS.items(), ids=ARGUMENTS)
def test_arguments_are_listed_as_one_writes_them(text, x):
    shown = argument_text(x)
    assert shown == text or (text == "dtype" and shown == type(x).__name__)


def test_arrays_without_gaps_are_packed_in_any_order():
    x = np.ones((2, 3, 4))
    assert all(is_packed(Value(0, a)) for a in (x, x.T, x.transpose(1, 0, 2), x[1], x[:1, :1]))
    assert not any(is_packed(Value(0, a)) for a in (x[:, :2], x[..., ::2], np.broadcast_to(1.0, (2, 2)), x[:0], 2.5))
