"""Results: what shared memory shares it again, what is one thing is one again, and copies are the caller's."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.executable import Replay
from tensorgrad.compile.function_trace import trace_function
from tensorgrad.errors import TraceError

X = np.arange(6.0).reshape(2, 3)


def results(f, x=X):
    """Return what the program of ``f`` returns, and what ``f`` returns."""
    replay = Replay(trace_function(lambda stands: f(*stands), [x], ["x"]), exact=True, share=True)
    return replay([x + 1]), f(x + 1)


def row_and_all(x):
    y = x * 2
    return y, y[0], y.T, y[:, ::2], y[1:]


def test_views_of_one_result_are_views_of_one_array():
    found, expected = results(row_and_all)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.strides == b.strides
        assert np.shares_memory(a, found[0])
    found[0][0, 0] = 99
    assert found[1][0] == found[2][0, 0] == found[3][0, 0] == 99


def test_results_that_share_no_memory_do_not_begin_to():
    found, _ = results(lambda x: [x * 2, x * 2, np.exp(x)])
    assert not any(np.shares_memory(a, b) for i, a in enumerate(found) for b in found[:i])


def test_one_thing_returned_twice_is_one_thing():
    (a, b, c), _ = results(lambda x: (y := x * 2, x + 1, y))
    assert a is c
    assert a is not b


def test_a_read_only_array_stays_so():
    (wide, plain), _ = results(lambda x: (np.broadcast_to(x[0] * 2, (2, 3)), x * 2))
    assert not wide.flags.writeable
    assert plain.flags.writeable


def test_kinds_stay_what_they_are():
    found, expected = results(lambda x: [tg.Tensor(x).sum(), x.sum(), x * 1, "text", None, x.size])
    assert [type(a) for a in found] == [type(b) for b in expected]
    assert [str(a) for a in found] == [str(b) for b in expected]


def test_a_container_in_two_places_is_refused():
    with pytest.raises(TraceError, match="one list, tuple or dict in two places"):
        results(lambda x: [pair := [x * 2], pair])


def test_the_gradient_that_a_run_leaves_in_a_tensor_is_the_one_returned():
    w = tg.Parameter(np.ones(3))

    def f(x):
        w.grad = None
        (w * x).sum().backward()
        return w.grad

    replay = Replay(trace_function(lambda stands: f(*stands), [X], ["x"]), exact=True, share=True)
    w.grad = None
    found = replay([X])
    assert found is w.grad
    np.testing.assert_array_equal(found.numpy(), X.sum(0))
