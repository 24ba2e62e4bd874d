"""Each pass by itself: what it takes away, what it must not, and that the results stay the same bits."""

import re

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.executable import Replay
from tensorgrad.compile.function_trace import trace_function
from tensorgrad.compile.passes.kernels import LONGEST_ROW, MOST_BOUNDS
from tensorgrad.compile.passes.optimize import PASSES, REORDERING, optimize
from tensorgrad.ops.random import uniform_like


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, 3))


def replay_of(f, *arrays, only=None, without=()):
    """Return the Replay of ``f`` after the pass ``only``, or after all but those in ``without``."""
    skipped = [name for name in PASSES if name != only] if only else without
    return Replay(
        trace_function(lambda stands: f(*stands), arrays, [f"x{i}" for i in range(len(arrays))]), without=skipped
    )


def names(replay):
    return [getattr(call.function, "__name__", "") for call in replay.program.calls]


def check(f, *arrays, only=None):
    """Return the names of the calls that the pass leaves, or all that keep every bit, after a look at the results."""
    replay = replay_of(f, *arrays, only=only, without=REORDERING)
    for scale in (1, -2):
        given = [np.array(a * scale) for a in arrays]
        found, expected = replay(given), f(*given)
        for a, b in zip(found, expected, strict=True):
            assert a.tobytes() == np.asarray(b).tobytes()
    return names(replay)


def test_dead_calls_go_and_draws_stay(x):
    rng = np.random.default_rng(0)
    used = replay_of(lambda x: [np.exp(np.sin(x) * 0 + 1), uniform_like(x, rng), x + 1][2:], x, only="dead")
    assert names(used) == ["draw_random", "add"]


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

    assert names(replay_of(f, x, only="dead")) == ["multiply", "getitem", "add", "add"]


def test_common_subexpressions_are_computed_once(x):
    f = lambda x: [np.exp(x - 1) * np.exp(x - 1), np.sum(x, axis=0), x.sum(0), x.sum(1)]
    assert check(f, x, only="merge") == ["subtract", "exp", "multiply", "reduce", "reduce"]


@pytest.mark.parametrize(
    "f",
    [lambda x: [x + 1, x + 1.0], lambda x: [x * 0.0, x * -0.0], lambda x: [np.copysign(1, x * 0.0), x * -0.0]],
    ids=["int and float", "signs of zero", "sign"],
)
def test_numbers_that_are_equal_but_not_the_same_are_kept_apart(x, f):
    integers = np.arange(4)
    assert len(replay_of(f, integers, only="merge").program) == len(replay_of(f, integers, without=PASSES).program)
    check(f, x, only="merge")


def test_reads_on_both_sides_of_a_write_are_not_merged(x):
    def f(x):
        y = x * 1
        view = y[1:]
        before = y.sum()
        view *= 3
        return [before, y.sum(), np.exp(view)]

    assert check(f, x, only="merge").count("reduce") == 2
    check(f, x)


def test_a_result_that_is_written_later_is_not_shared(x):
    def f(x):
        a, b = x * 2, x * 2
        a[0][...] = 9
        return [a, b]

    assert check(f, x, only="merge").count("multiply") == 2


def test_draws_are_not_merged(x):
    rng = np.random.default_rng(0)
    assert (
        names(replay_of(lambda x: [uniform_like(x, rng), uniform_like(x, rng)], x, only="merge")).count("draw_random")
        == 2
    )


def test_what_depends_on_shapes_only_is_folded(x):
    f = lambda x: [x * (np.ones_like(x) / x.size + np.full_like(x, 2)), np.zeros_like(x)]
    assert check(f, x, only="fold") == ["multiply"]


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

    assert check(f, x, only="fold")[0] == "zeros_like"


def test_copies_that_nobody_writes_to_go(x):
    assert check(lambda x: [np.exp(+x), x.reshape(4, 3) + 1, x.copy().T @ x], x, only="copies").count("positive") == 0


