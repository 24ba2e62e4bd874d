"""grad, value_and_grad, elementwise_grad and vjp: against formulas, differences and the peers."""

from collections import namedtuple
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import tensorgrad as tg
from tensorgrad.errors import GradientError, OptionError, ShapeError

Pair = namedtuple("Pair", "a b")
FLOATS = st.floats(-2, 2, width=32)


@dataclass
class Weights:
    w: Any
    b: Any


def mixed(x, y):
    return np.sum(np.sin(x) * y**2 + x * y)


def slope(f, x, h=1e-5):
    """Return the gradient of ``f`` by central differences."""
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[i] = h
        g[i] = (f(x + d) - f(x - d)) / (2 * h)
    return g


@settings(max_examples=40, deadline=None)
@given(arrays("float64", array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=FLOATS))
def test_grad_is_the_slope(x):
    g = tg.grad(mixed)(x, 1.5)
    assert type(g) is np.ndarray
    assert (g.shape, g.dtype) == (x.shape, x.dtype)
    np.testing.assert_allclose(g, slope(lambda x: mixed(x, 1.5), x), atol=1e-8)


def test_argnums_are_positions_and_names(rng):
    x, y = rng.random(3), rng.random(3)
    gx, gy = np.cos(x) * y**2 + y, 2 * np.sin(x) * y + x
    for argnums in (1, -1, "y"):
        np.testing.assert_allclose(tg.grad(mixed, argnums)(x, y), gy)
    for argnums in ((0, 1), ("x", "y"), ["x", 1]):
        found = tg.grad(mixed, argnums)(x, y)
        assert type(found) is tuple
        np.testing.assert_allclose(found[0], gx)
        np.testing.assert_allclose(found[1], gy)
    np.testing.assert_allclose(tg.grad(mixed, "y")(x, y=y), gy)
    np.testing.assert_allclose(tg.grad(mixed, 1)(x, y=y), gy)
    np.testing.assert_allclose(tg.grad(lambda x, **more: np.sum(x * more["k"]), "k")(x, k=y), x)
    np.testing.assert_allclose(tg.grad(partial(mixed, y=y))(x), gx)


def test_a_number_gives_a_number_and_a_tensor_a_tensor():
    for x, kind in (2.0, np.float64), (np.float32(2.0), np.float32), (np.array(2.0), np.ndarray):
        g = tg.grad(lambda x: x * x)(x)
        assert type(g) is kind
        assert g == 4.0
    value, g = tg.value_and_grad(lambda x: x * x)(2.0)
    assert type(value) is np.float64
    assert (value, g) == (4.0, 4.0)
    value, g = tg.value_and_grad(lambda x: x * x)(tg.Tensor(2.0))
    assert type(value) is type(g) is tg.Tensor
    assert not value.requires_grad
    assert not g.requires_grad


def test_structures_give_their_own_kind():
    p = {"a": [np.array([1.0, 2.0]), (3.0,)], "b": Pair(4.0, None), "c": Weights(5.0, np.float32(6.0))}

    def f(p):
        return (p["a"][0] ** 2).sum() + p["a"][1][0] * p["b"].a + p["c"].w ** 2 + p["c"].b * 2

    g = tg.grad(f)(p)
    assert g["a"][0].tolist() == [2, 4]
    assert type(g["a"][1]) is tuple
    assert g["a"][1] == (4,)
    assert g["b"] == Pair(3, None)
    assert (type(g["c"]), g["c"].w, g["c"].b) == (Weights, 10, 2)
    assert p["c"].w == 5.0


def test_has_aux_hands_through_what_comes_second():
    f = lambda x: (np.sum(x**2), {"twice": 2 * x, "name": "f"})
    x = np.array([1.0, 3.0])
    g, aux = tg.grad(f, has_aux=True)(x)
    assert (g.tolist(), aux["name"]) == ([2, 6], "f")
    assert type(aux["twice"]) is np.ndarray
    (value, aux), g = tg.value_and_grad(f, has_aux=True)(tg.Tensor(x))
    assert (value.item(), g.tolist()) == (10, [2, 6])
    assert type(aux["twice"]) is tg.Tensor
    assert not aux["twice"].requires_grad


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_it_nests_to_any_order(order):
    f, derivatives = np.sin, [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin]
    for _ in range(order):
        f = tg.grad(f)
    assert f(0.7) == pytest.approx(derivatives[order](0.7), rel=1e-12)


def test_levels_do_not_mix_up_whose_derivative_is_whose():
    assert tg.grad(lambda x: x * tg.grad(lambda y: x + y)(1.0))(1.0) == 1.0  # Siskind and Pearlmutter's example
    assert tg.grad(lambda x: x * tg.grad(lambda y: x * y)(2.0))(3.0) == 6.0
    inner = lambda x: tg.grad(lambda y: tg.grad(lambda z: x * y * z * z)(x) * y)(y := x)  # noqa: F841
    assert tg.grad(inner)(2.0) == pytest.approx(2 * 2 * 2 * 3 * 2**2 / 2)  # (4x³)' = 12x²


