"""The backward in fifteen lines of plain Python, as docs/architecture.md shows it: the fast one comes to the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad.backward import gradients
from tests.ops.test_ops import DIFFERENTIABLE, cotangent


# the reference
def reference_backward(root, gradient):
    arrived, leaves = {root: gradient}, {}
    while arrived:
        y = max(arrived, key=lambda t: t.seq)  # the newest: all its gradients have arrived
        g = arrived.pop(y)
        if y.op is None:
            leaves[y] = g
            continue
        values = [x.data if isinstance(x, tg.Tensor) else x for x in y.inputs]
        for i, x in enumerate(y.inputs):
            if isinstance(x, tg.Tensor) and x.requires_grad and y.op.rule(i):
                settings = (y.settings or {}) | ({"wrt": i} if y.op.variadic else {})
                gx = unbroadcast(y.op.rule(i)(g, y.data, *values, **settings), x)
                arrived[x] = arrived[x] + gx if x in arrived else gx
    return leaves


def unbroadcast(g, x):
    g, shape = g if x.dtype.kind == "c" else g.real, x.shape  # a real number takes the real part
    g = np.broadcast_to(g, np.broadcast_shapes(g.shape, shape))  # the gradient of a sum is spread
    added = g.ndim - len(shape)
    axes = (i for i, n in enumerate(g.shape) if i < added or n != shape[i - added])
    return g.sum(axis=tuple(axes)).reshape(shape)  # what was spread is summed


# the end of the reference

UNARY = [np.tanh, np.square, np.sum, lambda x: np.mean(x, axis=-1, keepdims=True), lambda x: -x, lambda x: x * 0.75]
BINARY = [np.add, np.subtract, np.multiply, np.maximum, lambda a, b: a / (b * b + 1.0), lambda a, b: np.hypot(a, b + 3)]
SHAPES = [(2, 3), (3,), (2, 1), (), (1, 3)]
PICKS = st.integers(0, 99)


def random_graph(steps):
    """Return what ``steps`` compute: each picks a function, and one or two of the Tensors there are, newest first."""
    rng = np.random.default_rng(len(steps))
    tensors = [tg.Tensor(rng.normal(size=shape), requires_grad=True) for shape in SHAPES]
    for kind, a, b in steps:
        function = (UNARY + BINARY)[kind % (len(UNARY) + len(BINARY))]
        a, b = tensors[-1 - a % len(tensors)], tensors[-1 - b % len(tensors)]
        tensors.append(function(a) if function in UNARY else function(a, b))
    return tensors


def check(root, gradient):
    """Compare to the bit; where three or more gradients meet, to their last places: the fast one may add b's first."""
    met = {}
    pending, seen = [root], set()
    while pending:
        t = pending.pop()
        if t not in seen:
            seen.add(t)
            for x in (x for x in t.inputs or () if isinstance(x, tg.Tensor)):
                met[x] = met.get(x, 0) + 1
                pending.append(x)
    exact = max(met.values(), default=0) < 3  # two numbers have one sum
    expected = reference_backward(root, gradient)
    found = dict(gradients(root, np.conj(gradient)))  # what is given is a gradient, and its conjugate goes back
    assert found.keys() == expected.keys()
    for x, g in found.items():
        assert (g.shape, g.dtype) == (x.shape, x.dtype)
        if exact:
            np.testing.assert_array_equal(g, expected[x], strict=True)
        else:
            np.testing.assert_allclose(g, expected[x], rtol=1e-12, atol=1e-12 * (1 + np.abs(expected[x]).max()))


@given(st.lists(st.tuples(PICKS, PICKS, PICKS), max_size=15))
def test_the_fast_backward_is_the_reference_on_random_graphs(steps):
    tensors = random_graph(steps)
    for root in (tensors[-1], sum(t.sum() for t in tensors)):  # the newest alone, and all that there are
        check(root, np.ones_like(root.data))


@given(st.lists(PICKS, max_size=20))
def test_they_are_the_same_to_the_bit_in_a_chain(picks):
    root = tg.Tensor(np.linspace(-1, 1, 6).reshape(2, 3), requires_grad=True)
    for pick in picks:
        root = UNARY[pick % len(UNARY)](root)
    check(root, np.ones_like(root.data))


@pytest.mark.parametrize("case", DIFFERENTIABLE, ids=repr)
def test_they_are_the_same_to_the_bit_for_every_op(case):
    check(case.call(case.tensors()), cotangent(case))
