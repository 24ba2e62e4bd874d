"""Liveness: a value lives from its call to the last use of it or of any view of it."""

import numpy as np

import tensorgrad as tg
from tensorgrad.compile.emit.liveness import Liveness
from tests.compile.replays import replay_of

X = np.arange(6.0).reshape(2, 3)


def liveness(f):
    program = replay_of(f, X, exact=True).program
    return program, Liveness(program), [call.function.__name__ for call in program.calls]


def test_a_value_lives_until_the_last_use_of_any_view():
    def f(x):
        a = np.exp(x)
        row = a[0]
        b = np.sin(x)
        c = b + 1.0
        return [c * row]

    program, live, names = liveness(f)
    a, b = (program.calls[names.index(name)].output for name in ("exp", "sin"))
    assert names[live.last[a]] == "multiply"
    assert names[live.last[b]] == "add"
    assert live.last[live.root(program.outputs[0])] == len(program)
    assert live.root(program.calls[names.index("getitem")].output) is a


def test_views_of_buffers_and_weights_are_made_once_and_those_of_inputs_are_not():
    w = tg.Tensor(np.ones((3, 2)))

    def f(x):
        return [np.exp(x).T + w.data.T[0, 0], x[0] * 2.0]

    program, live, _ = liveness(f)
    bases = {live.root(call.view).kind for call in live.views}
    assert bases == {"result", "captured"}
    (late,) = [call for call in program.calls if call.view is not None and call not in live.views]
    assert live.root(late.view).kind == "input"
    assert not live.is_fixed(late.output)


def test_a_view_of_a_view_that_varies_varies_too():
    program = replay_of(lambda x, i: [np.exp(x)[i][1:] * 2.0], X, 1, exact=True).program
    assert not Liveness(program).views


def test_a_view_at_an_index_that_varies_is_made_in_each_run():
    program = replay_of(lambda x, i: [np.exp(x)[i] * 2.0], X, 1, exact=True).program
    live = Liveness(program)
    assert not live.views
    assert [call.function.__name__ for call in program.calls if call.view is not None] == ["getitem"]
