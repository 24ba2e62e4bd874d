"""custom_gradient and stop_gradient."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError, ShapeError


@tg.custom_gradient
def log1pexp(x):
    e = np.exp(x)
    return np.log(1 + e), lambda g: g * (1 - 1 / (1 + e))


def test_its_gradient_is_the_one_given():
    @tg.custom_gradient
    def scaled(x):
        return x * 2, lambda g: g * 100

    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y = scaled(x)
    assert y.tolist() == [2, 4]
    y.sum().backward()
    assert x.grad.tolist() == [100, 100]
    assert tg.grad(scaled)(1.0) == 100
    assert scaled(3.0) == 6
    assert tg.jvp(scaled, (1.0,), (2.0,)) == (2, 200)


def test_the_example_of_tensorflow():
    assert tg.grad(log1pexp)(100.0) == 1.0
    assert tg.grad(tg.grad(log1pexp))(0.5) == pytest.approx(np.exp(0.5) / (1 + np.exp(0.5)) ** 2)
    x = np.array([0.5, -1.0])
    np.testing.assert_allclose(tg.elementwise_grad(log1pexp)(x), np.exp(x) / (1 + np.exp(x)))


def test_several_arguments_and_results_of_any_shape(rng):
    @tg.custom_gradient
    def f(p, x, n):
        a, b = p["a"], p["b"]

        def grad(g, h):
            return {"a": g @ x.T, "b": h * n}, a.T @ g, None

        return {"ax": a @ x, "nb": b * n}, grad

    p, x = {"a": rng.random((2, 3)), "b": rng.random(4)}, rng.random((3, 5))

    def plain(p, x):
        return np.sum(np.sin(p["a"] @ x)) + np.sum(p["b"] * 3) * 2

    def custom(p, x):
        y = f(p, x, 3)
        return np.sum(np.sin(y["ax"])) + np.sum(y["nb"]) * 2

    (gp, gx), (wp, wx) = tg.grad(custom, (0, 1))(p, x), tg.grad(plain, (0, 1))(p, x)
    np.testing.assert_allclose(gp["a"], wp["a"])
    np.testing.assert_allclose(gp["b"], wp["b"])
    np.testing.assert_allclose(gx, wx)


def test_nothing_is_recorded_where_nothing_is_wanted():
    assert type(log1pexp(1.0)) is np.float64
    assert not log1pexp(tg.Tensor(1.0)).requires_grad
    with tg.no_grad():
        assert not log1pexp(tg.Tensor(1.0, requires_grad=True)).requires_grad


def test_a_clipped_gradient_in_a_network(rng):
    @tg.custom_gradient
    def clipped(x):
        return x * 1, lambda g: np.clip(g, -0.1, 0.1)

    x = rng.normal(size=5)
    np.testing.assert_allclose(tg.grad(lambda x: np.sum(clipped(x) ** 2))(x), np.clip(2 * x, -0.1, 0.1))


@pytest.mark.parametrize(("f", "kind", "message"), [
    (lambda x: x, GradientError, r"f must return \(y, grad\), grad a function; got float64\[2\]"),
    (lambda x: (x, lambda g: (g, g)), GradientError, "returned 2 gradients for 1 argument"),
    (lambda x: (x * 1, lambda g: g[:1]), ShapeError, r"returned float64\[1\] for float64\[2\]"),
])  # fmt: skip
def test_mistakes_are_told(f, kind, message):
    with pytest.raises(kind, match=message):
        tg.grad(lambda x: np.sum(tg.custom_gradient(f)(x)))(np.ones(2))


def test_stop_gradient_makes_a_constant():
    assert tg.grad(lambda x: x * tg.stop_gradient(x))(3.0) == 3.0
    assert tg.grad(lambda x: sum(tg.stop_gradient([x, {"x": x}])[0] * x for _ in range(2)))(3.0) == 6.0
    assert tg.stop_gradient(2.0) == 2.0
    assert tg.jvp(lambda x: x * tg.stop_gradient(x), (3.0,), (1.0,))[1] == 3.0
