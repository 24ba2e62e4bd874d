"""Chains of layers computed transposed, biases in their products: what is turned, and that all of it is right."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.executable import Replay
from tensorgrad.compile.function_trace import trace_function
from tensorgrad.compile.passes.layout import chain_results
from tensorgrad.compile.passes.optimize import optimize

W1, W2, W3 = (tg.Tensor(np.random.default_rng(i).normal(size=s)) for i, s in enumerate([(3, 8), (8, 6), (6, 4)]))


@pytest.fixture
def x(rng):
    return rng.normal(size=(5, 3))


def layers(x):
    h = np.tanh(x @ W1.data)
    g = np.maximum(h @ W2.data, 0)
    return h, g, g @ W3.data


def transposed_shapes(f, x):
    """Return what a program computes transposed, after a look at its results on new values."""
    made = Replay(trace_function(lambda stands: f(*stands), [x], ["x"]))
    for values in (x, -2 * x):
        for found, expected in zip(made([values]), f(values), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    program, _ = optimize(made.recorded, without=("layout", "biases"))
    return {v.shape for v in chain_results(program)}


def test_a_chain_of_products_is_turned(x):
    assert transposed_shapes(lambda x: [layers(x)[2]], x) == {(5, 8), (5, 6), (5, 4)}


HARMLESS = {
    "sums": lambda h, g, z: [z.sum(0), z.sum(1), np.max(z, axis=1, keepdims=True), h.sum()],
    "picks": lambda h, g, z: [z[np.arange(5), [0, 1, 2, 3, 0]], g],
    "transposes": lambda h, g, z: [z.T * 1.0, np.exp(z).T, h.T],
    "rows and columns": lambda h, g, z: [
        (z - z.max(1, keepdims=True)) / np.sum(z, axis=0, keepdims=True) + g.sum(0)[:4]
    ],
    "masks": lambda h, g, z: [np.maximum(z, 0) * (z > 0), g * (g > 0.5)],
}
HARMFUL = {
    "reshape": (lambda h, g, z: [z.reshape(-1) * 2], (5, 4)),
    "slice": (lambda h, g, z: [g[1:] * 2, z], (5, 6)),
    "where": (lambda h, g, z: [np.where(z > 0, z, 0.1 * z)], (5, 4)),
    "concatenate": (lambda h, g, z: [np.concatenate([h, g], axis=1), z], (5, 6)),
    "sort": (lambda h, g, z: [np.sort(h, axis=1), z], (5, 8)),
}


@pytest.mark.parametrize("use", HARMLESS.values(), ids=HARMLESS)
def test_what_does_not_mind_a_layout_uses_a_view(use, x):
    assert {(5, 8), (5, 6), (5, 4)} <= transposed_shapes(lambda x: use(*layers(x)), x)


@pytest.mark.parametrize(("use", "shape"), HARMFUL.values(), ids=HARMFUL)
def test_what_does_mind_has_it_row_by_row(use, shape, x):
    assert shape not in transposed_shapes(lambda x: use(*layers(x)), x)


def test_a_written_result_stays(x):
    def f(x):
        z = layers(x)[2]
        row = z[0]
        row *= 2
        return [z]

    assert (5, 4) not in transposed_shapes(f, x)


def test_a_large_first_product_decides(x):
    wide = tg.Tensor(np.ones((300, 8)))
    f = lambda x: [np.tanh(x @ wide.data) @ W2.data]
    assert transposed_shapes(f, np.ones((5, 300))) == set()
    assert transposed_shapes(lambda x: [np.tanh(x @ W1.data) @ W2.data], x) == {(5, 8), (5, 6)}
    assert transposed_shapes(lambda x: [x @ W1.data], x) == set()
