"""Parameters as views of one vector."""

import copy

import numpy as np
import pytest
from optimizer_examples import EVERY, every, gradients, start

import tensorgrad as tg
from tensorgrad.optimizers import SGD
from tensorgrad.optimizers.flat import FlatLayout, FlatParameters


def reference(new, params, steps):
    """Return the parameters' values after steps taken with an optimizer for each of them."""
    for p, grads in zip(params, zip(*steps, strict=True), strict=True):
        one = new()
        for g in grads:
            one.apply([g], [p])
    return [p.data.copy() for p in params]


@pytest.mark.parametrize("new", [n for n in EVERY if not n().global_clipnorm], ids=lambda new: repr(new()))
def test_one_vector_for_all_parameters_is_the_same_as_one_each(new, rng):
    params, steps = start(rng), gradients(rng)
    expected = reference(new, copy.deepcopy(params), steps)
    optimizer = new()
    for grads in steps:
        optimizer.apply(grads, params)
    for p, value in zip(params, expected, strict=True):
        np.testing.assert_array_equal(p.data, value)


@every
def test_float32_and_float64_parameters_keep_their_dtypes(new):
    a, b = tg.Parameter(np.ones(3, "float32")), tg.Parameter(np.ones(3))
    optimizer = new()
    for _ in range(3):
        optimizer.apply([np.ones(3), np.ones(3, "float32")], [a, b])
    assert (a.dtype, b.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(a.data, b.data, rtol=1e-6)
    assert {v.dtype for v in optimizer.state(a).values()} <= {np.dtype("float32")}


def test_values_given_before_are_not_written_and_are_views_of_one_vector_after():
    array = np.ones((2, 2))
    a, b = tg.Parameter(array), tg.Parameter(np.ones(3))
    SGD(0.5).apply([np.ones((2, 2)), np.ones(3)], [a, b])
    assert (array == 1).all()
    assert a.data.base is b.data.base is not None


def test_a_layout_has_a_vector_for_each_dtype_and_the_order_given():
    params = [tg.Parameter(np.full(shape, i + 1.0, dtype)) for i, (shape, dtype) in
              enumerate([((2, 2), "float64"), ((3,), "float32"), ((), "float64")])]  # fmt: skip
    layout = FlatLayout(params, {"m": 0.5}, {})
    assert [(flat.w.dtype.name, flat.w.tolist()) for flat in layout] == [
        ("float64", [1.0, 1.0, 1.0, 1.0, 3.0]),
        ("float32", [2.0, 2.0, 2.0]),
    ]
    assert [p for p, _, _ in layout.order] == params
    assert [view.shape for _, view, _ in layout.order] == [(2, 2), (3,), ()]
    layout.order[2][2][...] = 9.0
    assert layout[0].g[4] == 9.0
    assert layout.holds(params)
    assert not layout.holds(params[:2])
    assert not layout.holds(params[::-1])


def test_binding_keeps_a_value_put_there_since():
    p = tg.Parameter([1.0, 2.0])
    flat = FlatParameters([p], {}, {})
    p.data = np.array([5.0, 6.0])
    flat.bind()
    assert flat.w.tolist() == [5.0, 6.0]
    flat.w[0] = 7.0
    assert p.data.tolist() == [7.0, 6.0]
