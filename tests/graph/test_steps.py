"""The recorded graph as a list: each op once, oldest first, from where it is asked for."""

import numpy as np

import tensorgrad as tg
from tensorgrad.graph.steps import is_number, merged_steps, recorded_steps


def ops(steps):
    return [t.op.name for t, _ in steps]


def test_a_graph_of_two_roots_has_each_op_once():
    x = tg.Parameter(2.0)
    shared = tg.exp(x)
    a, b = shared * 3.0, tg.sin(shared)
    assert ops(merged_steps([b, a])) == ["exp", "multiply", "sin"]
    assert ops(recorded_steps(b)) == ["exp", "sin"]


def test_what_is_not_above_a_number_is_a_leaf():
    x = tg.Parameter(2.0)
    y = tg.exp(x)
    assert ops(recorded_steps(tg.sin(y), after=y.seq)) == ["sin"]


def test_an_input_written_in_place_since_stands_as_it_was():
    w = tg.Parameter([1.0, 2.0])
    h = w * 1.0
    y = tg.exp(h)
    h[0] = 5.0
    ((_, (w_then, _)), (_, (h_then,))) = recorded_steps(y)
    assert w_then is w
    np.testing.assert_array_equal(h_then.data, [1.0, 2.0])


def test_only_nameless_constants_are_numbers():
    assert is_number(2.0)
    assert is_number(tg.Tensor(2.0))
    assert not is_number(tg.Tensor(2.0, name="rate"))
    assert not is_number(tg.Parameter(2.0))
    assert not is_number(np.ones(1))
