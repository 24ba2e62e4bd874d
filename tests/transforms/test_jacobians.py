"""jacobian, jacrev, jacfwd, hessian and hvp: against formulas, differences and each other."""

from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import tensorgrad as tg
from tensorgrad.errors import GradientError

Pair = namedtuple("Pair", "a b")
MODES = [tg.jacobian, tg.jacrev, tg.jacfwd]
FLOATS = st.floats(-2, 2, width=32)


def differences(f, x, h=1e-5):
    """Return the Jacobian of ``f`` by central differences."""
    columns = []
    for i in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[i] = h
        columns.append((f(x + d) - f(x - d)) / (2 * h))
    y = np.asarray(f(x))
    return np.stack(columns, -1).reshape(y.shape + x.shape) if columns else np.zeros(y.shape + x.shape)


@pytest.mark.parametrize("mode", MODES)
def test_the_jacobian_of_a_layer(mode, rng):
    a, x = rng.normal(size=(4, 3)), rng.normal(size=3)
    j = mode(lambda x: np.tanh(a @ x))(x)
    assert type(j) is np.ndarray
    np.testing.assert_allclose(j, (1 - np.tanh(a @ x) ** 2)[:, None] * a, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(arrays("float64", array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=FLOATS))
def test_any_shape_by_each_mode(x):
    def f(x):
        return np.stack([np.sin(x) * np.sum(x), np.exp(x)], -1)

    expected = differences(f, x)
    for mode in MODES:
        np.testing.assert_allclose(mode(f)(x), expected, atol=1e-7)


@pytest.mark.parametrize("mode", MODES)
def test_structures_in_and_out(mode, rng):
    p = {"a": rng.random(3), "b": Pair(2.0, rng.random((2, 2)))}

    def f(p):
        return {"x": p["a"] * p["b"].a, "y": (np.sum(p["a"]), p["b"].b @ p["b"].b)}

    j = mode(f)(p)
    np.testing.assert_allclose(j["x"]["a"], 2 * np.eye(3))
    np.testing.assert_allclose(j["x"]["b"].a, p["a"])
    assert not j["x"]["b"].b.any()
    assert j["y"][0]["a"].tolist() == [1, 1, 1]
    assert j["y"][0]["b"].a == 0
    assert j["y"][1]["b"].b.shape == (2, 2, 2, 2)
    np.testing.assert_allclose(j["y"][1]["b"].b, differences(lambda b: b @ b, p["b"].b), atol=1e-8)


@pytest.mark.parametrize("mode", MODES)
def test_argnums_aux_numbers_and_tensors(mode, rng):
    x, y = rng.random(3), rng.random(2)
    jx, jy = mode(lambda x, y: np.outer(x, y), ("x", 1))(x, y)
    np.testing.assert_allclose(jx, np.einsum("ik,j->ijk", np.eye(3), y))
    np.testing.assert_allclose(jy, np.einsum("i,jk->ijk", x, np.eye(2)))
    j, aux = mode(lambda x: (x * x, "aux"), has_aux=True)(x)
    assert aux == "aux"
    np.testing.assert_allclose(j, np.diag(2 * x))
    assert type(mode(lambda x: x * x)(3.0)) is np.float64
    t = tg.Tensor(x, requires_grad=True)
    j = mode(lambda x: x**3)(t)
    j.sum().backward()
    np.testing.assert_allclose(t.grad.data, 6 * x)


@pytest.mark.parametrize("mode", MODES)
def test_results_that_do_not_depend_on_anything(mode):
    x = np.ones(2)
    assert mode(lambda x: np.ones(3))(x).tolist() == np.zeros((3, 2)).tolist()
    assert mode(lambda x: np.floor(x))(x).tolist() == np.zeros((2, 2)).tolist()
    assert mode(lambda x: x * 2)(np.ones(0)).shape == (0, 0)


def test_the_hessian_of_a_logistic_regression(rng):
    x, y, w = rng.normal(size=(50, 4)), rng.integers(0, 2, 50).astype(float), rng.normal(size=4)

    def loss(w):
        z = x @ w
        return np.sum(np.logaddexp(0, z) - y * z)

    s = 1 / (1 + np.exp(-x @ w))
    expected = x.T @ (x * (s * (1 - s))[:, None])
    np.testing.assert_allclose(tg.hessian(loss)(w), expected, rtol=1e-10)
    for outer in MODES:
        for inner in MODES:
            np.testing.assert_allclose(outer(inner(loss))(w), expected, rtol=1e-10)
    v = rng.normal(size=4)
    np.testing.assert_allclose(tg.hvp(loss, (w,), (v,)), expected @ v, rtol=1e-10)


def test_hessians_of_structures(rng):
    p = {"w": rng.random(2), "b": 3.0}
    h = tg.hessian(lambda p: np.sum(p["w"] ** 3) * p["b"])(p)
    np.testing.assert_allclose(h["w"]["w"], np.diag(18 * p["w"]))
    np.testing.assert_allclose(h["w"]["b"], 3 * p["w"] ** 2)
    np.testing.assert_allclose(h["b"]["w"], 3 * p["w"] ** 2)
    assert h["b"]["b"] == 0
    (hxx, hxy), (hyx, hyy) = tg.hessian(lambda x, y: x * x * y, (0, 1))(2.0, 3.0)
    assert (hxx, hxy, hyx, hyy) == (6, 4, 4, 0)
    vx, vy = tg.hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 10.0))
    assert (vx, vy) == (46, 4)
    h, aux = tg.hessian(lambda x: (x**3, "aux"), has_aux=True)(2.0)
    assert (h, aux) == (12, "aux")