def test_copies_that_are_written_to_stay(x):
    def f(x):
        y = +x
        y[0][...] = 3
        z = x * 2
        kept = +z
        z[1:][...] = 0
        return [y, kept, z]

    assert check(f, x, only="copies").count("positive") == 2


def test_a_copy_in_another_layout_stays(x):
    assert check(lambda x: [x.T.copy()], x, only="copies") == ["transpose", "copy"]


def test_powers_are_what_numpys_operator_makes_of_them(x):
    powers = lambda x: [np.abs(x) ** n for n in (2, 0.5, -1, 3)]
    assert check(powers, x) == ["absolute", "square", "sqrt", "reciprocal", "power"]


def test_plain_products_become_dot(x):
    column = np.ones((3, 1))
    assert check(lambda x: [x.T @ x, x @ x.T], x, only="kernels").count("dot") == 2
    assert "dot" not in check(
        lambda x, c: [x @ c, x[:, ::2] @ x[:, ::2].T, x[:, ::-1] @ x.T], x, column, only="kernels"
    )


def test_dot_gives_the_bits_of_matmul(rng):
    for _ in range(200):
        n, k, m = rng.integers(2, 70, 3)
        for dtype in "fd":
            a, b = rng.normal(size=(n, k)).astype(dtype), rng.normal(size=(k, m)).astype(dtype)
            at, bt = rng.normal(size=(k, n)).astype(dtype).T, rng.normal(size=(m, k)).astype(dtype).T
            for left, right in ((a, b), (at, b), (a, bt)):
                assert np.dot(left, right).tobytes() == (left @ right).tobytes()


def test_numbers_become_arrays_of_the_dtype_they_took(rng):
    x = rng.normal(size=3).astype("float32")
    replay = replay_of(lambda x: [x * 2 + 0.1, np.maximum(x, 0), x * np.float32(3)], x, only="numbers")
    constants = [v for call in replay.program.calls for v in call.operands if v.kind == "constant"]
    assert [(v.dtype, v.array.item()) for v in constants] == [
        ("float32", 2), ("float32", np.float32(0.1).item()), ("float32", 0), ("float32", 3)
    ]  # fmt: skip
    assert check(lambda x: [x * 2 + 0.1, x / 3, 2 - x, x > 1], np.arange(4), only="numbers")


def test_a_constant_array_of_one_number_becomes_that_number(x):
    passes = [name for name in PASSES if name not in ("merge", "fold", "constants")]
    replay = replay_of(lambda x: [x * np.full_like(x[:, :1], 0.5), x[:1] * np.full_like(x, 0.5)], x, without=passes)
    shapes = [v.shape for call in replay.program.calls for v in call.operands if v.kind == "constant"]
    assert shapes == [(), (4, 3)]  # the second gives the result its shape
    check(lambda x: [x * np.full_like(x[:, :1], 0.5)], x)


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


def test_the_listing_is_typed_and_says_where_each_call_comes_from(x):
    w = tg.Parameter(np.ones((3, 2)), name="w")
    replay = replay_of(lambda x: [np.maximum(x @ w, 0).data], x)
    assert re.sub(r"test_passes.py:\d+", "LINE", str(replay)) == "\n".join([
        "%0:float64[4, 3] = x0  # input",
        "%1:float64[3, 2] = w  # captured",
        "%2:float64[4, 2] = dot(%0, %1)  # matmul, LINE",
        "%5:float64[4, 2] = 0  # constant",
        "%3:float64[4, 2] = maximum(%2, %5)  # maximum, LINE",
        "return %3",
    ])  # fmt: skip


def test_the_source_is_what_runs(x):
    w = tg.Parameter(np.ones((3, 2)), name="dense/kernel")
    replay = replay_of(lambda x: [np.maximum(x @ w, 0).data], x)
    assert re.sub(r"test_passes.py:\d+", "LINE", replay.source) == "\n".join([
        "def run(x0):",
        "    np.dot(x0, dense_kernel, v2)  # matmul, LINE",
        "    np.maximum(v2, c5, out=v3)  # maximum, LINE",
        "    return (v3.copy(),)",
    ])  # fmt: skip
    assert np.shares_memory(replay.code.namespace["v2"], replay.code.namespace["v3"])


