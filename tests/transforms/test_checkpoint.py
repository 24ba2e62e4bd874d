"""checkpoint: the same numbers, from less that is kept."""

import gc
import weakref

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError
from tensorgrad.layers import Dense, Dropout


def results(block, x, w):
    """Return the loss and both gradients of a network around ``block``."""
    w.grad = None
    x = tg.Tensor(x, requires_grad=True)
    loss = np.sum(block(x * 2, 3.0) ** 2)
    loss.backward()
    return loss.item(), x.grad.data, w.grad.data


def test_gradients_are_the_same_those_of_weights_included(rng):
    w, x = tg.Parameter(rng.random((3, 3))), rng.random((4, 3))

    def block(x, n):
        return np.tanh(x @ w) * n + (w * w).sum()

    for a, b in zip(results(block, x, w), results(tg.checkpoint(block), x, w), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def test_weights_that_depend_on_each_other_are_counted_once(rng):
    w = tg.Parameter(rng.random(3))

    def loss(checkpoint):
        w.grad = None
        a = w * 2
        b = a * w
        a.retain_grad()
        b.retain_grad()
        heard = []
        a.register_hook(heard.append)
        checkpoint(lambda x: np.sum(x * a * b * w))(tg.Tensor(np.ones(3))).backward()
        assert len(heard) == 1
        return [t.grad.data for t in (a, b, w)]

    for found, expected in zip(loss(tg.checkpoint), loss(lambda f: f), strict=True):
        np.testing.assert_allclose(found, expected)


def test_dropout_draws_the_same_again_and_then_goes_on(rng):
    w, x = tg.Parameter(rng.random((3, 3))), rng.random((4, 3))
    plain, kept = Dropout(0.5, seed=1), Dropout(0.5, seed=1)
    for _ in range(3):
        a = results(lambda x, n: plain(x @ w, training=True) * n, x, w)
        b = results(tg.checkpoint(lambda x, n: kept(x @ w, training=True) * n), x, w)
        for u, v in zip(a, b, strict=True):
            np.testing.assert_allclose(u, v, rtol=1e-12)
    assert 0 in a[1]


def test_nothing_in_between_is_kept(rng):
    alive = []

    def block(x):
        h = np.exp(x)
        alive.append(weakref.ref(h))
        return np.sin(h)

    x = tg.Tensor(rng.random(3), requires_grad=True)
    gc.collect()
    gc.disable()
    try:
        y = tg.checkpoint(block)(x)
        assert alive[0]() is None
        y.sum().backward()
        assert len(alive) == 2
        assert alive[1]() is None
    finally:
        gc.enable()


def test_it_runs_again_once_for_all_inputs(rng):
    calls = []

    @tg.checkpoint
    def block(a, b, c):
        calls.append(1)
        return a * b * c, a + b

    found = tg.grad(lambda *x: np.sum(block(*x)[0] * 2 + block(*x)[1]), (0, 1, 2))(*rng.random((3, 4)))
    assert len(found) == 3
    assert len(calls) == 4


def test_higher_orders_and_forward_mode():
    def f(x):
        return np.sum(np.sin(x) * x)

    again = tg.checkpoint(f)
    assert tg.grad(tg.grad(again))(1.3) == pytest.approx(tg.grad(tg.grad(f))(1.3), rel=1e-12)
    assert tg.grad(tg.grad(tg.grad(again)))(1.3) == pytest.approx(tg.grad(tg.grad(tg.grad(f)))(1.3), rel=1e-12)
    assert tg.jvp(again, (1.3,), (2.0,)) == pytest.approx(tg.jvp(f, (1.3,), (2.0,)), rel=1e-12)
    nested = tg.checkpoint(lambda x: again(x) * 2)
    assert tg.grad(nested)(1.3) == pytest.approx(2 * tg.grad(f)(1.3), rel=1e-12)


def test_structures_and_what_has_no_gradient():
    @tg.checkpoint
    def f(p, *, n):
        return {"y": p["w"] * n, "count": np.sum(p["w"] > 0), "name": "f"}

    w = tg.Tensor([1.0, -2.0], requires_grad=True)
    y = f({"w": w}, n=3)
    assert (y["count"].item(), y["name"]) == (1, "f")
    y["y"].sum().backward()
    assert w.grad.tolist() == [3, 3]
    assert f({"w": np.ones(2)}, n=2)["y"].tolist() == [2, 2]


def test_a_layer_that_makes_its_weights_inside(rng):
    layer = Dense(2)
    x = tg.Tensor(rng.random((4, 3)).astype("float32"), requires_grad=True)
    y = tg.checkpoint(layer)(x)
    y.sum().backward()
    np.testing.assert_allclose(layer.kernel.grad.data, np.repeat(x.data.sum(0)[:, None], 2, 1), rtol=1e-6)


def test_a_function_that_changes_is_refused():
    shapes = [2, 3]
    x = tg.Tensor(1.0, requires_grad=True)
    y = tg.checkpoint(lambda x: x * np.ones(shapes.pop()))(x)
    with pytest.raises(GradientError, match="returned something else when it was called again"):
        y.sum().backward()


def test_inside_a_compiled_function(rng):
    block = tg.checkpoint(lambda x: np.sin(np.exp(x)))
    compiled = tg.compile(tg.grad(lambda x: np.sum(block(x))))
    for _ in range(2):
        x = rng.random(3)
        np.testing.assert_allclose(compiled(x), np.cos(np.exp(x)) * np.exp(x))
    assert compiled.cache_info()[:2] == (1, 1)
