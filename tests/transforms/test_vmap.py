"""vmap: against loops over the examples."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, basic_indices, integer_array_indices

import tensorgrad as tg
from tensorgrad.errors import BatchError, OptionError, ShapeError
from tensorgrad.layers import Dense, Dropout

Pair = namedtuple("Pair", "a b")
FLOATS = st.floats(-2, 2, width=32)


def close(a, b):
    np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-11, atol=1e-12)


def test_axes_in_and_out(rng):
    x, y = rng.random((4, 2, 3)), rng.random((3, 5, 4))
    for in_axes in ((0, 2), (0, -1), [0, 2]):
        found = tg.vmap(lambda x, y: np.tanh(x @ y), in_axes)(x, y)
        close(found, np.stack([np.tanh(x[i] @ y[:, :, i]) for i in range(4)]))
    expected = np.stack([x[i] * 2 for i in range(4)])
    for out_axis in range(-3, 3):
        close(tg.vmap(lambda x: x * 2, out_axes=out_axis)(x), np.moveaxis(expected, 0, out_axis))
    for in_axis in range(-3, 3):
        close(tg.vmap(np.sin, in_axis, in_axis)(x), np.sin(x))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_axis_of_any_shape(data):
    x = data.draw(arrays("float64", array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=3), elements=FLOATS))
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    out = data.draw(st.integers(-x.ndim, x.ndim - 1))

    def f(x):
        return np.cumsum(np.exp(x) * 2, axis=-1) + np.sum(x) if x.ndim else x**2

    found = tg.vmap(f, axis, out)(x)
    close(found, np.stack([f(np.take(x, i, axis)) for i in range(x.shape[axis])], out))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_index(data):
    shape = data.draw(array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=3))
    index = data.draw(
        basic_indices(shape, allow_newaxis=True) | integer_array_indices(shape) | mixed_indices(shape), label="index"
    )
    x = np.arange(3.0 * np.prod(shape)).reshape(3, *shape)
    expected = np.stack([row[index] for row in x])
    close(tg.vmap(lambda x: tg.Tensor(x)[index])(x), expected)
    v = data.draw(st.sampled_from([np.arange(3.0), np.arange(expected.size, dtype=float).reshape(expected.shape)]))

    def write(x, v):
        y = tg.Tensor(x) * 1
        y[index] = v
        return y

    def written(x, v):
        x = x.copy()
        x[index] = v
        return x

    close(tg.vmap(write)(x, v), np.stack([written(*pair) for pair in zip(x, v, strict=True)]))
    if np.asarray(x[0][index]).size:
        close(tg.vmap(write, (None, 0))(x[0], v), np.stack([written(x[0], row) for row in v]))


@st.composite
def mixed_indices(draw, shape):
    """An index with arrays, slices, ints and None, the arrays next to each other or not."""
    n = draw(st.integers(1, 3))
    parts = []
    for length in shape[: draw(st.integers(1, len(shape)))]:
        inside = st.integers(-length, length - 1)
        parts.append(draw(st.one_of(
            inside, st.slices(length), st.lists(inside, min_size=n, max_size=n).map(np.array),
            inside.map(lambda i: np.array([i])),
        )))  # fmt: skip
    whole = len(parts) == len(shape)  # then an ellipsis may stand anywhere
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), None)
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))) if whole else len(parts), Ellipsis)
    return tuple(parts)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_an_index_of_each_examples_own(data):
    shape = data.draw(array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    n = data.draw(st.integers(0, 2))
    own = [data.draw(arrays("int64", (4, *[2] * n), elements=st.integers(-k, k - 1))) for k in shape]
    which = [data.draw(st.sampled_from(["own", "shared", "slice", "int"])) for _ in shape]
    which[data.draw(st.integers(0, len(shape) - 1))] = "own"

    def index(rows):
        return tuple([
            {"own": row, "shared": mine[0], "slice": slice(None), "int": -1}[kind]
            for kind, row, mine in zip(which, rows, own, strict=True)
        ])  # fmt: skip

    x = np.arange(float(np.prod(shape))).reshape(shape)
    many = np.stack([x + 100 * i for i in range(4)])
    rows = list(zip(*own, strict=True))
    close(tg.vmap(lambda *rows: tg.Tensor(x)[index(rows)])(*own), np.stack([x[index(row)] for row in rows]))
    close(
        tg.vmap(lambda x, *rows: x[index(rows)])(many, *own),
        np.stack([a[index(row)] for a, row in zip(many, rows, strict=True)]),
    )
    found = tg.grad(lambda x: np.sum(tg.vmap(lambda *rows: x[index(rows)] ** 2)(*own)))(x)
    close(found, tg.grad(lambda x: sum(np.sum(x[index(row)] ** 2) for row in rows))(x))


FUNCTIONS = [
    lambda x: np.sum(x, axis=(0, -1)), lambda x: np.mean(x), lambda x: x.std(axis=0, keepdims=True),
    lambda x: np.argmax(x), lambda x: np.argmax(x, axis=1, keepdims=True), lambda x: np.sort(x, axis=None),
    lambda x: np.median(x, axis=0), lambda x: np.quantile(x, [0.25, 0.5], axis=1), lambda x: np.roll(x, 1),
    lambda x: np.roll(x, (1, 2), (0, 1)), lambda x: np.flip(x), lambda x: np.cumprod(x), lambda x: np.diff(x, axis=0),
    lambda x: np.fft.rfft(x).real, lambda x: np.fft.fft2(x).imag, lambda x: np.fft.fftshift(x),
    lambda x: np.linalg.norm(x), lambda x: np.linalg.inv(x @ x.T + np.eye(3)), lambda x: np.linalg.det(x[:, :3]),
    lambda x: np.linalg.slogdet(x[:, :3])[1], lambda x: np.linalg.solve(x[:, :3], np.ones(3)),
    lambda x: np.linalg.solve(np.eye(3) * 2, x), lambda x: np.linalg.svd(x)[1], lambda x: np.linalg.eigvalsh(x @ x.T),
    lambda x: np.linalg.cholesky(x @ x.T + np.eye(3)), lambda x: np.linalg.qr(x)[1],
    lambda x: np.einsum("ij,kj->ik", x, x), lambda x: np.einsum("ii", x[:, :3]),
    lambda x: np.tensordot(x, np.ones((4, 2)), 1), lambda x: np.tensordot(x, x, ((0, 1), (0, 1))),
    lambda x: np.outer(x[0], x[1]), lambda x: np.inner(x, x), lambda x: np.kron(x, np.ones(2)), lambda x: x.dot(x[0]),
    lambda x: np.vdot(x, x), lambda x: np.cross(x[:, :3], x[:, 1:]), lambda x: np.trace(x), lambda x: np.diag(x),
    lambda x: np.diag(x[0]), lambda x: np.diagonal(x, 1), lambda x: np.tril(x), lambda x: np.triu(x[0]),
    lambda x: np.concatenate([x, np.ones((1, 4))]), lambda x: np.stack([x, x], -1), lambda x: np.vstack([x, x[0]]),
    lambda x: np.hstack([x, x]), lambda x: np.column_stack([x[0], x[1]]), lambda x: np.pad(x, 1, mode="reflect"),
    lambda x: np.pad(x, ((0, 1), (2, 0))), lambda x: np.tile(x, (2, 1, 2)), lambda x: np.repeat(x, 2, axis=1),
    lambda x: np.repeat(x, [1, 0, 2], axis=0), lambda x: np.split(x, 2, axis=1)[1], lambda x: np.where(x > 0.5, x, -x),
    lambda x: np.clip(x, 0.2, 0.7), lambda x: np.maximum(x, x[0]), lambda x: np.add.outer(x[0], x[1]),
    lambda x: x.reshape(2, -1), lambda x: x.T, lambda x: np.moveaxis(x, 0, 1), lambda x: np.swapaxes(x, 0, 1),
    lambda x: np.squeeze(x[:1]), lambda x: x[None, ..., 0], lambda x: x.astype("float32"), lambda x: np.zeros_like(x),
    lambda x: np.full_like(x, x[0, 0]), lambda x: np.interp(x, [0.0, 1.0], [0.0, 5.0]),
    lambda x: np.searchsorted(np.sort(x[0]), 0.5),
    lambda x: np.histogram(x, bins=3, range=(0, 1))[0], lambda x: np.convolve(x[0], x[1]), lambda x: np.ptp(x, axis=1),
    lambda x: np.nanmax(x, axis=1), lambda x: np.take(x, [2, 0], axis=1), lambda x: np.broadcast_to(x[0], (2, 4)),
    lambda x: np.take_along_axis(x, np.argsort(x, axis=1), 1), lambda x: np.atleast_3d(x), lambda x: x ** 2 + 2 ** x,
    lambda x: x % 0.3 // 0.1, lambda x: abs(-x), lambda x: (x > 0.5).any(axis=1), lambda x: np.round(x, 1),
    lambda x: sum(row.sum() for row in x), lambda x: len(x) * x, lambda x: np.logaddexp.reduce(x, axis=0),
    lambda x: np.add.reduceat(x, [0, 2], axis=1), lambda x: np.maximum.accumulate(x, axis=1), lambda x: np.angle(x),
    lambda x: np.count_nonzero(x > 0.5, axis=0), lambda x: np.average(x, axis=0), lambda x: np.cov(x),
    lambda x: np.unique(np.sort(x[0])), lambda x: np.linalg.pinv(x),
]  # fmt: skip


@pytest.mark.parametrize("f", FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_a_function_of_numpys_is_a_loop(f, rng):
    x = rng.random((5, 3, 4))
    expected = np.stack([f(row) for row in x])
    with np.errstate(all="ignore"):
        found = tg.vmap(f)(x)
    assert found.dtype == expected.dtype
    close(found, expected)


MATRICES = [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3,)), ((3,), (5, 3, 4)),
            ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((6, 1, 2, 3), (5, 3, 4))]  # fmt: skip


@pytest.mark.parametrize("function", [np.matmul, np.dot, np.inner, np.vecdot, np.matvec, np.vecmat, np.multiply])
@pytest.mark.parametrize(("a", "b"), MATRICES)
@pytest.mark.parametrize("axes", [(0, None), (None, 0), (0, 0)])
def test_products_of_all_ranks(function, a, b, axes, rng):
    a, b = rng.random((4, *a) if axes[0] == 0 else a), rng.random((4, *b) if axes[1] == 0 else b)
    looped = lambda a, b: function(tg.Tensor(a), b).data
    rows = [(a[i] if axes[0] == 0 else a, b[i] if axes[1] == 0 else b) for i in range(4)]
    found, expected = outcome(lambda: tg.vmap(function, axes)(a, b)), outcome(lambda: [looped(*row) for row in rows])
    assert (found is None) == (expected is None)
    if found is not None:
        close(found, expected)


def outcome(f):
    """Return what a function returns, None if the shapes do not fit."""
    try:
        return f()
    except (ValueError, IndexError):
        return None


def test_it_nests(rng):
    a, b = rng.random(3), rng.random(4)
    close(tg.vmap(tg.vmap(np.multiply, (None, 0)), (0, None))(a, b), np.outer(a, b))
    x, w = rng.random((2, 3, 4)), rng.random((2, 4))
    inner = tg.vmap(lambda x, w: np.tanh(x @ w) * w, (0, None))
    close(tg.vmap(inner)(x, w), [[np.tanh(x[i, j] @ w[i]) * w[i] for j in range(3)] for i in range(2)])
    three = tg.vmap(tg.vmap(tg.vmap(lambda x: np.sort(x**2)[::-1]), 1), -1)
    x = rng.random((2, 3, 4, 5))
    close(three(np.moveaxis(x, [0, 1], [2, 1])).shape, three(np.moveaxis(x, [0, 1], [2, 1])).shape)
    outer = tg.vmap(lambda x: x * tg.vmap(lambda y: x + y)(b).sum())(a)  # the outer one's x is a constant inside
    close(outer, a * (4 * a + b.sum()))
    index = rng.integers(0, 3, (2, 4))
    close(tg.vmap(tg.vmap(lambda i: tg.Tensor(a)[i]))(index), a[index])


def test_structures_and_shared_arguments(rng):
    p = {"w": rng.random((3, 2)), "b": [rng.random((5, 2))]}
    x = rng.random((5, 3))

    def f(p, x, scale, *, shift):
        return Pair(np.tanh(x @ p["w"]) * scale + p["b"][0] + shift, {"x": x, "n": 2.0, "none": None, "w": p["w"]})

    y = tg.vmap(f, in_axes=({"w": None, "b": 0}, 0, None))(p, x, 3.0, shift=np.arange(5.0))
    close(y.a, np.tanh(x @ p["w"]) * 3 + p["b"][0] + np.arange(5.0)[:, None])
    close(y.b["x"], x)
    close(y.b["n"], [2.0] * 5)
    close(y.b["w"], [p["w"]] * 5)
    assert y.b["none"] is None
    y = tg.vmap(lambda x: (x, 7.0), out_axes=(0, None))(x)
    assert y[1] == 7.0
    close(tg.vmap(lambda: np.ones(2), axis_size=3)(), np.ones((3, 2)))


def test_tensors_give_tensors_and_gradients_flow_through(rng):
    x = tg.Tensor(rng.random((4, 3)), requires_grad=True)
    w = tg.Parameter(rng.random((3, 2)))
    y = tg.vmap(lambda x: np.tanh(x @ w), out_axes=1)(x)
    assert type(y) is tg.Tensor
    (y * np.arange(4.0)).sum().backward()
    found = x.grad.data, w.grad.data
    x.grad = w.grad = None
    (np.tanh(x @ w).T * np.arange(4.0)).sum().backward()
    close(found[0], x.grad.data)
    close(found[1], w.grad.data)
    assert type(tg.vmap(np.sin)(x.data)) is np.ndarray
    assert not tg.vmap(np.sin)(tg.Tensor(x.data)).requires_grad


def test_weights_used_in_many_ways_get_one_sum(rng):
    w, v, x = rng.random(3), rng.random(3), rng.random((4, 3))

    def f(w, v, x):
        h = w * v  # inside, and the same for all
        return np.sum(np.exp(x * h) * w) + np.sum(h**2) + np.max(v) * x[0]

    def loss(map_):
        return lambda w, v: np.sum(np.sin(map_(w, v)))

    vectorized = loss(lambda w, v: tg.vmap(lambda x: f(w, v, x))(x))
    looped = loss(lambda w, v: np.stack([f(w, v, row) for row in x]))
    for a, b in zip(tg.grad(vectorized, (0, 1))(w, v), tg.grad(looped, (0, 1))(w, v), strict=True):
        close(a, b)
    for a, b in zip(tg.hessian(vectorized, (0, 1))(w, v), tg.hessian(looped, (0, 1))(w, v), strict=True):
        for c, d in zip(a, b, strict=True):
            close(c, d)
    close(tg.jvp(vectorized, (w, v), (v, w))[1], tg.jvp(looped, (w, v), (v, w))[1])
    third = lambda f: tg.grad(lambda w: np.sum(tg.grad(lambda w: np.sum(tg.grad(f)(w, v) ** 2))(w) ** 2))
    close(third(vectorized)(w), third(looped)(w))


def test_gradients_of_each_example(rng):
    p = {"w": rng.random((3, 2)), "b": rng.random(2)}
    x, y = rng.random((5, 3)), rng.random((5, 2))

    def loss(p, x, y):
        return np.mean((np.tanh(x @ p["w"]) + p["b"] - y) ** 2)

    found = tg.vmap(tg.value_and_grad(loss), (None, 0, 0))(p, x, y)
    for i in range(5):
        value, g = tg.value_and_grad(loss)(p, x[i], y[i])
        close(found[0][i], value)
        close(found[1]["w"][i], g["w"])
        close(found[1]["b"][i], g["b"])


def test_gradients_of_each_example_of_a_model_that_is_closed_over(rng):
    model = tg.Sequential([Dense(4, "tanh", input_shape=(3,)), Dense(1)])
    x = rng.normal(size=(5, 3)).astype("float32")
    found = tg.vmap(tg.grad(lambda x: model(x[None])[0, 0]))(x)
    assert found.requires_grad  # on the weights
    single = [tg.grad(lambda x: model(x[None])[0, 0])(row).data for row in x]
    np.testing.assert_allclose(found.data, single, rtol=1e-4, atol=1e-6)
    (found**2).sum().backward()
    summed = [w.grad.data for w in model.weights if w.grad is not None]
    for w in model.weights:
        w.grad = None
    sum((tg.grad(lambda x: model(x[None])[0, 0])(row) ** 2).sum() for row in x).backward()
    for a, w in zip(summed, [w for w in model.weights if w.grad is not None], strict=True):
        np.testing.assert_allclose(a, w.grad.data, rtol=1e-3, atol=1e-5)


def test_second_derivatives_of_each_example(rng):
    a, x = rng.random((4, 3, 3)), rng.random((4, 3))
    hessians = tg.vmap(tg.hessian(lambda x, a: x @ a @ x), (0, 0))(x, a)
    close(hessians, a + np.swapaxes(a, 1, 2))
    jacobians = tg.vmap(tg.jacobian(lambda x: np.sin(x)[:2] * x[2]))(x)
    close(jacobians, [tg.jacobian(lambda x: np.sin(x)[:2] * x[2])(row) for row in x])
    pushed = tg.vmap(lambda x, t: tg.jvp(np.prod, (x,), (t,)))(x, x)
    close(pushed[1], 3 * np.prod(x, axis=1))


def test_dropout_draws_for_each_example():
    drop = Dropout(0.5, seed=3)
    y = tg.vmap(lambda x: drop(x, training=True))(np.ones((8, 6), "float32"))
    again = Dropout(0.5, seed=3)
    close(y, again(np.ones((8, 6), "float32"), training=True))


def test_writing_into_fresh_arrays(rng):
    x = rng.random((4, 3))

    def f(x):
        y = np.zeros_like(x)
        for i in range(3):
            y[i] = x[i] * (i + 1)
        y[1:] += x[:-1]
        return y

    def g(x):
        t = tg.Tensor(np.zeros(3))
        t[0] = x[2]
        return t

    def h(x, w):
        y = np.zeros_like(w)  # the same for all rows of x
        y[0] = x[0] * w[1]
        return y

    close(tg.vmap(f)(x), [f(row.copy()) for row in x])
    close(tg.vmap(tg.vmap(h, (None, 0)), (0, None))(x, x), [[h(a, b) for b in x] for a in x])
    raw = lambda x, w: h(x.numpy() if isinstance(x, tg.Tensor) else x, w.numpy())
    close(tg.vmap(tg.vmap(raw, (None, 0)), (0, None))(x, x), [[h(a, b) for b in x] for a in x])
    close(tg.vmap(g)(x), np.stack([x[:, 2], 0 * x[:, 0], 0 * x[:, 0]], 1))
    close(tg.grad(lambda x: np.sum(tg.vmap(g)(x) ** 2))(x), np.stack([0 * x[:, 0], 0 * x[:, 0], 2 * x[:, 2]], 1))


def test_what_has_no_rule_runs_for_each_example(rng):
    x = rng.random((4, 6))
    close(tg.vmap(lambda x: np.polyfit(np.arange(6.0), x, 2))(x), [np.polyfit(np.arange(6.0), row, 2) for row in x])


def test_a_kernel_that_needs_values_runs_for_each_example(rng):
    @tg.primitive
    def halves(x, y):
        """Collatz's step, as a loop would write it."""
        out = np.empty(x.shape)
        for i, n in enumerate(x.tolist()):
            out[i] = n * y[i] if n > 0.5 else n / 2
        return out

    halves.vjp("x")(lambda g, y, x, factor: g * np.where(x > 0.5, factor, 0.5))
    x, y = rng.random((4, 3)), rng.random(3)
    close(tg.vmap(halves, (0, None))(x, y), [halves(row, y) for row in x])
    close(tg.vmap(tg.grad(lambda x: np.sum(halves(x, y))))(x), np.where(x > 0.5, y, 0.5))


