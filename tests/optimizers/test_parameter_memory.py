"""Where parameters lie, and what is kept of those that come and go."""

import copy
import pickle

import numpy as np
import pytest
from optimizer_examples import every, gradients, make, start

import tensorgrad as tg
from tensorgrad.optimizers import SGD
from tensorgrad.optimizers.parameter_memory import ParameterMemory


@every
def test_reordered_replaced_and_repeated_parameters_change_nothing(new, rng):
    params, steps = start(rng), gradients(rng)
    plain, changed = copy.deepcopy(params), params
    expected, actual = new(), new()
    for i, grads in enumerate(steps):
        expected.apply(grads, plain)
        order = [[0, 1, 2], [2, 0, 1], [1, 2, 0]][i % 3]
        if i == 3:
            changed[0].data = changed[0].data.copy()  # as set_weights or a user would
        actual.apply([tg.Tensor(grads[j]) for j in order], [changed[j] for j in order])
    for p, q in zip(plain, changed, strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-13)


def test_momentum_survives_a_pause():
    (a, b), optimizer = make([0.0], [0.0]), SGD(1.0, momentum=0.5)
    optimizer.apply([np.ones(1), np.ones(1)], [a, b])
    optimizer.apply([np.ones(1)], [a])
    optimizer.apply([np.zeros(1), np.zeros(1)], [a, b])
    assert b.data == -1.5
    assert optimizer.state(b)["momentum"] == -0.5


def test_a_replaced_value_is_used_and_a_new_shape_starts_anew():
    (a,), optimizer = make([1.0, 1.0]), SGD(1.0, momentum=0.5)
    optimizer.apply([np.ones(2)], [a])
    a.data = np.array([10.0, 20.0])
    optimizer.apply([np.zeros(2)], [a])
    assert a.data.tolist() == [9.5, 19.5]
    a.data[...] = 0.0
    optimizer.apply([np.zeros(2)], [a])
    assert a.data.tolist() == [-0.25, -0.25]
    a.data = np.zeros(3, "float32")
    optimizer.apply([np.ones(3)], [a])
    assert a.data.tolist() == [-1.0] * 3
    assert a.dtype == np.float32


def test_plain_sgd_keeps_no_parameter_it_no_longer_has(rng):
    import weakref

    optimizer = SGD(0.1)
    (a,), (b,) = make([1.0]), make([1.0])
    optimizer.apply([np.ones(1)], [a])
    gone = weakref.ref(a)
    optimizer.apply([np.ones(1)], [b])
    del a
    assert gone() is None


@every
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["copy", "pickle"])
def test_a_copy_goes_on_where_the_original_was(new, duplicate, rng):
    params, steps, optimizer = start(rng), gradients(rng), new()
    for grads in steps[:3]:
        optimizer.apply(grads, params)
    others, other = duplicate((params, optimizer))
    for grads in steps[3:]:
        optimizer.apply(grads, params)
    for p, q in zip(params, others, strict=True):
        assert (p.data != q.data).any()
    for grads in steps[3:]:
        other.apply(grads, others)
    for p, q in zip(params, others, strict=True):
        np.testing.assert_array_equal(p.data, q.data)


def test_an_arrangement_stays_while_its_parameters_do():
    a, b = make([1.0, 2.0], [3.0])
    memory = ParameterMemory().arrange([a, b], {"m": 0.5})
    assert memory.arrange([a, b], {"m": 0.5}) is memory
    assert memory.arrange([b, a], {"m": 0.5}) is not memory
    assert {name: v.tolist() for name, v in memory.all_states()[id(a)][1].items()} == {"m": [0.5, 0.5]}


def test_an_earlier_layout_is_used_again_while_a_program_holds_it():
    a, b = make([1.0], [2.0])
    memory = ParameterMemory()
    both = memory.arrange([a, b], {})
    layout = both.flats
    one = both.arrange([a], {})
    assert one.arrange([a, b], {}).flats is layout
    del both, layout
    assert [reference() for reference in one.layouts] == [None, one.flats]


def test_gradients_are_written_only_where_the_parameters_lie():
    (a, b), g = make([1.0, 2.0], [3.0]), [np.array([5.0, 6.0]), np.array([7.0])]
    memory = ParameterMemory().arrange([a, b], {})
    assert not memory.write(g, [a, b])  # their data are no views yet
    memory.bind()
    assert memory.write(g, [a, b])
    assert memory.flats[0].g.tolist() == [5.0, 6.0, 7.0]
    for grads, params in (([g[0]], [a]), (g[::-1], [b, a]), ([g[0].tolist(), g[1]], [a, b]), ([], [])):
        assert not memory.write(grads, params)


def test_a_copy_of_a_memory_shares_no_slot():
    (a,) = make([1.0, 2.0])
    memory = ParameterMemory().arrange([a], {"m": 0.0})
    other = copy.copy(memory)
    memory.flats[0].slots["m"] += 1
    assert memory.all_states()[id(a)][1]["m"].tolist() == [1.0, 1.0]
    assert other.all_states()[id(a)][1]["m"].tolist() == [0.0, 0.0]
