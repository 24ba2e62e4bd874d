"""tg.compile: what a compiled function returns, remembers, refuses, and leaves alone."""

import copy
import gc
import pickle
import re
import subprocess
import sys
import threading
import weakref
from contextlib import nullcontext

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile import compile
from tensorgrad.compile.function_cache import LIMIT
from tensorgrad.errors import TraceError
from tensorgrad.ops.random import uniform_like
from tests.conftest import unwatched


@pytest.fixture
def x(rng):
    return rng.normal(size=(5, 3)).astype("float32")


@pytest.fixture
def w(rng):
    return tg.Parameter(rng.normal(size=(3, 4)).astype("float32"), name="w")


def test_a_function_is_traced_runs_once_as_it_is_and_then_as_a_program(x):
    runs = []
    log = unwatched(runs.append)

    def f(x):
        log.info(1)
        return np.exp(x).sum(axis=0)

    step = compile(f)
    for _ in range(3):
        np.testing.assert_array_equal(step(x), f(x))
    assert len(runs) == 2 + 3
    assert step.cache_info() == (2, 1, LIMIT, 1)


def test_the_decorator_takes_options():
    @compile(static="n")
    def f(x, n):
        """Doc."""
        return x**n

    assert f(np.array([2.0]), 3) == 8
    assert f(np.array([2.0]), n=2) == 4
    assert f.__doc__ == "Doc."
    assert f.cache_info().currsize == 2


def test_a_static_argument_must_be_one_of_the_function():
    def power(x, exponent):
        return x**exponent

    with pytest.raises(tg.OptionError, match=re.escape("power has no argument 'exponents'; did you mean 'exponent'?")):
        compile(power, static="exponents")


def test_static_arguments_are_told_apart_by_value_and_type_others_by_identity():
    step = compile(lambda x, how: x * how[0] if isinstance(how, list) else x / how, static="how")
    x = np.array([1.0, -2.0])
    for how in (2, 2.0, True, [3], [3.0], [3], 0.0, -0.0):
        with np.errstate(divide="ignore"):
            found, expected = step(x, how), step.function(x, how)
        assert found.tobytes() == expected.tobytes()
    assert step.cache_info()[:2] == (1, 7)


def test_structures_go_in_and_come_out(x):
    def f(data, *, scale):
        a, (b, t) = data["a"], data["rest"]
        return {"sum": a + b, "pair": (t * scale, [None, "text", 3]), "first": a[0, 0]}

    t = tg.Tensor(x)
    step = compile(f)
    data = {"a": x, "rest": (2 * x, t)}
    for _ in range(2):
        found, expected = step(data, scale=0.5), f(data, scale=0.5)
        np.testing.assert_array_equal(found["sum"], expected["sum"])
        assert isinstance(found["pair"][0], tg.Tensor)
        np.testing.assert_array_equal(found["pair"][0].data, expected["pair"][0].data)
        assert found["pair"][1] == [None, "text", 3]
        assert isinstance(found["first"], np.float32)
    assert step.cache_info().hits == 1


def test_python_numbers_are_inputs_and_stay_weak(x):
    step = compile(lambda x, rate, n: (x * rate + n, rate * 2))
    for rate, n in ((0.1, 3), (0.7, -2)):
        y, twice = step(x, rate, n)
        np.testing.assert_array_equal(y, x * rate + n)
        assert y.dtype == np.float32
        assert twice == rate * 2
    assert step.cache_info()[:2] == (1, 1)


@pytest.mark.parametrize(
    "change",
    [lambda x: x[:3], lambda x: x.astype(float), lambda x: np.asfortranarray(x), lambda x: [x], lambda x: tg.Tensor(x)],
    ids=["shape", "dtype", "layout", "structure", "kind"],
)
def test_another_kind_of_argument_is_another_program(x, change):
    def f(x):
        return np.exp(x[0] if isinstance(x, list) else x) * 2

    step = compile(f)
    step(x)
    found, expected = step(change(x)), f(change(x))
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))
    assert step.cache_info() == (0, 2, LIMIT, 2)


def test_the_layout_of_a_tensor_counts_too(x):
    step = compile(lambda t: np.add.reduce(np.exp(t.data), axis=0))
    square = np.random.default_rng(0).normal(size=(40, 40)).astype("f")
    for array in (square, square.T, square, square.T):
        found, expected = step(tg.Tensor(array)), np.add.reduce(np.exp(array), axis=0)
        assert found.tobytes() == expected.tobytes()
    assert step.cache_info()[:2] == (2, 2)