def test_a_gradient_that_a_closure_carries_out_of_a_level_is_kept():
    w = np.array([2.0, 3.0])

    def f(w):
        return np.sum(tg.grad(lambda x: np.sum(w * x**2))(np.ones(2)) ** 2)  # Σ (2w)²

    np.testing.assert_allclose(tg.grad(f)(w), 8 * w)


def test_tensors_connect_to_the_graph_outside():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    g = tg.grad(lambda x: (x**3).sum())(x)
    assert g.requires_grad
    assert x.grad is None
    g.sum().backward()
    assert x.grad.tolist() == [6, 12]


def test_weights_that_the_function_uses_are_never_lost():
    w = tg.Parameter([1.0, 2.0])
    g = tg.grad(lambda x: np.sum(w * x**2))(np.array([3.0, 4.0]))
    assert w.grad is None
    (g**2).sum().backward()  # Σ (2wx)²
    assert w.grad.tolist() == [8 * 9, 16 * 16]
    with tg.no_grad():
        assert type(tg.grad(lambda x: np.sum(w * x**2))(np.array([3.0, 4.0]))) is np.ndarray


def test_what_is_older_than_the_level_is_not_swept():
    calls = []
    w = tg.Tensor(2.0, requires_grad=True)
    old = w * 3
    old.register_hook(lambda g: calls.append("old"))
    w.register_hook(lambda g: calls.append("w"))
    g = tg.grad(lambda x: x * old)(5.0)
    assert g.item() == 6
    assert calls == []
    g.backward()
    assert calls == ["old", "w"]


def test_hooks_inside_the_function_run():
    def f(x):
        x.register_hook(lambda g: g * 10)
        return x * x

    assert tg.grad(f)(3.0) == 60.0


def test_a_written_argument_is_the_one_that_was_given():
    x = tg.Tensor([1.0, 2.0])
    w = tg.Tensor([3.0, 4.0], requires_grad=True)
    x[0] = w[1]  # x = [4, 2]
    g = tg.grad(lambda x: (x**3).sum())(x)
    x[0] = 0.0
    g.sum().backward()
    assert w.grad.tolist() == [0, 24]


def test_what_is_not_connected_is_zero():
    x = np.array([1.0, 2.0])
    assert tg.grad(lambda x: 3.0)(x).tolist() == [0, 0]
    assert tg.grad(lambda x: np.sum(np.floor(x)))(x).tolist() == [0, 0]
    assert tg.grad(lambda x, y: np.sum(x), "y")(x, 5.0) == 0.0
    value, g = tg.value_and_grad(lambda x: np.sum(tg.stop_gradient(x) ** 2))(x)
    assert (value, g.tolist()) == (5, [0, 0])


def test_float32_stays_float32(rng):
    x = rng.random(3).astype("float32")
    value, g = tg.value_and_grad(lambda x: np.mean(x**2))(x)
    assert value.dtype == g.dtype == np.float32


def test_elementwise_grad_is_the_diagonal():
    x = np.array([[0.0, 1.0], [-2.0, 3.0]])
    np.testing.assert_allclose(tg.elementwise_grad(np.tanh)(x), 1 - np.tanh(x) ** 2)
    np.testing.assert_allclose(tg.elementwise_grad(tg.elementwise_grad(np.sin))(x), -np.sin(x))


def test_vjp_pulls_back_any_number_of_times(rng):
    a, x = rng.random((2, 3)), rng.random(3)
    y, pullback = tg.vjp(lambda a, x: {"ax": a @ x, "sum": np.sum(x)}, a, x)
    np.testing.assert_allclose(y["ax"], a @ x)
    for _ in range(2):
        g = rng.random(2)
        ga, gx = pullback({"ax": g, "sum": 5.0})
        np.testing.assert_allclose(ga, np.outer(g, x))
        np.testing.assert_allclose(gx, g @ a + 5)
    assert pullback({"ax": None, "sum": 1.0})[0].tolist() == [[0] * 3] * 2


def test_a_pullback_of_tensors_is_differentiable():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y, pullback = tg.vjp(lambda x: x**3, x)
    for _ in range(2):
        x.grad = None
        v = tg.Tensor([1.0, 10.0], requires_grad=True)
        (g,) = pullback(v)
        assert g.tolist() == [3, 120]
        g.sum().backward()
        assert v.grad.tolist() == [3, 12]
        assert x.grad.tolist() == [6, 120]
    x.grad = None
    y.sum().backward()
    assert x.grad.tolist() == [3, 12]
    assert tg.grad(lambda x: np.sum(tg.vjp(np.square, x)[1](x)[0]))(np.array([3.0])) == 12.0  # 2x²


