"""Reductions over random shapes and axes: NumPy's values, and the gradients of the textbook."""

import math

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

import tensorgrad as tg
from tensorgrad.shapes import normalize_axes


def test_float16_means_are_summed_in_float32_as_numpy_does():
    x = np.full(70_000, 2.0, np.float16)
    assert tg.mean(x) == np.mean(x) == 2


shapes = hnp.array_shapes(min_dims=0, max_dims=4, min_side=1, max_side=4)


@st.composite
def reductions(draw):
    """An array of distinct numbers, an axis setting that suits it, and keepdims."""
    shape = draw(shapes)
    size = math.prod(shape)
    x = draw(st.permutations(range(size))) if size < 40 else np.random.default_rng(size).permutation(size)
    x = (np.array(x, float).reshape(shape) - size / 2 + 0.25) / max(size, 4)
    one = st.integers(-len(shape), len(shape) - 1) if shape else st.nothing()
    several = st.lists(one, unique_by=lambda a: a % len(shape), min_size=1).map(tuple) if shape else st.nothing()
    return x, draw(st.one_of(st.none(), one, several)), draw(st.booleans())


REDUCERS = ["sum", "mean", "var", "std", "prod", "max", "min", "all", "any"]


@given(reductions(), st.sampled_from(REDUCERS))
@settings(max_examples=150, deadline=None)
def test_reductions_equal_numpy(case, name):
    x, axis, keepdims = case
    expected = getattr(np, name)(x, axis=axis, keepdims=keepdims)
    found = getattr(tg, name)(tg.Tensor(x), axis=axis, keepdims=keepdims)
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.data, expected)


#: Gradients of reductions, written once more, from the textbook, on an array whose reduced axes come last and flat.
TEXTBOOK = {
    "sum": lambda x: np.ones_like(x),
    "mean": lambda x: np.ones_like(x) / x.shape[-1],
    "var": lambda x: 2 * (x - x.mean(-1, keepdims=True)) / x.shape[-1],
    "prod": lambda x: np.stack([np.prod(np.delete(x, i, -1), -1) for i in range(x.shape[-1])], -1),
    "max": lambda x: x == x.max(-1, keepdims=True),
    "min": lambda x: x == x.min(-1, keepdims=True),
    "logsumexp": lambda x: special.softmax(x, axis=-1),
}


@given(reductions(), st.sampled_from(sorted(TEXTBOOK)))
@settings(max_examples=150, deadline=None)
def test_gradients_of_reductions(case, name):
    x, axis, keepdims = case
    t = tg.Tensor(x, requires_grad=True)
    y = getattr(tg, name)(t, axis=axis, keepdims=keepdims)
    g = np.random.default_rng(1).uniform(-1, 1, y.shape)
    y.backward(g)
    axes = normalize_axes(axis, x.ndim)
    last = range(x.ndim - len(axes), x.ndim)
    moved = np.moveaxis(x, axes, last)
    flat = TEXTBOOK[name](moved.reshape(*moved.shape[: x.ndim - len(axes)], -1))
    spread = np.expand_dims(g, axes) if not keepdims and axes else g
    expected = np.moveaxis(flat.reshape(moved.shape), last, axes) * spread
    np.testing.assert_allclose(t.grad.data, expected, rtol=1e-12, atol=1e-14)
