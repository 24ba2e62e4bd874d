"""Joining, splitting, padding and repeating: NumPy's values, and gradients that go where each entry came from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

X = (2, 3, 4)

#: name -> (function, shapes of its inputs); np.* of arrays is what np.* of Tensors is compared with
CALLS = {
    "concatenate": (lambda x, y: np.concatenate([x, y], axis=1) ** 2, (2, 3), (2, 2)),
    "concatenate flat": (lambda x, y: np.concatenate([x, y], axis=None) ** 2, (2, 3), (2,)),
    "stack": (lambda x, y: np.stack([x, y], -1) ** 2, (2, 3), (2, 3)),
    "vstack": (lambda x, y: np.vstack([x, y]) ** 2, (2, 3), (3,)),
    "hstack": (lambda x, y: np.hstack([x, y]) ** 2, (2, 3), (2, 1)),
    "hstack vectors": (lambda x, y: np.hstack([x, y]) ** 2, (2,), ()),
    "dstack": (lambda x, y: np.dstack([x, y]) ** 2, (3,), (1, 3)),
    "column_stack": (lambda x, y: np.column_stack([x, y]) ** 2, (3,), (3, 2)),
    "append": (lambda x: np.append(x, [7.0, 8.0]) ** 2, (2, 3)),
    "split": (lambda x: np.multiply(*np.split(x, 2, axis=1)), (3, 4)),
    "split at": (lambda x: np.split(x, [1, 3])[1] ** 2, (4, 2)),
    "array_split": (lambda x: np.array_split(x, 3)[1] ** 2, (7, 2)),
    "hsplit": (lambda x: np.hsplit(x, 2)[0] ** 2, (3, 4)),
    "hsplit vector": (lambda x: np.hsplit(x, 2)[1] ** 2, (4,)),
    "vsplit": (lambda x: np.vsplit(x, [1])[1] ** 2, (3, 4)),
    "dsplit": (lambda x: np.dsplit(x, 2)[1] ** 2, X),
    "pad": (lambda x: np.pad(x, 1) ** 2, (2, 3)),
    "pad pairs": (lambda x: np.pad(x, ((0, 2), (1, 0)), constant_values=3) ** 2, (2, 3)),
    "pad edge": (lambda x: np.pad(x, 2, "edge") ** 2, (2, 3)),
    "pad reflect": (lambda x: np.pad(x, ((0, 3), (2, 1)), "reflect") ** 2, (2, 3)),
    "pad symmetric": (lambda x: np.pad(x, (3, 1), mode="symmetric") ** 2, (2, 3)),
    "pad wrap": (lambda x: np.pad(x, 4, "wrap") ** 2, (2, 3)),
    "tile": (lambda x: np.tile(x, (2, 1, 3)) ** 2, (2, 3)),
    "tile fewer": (lambda x: np.tile(x, 2) ** 2, (2, 3)),
    "repeat": (lambda x: np.repeat(x, 3, axis=0) ** 2, (2, 3)),
    "repeat flat": (lambda x: np.repeat(x, 2) ** 2, (2, 3)),
    "repeat each": (lambda x: np.repeat(x, [2, 0, 1], axis=1) ** 2, (2, 3)),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_function_and_its_two_derivatives(name):
    f, *shapes = CALLS[name]
    check_derivatives(f, *shapes)


def test_unstack_gives_the_slices_as_a_tuple():
    x = tg.Tensor(np.arange(6.0).reshape(2, 3), requires_grad=True)
    first, _, third = tg.unstack(x, axis=1)
    assert third.tolist() == [2, 5]
    (first * 2 + third).sum().backward()
    assert x.grad.tolist() == [[2, 0, 1], [2, 0, 1]]


@given(shape=hnp.array_shapes(max_dims=3, max_side=3), reps=st.lists(st.integers(0, 3), max_size=4))
@settings(max_examples=40, deadline=None)
def test_tile_is_numpys(shape, reps):
    x = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(np.tile(tg.Tensor(x), reps).data, np.tile(x, reps))


def test_joining_accepts_arrays_and_lists_among_tensors():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y = np.concatenate([[0.0], x, np.array([3.0])])
    (y * [5.0, 6.0, 7.0, 8.0]).sum().backward()
    assert y.tolist() == [0, 1, 2, 3]
    assert x.grad.tolist() == [6, 7]


x23, x32, x3 = np.ones((2, 3)), np.ones((3, 2)), np.ones(3)

ERRORS = [
    (
        lambda t: np.concatenate([t, x32]),
        "concatenate(x0, x1): x1 has length 2 along axis 1 but x0 has 3; only axis 0 may differ; "
        "got x0 float64[2, 3], x1 float64[3, 2]",
    ),
    (
        lambda t: np.concatenate([t, x3]),
        "concatenate(x0, x1): x1 has 1 axes but x0 has 2; got x0 float64[2, 3], x1 float64[3]",
    ),
    (
        lambda t: np.concatenate([t.sum(), t.sum()]),
        "concatenate(x0, x1): x0 has no axis to join along; use stack; got x0 float64[], x1 float64[]",
    ),
    (
        lambda t: np.stack([t, x32]),
        "stack(x0, x1): x1 has the shape (3, 2) but x0 has (2, 3); all must agree; "
        "got x0 float64[2, 3], x1 float64[3, 2]",
    ),
    (
        lambda t: np.split(t, 2, axis=1),
        "split(x): axis 1 of x float64[2, 3] does not divide into 2 equal parts; array_split allows unequal ones",
    ),
    (lambda t: np.split(t, 0), "split(x): the number of sections must be positive, got 0"),
    (
        lambda t: np.pad(t, 1, "mean"),
        "pad(x): mode must be 'constant', 'edge', 'reflect', 'symmetric' or 'wrap', got 'mean' ",
    ),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message.split(":")[0] for _, message in ERRORS])
def test_errors_name_the_shapes(call, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011  (the whole message follows)
        call(tg.Tensor(x23, requires_grad=True))
    assert str(error.value) == message