def test_an_index_that_is_an_argument_is_read_at_each_run(w):
    step = compile(lambda i, rows: (w[i] * 2, w[rows], w.data[rows[0], 1:]))
    for i, rows in ((0, [2, 1]), (2, [0, 0]), (1, [1, 2])):
        i, rows = np.array(i), np.array(rows)
        row, taken, part = step(i, rows)
        np.testing.assert_array_equal(row.data, w.data[i] * 2)
        np.testing.assert_array_equal(taken.data, w.data[rows])
        np.testing.assert_array_equal(part, w.data[rows[0], 1:])
    assert step.cache_info().hits == 2


def test_no_grad_is_another_program(w):
    step = compile(lambda: (w * 2).requires_grad)
    assert step() is True
    with tg.no_grad():
        assert step() is False


def test_the_cache_forgets_what_was_not_used_for_longest():
    step = compile(lambda x: x + 1)
    for n in range(LIMIT + 1):
        step(np.zeros(n))
    assert step.cache_info() == (0, LIMIT + 1, LIMIT, LIMIT)
    step(np.zeros(LIMIT))
    assert step.cache_info().hits == 1
    step(np.zeros(0))
    assert step.cache_info().misses == LIMIT + 2
    step.cache_clear()
    assert step.cache_info() == (0, 0, LIMIT, 0)


def test_weights_are_seen_however_the_function_comes_by_them(x, w):
    class Holder:
        weights = [w]  # noqa: RUF012  (one for all, on purpose)

    step = compile(lambda x: x @ Holder.weights[0] + np.sum(w**2) * 0.1)  # the second has no argument in it
    for change in (lambda: None, lambda: w.data.__imul__(2), lambda: setattr(w, "data", w.data + 1)):
        change()
        found, expected = step(x), x @ w + np.sum(w**2) * 0.1
        np.testing.assert_array_equal(found.data, expected.data)
    assert step.cache_info()[:2] == (1, 2)  # values written in place are seen; another array is another program


def test_freezing_a_weight_is_another_program(x, w):
    step = compile(lambda: (w * 2).requires_grad)
    assert step() is True
    w.requires_grad = False
    assert step() is False


def train(w, b, x, y, momentum):
    loss = ((np.tanh(x @ w + b) - y) ** 2).mean()
    loss.backward()
    for p, m in zip((w, b), momentum, strict=True):
        m.data *= 0.9
        m.data += p.grad.data
        p.data -= 0.1 * m.data
        p.grad = None
    return loss


def test_a_step_that_changes_weights_and_state_is_the_eager_one(x, rng):
    def fresh():
        r = np.random.default_rng(1)
        w, b = tg.Parameter(r.normal(size=(3, 4)).astype("f")), tg.Parameter(np.zeros(4, "f"))
        return w, b, [tg.Tensor(np.zeros((3, 4), "f")), tg.Tensor(np.zeros(4, "f"))]

    batches = [(rng.normal(size=(5, 3)).astype("f"), rng.normal(size=(5, 4)).astype("f")) for _ in range(4)]
    w, b, m = fresh()
    eager = [train(w, b, x, y, m).item() for x, y in batches]
    v, c, n = fresh()
    step = compile(lambda x, y: train(v, c, x, y, n))
    assert [step(x, y).item() for x, y in batches] == eager
    assert (v.data == w.data).all()
    assert (c.data == b.data).all()
    assert step.cache_info()[:2] == (3, 1)


def test_rebinding_a_weight_leaves_its_old_array_to_whoever_holds_it(x, w):
    def f(x):
        before = w.data
        w.data = w.data * 0.5
        return x @ w, before - w.data

    step, start = compile(f), w.data.copy()
    for n in (1, 2, 3):
        held, old = w.data, w.data.copy()
        y, moved = step(x)
        np.testing.assert_array_equal(held, old)
        np.testing.assert_array_equal(w.data, start * 0.5**n)
        np.testing.assert_array_equal(moved, old - w.data)
        np.testing.assert_array_equal(y.data, x @ w.data)
    assert step.cache_info()[:2] == (2, 1)


