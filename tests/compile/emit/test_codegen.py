"""The source of a program: it is what runs, and gives NumPy's layouts."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.passes.optimize import REORDERING
from tests.compile.replays import replay_of


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, 3))


def test_the_source_is_what_runs(x):
    w = tg.Parameter(np.ones((3, 2)), name="dense/kernel")
    replay = replay_of(lambda x: [np.maximum(x @ w, 0).data], x)
    assert re.sub(r"test_codegen.py:\d+", "LINE", replay.source) == "\n".join([
        "def run(x0):",
        "    np.dot(x0, dense_kernel, v2)  # matmul, LINE",
        "    np.maximum(v2, c5, out=v3)  # maximum, LINE",
        "    return (v3.copy(),)",
    ])  # fmt: skip
    assert np.shares_memory(replay.code.namespace["v2"], replay.code.namespace["v3"])


def test_layouts_are_those_of_numpy(rng):
    x = rng.normal(size=(5, 7)).astype("f")
    f = lambda x: [np.exp(x.T), np.add.reduce(np.exp(x.T), axis=0), np.exp(x.T).reshape(-1), x.T.astype("d")]
    replay = replay_of(f, x, without=REORDERING)
    for a, b in zip(replay([x]), f(x), strict=True):
        assert a.tobytes() == b.tobytes()
