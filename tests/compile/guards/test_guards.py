"""Guards: they hold until something within reach changes, name it, and put it back."""

import random

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.guards.guards import Guards


class Config:
    def __init__(self):
        self.rate, self.steps = 0.5, 0


config, table, weight = Config(), {"k": [1, 2]}, tg.Parameter([1.0], name="weight")


def step(x):
    return x * config.rate + table["k"][0] + weight


@pytest.fixture
def guards():
    return Guards({"step": step})


def test_what_no_code_looks_up_may_change(guards):
    assert guards.hold()
    config.steps += 1
    assert guards.hold()
    assert guards.changed_paths() == []


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda: setattr(config, "rate", 0.25), "config.rate"),
        (lambda: table["k"].append(3), "table['k']"),
        (lambda: setattr(weight, "requires_grad", False), "weight"),
        (lambda: tg.set_floatx("float64"), "tensorgrad.config"),
    ],
    ids=["attribute", "list", "requires_grad", "setting"],
)
def test_a_change_is_named_and_put_back(guards, change, path):
    change()
    assert not guards.hold()
    assert guards.changed_paths() == [path]
    guards.restore()
    assert guards.hold()
    assert (config.rate, table, weight.requires_grad) == (0.5, {"k": [1, 2]}, True)


def test_what_lies_within_reach_is_listed(guards):
    assert [t.name for t in guards.tensors()] == ["weight"]
    assert any(x is table["k"] for x in guards.containers())


def test_a_draw_from_the_generator_of_the_process_counts_around_a_trace_only(guards):
    guards.watch()
    state = random.getstate()
    random.random()
    assert guards.hold()
    assert guards.changed_paths() == ["random"]
    assert guards.changed_paths({id(g.generator) for g in guards.generators}) == []
    guards.restore()
    assert random.getstate() == state


def test_what_is_too_large_to_watch_is_a_reason():
    large = np.zeros(1 << 18)
    assert "reaches large" in Guards({"f": lambda x: x + large}).unseen[0]
    large.flags.writeable = False
    assert Guards({"f": lambda x: x + large}).unseen == []
    assert "of 5001" in Guards({"f": [0] * 5001}).unseen[0]
    deep = []
    for _ in range(100_000):
        deep = [deep]
    assert "too deep" in Guards({"f": deep}).unseen[0]