def test_gradients_are_left_where_backward_leaves_them(x, w):
    def f(x):
        loss = (x @ w).sum()
        loss.backward()
        return loss

    step = compile(f)
    for _ in range(2):
        step(x)
        found, w.grad = w.grad, None
        f(x)
        np.testing.assert_array_equal(found.data, w.grad.data)
        step(x)  # adds to what is there, as the function does
        np.testing.assert_array_equal(w.grad.data, 2 * found.data)
        w.grad = None
    w.grad = tg.Tensor(np.ones_like(w.data))
    with pytest.raises(TraceError, match=r"w has a gradient from before, .* set .grad = None before it runs"):
        compile(f)(x)
    w.grad = None


def test_views_and_writes_behave_as_in_numpy(x):
    def f(x):
        y = np.zeros_like(x)
        y[1:] = x[:-1]
        row = y[2]
        row *= 3  # a write through a view
        y[:, 0] += 1
        np.add.at(y, [0, 0], 1)
        np.copyto(y, 5, where=x > 1)
        y[x < -1] = 0
        return y.T @ y, row, y.reshape(-1)[::2]

    step = compile(f)
    for data in (x, -2 * x):
        for a, b in zip(step(data), f(data), strict=True):
            np.testing.assert_array_equal(a, b)
    assert step.cache_info().hits == 1


def test_a_tensor_made_inside_starts_anew_at_each_run(x):
    def f(x):
        y = tg.Tensor(np.zeros((5, 3), "f"))
        y[1:3] = tg.Tensor(x[:2])
        y[0] = y[1] * 2
        y.data += 1
        return y

    step = compile(f)
    for data in (x, x * 0, 2 * x):
        np.testing.assert_array_equal(step(data).data, f(data).data)
    assert step.cache_info().hits == 2


def test_a_write_into_an_argument_is_a_write_into_the_callers_array():
    step = compile(lambda x: x.__iadd__(1).sum())
    x = np.zeros(3)
    assert [step(x), step(x)] == [3, 6]
    np.testing.assert_array_equal(x, [2, 2, 2])


def test_results_belong_to_the_caller(x, w):
    step = compile(lambda x: (x * 2, w * 3, x.T + 1))
    first = step(x)
    kept = [np.array(a.data if isinstance(a, tg.Tensor) else a) for a in first]
    second = step(x)
    for a in (*first, *second):
        (a.data if isinstance(a, tg.Tensor) else a)[...] = 9
    for a, b in zip(step(x), kept, strict=True):
        np.testing.assert_array_equal(np.asarray(a.data if isinstance(a, tg.Tensor) else a), b)


def test_what_was_there_before_is_returned_itself(x, w):
    known, t = [1, x], tg.Tensor(x)
    step = compile(lambda x, t, data: (x, t, w, w.data, x[1:], known, data, data["k"]))
    for data in ({"k": [1]}, {"k": [2]}):
        found = step(x, t, data)
        for a, b in zip(found, (x, t, w, w.data, None, known, data, data["k"]), strict=True):
            assert b is None or a is b
        assert np.shares_memory(found[4], x)
    assert step.cache_info()[:2] == (1, 1)


def test_a_function_that_changes_what_it_is_given_runs_as_it_is():
    def f(items, table):
        items.append(items.pop(0))
        table["n"] = table.get("n", 0) + 1
        return items[0] * table["n"]

    step = compile(f)
    for n in (1, 2, 3):
        items, table = [np.ones(2), np.full(2, 5.0)], {"n": n}
        with pytest.warns(tg.errors.UncompiledWarning) if n == 2 else nullcontext():
            np.testing.assert_array_equal(step(items, table), [5.0 * (n + 1)] * 2)
        assert (items[1][0], table["n"]) == (1, n + 1)


def test_random_numbers_are_drawn_anew_and_in_order(x):
    def f(x, rng):
        mask = uniform_like(x, rng) >= 0.5
        unused = uniform_like(x, rng)  # noqa: F841  (it is drawn all the same)
        return np.where(mask, x, 0) + uniform_like(x, rng, shape=(3,))

    mine, theirs = np.random.default_rng(3), np.random.default_rng(3)
    step = compile(lambda x: f(x, mine))
    for _ in range(4):
        np.testing.assert_array_equal(step(x), f(x, theirs))
    assert step.cache_info().hits == 3