def test_vjp_with_aux():
    y, pullback, aux = tg.vjp(lambda x: (x * x, x + 1), 3.0, has_aux=True)
    assert (y, pullback(1.0), aux) == (9, (6,), 4)


X = np.array([1.0, 2.0])
MISTAKES = [
    (lambda: tg.grad(lambda x: x * 2)(X), GradientError,
     "grad(f) is for an f that returns one number, f returned float64[2]; use tg.jacobian(f) for all derivatives, "
     "tg.elementwise_grad(f) if each entry depends on its own alone, or reduce it (np.sum, np.mean)"),
    (lambda: tg.value_and_grad(lambda x: (x, x))(X), GradientError,
     "value_and_grad(f) is for an f that returns one number, f returned a tuple of 2; pass has_aux=True if only the "
     "first is differentiated, or use tg.jacobian(f) for the derivatives of all of them"),
    (lambda: tg.grad(lambda x: None)(X), GradientError, "grad(f): f returned None: is there a return?"),
    (lambda: tg.grad(lambda x: "x")(X), GradientError, "grad(f): f returned str 'x', no number or array"),
    (lambda: tg.grad(lambda x: np.sum(x), has_aux=True)(X), GradientError,
     "grad(f, has_aux=True): f must return (value, anything), got float64[]"),
    (lambda: tg.grad(mixed)(np.arange(2), X), TypeError,
     "grad(f): x: only floats have gradients, got int64[2]; write 2.0 instead of 2, or pass dtype='float32'"),
    (lambda: tg.grad(mixed)(2, X), TypeError,
     "grad(f): x: only floats have gradients, got int64[]; write 2.0 instead of 2, or pass dtype='float32'"),
    (lambda: tg.grad(lambda p: p["w"])({"w": 1.0, "kind": "relu"}), TypeError,
     "grad(f): p['kind']: a Tensor holds numbers, got <U4[]; convert it first, e.g. x.astype('float32')"),
    (lambda: tg.grad(mixed, "z")(X, X), OptionError, "grad(f): f has no argument 'z'; known: x, y"),
    (lambda: tg.grad(lambda weights: 1.0, "weigths")(X), OptionError,
     "grad(f): f has no argument 'weigths'; did you mean 'weights'?"),
    (lambda: tg.grad(lambda x, y=1.0: x, "y")(2.0), OptionError,
     "grad(f): argnums='y', an argument that this call does not pass"),
    (lambda: tg.grad(mixed, 2)(X, X), OptionError,
     "grad(f): argnums=2, but f was given 2 positional arguments; pass the argument, or give argnums its name"),
    (lambda: tg.grad(mixed, 1.5)(X, X), OptionError,
     "grad: argnums must be an int, a name, or a tuple of these, got 1.5"),
    (lambda: tg.grad(mixed, ("x", 0))(X, X), OptionError, "grad: argnums=('x', 0) names an argument twice"),
    (lambda: tg.vjp(np.sin, X)[1](np.ones(3)), ShapeError,
     "pullback(g): g float64[3] must have the shape of float64[2]"),
    (lambda: tg.vjp(lambda x: {"a": x, "b": x}, X)[1](X), ShapeError,
     "pullback(g): g must have 2 arrays, as {'a': float64[2], 'b': float64[2]}, got 1 array: float64[2]"),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "kind", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_mistakes_are_told(mistake, kind, message):
    with pytest.raises(kind) as error:
        mistake()
    assert str(error.value) == message


def test_an_error_in_the_function_leaves_everything_as_it_was():
    x = tg.Tensor(1.0, requires_grad=True)
    with pytest.raises(ZeroDivisionError):
        tg.grad(lambda x: 1 / 0)(x)
    assert tg.grad(lambda x: x * x)(3.0) == 6.0


def test_it_keeps_the_name_and_the_words_of_the_function():
    def loss(x):
        """The loss."""
        return x

    assert (tg.grad(loss).__name__, tg.grad(loss).__doc__) == ("loss", "The loss.")


def test_a_compiled_gradient_is_the_gradient(rng):
    g = tg.grad(mixed, ("x", "y"))
    compiled = tg.compile(g)
    for _ in range(3):
        x, y = rng.random(4), rng.random(4)
        for a, b in zip(compiled(x, y), g(x, y), strict=True):
            assert a.tobytes() == b.tobytes()
    assert compiled.cache_info()[:2] == (2, 1)
    second = tg.compile(tg.grad(lambda x: np.sum(tg.grad(mixed)(x, 2.0) ** 2)))
    for _ in range(2):
        assert second(x).tobytes() == second.function(x).tobytes()
    assert second.cache_info()[:2] == (1, 1)


def test_the_gradient_of_a_compiled_function_is_that_of_the_function(rng):
    x, y = rng.random(4), rng.random(4)
    compiled = tg.compile(mixed)
    compiled(x, y)
    np.testing.assert_array_equal(tg.grad(compiled)(x, y), tg.grad(mixed)(x, y))
