"""Programs in blocks of rows on several threads: what is cut, what must not be, and that no bit changes."""

import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
from compiled_models import LAYERS, LOSSES, OPTIMIZERS, model_of, trained, training_steps
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad.compile import executable as replay
from tensorgrad.compile.emit import row_blocks as cuts
from tensorgrad.compile.emit import threads
from tests.compile.replays import replay_of


@pytest.fixture
def several(monkeypatch):
    """Three threads, and every stretch of rows worth cutting into blocks of a row or two."""
    for module in (replay, threads):
        monkeypatch.setattr(module, "thread_count", lambda: 3)
    monkeypatch.setattr(cuts, "WORTH", 0)
    monkeypatch.setattr(cuts, "BLOCK", 1e-9)
    threads.pool.cache_clear()
    yield
    threads.pool().shutdown()
    threads.pool.cache_clear()


def blocks(replay):
    return re.findall(r"in_blocks\(\w+, (\d+), (\d+)\)", replay.source)


def check(f, *arrays, cut):
    """Assert that so many stretches are cut, and that new values give the same bits as ``f``."""
    made = replay_of(f, *arrays, exact=True)
    assert len(blocks(made)) == cut, made.source
    for scale in (1, -2):
        given = [np.array(a * scale) for a in arrays]
        for a, b in zip(made(given), f(*given), strict=True):
            assert a.tobytes() == b.tobytes()
    return made


@pytest.fixture
def x(rng):
    return rng.normal(size=(8, 3))


def test_elementwise_calls_over_the_same_rows_are_one_stretch(several, x):
    row = tg.Tensor(np.ones(3))
    made = check(lambda x: [np.tanh(np.exp(x) + row.data) * x], x, cut=1)
    assert "def rows(i, j):\n        np.exp(x0[i:j], v" in made.source
    assert made.source.count("[i:j]") == 9  # the row is added whole


def test_sums_of_rows_are_in_the_stretch_and_products_are_not(several, x):
    w = tg.Tensor(np.ones((3, 5)))
    made = check(lambda x: [np.sum(np.tanh(x @ w.data), axis=1, keepdims=True) * 2], x, cut=1)
    assert re.search(r"np.dot\(x0, \w+, v\d\)", made.source)
    assert re.search(r"np.add.reduce\(v\d\[i:j\], 1, None, v\d\[i:j\], True\)", made.source)


def test_what_needs_all_rows_ends_a_stretch(several, x):
    check(lambda x: [np.exp(x) / np.sum(np.exp(x), axis=0)], x, cut=2)
    check(lambda x: [np.exp(x).T @ np.tanh(x)], x, cut=1)


def test_other_rows_begin_another_stretch(several, x):
    check(lambda x: [np.exp(x) * 2, np.exp(x.reshape(4, 6) * 3)], x, cut=2)


def test_a_view_of_what_the_stretch_writes_is_read_after_it(several, rng):
    x = rng.normal(size=(6, 6))
    check(lambda x: [np.exp(np.exp(x).T * 2) + np.exp(x)[::-1]], x, cut=2)


def test_memory_is_not_taken_over_while_other_blocks_need_it(several, rng):
    x = rng.normal(size=(6, 6))

    def f(x):
        a = np.exp(x)
        b = np.tanh(x @ a)  # a is read whole, and dies in the stretch that could write into it
        c = b * a
        return [np.sqrt(abs(c)) + 1.0, np.maximum(c, 0).sum(1)]

    check(f, x, cut=2)


def test_small_programs_and_a_single_thread_are_not_cut(x, monkeypatch):
    monkeypatch.setattr(replay, "thread_count", lambda: 2)
    assert not blocks(replay_of(lambda x: [np.exp(x)], x))
    large = np.ones((4000, 1000))
    ((rows, step),) = blocks(replay_of(lambda x: [np.exp(x)], large))
    assert int(rows) == 4000
    assert int(step) * 1000 <= cuts.CACHED
    monkeypatch.setattr(replay, "thread_count", lambda: 1)
    assert not blocks(replay_of(lambda x: [np.exp(x)], large))


@pytest.mark.heavy
@given(
    layers=st.lists(st.sampled_from(sorted(LAYERS)), max_size=3),
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
)
@settings(max_examples=40, deadline=None)
def test_random_models_train_alike_in_blocks(layers, loss, optimizer):
    found = []
    for several in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if several:
                for module in (replay, threads):
                    patch.setattr(module, "thread_count", lambda: 3)
                patch.setattr(cuts, "WORTH", 0)
                patch.setattr(cuts, "BLOCK", 1e-9)
            model = model_of(layers, loss, optimizer)
            history = trained(model, LOSSES[loss][2])
            found.append((history, [w.tobytes() for w in model.get_weights()]))
    np.testing.assert_equal(found[0], found[1])


def test_models_are_cut_at_all(several):
    model = model_of(["dense", "activation"])
    trained(model)
    (step,) = training_steps(model)
    assert len(blocks(step.replay)) >= 3


def test_floating_point_handling_is_the_callers(several):
    step = replay_of(lambda x: [1.0 / x], np.ones((50, 2)), exact=True)
    assert blocks(step)
    x = np.zeros((50, 2))
    with np.errstate(divide="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isinf(step([x])[0]).all()
    with pytest.raises(FloatingPointError), np.errstate(divide="raise"):
        step([x])


def test_a_saved_program_brings_its_threads(several, x, tmp_path):
    made = replay_of(lambda x: [np.tanh(np.exp(x) * 2)], x)
    made.save(tmp_path / "step.py")
    probe = "import sys, numpy as np, step; print(step.run(np.ones((8, 3)))[0][7, 2], 'tensorgrad' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert out.split() == [str(np.tanh(np.exp(1.0) * 2)), "False"]


def test_nothing_is_cut_beside_products_for_which_blas_has_threads(several):
    f = lambda x: [np.exp(x @ x)]
    found = [(len(blocks(replay_of(f, np.ones((n, n)), exact=exact)))) for n in (60, 80, 300) for exact in (0, 1)]
    assert found == [1, 1, 1, 0, 0, 0]