def test_warnings_are_those_of_the_eager_call():
    w = tg.Parameter(np.array([0.0, 1.0]))

    def loss_gradient():
        loss = np.sqrt(w).sum()
        loss.backward()
        return

    step = compile(loss_gradient)
    for _ in range(2):
        step()  # the rule divides by 0, which the engine keeps to itself
        w.grad = None
    divide = compile(lambda x: 1 / x)
    for _ in range(2):
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            divide(np.zeros(2))


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: x if x.sum() > 0 else -x, "if, and, or, not or bool() needs the value of bool[]"),
        (lambda x: float(x[0, 0]), "float() needs the value of float32[]"),
        (lambda x: x.sum().item(), "item() needs the value of float32[]"),
        (lambda x: list(range(int(x[0, 0]))), "int() needs the value"),
        (lambda x: x[x > 0], "x[mask] needs the value of x float32[5, 3]"),
        (lambda x: np.nonzero(x), "np.nonzero() needs the value"),
        (lambda x: np.array_equal(x, x), "np.array_equal() needs the value"),
        (lambda x: np.asarray(x), "making an ndarray needs the value"),
        (lambda x: f"{x.sum():.3f}", "formatting needs the value"),
        (lambda x: tg.Tensor(x).sum().item(), "item() needs the value"),
    ],
    ids=["if", "float", "item", "int", "mask", "nonzero", "bool", "asarray", "format", "tensor"],
)
def test_what_needs_a_value_is_refused_with_the_line_and_the_ways_out(x, f, words):
    with pytest.raises(TraceError) as caught:
        compile(f)(x)
    message = str(caught.value)
    assert message.startswith("test_compiled_function.py:")
    assert words in message
    assert "np.where" in message or "np.zeros_like" in message


def test_writing_into_a_plain_array_from_outside_is_refused(x):
    state = np.zeros_like(x)
    with pytest.raises(TraceError, match=r"writes into float32\[5, 3\], which is no Tensor's"):
        compile(lambda x: state.__iadd__(x))(x)


def test_the_gradient_of_an_argument_is_refused(x):
    t = tg.Tensor(x, requires_grad=True)
    with pytest.raises(TraceError, match="computes the gradient of one of its arguments"):
        compile(lambda t: (t * t).sum().backward())(t)
    assert t.grad is None


def test_a_run_that_fails_leaves_nothing_behind(x, w):
    rng = np.random.default_rng(0)
    old, state = w.data.copy(), rng.bit_generator.state

    def f(x):
        w.data *= 2
        uniform_like(x, rng)
        (x @ w).sum().backward()
        return bool(w.data.sum() > 0)

    for _ in range(2):
        with pytest.raises(TraceError):
            compile(f)(x)
        np.testing.assert_array_equal(w.data, old)
        assert type(w.data) is np.ndarray
        assert w.grad is None
        assert rng.bit_generator.state == state


def test_an_array_kept_from_a_trace_cannot_be_used(x):
    kept = []
    log = unwatched(kept.append)
    compile(lambda x: log.info(x) or x)(x)
    with pytest.raises(TraceError, match="used after the function had run"):
        kept[0] + 1


def test_a_function_that_keeps_what_it_sees_runs_as_it_is(x):
    kept = []
    step = compile(lambda x: kept.append(x) or x * len(kept))
    np.testing.assert_array_equal(step(x), x)
    with pytest.warns(tg.errors.UncompiledWarning, match="<lambda> changes kept whenever it runs"):
        np.testing.assert_array_equal(step(x), x * 2)
    np.testing.assert_array_equal(step(x), x * 3)
    assert [array is x for array in kept] == [True] * 3


def test_a_tensor_from_outside_is_returned_itself(w):
    step = compile(lambda: (w, w.data))
    for _ in range(2):
        found, array = step()
        assert found is w
        assert array is w.data


def test_one_compiled_function_may_call_another(x):
    inner = compile(lambda x: np.exp(x))
    outer = compile(lambda x: inner(x) + 1)
    for _ in range(2):
        np.testing.assert_array_equal(outer(x), np.exp(x) + 1)
    assert inner.cache_info().misses == 0


def test_threads_share_a_program_without_harm(rng):
    def f(x):
        y = x
        for _ in range(20):
            y = np.tanh(y * 1.5)
        return y

    step, failed = compile(f), []

    def work(seed):
        x = np.random.default_rng(seed).normal(size=(64, 64))
        expected = f(x)
        for _ in range(30):
            if not np.array_equal(step(x), expected):
                failed.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failed


def test_other_threads_see_arrays_while_one_traces(w):
    inside, checked, seen = threading.Event(), threading.Event(), []

    def f():
        inside.set()
        checked.wait(5)
        return w * 2

    thread = threading.Thread(target=compile(f))
    thread.start()
    inside.wait(5)
    seen.append(type(w.data))
    checked.set()
    thread.join()
    assert seen == [np.ndarray]


