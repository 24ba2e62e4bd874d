"""Movement, joining and repeating: NumPy's values, and gradients that are the same movement backwards."""

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
    "reshape": (lambda x: np.reshape(x, (4, -1)) ** 2, X),
    "reshape F": (lambda x: np.reshape(x, (4, -1), order="F") ** 2, X),
    "ravel": (lambda x: np.ravel(x) ** 2, X),
    "ravel F": (lambda x: np.ravel(x, "F") ** 2, X),
    "transpose": (lambda x: np.transpose(x, (2, 0, 1)) ** 2, X),
    "transpose all": (lambda x: np.transpose(x) ** 2, X),
    "swapaxes": (lambda x: np.swapaxes(x, 0, -1) ** 2, X),
    "moveaxis": (lambda x: np.moveaxis(x, (0, -1), (-1, 0)) ** 2, X),
    "moveaxis one": (lambda x: np.moveaxis(x, 2, 0) ** 2, X),
    "matrix_transpose": (lambda x: np.matrix_transpose(x) ** 2, X),
    "squeeze": (lambda x: np.squeeze(x) ** 2, (1, 3, 1)),
    "squeeze axis": (lambda x: np.squeeze(x, -1) ** 2, (1, 3, 1)),
    "expand_dims": (lambda x: np.expand_dims(x, (0, -1)) ** 2, X),
    "broadcast_to": (lambda x: np.broadcast_to(x, (5, 2, 3)) ** 2, (2, 1)),
    "broadcast_arrays": (lambda x, y: np.multiply(*np.broadcast_arrays(x, y)), (2, 1), (3,)),
    "flip": (lambda x: np.flip(x, (0, 2)) ** 2, X),
    "fliplr": (lambda x: np.fliplr(x) ** 2, X),
    "flipud": (lambda x: np.flipud(x) ** 2, X),
    "rot90": (lambda x: np.rot90(x) ** 2, X),
    "rot90 2": (lambda x: np.rot90(x, 2, (0, 2)) ** 2, X),
    "rot90 3": (lambda x: np.rot90(x, -1, (2, 1)) ** 2, X),
    "rot90 4": (lambda x: np.rot90(x, 4) ** 2, X),
    "roll": (lambda x: np.roll(x, 3, 1) ** 2, X),
    "roll flat": (lambda x: np.roll(x, -5) ** 2, X),
    "roll two": (lambda x: np.roll(x, (1, 3), axis=(1, 2)) ** 2, X),
    "tril": (lambda x: np.tril(x, 1) ** 2, X),
    "triu": (lambda x: np.triu(x, -1) ** 2, X),
    "copy": (lambda x: np.copy(x) ** 2, X),
    "atleast_1d": (lambda x: np.atleast_1d(x) ** 2, ()),
    "atleast_2d": (lambda x: np.atleast_2d(x) ** 2, (3,)),
    "atleast_3d": (lambda x: np.atleast_3d(x) ** 2, (3,)),
    "atleast_3d matrix": (lambda x: np.atleast_3d(x) ** 2, (3, 2)),
    "diagonal": (lambda x: np.diagonal(x, 1, 2, 0) ** 2, X),
    "diagonal below": (lambda x: np.diagonal(x, -1) ** 2, X),
    "diagonal beyond": (lambda x: np.diagonal(x, 7) ** 2, X),
    "diag of vector": (lambda x: np.diag(x, -1) ** 2, (3,)),
    "diag of matrix": (lambda x: np.diag(x, 1) ** 2, (3, 4)),
    "trace": (lambda x: np.trace(x, 1, 1, 2) ** 2, X),
    "linalg.diagonal": (lambda x: np.linalg.diagonal(x, offset=1) ** 2, X),
    "linalg.trace": (lambda x: np.linalg.trace(x) ** 2, X),
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


