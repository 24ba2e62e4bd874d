"""Rollback: arrays, generators and all else are as they were, the last change undone first."""

import numpy as np

from tensorgrad.compile.trace.rollback import Rollback
from tensorgrad.compile.trace.tracer import Trace


def test_an_array_is_kept_once_before_the_first_write():
    rollback, a = Rollback(), np.array([1.0, 2.0])
    rollback.keep(a)
    a[0] = 5
    rollback.keep(a)
    a[1] = 6
    rollback.undo()
    np.testing.assert_array_equal(a, [1, 2])


def test_a_view_is_put_back_with_all_of_its_memory():
    trace, a = Trace(), np.arange(4.0)
    view = trace.captured.stand_in(a[2:])
    trace.rollback.keep_target(view)
    a += 1
    trace.undo()
    np.testing.assert_array_equal(a, [0, 1, 2, 3])


def test_an_argument_is_put_back_and_a_result_is_not_kept():
    trace, a = Trace(), np.arange(2.0)
    x = trace.input(a, "x")
    trace.rollback.keep_target(x)
    trace.rollback.keep_target(x + 1)
    assert [array is a for array, _ in trace.rollback.saved.values()] == [True]


def test_an_array_that_is_read_only_is_left_alone():
    rollback, a = Rollback(), np.array([1.0])
    rollback.keep(a)
    a.flags.writeable = False
    rollback.undo()


def test_a_generator_draws_the_same_again():
    rollback, rng = Rollback(), np.random.default_rng(0)
    rollback.keep_state(rng)
    first = rng.random()
    rollback.keep_state(rng)
    rng.random()
    rollback.undo()
    assert rng.random() == first


def test_the_last_action_is_undone_first():
    rollback, order = Rollback(), []
    rollback.actions += [lambda: order.append(1), lambda: order.append(2)]
    rollback.undo()
    assert order == [2, 1]
