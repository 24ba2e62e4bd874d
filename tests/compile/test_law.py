"""The law of compiled functions: what is written, in every spelling; scalars; memory that is shared.

``python -m tests.fuzz`` draws such cases at random.
"""

from collections import namedtuple

import numpy as np
import pytest

import tensorgrad as tg
from tests.fuzz.law import Law, floats, weight

law = Law()
case, may_refuse = law.case, law.may_refuse
Pair = namedtuple("Pair", "first second")


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


@pytest.mark.parametrize("name", law.cases)
def test_a_compiled_function_gives_what_the_function_gives(name):
    law.hold(name)
