"""Transforms of transforms, in any order: with vmap they give what they give with a loop in its place."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg

SHARED = tg.Tensor([0.3, -0.7, 0.5], requires_grad=True)


def loop(f, in_axes=0):
    """Do what vmap does, example by example."""

    def call(*args):
        axes = in_axes if isinstance(in_axes, tuple) else [in_axes] * len(args)
        size = next(len(x) for x, axis in zip(args, axes, strict=True) if axis == 0)
        rows = [[x[i] if axis == 0 else x for x, axis in zip(args, axes, strict=True)] for i in range(size)]
        return tg.stack([tg.Tensor(y) if not isinstance(y, tg.Tensor) else y for y in [f(*row) for row in rows]])

    return call


def base(x, w):
    h = np.tanh(x * SHARED) + np.sum(w * w) * x[::-1]
    return h * np.exp(-w) + np.stack([x[0] * w[1], np.max(x), np.prod(np.cos(x))])


#: Each takes a function of two vectors of length 3 that gives such a vector, and gives another one.
TRANSFORMS = {
    "grad": lambda f, vmap: lambda x, w: tg.grad(lambda x: np.sum(np.sin(f(x, w))))(x),
    "grad of w": lambda f, vmap: lambda x, w: tg.grad(lambda x, w: np.sum(f(x, w) * x), "w")(x, w),
    "jvp": lambda f, vmap: lambda x, w: tg.jvp(lambda x: f(x, w), (x,), (w,))[1],
    "jacrev": lambda f, vmap: lambda x, w: tg.jacrev(lambda x: f(x, w))(x) @ w,
    "jacfwd": lambda f, vmap: lambda x, w: w @ tg.jacfwd(lambda x: f(x, w))(x),
    "vmap": lambda f, vmap: lambda x, w: vmap(lambda a: np.sum(f(a, w)))(np.outer(x, w)),
    "vmap of both": lambda f, vmap: lambda x, w: vmap(lambda a, b: f(x * a, w + b)[1])(x, w),
    "vmap and sum": lambda f, vmap: lambda x, w: np.sum(vmap(f, (0, None))(np.outer(w, x), w), axis=0) * x,
    "vmap of index": lambda f, vmap: lambda x, w: vmap(lambda i: tg.take(f(x, w) * x, i))(np.array([2, 0, 0])),
    "vmap of pullback": lambda f, vmap: lambda x, w: vmap(lambda g: np.sum(tg.vjp(f, x, w)[1](g)[0]))(np.eye(3) * x),
    "checkpoint": lambda f, vmap: tg.checkpoint(f),
    "custom": lambda f, vmap: lambda x, w: f(custom(x), w),
}  # fmt: skip


@tg.custom_gradient
def custom(x):
    y = np.sin(x)
    return y * 2, lambda g: g * y


def build(names, vmap):
    f = base
    for name in names:
        f = TRANSFORMS[name](f, vmap)
    return f


def result(f, x, w):
    """Return the result, and the gradient that reaches a Tensor that is closed over."""
    SHARED.grad = None
    y = f(x, w)
    if isinstance(y, tg.Tensor) and y.requires_grad:
        (y * np.array([1.0, 2.0, 3.0])).sum().backward()
    return np.asarray(y.detach() if isinstance(y, tg.Tensor) else y), SHARED.grad


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(sorted(TRANSFORMS)), min_size=1, max_size=3))
def test_a_composition_with_vmap_is_one_with_a_loop(names):
    check(names)


def check(names):
    x, w = np.array([0.5, -1.2, 0.8]), np.array([0.4, 0.9, -0.3])
    found, expected = result(build(names, tg.vmap), x, w), result(build(names, loop), x, w)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-9, atol=1e-11)
    assert (found[1] is None) == (expected[1] is None)
    if found[1] is not None:
        np.testing.assert_allclose(found[1].data, expected[1].data, rtol=1e-8, atol=1e-10)


@pytest.mark.heavy
@pytest.mark.parametrize("first", TRANSFORMS)
@pytest.mark.parametrize("second", TRANSFORMS)
def test_every_pair_and_a_third(first, second):
    for third in ("grad", "jvp", "vmap of both"):
        check([first, second, third])