def test_third_derivatives(rng):
    x = rng.random(3)
    third = tg.jacobian(tg.hessian(lambda x: np.sum(x**4) + x[0] * x[1] * x[2]))(x)
    expected = np.zeros((3, 3, 3))
    for i in range(3):
        expected[i, i, i] = 24 * x[i]
    for i, j, k in [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]:
        expected[i, j, k] = 1
    np.testing.assert_allclose(third, expected, atol=1e-12)


def test_one_backward_serves_all_rows():
    calls = []

    @tg.custom_gradient
    def f(x):
        def grad(g):
            calls.append(1)
            return g * 2

        return x * 2, grad

    np.testing.assert_allclose(tg.jacrev(f)(np.ones(50)), 2 * np.eye(50))
    assert len(calls) == 1


def test_weights_that_the_function_uses_are_never_lost():
    w = tg.Parameter([1.0, 2.0])
    for mode in MODES:
        w.grad = None
        j = mode(lambda x: w * x**2)(np.array([3.0, 4.0]))  # diag(2wx)
        assert j.requires_grad
        (j**2).sum().backward()
        assert w.grad.tolist() == [8 * 9, 16 * 16]


def test_compiled(rng):
    for f in (tg.jacobian(lambda x: np.sin(x) * x[0]), tg.hessian(lambda x: np.prod(np.sin(x)))):
        compiled = tg.compile(f)
        for _ in range(3):
            x = rng.random(3)
            np.testing.assert_array_equal(compiled(x), f(x))
        assert compiled.cache_info()[:2] == (2, 1)


def test_jacobians_of_a_tape(rng):
    x, w = tg.Parameter(rng.random(3)), tg.Parameter(rng.random((3, 2)))

    def f(x, w):
        return np.tanh(x @ w) * x[:2]

    with tg.GradientTape(persistent=True) as tape:
        y = f(x, w)
    jx, jw = tg.jacobian(f, (0, 1))(x.data, w.data)
    np.testing.assert_allclose(tape.jacobian(y, x).data, jx)
    np.testing.assert_allclose(tape.jacobian(y, {"w": w})["w"].data, jw)
    assert tape.jacobian(y, tg.Parameter(1.0)) is None
    assert tape.jacobian(y, tg.Parameter(1.0), unconnected_gradients="zero").tolist() == [0, 0]
    with tg.GradientTape() as outer:
        with tg.GradientTape() as inner:
            y = np.sum(x**3)
        g = inner.gradient(y, x)
    np.testing.assert_allclose(outer.jacobian(g, x).data, np.diag(6 * x.data))
    with pytest.raises(GradientError, match="not persistent"):
        outer.jacobian(g, x)


def test_batch_jacobians_of_a_tape(rng):
    x = tg.Tensor(rng.random((4, 3)))
    with tg.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = np.sin(x)[:, :2] * x[:, 2:]
    found = tape.batch_jacobian(y, x)
    assert found.shape == (4, 2, 3)
    whole = tape.jacobian(y, x)
    for i in range(4):
        np.testing.assert_allclose(found.data[i], whole.data[i, :, i])
    with pytest.raises(ValueError, match=r"first axes of target float64\[4, 2\] and source float64\[3\] must be"):
        tape.batch_jacobian(y, tg.Parameter(np.ones(3)))


def test_mistakes_are_told():
    with pytest.raises(GradientError, match=r"jacobian\(f\): f returned None"):
        tg.jacobian(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"jacobian\(f\): x: only floats have gradients, got int64\[3\]"):
        tg.jacobian(lambda x: x)(np.arange(3))
    with pytest.raises(GradientError, match=r"grad\(f\) is for an f that returns one number"):
        tg.hessian(np.sin)(np.ones(2))
    with pytest.raises(TypeError, match="tangents must be a tuple"):
        tg.hvp(np.sum, (np.ones(2),), np.ones(2))
