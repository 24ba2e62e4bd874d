"""A recorded call keeps its values, and two of them show which constant changed."""

import numpy as np

import tensorgrad as tg
from tensorgrad.check.subject.recorded_call import RecordedCall, changed_constants


def test_the_values_stay_when_the_point_moves():
    x = tg.Parameter([1.0, 2.0])
    call = RecordedCall(lambda: [x.reshape(2, 1) * 3.0])
    x.data[:] = 9.0
    (_, _, (x_then, *_), view), (_, _, (first, second), product) = call.steps
    assert x_then.tolist() == [1.0, 2.0]
    assert view.tolist() == first.tolist() == [[1.0], [2.0]]
    assert second == 3.0
    assert product.tolist() == call.values[0].tolist() == [[3.0], [6.0]]


def test_the_constant_that_changed_is_named_with_its_distance():
    x, constants = tg.Parameter([1.0, 2.0]), iter(([3.0, 0.0], [0.0, 4.0], [0.0, 4.0]))

    def f():
        return [x * 2.0 + np.array(next(constants))]

    before, after, same = RecordedCall(f), RecordedCall(f), RecordedCall(f)
    ((t, argument, change),) = changed_constants(before, after)
    assert (t.op.name, argument, change) == ("add", "b", 5.0)
    assert list(changed_constants(after, same)) == []


def test_inputs_that_move_on_purpose_are_left_out():
    x = tg.Parameter([1.0, 2.0])
    before = RecordedCall(lambda: [x * 2.0])
    x.data[:] = 5.0
    after = RecordedCall(lambda: [x * 2.0])
    assert [argument for _, argument, _ in changed_constants(before, after)] == ["a"]
    assert list(changed_constants(before, after, {id(x)})) == []


def test_calls_of_other_ops_are_not_compared():
    x = tg.Parameter([1.0, 2.0])
    assert list(changed_constants(RecordedCall(lambda: [x * 2.0 + 1.0]), RecordedCall(lambda: [x - 7.0 + 5.0]))) == []
