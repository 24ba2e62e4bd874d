"""The law of compiled functions: what the function gives, to the last bit unless ``exact=False``, or a refusal with why.

Each case is run as it is and compiled, each time in a world it makes itself; all that it yields is compared. Those in
``MAY_REFUSE`` may raise a TraceError instead. ``python -m tests.fuzz`` draws such cases at random.
"""

import math
import random
from collections import namedtuple

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import TraceError
from tests.fuzz.compare import difference
from tests.fuzz.run import INTERNAL, quiet
from tests.fuzz.snapshot import snapshot
from tests.fuzz.ways import as_it_is

CASES, MAY_REFUSE = {}, set()
Pair = namedtuple("Pair", "first second")


def case(f):
    """Make a generator function a test."""
    CASES[f.__name__] = f
    return f


def may_refuse(f):
    """Make it one that may raise a TraceError instead."""
    MAY_REFUSE.add(f.__name__)
    return case(f)


def seen(f, compiled):
    """Return the snapshots of what ``f(compiled)`` yields."""
    tg.set_random_seed(0)
    np.random.seed(0)  # noqa: NPY002  (a case may draw from it; ``quiet`` puts it back)
    random.seed(0)
    return [snapshot(["result"], {"result": found}) for found in f(compiled)]


@pytest.mark.parametrize("name", CASES)
def test_a_compiled_function_gives_what_the_function_gives(name):
    with quiet():
        expected = seen(CASES[name], as_it_is)
        try:
            found = seen(CASES[name], tg.compile)
        except TraceError as error:
            assert name in MAY_REFUSE, f"refused without need: {error}"
            assert not INTERNAL.search(str(error))
            return
    for number, (a, b) in enumerate(zip(expected, found, strict=True)):
        unlike = difference(a, b)
        assert unlike is None, f"at yield {number}: {unlike[2]}"