def test_a_traced_function_frees_its_graph(x, w):
    graphs = []

    def f(x):
        y = x @ w
        graphs.append(weakref.ref(y))
        return y.sum()

    gc.disable()
    try:
        step = compile(f)
        step(x)
        assert graphs[0]() is None
    finally:
        gc.enable()


def test_layers_trace_as_they_stand(x):
    model = tg.Sequential([tg.layers.Dense(4, "relu", name="hidden"), tg.layers.Dropout(0.5, seed=1),
                           tg.layers.Flatten(), tg.layers.Dense(2, "softmax", name="out")])  # fmt: skip
    model(x)
    step = compile(lambda x: model(x))
    np.testing.assert_array_equal(step(x).data, model(x).data)
    np.testing.assert_array_equal(step(2 * x).data, model(2 * x).data)
    listing = str(step.program(x))
    assert "float32[5, 4] = maximum(" in listing
    assert re.search(r"# relu, hidden, test_compiled_function.py:\d+$", listing, re.MULTILINE)


def test_importing_tensorgrad_does_not_load_the_compiler():
    probe = "import sys, tensorgrad; print([m for m in sys.modules if m.startswith('tensorgrad.compile.')])"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert "tensorgrad.compile.trace.tracer" not in out.stdout


@pytest.mark.parametrize("pick", [lambda w, i: w[i], lambda w, i: np.take(w, i, axis=0), lambda w, i: w[:, i[:2]]])
def test_entries_picked_twice_by_ids_that_are_inputs_get_both_gradients(pick):
    w = tg.Tensor(np.arange(12.0).reshape(4, 3), requires_grad=True)

    @tg.compile
    def gradient(ids):
        (pick(w, ids) ** 2).sum().backward()
        g, w.grad = w.grad, None
        return g

    for ids in ([0, 1, 1, 2], [2, 2, 2, 0], [1, 0, 2, 1]):
        found = gradient(np.array(ids))
        (pick(w, np.array(ids)) ** 2).sum().backward()
        np.testing.assert_array_equal(found.data, w.grad.data)
        w.grad = None


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int64"])
@pytest.mark.parametrize(
    "kwargs", [{}, {"axis": 0}, {"axis": (0, -1), "keepdims": True}, {"dtype": "float64"}], ids=str
)
def test_the_mean_of_an_array_is_numpys(rng, dtype, kwargs):
    x = (10 * rng.normal(size=(6, 4, 5))).astype(dtype)
    f = lambda x: np.mean(x, **kwargs)
    step = compile(f)
    for found in (step(x), step(x)):
        assert found.dtype == f(x).dtype
        assert np.asarray(found).tobytes() == np.asarray(f(x)).tobytes()
    assert ("np.mean" in step.program(x).source) is (dtype not in ("float32", "float64") or "dtype" in kwargs)


class Line:
    def __init__(self, slope):
        self.w = tg.Parameter(np.full(3, slope), name="w")

    @compile
    def at(self, x):
        return self.w * x

    @compile(static="n", exact=False)
    def power(self, x, n=2):
        return (self.w * x) ** n


def test_a_method_is_compiled_for_each_object(x):
    one, two = Line(1.0), Line(2.0)
    x = np.arange(3.0)
    for _ in range(2):
        np.testing.assert_array_equal(one.at(x).data, x)
        np.testing.assert_array_equal(two.at(x).data, 2 * x)
    assert one.at.cache_info()[:2] == two.at.cache_info()[:2] == (1, 1)
    assert Line.at.cache_info().currsize == 0
    assert one.power(x, n=3).data.tolist() == [0.0, 1.0, 8.0]
    assert one.power(x, 2).data.tolist() == [0.0, 1.0, 4.0]
    assert one.power.cache_info().currsize == 2
    assert not one.power.exact
    assert str(one.at) == "<compiled at>"


def test_a_bound_method_is_compiled_like_a_function():
    x = np.arange(3.0)
    assert compile(Other().double, static="n")(x, n=2).tolist() == [0.0, 2.0, 4.0]


class Other:
    def double(self, x, n):
        return x * n


def test_an_object_with_a_compiled_method_goes_when_nobody_uses_it():
    line = Line(1.0)
    line.at(np.ones(3))
    gone = weakref.ref(line)
    gc.disable()
    try:
        del line
        assert gone() is None
    finally:
        gc.enable()


