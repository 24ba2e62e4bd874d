"""Graphs are freed at once, by reference counts alone, and cost time and memory in proportion to their size."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import tensorgrad as tg


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def step(w, b, x):
    h = x @ w + b
    loss = (h * h).sum()
    loss.backward()
    w.grad = b.grad = None
    return loss


def leaves(rng):
    w = tg.Tensor(rng.random((4, 3)), requires_grad=True)
    b = tg.Tensor(rng.random(3), requires_grad=True)
    return w, b, rng.random((8, 4))


@pytest.mark.usefixtures("no_collector")
def test_dropping_the_loss_frees_the_graph(rng):
    w, b, x = leaves(rng)
    h = x @ w
    loss = (h + b).sum()
    loss.backward()
    watched = [weakref.ref(h), weakref.ref(loss)]
    del h
    assert watched[0]() is not None, "the graph lives while the loss does"
    del loss
    assert [r() for r in watched] == [None, None]


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("extra", ["retain", "hook", "create_graph", "setitem"])
def test_no_feature_makes_a_cycle(extra, rng):
    w, b, x = leaves(rng)
    h = x @ w + b
    if extra == "retain":
        h.retain_grad()
    if extra == "hook":
        h.register_hook(lambda g: g)
    if extra == "setitem":
        h[0] = 1.0
    loss = (h * h).sum()
    loss.backward(create_graph=extra == "create_graph")
    watched = weakref.ref(h)
    w.grad = b.grad = None
    del h, loss
    assert watched() is None


@pytest.mark.usefixtures("no_collector")
def test_a_thousand_steps_grow_nothing(rng):
    w, b, x = leaves(rng)
    for _ in range(50):
        step(w, b, x)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            step(w, b, x)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 2000, f"{grown} bytes in 1,000 steps"


def test_sixty_shared_doublings_are_sixty_steps():
    x = tg.Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


@pytest.mark.heavy
@pytest.mark.usefixtures("no_collector")
def test_a_chain_of_a_million_ops_needs_no_recursion():
    x = tg.Tensor(1.0, requires_grad=True)
    y = x
    for _ in range(1_000_000):
        y = y * 1.0
    y.backward()
    assert x.grad.item() == 1.0
    end = weakref.ref(y)
    del y
    assert end() is None


def visits(n, build):
    """Return how many rule calls backward makes through ``build(n)``."""
    calls = []
    counted = tg.elementwise("counted", np.positive, numpy=(), x=lambda g, y, x: calls.append(1) or g)
    x = tg.Tensor(np.ones(2), requires_grad=True)
    build(counted, x, n).sum().backward()
    return len(calls)


def ladder(op, x, n):
    a = b = x
    for _ in range(n):
        a, b = op(a + b), op(a * 0.5 + b)
    return a + b


def test_work_is_linear_in_the_graph_even_when_everything_is_shared():
    assert [visits(n, ladder) for n in (10, 20, 40)] == [20, 40, 80]


def test_a_wide_graph_is_walked_once():
    def tree(op, x, n):
        rows = [op(x * float(i)) for i in range(n)]
        while len(rows) > 1:
            rows = [a + b for a, b in zip(rows[::2], rows[1::2], strict=False)] + rows[len(rows) & ~1 :]
        return rows[0]

    assert visits(20_000, tree) == 20_000
