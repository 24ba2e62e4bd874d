"""Every op with every sample of it: on a batch it gives what it gives example by example, and so do its gradients."""

import numpy as np
import pytest
from op_samples import arrays

import tensorgrad as tg
from tests.heavy import first_of_each
from tests.ops.test_ops import CASES, DIFFERENTIABLE

SIZE = 3


def examples(case):
    """Return the inputs of each example."""
    return [arrays(case.op, case.sample, seed=seed) for seed in range(SIZE)]


def batched(case):
    """Return the positions of the inputs that may differ from example to example."""
    return [i for i, x in enumerate(case.inputs) if isinstance(x, np.ndarray)]


def on_batch(f, rows, which):
    """Return ``f`` of a batch, in which only the inputs at ``which`` differ."""
    given = [np.stack([row[i] for row in rows]) if i in which else x for i, x in enumerate(rows[0])]
    return tg.vmap(f, in_axes=tuple([0 if i in which else None for i in range(len(given))]))(*given)


def one_by_one(f, rows, which):
    """Return the same, computed example by example."""
    return [f(*[row[i] if i in which else x for i, x in enumerate(rows[0])]) for row in rows]


def choices(case):
    """Return which inputs differ: each alone, and all."""
    some = batched(case)
    return [[i] for i in some] + ([some] if len(some) > 1 else [])


def same(found, expected):
    found = np.asarray(found)
    expected = np.stack([np.asarray(x) for x in expected])
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("case", first_of_each(CASES, lambda case: case.op), ids=repr)
def test_a_batch_is_its_examples(case):
    rows = examples(case)
    for which in choices(case):
        same(on_batch(lambda *x: case.call(x), rows, which), one_by_one(lambda *x: case.kernel(*x), rows, which))


@pytest.mark.parametrize("case", first_of_each(DIFFERENTIABLE, lambda case: case.op), ids=repr)
def test_gradients_of_a_batch_are_those_of_its_examples(case):
    rows = examples(case)
    shape = np.shape(case.kernel(*case.inputs))
    g = np.random.default_rng(3).uniform(-1, 1, shape)

    def loss(*x):
        return np.sum(np.real(case.call(x) * g))

    gradient = tg.grad(loss, tuple(case.wrt))
    for which in choices(case):
        found, expected = on_batch(gradient, rows, which), one_by_one(gradient, rows, which)
        for a, b in zip(found, zip(*expected, strict=True), strict=True):
            same(a, b)


@pytest.mark.parametrize("case", first_of_each(DIFFERENTIABLE, lambda case: case.op), ids=repr)
def test_gradients_that_leave_a_batch_are_summed(case):
    rows = examples(case)
    for which in choices(case):
        shared = [i for i in case.wrt if i not in which]

        def loss(*x, which=which):
            given = [np.stack([row[i] for row in rows]) if i in which else x[i] for i in range(len(x))]
            y = tg.vmap(lambda *x: case.call(x), tuple([0 if i in which else None for i in range(len(x))]))(*given)
            return np.sum(y * np.arange(1.0, SIZE + 1).reshape((SIZE, *[1] * (y.ndim - 1))))

        def loss_of_loop(*x, which=which):
            given = [[row[i] if i in which else x[i] for i in range(len(x))] for row in rows]
            results = one_by_one(lambda *x: case.call(x), given, which)
            return sum(np.sum(y) * (k + 1) for k, y in enumerate(results))

        if shared:
            found, expected = tg.grad(loss, tuple(shared))(*rows[0]), tg.grad(loss_of_loop, tuple(shared))(*rows[0])
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