def test_an_object_with_a_compiled_method_is_copied_with_a_step_of_its_own():
    line = Line(1.0)
    x = np.ones(3)
    line.at(x)
    for twin in (copy.deepcopy(line), pickle.loads(pickle.dumps(line))):
        twin.w.data[...] = 5.0
        assert twin.at(x).data.tolist() == [5.0] * 3
    assert line.at(x).data.tolist() == [1.0] * 3


def test_a_step_given_to_a_class_later_is_a_method_too():
    class Plain:
        factor = 3.0

    Plain.times = compile(lambda self, x: self.factor * x)
    plain = Plain()
    assert [plain.times(np.ones(2)).tolist() for _ in range(2)] == [[3.0, 3.0]] * 2
    assert plain.times.cache_info().hits == 1


def test_an_error_that_the_function_handles_is_handled():
    def f(x):
        try:
            return np.linalg.cholesky(x)
        except np.linalg.LinAlgError:
            return x * 0

    step = compile(f)
    for x in (np.eye(3), -np.eye(3), 2 * np.eye(3)):
        np.testing.assert_array_equal(step(x), f(x))
    inverse = compile(lambda x: np.linalg.inv(x))
    inverse(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        inverse(np.zeros((2, 2)))


def test_a_number_beside_another_dtype_keeps_its_digits():
    def f(x):
        return np.add(x, 1 / 3, dtype="float64", casting="unsafe")

    x = np.ones(3, "float32")
    step = compile(f)
    for _ in range(2):
        assert step(x).tobytes() == f(x).tobytes()


def test_a_handled_error_makes_a_function_run_as_it_is():
    def inverse(a):
        try:
            return np.linalg.inv(a)
        except np.linalg.LinAlgError:
            return np.zeros_like(a)

    step = compile(inverse)
    with pytest.warns(tg.errors.UncompiledWarning, match=r"test_compiled_function.py:\d+"):
        np.testing.assert_array_equal(step(np.zeros((2, 2))), np.zeros((2, 2)))
    np.testing.assert_array_equal(step(np.eye(2)), np.eye(2))


def test_an_array_from_outside_that_is_written_as_an_argument():
    w = np.zeros(3)

    def f(a):
        a += 1
        return w * 2

    step = compile(f)
    for given, expected in ((np.zeros(3), 0), (w, 2), (np.zeros(3), 2), (w, 4)):
        np.testing.assert_array_equal(step(given), np.full(3, expected))


class Parent:
    factor = 2.0


class Child(Parent):
    pass


class Stranger:
    factor = 7.0


@pytest.mark.parametrize("change", ["shadowed", "another class"])
def test_what_a_class_begins_to_define_is_seen(x, change):
    one = Child()
    step = compile(lambda x: x * one.factor)
    step(x)
    try:
        if change == "shadowed":
            Child.factor = 4.0
        else:
            one.__class__ = Stranger
        np.testing.assert_array_equal(step(x), x * one.factor)
    finally:
        if "factor" in vars(Child):
            del Child.factor


def test_attributes_of_functions_and_names_to_come_are_seen(x):
    def helper(x):
        return abs(x) * helper.factor

    helper.factor = 2.0
    step = compile(lambda x: helper(x))
    step(x)
    helper.factor = 3.0
    np.testing.assert_array_equal(step(x), abs(x) * 3)
    helper.__globals__["abs"] = np.negative
    try:
        np.testing.assert_array_equal(step(x), -x * 3)
    finally:
        del helper.__globals__["abs"]


def test_a_program_that_cannot_be_is_asked_for_in_vain():
    calls = []

    def changes(x):
        calls.append(1)
        return x

    with pytest.raises(AttributeError, match="nothing"):
        compile(lambda x: x.nothing).program(np.ones(2))
    with pytest.raises(TraceError, match="changes what it uses whenever it runs"):
        compile(changes).program(np.ones(2))


def test_an_error_in_a_program_that_has_changed_something_says_where_it_comes_from():
    w = tg.Tensor(np.zeros(2))

    @compile
    def step(x):
        w.data += 1.0
        return np.exp(x)

    step(np.ones(2))
    with pytest.raises(FloatingPointError) as caught, np.errstate(over="raise"):
        step(np.full(2, 1e6))
    assert caught.value.__notes__ == ["in a program of step; a function that handles this cannot be one"]
