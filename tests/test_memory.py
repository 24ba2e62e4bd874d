"""Graphs are freed at once, by reference counts alone, and cost time and memory in proportion to their size."""

import copy
import gc
import pickle
import tracemalloc
import weakref

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile import training_step as training
from tensorgrad.compile.training_step import LIMIT
from tensorgrad.layers import Dense, Dropout
from tensorgrad.training.programs import WARM


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


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("eagerly", [False, True])
def test_a_model_dies_with_its_last_name_and_so_do_its_weights_steps_programs_and_history(eagerly, rng):
    x, y = rng.normal(size=(2, 8, 3))
    watched = []
    for _ in range(12):
        model = tg.Sequential([Dense(4, "relu"), Dropout(0.1), Dense(3)])
        model.compile("adam", "mse", metrics=["mae"], run_eagerly=eagerly)
        history = model.fit(x, y, verbose=0, validation_data=(x, y))
        for _ in range(WARM + 1):
            model.evaluate(x, y, verbose=0)
            model.predict(x, verbose=0)
        model.train_on_batch(x, y)
        steps = [s for m in model.compiled._measures.values() for s in (*m.training.kept, *m.testing.kept)]
        programs = [s.replay for m in model.compiled._measures.values() for s in m.training.kept]
        assert bool(programs) is not eagerly
        assert history.model is model
        kept = [model, history, model.optimizer, *model.weights, *model.layers, *steps, *programs]
        watched += map(weakref.ref, kept)
        assert all(ref() is not None for ref in watched[-len(kept) :])
        del kept, steps, programs, model, history
    assert [ref() for ref in watched if ref() is not None] == []


def test_a_history_is_copied_and_pickled_without_its_model(rng):
    model = tg.Sequential([Dense(3)])
    model.compile("sgd", "mse")
    history = model.fit(rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), verbose=0)
    for twin in (copy.deepcopy(history), pickle.loads(pickle.dumps(history))):
        assert (twin.history, twin.model) == (history.history, None)
    assert copy.deepcopy(model).history.history == history.history


def test_programs_of_many_sizes_of_batch_are_bounded_and_the_common_ones_have_theirs(rng):
    model = tg.Sequential([Dense(3)])
    model.compile("sgd", "mse")
    x, y = rng.normal(size=(2, 60, 3))
    for _ in range(3):
        for n in range(1, 60):
            model.train_on_batch(x[:n], y[:n])
            model.predict(x[:n], verbose=0)
    (measures,) = model.compiled._measures.values()
    (step,) = measures.training.kept
    assert len(step.programs) == LIMIT
    for _ in range(training.WARM + 1):
        model.train_on_batch(x[:59], y[:59])
    assert len(step.programs) == LIMIT
    assert step.found is None, "a size that comes often enough has a program"