def test_compiled_inside_and_outside(rng):
    x, w = rng.random((4, 3)), rng.random(3)

    def f(w, x):
        return np.sum(np.tanh(x * w) ** 2)

    for g in (
        tg.vmap(f, (None, 0)),
        tg.vmap(tg.grad(f), (None, 0)),
        tg.grad(lambda w, x: tg.vmap(f, (None, 0))(w, x).sum()),
    ):
        compiled = tg.compile(g)
        for _ in range(3):
            x, w = rng.random((4, 3)), rng.random(3)
            np.testing.assert_array_equal(compiled(w, x), g(w, x))
        assert compiled.cache_info()[:2] == (2, 1)
    inner = tg.compile(f)
    inner(w, x[0])
    close(tg.vmap(inner, (None, 0))(w, x), [f(w, row) for row in x])
    index = tg.compile(tg.vmap(lambda x, i: x[i] * w[i]))
    w = tg.Tensor(w)
    for _ in range(2):
        i = rng.integers(0, 3, 4)
        close(index(x, i), x[np.arange(4), i] * w.data[i])


X = np.ones((3, 2))
MISTAKES = [
    (lambda: tg.vmap(lambda x: x if x[0] > 0 else -x)(X), BatchError,
     "vmap: if, and, or, not or bool() needs one value, but bool[] has a value for each of 3 examples; choose by "
     "np.where, or leave the argument out of the batch: in_axes=None for it"),
    (lambda: tg.vmap(lambda x: float(x[0]))(X), BatchError, "vmap: float() needs one value, but float64[] has"),
    (lambda: tg.vmap(lambda x: x[0].item())(X), BatchError, "vmap: item() needs one value"),
    (lambda: tg.vmap(lambda x: x[x > 0])(X), ShapeError,
     "vmap: x[mask] has another shape for each example, as the mask bool[2] differs; use np.where(mask, x, 0)"),
    (lambda: tg.vmap(lambda x: np.where(x.numpy()))(X), ShapeError,
     "vmap: np.where(c) has another shape for each example; use np.where(c, a, b)"),
    (lambda: tg.vmap(lambda x: np.unique(x))(np.tri(3)), ShapeError,
     "vmap: unique() gives results of different shapes for the examples of a batch, which cannot be one; use what"),
    (lambda: tg.vmap(lambda i: np.ones(4)[i])(np.arange(3)), BatchError, "needs one value, but int64[] has"),
    (lambda: tg.vmap(lambda x, y: x)(X, np.ones((4, 2))), ShapeError,
     "vmap(f): the batch must have one length, but x has 3 along axis 0, y has 4 along axis 0"),
    (lambda: tg.vmap(lambda p: p["a"], axis_size=2)({"a": X}), ShapeError,
     "vmap(f): the batch must have one length, but p['a'] has 3 along axis 0, axis_size is 2"),
    (lambda: tg.vmap(lambda x: x)(X[:0]), ShapeError,
     "vmap(f): the batch is empty, so there is no example to run f on"),
    (lambda: tg.vmap(lambda x, y: x)(X, 2.0), OptionError,
     "vmap(f): y is 2.0, which has no axis; write in_axes=None for it"),
    (lambda: tg.vmap(lambda x: x, 2)(X), OptionError,
     "vmap(f): in_axes=2 for x float64[3, 2], which has no such axis"),
    (lambda: tg.vmap(lambda x: x, (0, None))(X), OptionError,
     "vmap(f): in_axes=(0, None) is for 2 arguments, f was given 1"),
    (lambda: tg.vmap(lambda x: x, "x")(X), OptionError,
     "vmap: in_axes must be an int, None, or a tuple with one for each argument, got 'x'"),
    (lambda: tg.vmap(lambda x: x, ((0, 1),))(X), OptionError,
     "vmap(f): in_axes of x is (0, 1), but the argument is float64[3, 2]"),
    (lambda: tg.vmap(lambda x: x, None)(X), OptionError,
     "vmap(f): no argument has a batch; in_axes says None for all, so axis_size= must tell"),
    (lambda: tg.vmap(lambda x: x, out_axes=None)(X), BatchError,
     "vmap(f): out_axes=None for a result, float64[2], that differs from example to example"),
    (lambda: tg.vmap(lambda x: x, out_axes=2)(X), OptionError,
     "vmap(f): out_axes=2 for a result of float64[2], which leaves no such axis"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "kind", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_told(mistake, kind, message):
    with pytest.raises(kind) as error:
        mistake()
    assert message in str(error.value)


def test_an_error_of_an_op_is_told_of_one_example():
    with pytest.raises(ShapeError, match=r"matmul\(a, b\): a has 2 columns but b has 3 rows"):
        tg.vmap(lambda x: x @ np.ones((3, 4)))(np.ones((5, 6, 2)))
