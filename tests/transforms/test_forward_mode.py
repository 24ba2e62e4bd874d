"""jvp and linearize: against formulas, against reverse mode, and differentiable again."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError, ShapeError


def f(a, x):
    return {"y": np.tanh(a @ x), "n": np.sum(x**2)}


def test_it_is_the_slope_along_the_tangents(rng):
    a, x, da, dx = rng.random((2, 3)), rng.random(3), rng.random((2, 3)), rng.random(3)
    y, t = tg.jvp(f, (a, x), (da, dx))
    h = 1e-5
    up, down = f(a + h * da, x + h * dx), f(a - h * da, x - h * dx)
    for key in ("y", "n"):
        np.testing.assert_array_equal(y[key], f(a, x)[key])
        np.testing.assert_allclose(t[key], (up[key] - down[key]) / (2 * h), rtol=1e-8)
    assert type(y["y"]) is type(t["y"]) is np.ndarray
    assert type(t["n"]) is np.float64


def test_it_is_adjoint_to_vjp(rng):
    a, x, da, dx, g = rng.random((2, 3)), rng.random(3), rng.random((2, 3)), rng.random(3), rng.random(2)
    _, pullback = tg.vjp(f, a, x)
    ga, gx = pullback({"y": g, "n": 2.0})
    _, t = tg.jvp(f, (a, x), (da, dx))
    assert np.sum(g * t["y"]) + 2 * t["n"] == pytest.approx(np.sum(ga * da) + np.sum(gx * dx), rel=1e-12)


def test_linearize_pushes_any_number_of_tangents(rng):
    x = rng.random(3)
    y, push = tg.linearize(np.sin, x)
    np.testing.assert_array_equal(y, np.sin(x))
    for t in np.eye(3):
        np.testing.assert_allclose(push(t), t * np.cos(x))
    y, push, aux = tg.linearize(lambda x: (x * x, "aux"), 3.0, has_aux=True)
    assert (y, push(1.0), aux) == (9, 6, "aux")


def test_structures_and_results_that_do_not_move(rng):
    p, t = {"w": np.array([1.0, 2.0]), "b": [3.0]}, {"w": np.array([1.0, 0.0]), "b": [5.0]}
    y, ty = tg.jvp(lambda p: (p["w"] * p["b"][0], 7.0, np.floor(p["w"])), (p,), (t,))
    assert y[0].tolist() == [3, 6]
    assert ty[0].tolist() == [3 + 5, 10]
    assert ty[1] == 0.0
    assert ty[2].tolist() == [0, 0]
    assert tg.jvp(np.sin, (1.0,), (None,))[1] == 0.0


def test_forward_over_reverse_and_reverse_over_forward(rng):
    x, v = rng.random(3), rng.random(3)

    def g(x):
        return np.sum(np.exp(x) * np.roll(x, 1))

    hessian_v = tg.jvp(tg.grad(g), (x,), (v,))[1]
    np.testing.assert_allclose(hessian_v, tg.grad(lambda x: tg.jvp(g, (x,), (v,))[1])(x), rtol=1e-12)
    np.testing.assert_allclose(hessian_v, tg.grad(lambda x: np.sum(tg.grad(g)(x) * v))(x), rtol=1e-12)
    h = 1e-5
    np.testing.assert_allclose(hessian_v, (tg.grad(g)(x + h * v) - tg.grad(g)(x - h * v)) / (2 * h), rtol=1e-7)


def test_forward_over_forward():
    second = tg.jvp(lambda x: tg.jvp(np.sin, (x,), (1.0,))[1], (0.5,), (1.0,))[1]
    assert second == pytest.approx(-np.sin(0.5))
    third = lambda x: tg.jvp(lambda x: tg.jvp(lambda x: x**4, (x,), (1.0,))[1], (x,), (1.0,))[1]
    assert tg.jvp(third, (2.0,), (1.0,))[1] == pytest.approx(24 * 2)


def test_tangents_of_tensors_are_differentiable():
    x, v = tg.Tensor([1.0, 2.0], requires_grad=True), tg.Tensor([1.0, 10.0], requires_grad=True)
    y, t = tg.jvp(lambda x: x**3, (x,), (v,))
    t.sum().backward()
    assert v.grad.tolist() == [3, 12]
    assert x.grad.tolist() == [6, 120]
    assert y.requires_grad


def test_mistakes_are_told():
    with pytest.raises(TypeError, match=r"tangents must be a tuple, one for each argument of f; write \(x,\)"):
        tg.jvp(np.sin, (1.0,), 1.0)
    with pytest.raises(ShapeError, match=r"jvp: the tangents float64\[3\] must have the shape of float64\[2\]"):
        tg.jvp(np.sin, (np.ones(2),), (np.ones(3),))
    with pytest.raises(GradientError, match="f returned None"):
        tg.jvp(lambda x: None, (1.0,), (1.0,))


def test_a_compiled_jvp_is_the_jvp(rng):
    compiled = tg.compile(lambda x, v: tg.jvp(lambda x: np.sum(np.sin(x) * x), (x,), (v,)))
    for _ in range(3):
        x, v = rng.random(3), rng.random(3)
        assert compiled(x, v) == compiled.function(x, v)
    assert compiled.cache_info()[:2] == (2, 1)
