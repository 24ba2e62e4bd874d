"""Each pass by itself: what it takes away, what it must not, and that the results stay the same bits."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.passes.optimize import PASSES, optimize
from tensorgrad.ops.random import uniform_like
from tests.compile.replays import call_names, check_bits, replay_of


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, 3))


def test_dead_calls_go_and_draws_stay(x):
    rng = np.random.default_rng(0)
    used = replay_of(lambda x: [np.exp(np.sin(x) * 0 + 1), uniform_like(x, rng), x + 1][2:], x, only="dead")
    assert call_names(used) == ["draw_random", "add"]


def test_writes_into_what_is_needed_are_not_dead(x):
    w = tg.Tensor(np.zeros(3))

    def f(x):
        y = x * 1
        row = y[0]
        row += 5
        z = x * 2
        z[1][...] = 7  # nobody reads z
        w.data += 1  # the user may
        return [y]

    assert call_names(replay_of(f, x, only="dead")) == ["multiply", "getitem", "add", "add"]


def test_common_subexpressions_are_computed_once(x):
    f = lambda x: [np.exp(x - 1) * np.exp(x - 1), np.sum(x, axis=0), x.sum(0), x.sum(1)]
    assert check_bits(f, x, only="merge") == ["subtract", "exp", "multiply", "reduce", "reduce"]


@pytest.mark.parametrize(
    "f",
    [lambda x: [x + 1, x + 1.0], lambda x: [x * 0.0, x * -0.0], lambda x: [np.copysign(1, x * 0.0), x * -0.0]],
    ids=["int and float", "signs of zero", "sign"],
)
def test_numbers_that_are_equal_but_not_the_same_are_kept_apart(x, f):
    integers = np.arange(4)
    assert len(replay_of(f, integers, only="merge").program) == len(replay_of(f, integers, without=PASSES).program)
    check_bits(f, x, only="merge")


def test_reads_on_both_sides_of_a_write_are_not_merged(x):
    def f(x):
        y = x * 1
        view = y[1:]
        before = y.sum()
        view *= 3
        return [before, y.sum(), np.exp(view)]

    assert check_bits(f, x, only="merge").count("reduce") == 2
    check_bits(f, x)


def test_a_result_that_is_written_later_is_not_shared(x):
    def f(x):
        a, b = x * 2, x * 2
        a[0][...] = 9
        return [a, b]

    assert check_bits(f, x, only="merge").count("multiply") == 2


def test_draws_are_not_merged(x):
    rng = np.random.default_rng(0)
    replay = replay_of(lambda x: [uniform_like(x, rng), uniform_like(x, rng)], x, only="merge")
    assert call_names(replay).count("draw_random") == 2


def test_what_depends_on_shapes_only_is_folded(x):
    f = lambda x: [x * (np.ones_like(x) / x.size + np.full_like(x, 2)), np.zeros_like(x)]
    assert check_bits(f, x, only="fold") == ["multiply"]


def test_arrays_that_can_change_are_not_folded(x):
    w = tg.Tensor(np.ones(3))
    constant = np.ones(3)
    f = lambda x: [x + np.exp(w.data), np.exp(x * constant)]
    replay = replay_of(f, x, only="fold")
    w.data[...] = 2
    constant[...] = 3
    for a, b in zip(replay([x]), f(x), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_folded_array_that_is_written_into_stays_a_call(x):
    def f(x):
        y = np.zeros_like(x)
        y[0][...] += x[0]
        return [y]

    assert check_bits(f, x, only="fold")[0] == "zeros_like"


def test_copies_that_nobody_writes_to_go(x):
    names = check_bits(lambda x: [np.exp(+x), x.reshape(4, 3) + 1, x.copy().T @ x], x, only="copies")
    assert names.count("positive") == 0


def test_copies_that_are_written_to_stay(x):
    def f(x):
        y = +x
        y[0][...] = 3
        z = x * 2
        kept = +z
        z[1:][...] = 0
        return [y, kept, z]

    assert check_bits(f, x, only="copies").count("positive") == 2


def test_a_copy_in_another_layout_stays(x):
    assert check_bits(lambda x: [x.T.copy()], x, only="copies") == ["transpose", "copy"]


def test_every_pass_has_a_switch_and_none_changes_a_result(x, rng):
    w = tg.Parameter(rng.normal(size=(3, 3)))

    def f(x):
        loss = (np.tanh(x @ w + 1.0) ** 2).mean() + np.logaddexp(x @ w, 0).sum()
        return [loss, *[g for _, g in tg.backward.gradients(loss)]]

    expected = [np.asarray(getattr(a, "data", a)).tobytes() for a in f(x)]
    for name in PASSES:
        for replay in (replay_of(f, x, only=name), replay_of(f, x, without=[name]), replay_of(f, x)):
            assert [np.asarray(getattr(a, "data", a)).tobytes() for a in replay([x])] == expected


def test_passes_leave_the_program_they_are_given_alone(x):
    replay = replay_of(lambda x: [np.exp(+x) + np.exp(x) * 2.0], x)
    before = str(replay.recorded)
    optimize(replay.recorded)
    optimize(replay.recorded, seed=np.ones(()))
    assert str(replay.recorded) == before
    assert len(replay.recorded) == 5
    assert len(replay.program) == 3


def test_exact_leaves_out_what_reorders(x):
    f = lambda x: np.exp(x).sum(0)
    for exact in (True, False):
        step = tg.compile(f, exact=exact)
        assert ("np.dot" in step.program(x).source) is not exact
        np.testing.assert_allclose(step(x), f(x), rtol=0 if exact else 1e-14)