def floats(*shape, dtype="float64", seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def weight(*shape, dtype="float64", seed=1):
    return tg.Tensor(floats(*shape, dtype=dtype, seed=seed), requires_grad=True)


# ---- buffers by dtype, and values that are written ----


@case
def buffers_of_two_dtypes(compiled):
    f = compiled(lambda x, n: np.where(x > 0, x * 2.0, n * 3 + 1))
    for n in ([5, 6], [5, 6], [7, -8]):
        yield f(np.array([1.0, -1]), np.array(n))


@case
def division_where_it_can_be(compiled):
    f = compiled(lambda a, b: np.divide(a, b, out=np.zeros_like(a), where=b != 0))
    for b in ([1.0, 0, 2], [0.0, 0, 1], [0.0, 3, 0]):
        yield f(np.ones(3), np.array(b))


def writing(name, write):
    """Make a case of a function that writes into its arguments in one of NumPy's spellings."""

    def f(compiled):
        def silent(x, o):
            write(x, o)
            return x * 2, o + 1

        def with_result(x, o):
            result = write(x, o)
            return None if result is None else result * 2

        for step in map(compiled, (silent, with_result)):
            for seed in range(3):
                x, o = 3 * floats(3, 3, seed=seed), floats(3, 3, seed=9)
                yield step(x, o), x, o

    f.__name__ = f"write_{name}"
    case(f)


writing("clip_method", lambda x, o: x.clip(0, 1, out=x))
writing("clip_positional", lambda x, o: np.clip(x, 0, 1, x))
writing("clip_out", lambda x, o: np.clip(x, 0, 1, out=o))
writing("nan_to_num", lambda x, o: np.nan_to_num(x, copy=False))
writing("cumsum_method", lambda x, o: x.cumsum(0, out=o))
writing("cumsum_out", lambda x, o: np.cumsum(x, 1, out=x))
writing("round_method", lambda x, o: x.round(1, out=x))
writing("round_positional", lambda x, o: np.round(x, 1, o))
writing("take_method", lambda x, o: x.take([2, 1, 0], 0, out=o, mode="clip"))
writing("dot_method", lambda x, o: x.dot(x, out=o))
writing("dot_positional", lambda x, o: np.dot(x, x, o))
writing("mean_method", lambda x, o: x.mean(0, out=o[0]))
writing("sum_method", lambda x, o: x.sum(1, out=o[:, 0]))
writing("outer_positional", lambda x, o: np.outer(x[0], x[1], o))
writing("stack_positional", lambda x, o: np.stack([x[0], x[1], x[0]], 0, o))
writing("stack_out", lambda x, o: np.stack([x[0], x[1], x[0]], out=o))
writing("concatenate_positional", lambda x, o: np.concatenate([x[:1], x[1:]], 0, o))
writing("modf", lambda x, o: np.modf(x, out=(o, x))[0])
writing("maximum_out", lambda x, o: np.maximum(x, 0, out=x))
writing("maximum_tuple", lambda x, o: np.maximum(x, 0, out=(o,)))
writing("maximum_positional", lambda x, o: np.maximum(x, 0, o))
writing("times_zeros", lambda x, o: x.__imul__(np.zeros_like(x)))
writing("first_row", lambda x, o: o.__setitem__(0, x[0]))
writing("put", lambda x, o: np.put(x, [0, 1], 5))
writing("place", lambda x, o: np.place(x, x > 0, [1.0, 2.0]))
writing("putmask", lambda x, o: np.putmask(x, x > 0, o))
writing("fill_diagonal", lambda x, o: np.fill_diagonal(x, 3))
writing("put_along_axis", lambda x, o: np.put_along_axis(x, np.zeros((1, 3), int), 7, 0))
writing("copyto", lambda x, o: np.copyto(o, x, where=x > 0))
writing("add_at", lambda x, o: np.add.at(x, [0, 0, 1], 1))
writing("power_in_place", lambda x, o: x.__ipow__(2))
writing("matmul_out", lambda x, o: np.matmul(x, x.T, out=o))
writing("einsum_out", lambda x, o: np.einsum("ij,jk", x, x, out=o))
writing("reduce_positional", lambda x, o: np.add.reduce(x, 0, None, o[1]))
writing("accumulate_out", lambda x, o: np.add.accumulate(x, out=x))
writing("masked_ufunc", lambda x, o: np.exp(x, out=x, where=x < 0))


@may_refuse
def write_sort(compiled):
    f = compiled(lambda x: (x.sort(), x * 2)[1])
    for seed in range(2):
        x = floats(5, seed=seed)
        yield f(x), x


@may_refuse
def write_flat(compiled):
    def f(x):
        x.flat[0] = 9
        return x * 2

    f = compiled(f)
    for seed in range(2):
        x = floats(5, seed=seed)
        yield f(x), x


@may_refuse
def shuffling(compiled):
    def f(x):
        np.random.default_rng(3).shuffle(x)
        return x * 1

    f = compiled(f)
    for seed in range(3):
        x = floats(6, seed=seed)
        yield f(x), x


# ---- scalars are immutable, and one of NumPy's functions gives several ----


@case
def an_entry_as_accumulator(compiled):
    def f(x):
        acc = x[0]
        for v in x[1:]:
            acc += v
        return acc

    f = compiled(f)
    for seed in range(3):
        x = floats(4, seed=seed)
        yield f(x), x


@case
def a_swap_of_entries(compiled):
    def f(x):
        a = x[0]
        x[0] = x[1]
        x[1] = a
        x[2], x[3] = x[3], x[2]
        return x + 0

    f = compiled(f)
    for seed in range(3):
        x = floats(4, seed=seed)
        yield f(x), x


@case
def a_swap_of_rows_shares_memory_as_in_numpy(compiled):
    def f(x):
        a = x[0]
        x[0] = x[1]
        x[1] = a
        return x * 1

    f = compiled(f)
    for seed in range(2):
        x = floats(3, 2, seed=seed)
        yield f(x), x


@case
def an_old_sum_stays(compiled):
    def f(x):
        s = x.sum()
        old = s
        s += 1
        return old, s, x.sum() * s

    f = compiled(f)
    for seed in range(3):
        yield f(floats(4, seed=seed))


@case
def running_totals(compiled):
    def f(x):
        total, found = 0.0, []
        for v in x:
            total += v.sum()
            found.append(total)
        return found, np.stack(found)

    f = compiled(f)
    for seed in range(3):
        yield f(floats(4, 2, seed=seed))


@case
def an_entry_of_the_targets_in_a_loss(compiled):
    w = weight(3)

    def f(x, t):
        s = t[0, 0]
        s += 1
        loss = np.mean((x @ w - s) ** 2)
        loss.backward()
        w.data -= 0.1 * w.grad.data
        w.grad = None
        return loss, s

    f = compiled(f)
    for seed in range(3):
        x, t = floats(2, 3, seed=seed), floats(2, 2, seed=5)
        yield f(x, t), w.data, x, t


@case
def numbers_that_are_changed(compiled):
    def f(x, n, m):
        n += 1
        m /= 2
        return x * n, n, m

    f = compiled(f)
    for n, m in ((2, 3.0), (5, 1.0), (2.0, 3)):
        yield f(np.ones(2), n, m)


@case
def a_scalar_takes_a_vector(compiled):
    def f(x):
        s = x.sum()
        s += x
        return s

    f = compiled(f)
    for seed in range(2):
        yield f(floats(3, seed=seed))


@case
def two_results_of_one_call(compiled):
    f = compiled(lambda x: (np.modf(x), np.divmod(x, 2), np.frexp(x)))
    for seed in range(2):
        yield f(3 * floats(4, seed=seed))


@case
def named_tuples_stay_so(compiled):
    def f(x):
        found = np.linalg.slogdet(x @ x.T + np.eye(3))
        return found, found.sign * found.logabsdet, Pair(found.sign, [x])

    f = compiled(f)
    for seed in range(2):
        yield f(floats(3, 3, seed=seed))


# ---- memory that is shared ----


@case
def the_same_array_twice(compiled):
    def f(x, y):
        x += 1
        return x * y, y.copy()

    f = compiled(f)
    for seed in range(3):
        x = floats(3, seed=seed)
        yield f(x, x), x
        a, b = floats(3, seed=seed), floats(3, seed=9)
        yield f(a, b), a, b


@case
def views_that_overlap(compiled):
    def f(x, y):
        z = y.copy()
        x[...] = y * 2
        y[0] = 7
        return x + 0, y + 0, z

    f = compiled(f)
    for start in (1, 2, 0, 1):
        base = floats(6)
        yield f(base[:4], base[start : start + 4]), base
        yield f(base[3::-1], base[:4]), base


@case
def a_weight_passed_as_an_argument_too(compiled):
    w = weight(3)

    def f(x):
        w.data -= 1
        return x * 2, w.data * x

    f = compiled(f)
    for _ in range(3):
        yield f(w.data), w.data
        yield f(floats(3)), w.data
        yield f(w.data[::-1]), w.data


@case
def a_tensor_argument_that_is_written(compiled):
    def f(t):
        t.data += 1
        t.data[0] = 5
        return t * 2

    f = compiled(f)
    for seed in range(3):
        t = tg.Tensor(floats(3, seed=seed))
        held = t.data
        yield f(t), t, held


@case
def what_a_weight_was(compiled):
    w = weight(3)

    def f(x):
        loss = (w * x).sum()
        loss.backward()
        old, older = w.data, w.detach()
        w.data = w.data - 0.1 * w.grad.data
        w.grad = None
        return np.sum((w.data - old) ** 2), ((w - older) ** 2).sum()

    f = compiled(f)
    for seed in range(3):
        held = w.data
        yield f(floats(3, seed=seed)), w.data, held


@may_refuse
def masked_arrays(compiled):
    f = compiled(lambda x: np.ma.masked_where(x > 0, x).sum())
    for seed in range(2):
        yield f(floats(5, seed=seed))


@may_refuse
def masked_arguments(compiled):
    f = compiled(lambda x: x * 2)
    for seed in range(2):
        yield f(np.ma.masked_where(floats(5) > 0, floats(5, seed=seed)))


# ---- arguments ----


@case
def several_positional_ones_and_one_by_name(compiled):
    f = compiled(lambda x, *r, n: x + r[0] * n)
    yield f(1.0, 10.0, n=2.0)
    yield f(np.ones(2), 10.0, 3.0, n=2)
    yield f(1.0, 20.0, n=3.0)


@case
def defaults_and_names(compiled):
    f = compiled(lambda x, n=2, *, k=3.0, **more: (x * n + k, sorted(more), more.get("z", x) * 1))
    x = np.ones(2)
    yield f(x), f(x, 3), f(x=x), f(x, n=2.0), f(x, k=1), f(x, z=x * 2), f(n=1, x=x), f(x, z=1, y=2)


@case
def static_numbers_of_several_types(compiled):
    f = compiled(lambda x, n: (x * n, n), static="n")
    x = np.array([1, -1])
    for n in (2, 2.0, 1, True, 0.0, -0.0, 0, False, 1.0):
        yield f(x, n)


@case
def numbers_in_structures_and_their_types(compiled):
    f = compiled(lambda data: (data["x"] * data["k"][0], data["k"][0]))
    for k in (2, 2.0, True, -0.0, 2**70):
        yield f({"x": np.arange(3.0), "k": [k]})


@case
def integers_without_limit(compiled):
    f = compiled(lambda x, n: x * 2**n)
    for n in (2, 70, -1, 3.0):
        yield f(np.ones(2), n)


@case
def a_negative_power(compiled):
    f = compiled(lambda x, n: (n**-1, x * n**-1))
    for n in (2, 3, -4, 0.5):
        yield f(np.ones(2, "float32"), n)


def the_error_of(f, *args):
    try:
        return f(*args)
    except Exception as error:
        assert not isinstance(error, TraceError), error
        return type(error).__name__


@case
def a_division_by_zero_raises(compiled):
    f = compiled(lambda x, n: x * (1 / n))
    for n in (2, 0, 4, 0.0):
        yield the_error_of(f, np.ones(2), n)


@case
def numbers_as_indices(compiled):
    f = compiled(lambda x, n: (x[n], np.take(x, n), x[n:], np.roll(x, n)))
    for n in (1, 2, -1, 0):
        yield f(floats(4), n)


@case
def a_number_as_the_place_to_write(compiled):
    def f(y, n, v):
        y[n] = v
        return y * 1

    f = compiled(f)
    for n, v in ((1, 2.0), (0, 3), (-1, True)):
        y = floats(4, dtype="float32")
        yield f(y, n, v), y


@case
def numbers_through_ufuncs(compiled):
    f = compiled(lambda x, n: (np.sqrt(n) * x, np.exp(n), np.add(n, 1) * x, np.array(n) * x))
    for n in (2, 3.0, True):
        yield f(np.ones(2, "float32"), n)


@case
def numbers_that_come_back(compiled):
    f = compiled(lambda x, n: (n, n + 1, n // 2, n == 2, -n, x))
    for n in (2, 2.0, True, -3, 2**70, -0.0):
        yield f(np.ones(1), n)


@case
def powers_of_booleans(compiled):
    f = compiled(lambda x: (x**2, x**1, x * 2))
    for seed in range(2):
        yield f(floats(4, seed=seed) > 0)


@case
def products_with_a_number(compiled):
    f = compiled(lambda s, m: np.dot(s, m))
    for seed in range(2):
        yield f(np.array(2.0 + seed), floats(2, 2))


# ---- programs and what was changed since ----


class Box:
    """Has attributes."""

    kind = 1.0

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


@case
def a_closure_that_is_changed(compiled):
    k, sizes, table, box, small = 1.0, [1, 2], {"a": 1.0}, Box(k=1.0, inner=Box(k=[1.0])), np.array(1.0)

    def f(x):
        return x * k, x * sum(sizes), x * table["a"], x * box.k * box.inner.k[0], x * small, x * float(small)

    f, x = compiled(f), np.ones(2)
    yield f(x)
    k = 2.0
    yield f(x)
    k = 2
    yield f(x)
    sizes[0] = 7
    yield f(x)
    sizes.append(3)
    table["a"] = 4.0
    yield f(x)
    box.k = 9.0
    yield f(x)
    box.inner.k[0] = 5.0
    yield f(x)
    small[...] = 3.0
    yield f(x)
    small = np.array(4.0)
    yield f(x)


factor, names = 2.0, ["a"]


def doubled(x):
    return x * 2


@case
def globals_that_are_changed(compiled):
    global factor, names, doubled
    before = factor, names, doubled

    def f(x):
        return doubled(x) * factor + len(names), x * Box.kind

    f, x = compiled(f), np.ones(2)
    yield f(x)
    factor = 3.0
    yield f(x)
    names = ["a", "b"]
    yield f(x)
    doubled = np.negative
    yield f(x)
    Box.kind = 5.0
    yield f(x)
    factor, names, doubled = before
    Box.kind = 1.0
    yield f(x)


@case
def many_values_of_an_object(compiled):
    box = Box(k=0.0)
    f = compiled(lambda x: x * box.k)
    for v in np.linspace(0.1, 2, 40):
        box.k = v
        yield f(np.ones(1))
    for v in np.linspace(0.1, 2, 40):
        box.k = np.array(v)
        yield f(np.ones(1))


@may_refuse
def a_counter(compiled):
    count, seen = 0, []

    def f(x):
        nonlocal count
        count += 1
        seen.append(count)
        return x * count

    f = compiled(f)
    for _ in range(3):
        yield f(np.ones(2)), count, list(seen)


def drawing(name, draw):
    """Make a case of a function that draws by itself."""

    def f(compiled):
        rng = np.random.default_rng(1)
        step = compiled(lambda x: x + draw(rng, x))
        for _ in range(3):
            yield step(np.ones(3)), rng.bit_generator.state["state"]["state"]

    f.__name__ = f"draw_{name}"
    may_refuse(f)


drawing("normal", lambda rng, x: rng.normal(size=3))
drawing("random", lambda rng, x: rng.random())
drawing("integers", lambda rng, x: rng.integers(0, 9, 3))
drawing("permutation", lambda rng, x: rng.permutation(3))
drawing("choice", lambda rng, x: rng.choice([1.0, 2.0, 3.0]))
drawing("of_numpy", lambda rng, x: np.random.normal(size=3))  # noqa: NPY002  (the point)
drawing("of_numpy_uniform", lambda rng, x: np.random.rand())  # noqa: NPY002  (the point)
drawing("of_python", lambda rng, x: random.random())
drawing("seeded", lambda rng, x: np.random.default_rng(3).normal(size=3))


# ---- training ----


def training(name, update, loss=lambda x, w: np.mean((x @ w) ** 2), dtype="float64"):
    """Make a case of a training step with this update."""

    def f(compiled):
        w = weight(3, 2, dtype=dtype)

        def body(x):
            value = loss(x, w)
            update(value, w)
            return value

        step = compiled(body)
        for seed in range(4):
            x, held = floats(4, 3, dtype=dtype, seed=seed), w.data
            yield step(x), x, w, held

    f.__name__ = f"train_{name}"
    case(f)


def descended(change, before=lambda w: None):
    def update(loss, w):
        before(w)
        loss.backward()
        change(w)
        w.grad = None

    return update


def minus(w):
    w.data -= 0.1 * w.grad.data


def replaced(w):
    w.data = w.data - 0.1 * w.grad.data


def filled(w):
    w.data[...] = w.data - 0.1 * w.grad.data


def clear(w):
    w.grad = None


training("in_place", descended(minus))
training("replaced", descended(replaced))
training("filled", descended(filled))
training("float32", descended(minus), dtype="float32")
training("gradients_cleared_first", descended(minus, clear))
training("relu_of_a_weight", descended(lambda w: np.maximum(w.data, 0, out=w.data)))
training("constant_gradient", descended(minus), loss=lambda x, w: w.sum())
training("times_zeros", descended(lambda w: w.data.__imul__(np.zeros_like(w.data))))
training("clipped", descended(lambda w: w.data.clip(-1, 1, out=w.data)))


@case
def gradients_cleared_only_at_the_start(compiled):
    w = weight(3)

    def f(x):
        w.grad = None
        loss = (w * x).sum() ** 2
        loss.backward()
        w.data -= 0.1 * w.grad.data
        return loss

    f = compiled(f)
    for seed in range(4):
        yield f(floats(3, seed=seed)), w


@case
def weights_of_size_zero(compiled):
    w = weight(0, 3)

    def f(x):
        loss = (x @ w).sum() + 1.0
        loss.backward()
        w.data -= 0.1 * w.grad.data
        w.grad = None
        return loss

    f = compiled(f)
    for _ in range(3):
        yield f(np.zeros((2, 0))), w


@case
def weights_in_fortran_order(compiled):
    w = tg.Tensor(np.asfortranarray(floats(5, 6, 7, dtype="float32")), requires_grad=True)
    optimizer = tg.optimizers.Adam(0.1)

    def f(x):
        loss = np.mean(np.tanh(x * w) ** 2) + w.sum() * 0.1
        optimizer.minimize(loss, [w])
        return loss, np.add.reduce(w.data, axis=0)

    f = compiled(f)
    for seed in range(4):
        yield f(floats(5, 6, 7, dtype="float32", seed=seed)), w


@case
def a_weight_of_two_functions(compiled):
    w = weight(3)

    def first(x):
        w.data = w.data * x
        return w.sum()

    def second(x):
        return (w * x).sum(), w.data[0]

    first, second, x = compiled(first), compiled(second), np.full(3, 0.5)
    for _ in range(3):
        yield first(x), second(x), w
        w.data = w.data + 1
        yield second(x), first(x), w


@case
def python_functions_of_numbers(compiled):
    f = compiled(lambda x, n: x * math.sqrt(4) + math.pi + x.ndim * len(x))
    for n in (1, 2):
        yield f(np.ones(3), n)


def test_sums_of_numbers_without_axes_need_not_be_exact():
    for loss in (lambda x: np.mean(x.sum()), lambda x: np.sum(np.mean(x**2)), lambda x: x.sum().sum()):
        f, x = tg.compile(loss, exact=False), floats(4, 3)
        for _ in range(3):
            np.testing.assert_allclose(f(x), loss(x), rtol=1e-12)