def test_memory_is_reused_when_a_value_has_had_its_last_use():
    x = np.ones(1000)

    def f(x):
        y = x
        for _ in range(20):
            y = np.sin(y) + x
        return [y]

    replay = replay_of(f, x)
    assert replay.memory == {"planned": 8000, "naive": 40 * 8000}
    np.testing.assert_array_equal(replay([x])[0], f(x)[0])


def test_what_is_needed_later_is_not_overwritten(rng):
    x = rng.normal(size=(6, 6))

    def f(x):
        a = np.exp(x)
        b = a * 2  # a lives on
        c = np.where(b > 1, a, b)
        d = a.T + c  # a view of a
        e = d.copy()
        e[0, 0] = 3
        return [a[::2], d, e, np.add.reduce(e, axis=1, keepdims=True) * e]

    check(f, x)


def test_layouts_are_those_of_numpy(rng):
    x = rng.normal(size=(5, 7)).astype("f")
    f = lambda x: [np.exp(x.T), np.add.reduce(np.exp(x.T), axis=0), np.exp(x.T).reshape(-1), x.T.astype("d")]
    replay = replay_of(f, x, without=REORDERING)
    for a, b in zip(replay([x]), f(x), strict=True):
        assert a.tobytes() == b.tobytes()


def test_long_programs_stay_linear():
    x = np.ones(2)

    def f(x):
        y = x
        for _ in range(3000):
            y = y + x
        return [y]

    replay = replay_of(f, x)
    assert replay([x])[0][0] == 3001
    assert replay.memory["planned"] == 64


def test_bounds_are_given_in_full_to_maximum_and_minimum(x):
    f = lambda x: [np.maximum(x, 0), np.minimum(0.5, np.maximum(x, 0)), np.maximum(x.T, 0), np.maximum(x, x[0])]
    replay = replay_of(f, x, without=REORDERING)
    shapes = [[v.shape for v in call.operands] for call in replay.program.calls if call.function is np.maximum]
    assert shapes == [[(4, 3), (4, 3)], [(3, 4), (3, 4)], [(4, 3), (3,)]]
    odd = np.array([[np.nan, -0.0, 0.0], [np.inf, -np.inf, 1.0], [0.5, -1.0, 2.0], [5e-324, -5e-324, 0.25]])
    for given in (x, odd, -odd):
        for a, b in zip(replay([given]), f(given), strict=True):
            assert a.tobytes() == b.tobytes()


