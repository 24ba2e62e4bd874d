"""Gradients at every Tensor of a graph, and hooks of ours around the user's."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.graph.gradients import gradient_arrays, hooking, listening
from tensorgrad.graph.steps import merged_steps, recorded_steps


def chain():
    w = tg.Parameter([1.0, 2.0])
    h = w * w
    return w, h, np.exp(h)


def test_the_gradient_at_each_tensor_is_the_one_that_backward_brings():
    w, h, y = chain()
    found = gradient_arrays(y)
    assert set(found) == {id(w), id(h), id(y)}
    assert w.grad is None
    for t in (h, y):
        t.retain_grad()
    y.backward(np.ones(2))
    for t in (w, h, y):
        assert type(found[id(t)]) is np.ndarray
        np.testing.assert_array_equal(found[id(t)], t.grad.data)


def test_the_users_hooks_rest_while_we_listen_and_come_back():
    w, h, y = chain()
    h.register_hook(lambda g: 1 / 0)
    w.register_hook(lambda g: 1 / 0)
    before, found = h.watch, {}
    with listening(recorded_steps(y), found):
        y.sum().backward()
    assert h.watch is before
    with pytest.raises(ZeroDivisionError), listening(recorded_steps(y), {}):
        raise ZeroDivisionError
    assert h.watch is before
    assert found[id(y)].tolist() == [1.0, 1.0]


def test_hooks_of_ours_run_around_the_users_and_leave_with_the_block():
    _, h, y = chain()
    log = []
    h.register_hook(lambda g: (log.append("user"), g * 2)[1])
    theirs = dict(h.watch)

    def first(t, inputs):
        return lambda g: log.append((t.op.name, len(inputs), "first", g.tolist()))

    def last(t, inputs):
        return lambda g: log.append((t.op.name, len(inputs), "last", g.tolist()))

    with hooking(recorded_steps(h), first, last):
        y.backward(np.array([1.0, 0.0]))
        added = h.register_hook(lambda g: None)
    e = np.e
    assert log == [("multiply", 2, "first", [e, 0.0]), "user", ("multiply", 2, "last", [2 * e, 0.0])]
    added()
    assert h.watch == theirs
    with pytest.raises(KeyError), hooking(recorded_steps(y), first, last):
        raise KeyError
    assert h.watch == theirs
    assert y.watch is None


def test_steps_of_several_roots_are_one_list_in_order():
    w, h, y = chain()
    z = h + w
    assert [t for t, _ in merged_steps([z, y])] == [h, y, z]
    assert [t for t, _ in recorded_steps(y, after=h.seq)] == [y]