@given(shape=hnp.array_shapes(max_dims=4, max_side=4), data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_order_of_axes_is_undone_in_the_gradient(shape, data):
    axes = data.draw(st.permutations(range(len(shape))))
    check_derivatives(lambda x: np.transpose(x, axes), shape)


@given(shapes=hnp.mutually_broadcastable_shapes(num_shapes=1, max_dims=3, max_side=3))
@settings(max_examples=40, deadline=None)
def test_any_broadcast_is_summed_in_the_gradient(shapes):
    (shape,), target = shapes.input_shapes, shapes.result_shape
    target = (2, *target)
    check_derivatives(lambda x: np.broadcast_to(x, target), shape)


@given(shape=hnp.array_shapes(max_dims=3, max_side=3), reps=st.lists(st.integers(0, 3), max_size=4))
@settings(max_examples=40, deadline=None)
def test_tile_is_numpys(shape, reps):
    x = np.random.default_rng(0).normal(size=shape)
    np.testing.assert_array_equal(np.tile(tg.Tensor(x), reps).data, np.tile(x, reps))


def test_astype_keeps_the_gradient_among_floats_only():
    x = tg.Tensor([1.5, 2.5], requires_grad=True)
    x.astype("float32").sum().backward()
    assert x.grad.dtype == "float64"
    assert not x.astype(int).requires_grad
    assert x.astype("float64", copy=False) is x
    x.grad = None
    np.real(x.astype(complex) * (2 + 3j)).sum().backward()
    assert x.grad.tolist() == [2, 2]


def test_a_copy_has_memory_of_its_own():
    x = tg.Tensor([1.0, 2.0])
    assert not np.shares_memory(x.copy(), x)
    assert np.shares_memory(x.reshape(2, 1), x)


def test_gradients_of_views_do_not_share_memory():
    a, b = (tg.Tensor(np.ones(4), requires_grad=True) for _ in range(2))
    (a.reshape(2, 2) + b.reshape(2, 2).T).sum().backward()
    assert not np.shares_memory(a.grad, b.grad)


def test_joining_accepts_arrays_and_lists_among_tensors():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y = np.concatenate([[0.0], x, np.array([3.0])])
    (y * [5.0, 6.0, 7.0, 8.0]).sum().backward()
    assert y.tolist() == [0, 1, 2, 3]
    assert x.grad.tolist() == [6, 7]


x23, x32, x3 = np.ones((2, 3)), np.ones((3, 2)), np.ones(3)

ERRORS = [
    (lambda t: t.reshape(4), "reshape(x): 6 entries do not fill the shape (4,); got x float64[2, 3]"),
    (lambda t: np.reshape(t, 6, order="A"), "reshape: order must be 'C' or 'F', got 'A'"),
    (
        lambda t: np.broadcast_to(t, (3, 2)),
        "broadcast_to(x): (2, 3) does not broadcast to (3, 2); only axes of length 1 are repeated; got x float64[2, 3]",
    ),
    (lambda t: t.transpose(0, 0), "transpose(x): axes=(0, 0) is no order of 2 axes; got x float64[2, 3]"),
    (lambda t: np.squeeze(t, 1), "squeeze(x): axis 1 has length 3, only 1 can go; got x float64[2, 3]"),
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
    (lambda t: np.diag(t.reshape(1, 2, 3)), "diag(x): x must be a vector or a matrix, got float64[1, 2, 3]"),
    (lambda t: np.moveaxis(t, (0, 1), 0), "moveaxis(x): 2 source axes for 1 destinations"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[message.split(":")[0] for _, message in ERRORS])
def test_errors_name_the_shapes(call, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011  (the whole message follows)
        call(tg.Tensor(x23, requires_grad=True))
    assert str(error.value) == message


@pytest.mark.parametrize("call", [lambda t: np.swapaxes(t, 0, 2), lambda t: np.moveaxis(t, 5, 0),
                                  lambda t: np.squeeze(t, 3), lambda t: np.split(t, 1, axis=2),
                                  lambda t: np.take(t, 0, axis=2), lambda t: np.repeat(t, 2, axis=-3)])  # fmt: skip
def test_an_axis_out_of_range_is_an_error(call):
    with pytest.raises(np.exceptions.AxisError, match="out of bounds for array of dimension 2"):
        call(tg.Tensor(x23, requires_grad=True))