def test_large_arrays_have_one_bound(x):
    large = np.ones((MOST_BOUNDS // 64, 9))
    replay = replay_of(lambda x: [np.maximum(x, 0)], large)
    assert [v.shape for v in replay.program.calls[0].operands] == [large.shape, ()]


SUMS = {
    "columns": lambda x: np.add.reduce(x, axis=0),
    "columns kept": lambda x: np.add.reduce(x, axis=0, keepdims=True),
    "rows": lambda x: np.add.reduce(x, axis=1),
    "rows kept": lambda x: np.add.reduce(x, axis=-1, keepdims=True),
    "transposed": lambda x: np.add.reduce(x.T, axis=0),
    "vector": lambda x: np.add.reduce(x[0] * 1, axis=None),
    "np.sum": lambda x: np.sum(x, axis=0),
}
OTHER_SUMS = {
    "integers": lambda x: np.add.reduce((x > 0).astype("int64"), axis=0),
    "another dtype": lambda x: np.add.reduce(x, axis=0, dtype="float64"),
    "half": lambda x: np.add.reduce(x.astype("float16"), axis=0),
    "products": lambda x: np.multiply.reduce(x, axis=0),
    "three axes": lambda x: np.add.reduce(x.reshape(2, 2, 3), axis=0),
    "both axes": lambda x: np.add.reduce(x, axis=(0, 1)),
    "one row": lambda x: np.add.reduce(x[:1] * 1, axis=0),
    "steps": lambda x: np.add.reduce(x[::2, ::2], axis=0),
    "empty": lambda x: np.add.reduce(x[:0] * 1, axis=0),
    "cumulative": lambda x: np.add.accumulate(x, axis=0),
}


@pytest.mark.parametrize("f", SUMS.values(), ids=SUMS)
def test_sums_become_products_with_ones(f, x):
    x = x.astype("float32")
    replay = replay_of(lambda x: [f(x)], x, only="sums")
    assert names(replay).count("dot") == 1
    assert "reduce" not in names(replay)
    (found,) = replay([x])
    assert (found.shape, found.dtype) == (f(x).shape, x.dtype)
    np.testing.assert_allclose(found, f(x.astype("float64")), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("f", OTHER_SUMS.values(), ids=OTHER_SUMS)
def test_other_sums_stay(f, x):
    x = x.astype("float32")
    replay = replay_of(lambda x: [f(x)], x, only="sums")
    assert "dot" not in names(replay)
    (found,) = replay([x])
    assert found.tobytes() == f(x).tobytes()


def test_long_rows_are_added_by_halves(rng):
    x = rng.uniform(1, 2, (3, LONGEST_ROW + 1)).astype("float32")
    assert names(replay_of(lambda x: [x.sum(1), x.sum(0)], x, only="sums")) == ["reduce", "dot"]


def test_exact_leaves_out_what_reorders(x):
    f = lambda x: np.exp(x).sum(0)
    for exact in (True, False):
        step = tg.compile(f, exact=exact)
        assert ("np.dot" in step.program(x).source) is not exact
        np.testing.assert_allclose(step(x), f(x), rtol=0 if exact else 1e-14)


MEANS = {
    "vector": lambda x: np.mean(x[0] * 1),
    "columns": lambda x: x.sum(0) / 4,
    "times": lambda x: np.sum(x, axis=1) * 0.25,
}
NO_MEANS = {
    "the sum is used too": lambda x: x.sum(0) / 4 + x.sum(0),
    "divided by an array": lambda x: x.sum(0) / x[0],
    "a number over it": lambda x: 1.0 / x.sum(0),
}


@pytest.mark.parametrize("f", MEANS.values(), ids=MEANS)
def test_means_are_one_product(f, x):
    replay = replay_of(lambda x: [f(x)], x)
    assert names(replay)[-1] == "dot"
    assert not {"divide", "true_divide", "reduce"} & set(names(replay))
    np.testing.assert_allclose(replay([x])[0], f(x), rtol=1e-14)


@pytest.mark.parametrize("f", NO_MEANS.values(), ids=NO_MEANS)
def test_what_is_no_mean_is_divided_afterwards(f, x):
    replay = replay_of(lambda x: [f(x)], x)
    assert "divide" in names(replay)
    np.testing.assert_allclose(replay([x])[0], f(x), rtol=1e-14)


def test_a_sum_that_is_returned_beside_its_mean_stays(x):
    replay = replay_of(lambda x: [(s := x.sum(0)), s / 4], x)
    assert names(replay) == ["dot", "divide"]


@pytest.mark.parametrize("factor", [1e-40, 1e30, 0.0, np.inf])
def test_a_divisor_that_ones_cannot_take_up_is_left(factor):
    x = np.array([[3.0, -2.0], [1.0, 2.5]], "f")
    f = lambda x: [np.add.reduce(x, axis=0) * np.float32(factor), np.add.reduce(x, axis=1) / np.float32(factor)]
    with np.errstate(all="ignore"):
        replay = replay_of(f, x)
        for found, expected in zip(replay([x]), f(x), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-6)
