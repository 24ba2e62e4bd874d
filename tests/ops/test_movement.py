"""Movement: NumPy's values, and gradients that are the same movement backwards."""

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
}


@pytest.mark.parametrize("name", CALLS)
def test_a_function_and_its_two_derivatives(name):
    f, *shapes = CALLS[name]
    check_derivatives(f, *shapes)


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
