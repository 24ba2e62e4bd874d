"""Replay and CapturedObjects: when a program may run, in which buffers, and what it gives back."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.executable import CapturedObjects
from tensorgrad.errors import TraceError
from tests.compile.replays import replay_of


def guards(compares=True, containers=(), arrays=(), tensors=()):
    known = {"containers": containers, "arrays": arrays, "tensors": tensors}
    return SimpleNamespace(compares=compares, **{k: lambda v=v: list(v) for k, v in known.items()})


def test_an_argument_that_the_function_uses_itself_is_an_alias():
    w, x, items = tg.Parameter(np.ones(2)), np.ones(2), [1]
    captured = CapturedObjects([w], guards(containers=[items], arrays=[x]))
    assert not captured.has_alias([np.ones(2), tg.Tensor(np.ones(2))], [[1]])
    for leaves, containers in (([w], []), ([w.data], []), ([x], []), ([], [items])):
        assert captured.has_alias(leaves, containers)
    with pytest.raises(TraceError, match="asks by 'is'"):
        captured.check([x], [])


def test_two_arguments_that_share_an_array_are_aliases():
    x = np.ones(2)
    captured = CapturedObjects([], guards())
    assert captured.has_alias([x, tg.Tensor(x)], [])
    assert not captured.has_alias([x, x[:]], [])


def test_a_function_that_never_asks_by_is_has_no_aliases_but_lists():
    w, items = tg.Parameter(np.ones(2)), [1]
    captured = CapturedObjects([w], guards(compares=False, containers=[items]))
    assert not captured.has_alias([w, w], [])
    assert captured.has_alias([], [items])


def test_a_program_holds_while_tensors_from_outside_have_their_arrays():
    w = tg.Parameter(np.ones(3))
    replay = replay_of(lambda x: [x * w.data], np.ones(3))
    assert replay.holds()
    w.data[...] = 2.0
    assert replay.holds()
    assert replay([np.ones(3)])[0].tolist() == [2.0] * 3
    array, w.data = w.data, np.zeros(3)
    assert not replay.holds()
    w.data = array
    assert replay.holds()
    w.requires_grad = False
    assert not replay.holds()


def test_a_tensor_that_gets_a_new_array_in_each_run_may_have_any_of_one_kind():
    w = tg.Tensor(np.ones(3))

    def f(x):
        w.data = w.data + x
        return []

    replay = replay_of(f, np.ones(3))
    w.data = np.full(3, 5.0)
    assert replay.holds()
    replay([np.ones(3)])
    assert w.data.tolist() == [6.0] * 3
    for other in (np.ones(4), np.ones(3, "f"), np.ones(6)[::2]):
        w.data = other
        assert not replay.holds()


def test_a_run_inside_a_run_has_buffers_of_its_own():
    x, wait, found = np.full(1000, 3.0), threading.Event(), []
    replay = replay_of(lambda x: [np.sqrt(np.exp(x))], x)
    function = replay.idle.pop()  # as if another thread were running it

    def run():
        found.append(replay([x])[0])
        wait.set()

    threading.Thread(target=run).start()
    assert wait.wait(10)
    np.testing.assert_array_equal(found[0], np.sqrt(np.exp(x)))
    assert len(replay.idle) == 1
    assert replay.idle[0] is not function


def test_an_error_gives_the_buffers_back():
    replay = replay_of(lambda x: [np.exp(x)], np.ones(3))
    with pytest.raises(FloatingPointError), np.errstate(over="raise"):
        replay([np.full(3, 1e6)])
    assert len(replay.idle) == 1


def test_the_profile_has_a_time_for_each_op():
    replay = replay_of(lambda x: [tg.relu(np.exp(tg.Tensor(x))).data], np.ones(100))
    assert {op for _, _, op in replay.profile(np.ones(100), n=2)} == {"exp", "relu"}
    assert all(spent > 0 for spent, *_ in replay.profile(np.ones(100), n=2))
