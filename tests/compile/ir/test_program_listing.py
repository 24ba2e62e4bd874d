"""The listing of a program."""

import re

import numpy as np
import pytest

import tensorgrad as tg
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
