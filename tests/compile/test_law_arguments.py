"""The law of compiled functions: arguments, and Python's numbers among them."""

import math

import numpy as np
import pytest

import tensorgrad as tg
from tests.fuzz.law import Law, floats

law = Law()
case, may_refuse = law.case, law.may_refuse


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
    except ArithmeticError as error:
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


@case
def python_functions_of_numbers(compiled):
    f = compiled(lambda x, n: x * math.sqrt(4) + math.pi + x.ndim * len(x))
    for n in (1, 2):
        yield f(np.ones(3), n)


@case
def a_number_that_is_limited_before_it_is_used(compiled):
    f = compiled(lambda x, n: x * 2 ** min(n, 90))
    for n in (2.0, 2, 2**31, 100):
        yield f(np.ones(2), n)


@may_refuse
def an_integer_among_objects(compiled):
    f = compiled(lambda n: (np.full(2, n), np.array([n, 1]), {n: 1}))
    for n in (2, 2**70, True):
        yield f(n)


@case
def lists_and_dicts_that_the_function_changes(compiled):
    def f(x, parts, table):
        parts.append(x * 2)
        table["x"] = parts[0]
        parts[0] = parts[0] + 1
        return len(parts)

    f = compiled(f)
    for seed in range(3):
        parts, table = [floats(2, seed=seed)], {"k": 1}
        yield f(floats(2), parts, table), parts, table
        yield f(floats(2), parts, table), parts, table


@case
def objects_as_arguments(compiled):
    class Box:
        k = 1.0

    f, box = compiled(lambda x, box, fn, part: fn(x * box.k)[part]), Box()
    for k, fn, part in ((1.0, np.sin, slice(1)), (2.0, np.cos, slice(1)), (2, abs, slice(None, None, -1)), (3, abs, 0)):
        box.k = k
        yield f(floats(3), box, fn, part)


@case
def a_default_that_keeps_what_it_was_given(compiled):
    def f(x, seen=[]):  # noqa: B006  (the point)
        return x * len(seen), seen

    kept, f = f.__defaults__[0], compiled(f)
    for i in range(3):
        yield f(floats(2))
        kept.append(i)


@case
def results_that_the_caller_changes(compiled):
    f = compiled(lambda x: (x * 2, [x + 1, np.ones(2)]))
    for seed in range(3):
        y, (z, ones) = f(floats(2, seed=seed))
        yield y, z, ones
        y += 7
        z[:] = 0
        ones *= 5


# ---- what few functions do ----


@case
def numbers_that_are_rounded_and_written(compiled):
    f = compiled(lambda x, n: (x * round(n), round(n, 1), divmod(7.5, n), f"{n:.3f}"))
    for n in (1.26, 2.74, 3.5):
        yield f(np.ones(2), n)


@case
def what_is_named_that_stands_first_in_most_calls(compiled):
    def f(x, values):
        np.copyto(dst=x, src=values)
        np.put(a=x, ind=[1], v=values[0] * 2)
        return x + 1

    f = compiled(f)
    for seed in range(3):
        x = np.zeros(3)
        yield f(x, floats(3, seed=seed)), x


@case
def numbers_that_a_dtype_cannot_hold(compiled):
    f = compiled(lambda x: (x < 1000, x > -1, x == 2**70, x * np.float32(0.1)))
    for dtype in ("uint8", "int8", "float16"):
        yield f(np.arange(4).astype(dtype))


@case
def entries_taken_along_no_axis(compiled):
    f = compiled(lambda x, i: (np.take_along_axis(x, i, axis=None), x.conj(), x.astype("f", order="F")))
    for seed in range(3):
        yield f(floats(2, 3, seed=seed), np.array([4, 0, 5]))


@case
def an_array_under_a_mask_of_rows(compiled):
    def f(x, mask):
        x = x * 1.0
        x[mask] = 2.0
        x[~mask] = x[0, 0]
        x[mask] = [3.0]
        return x

    f = compiled(f)
    for mask in ([True, False, True], [False, False, True]):
        yield f(floats(3, 2), np.array(mask))


@may_refuse
def what_needs_values(compiled):
    def f(x, n):
        y = x * 1.0
        y[x > 0] = x[x > 0] * 2
        return y, np.repeat(x, np.arange(len(x))), np.median(y, overwrite_input=True)

    f = compiled(f)
    for seed in range(2):
        yield f(floats(3, seed=seed), 2)


def writes_into_a_number(x):
    y = x.sum()
    y[...] = 1.0


def writes_under_a_mask_that_does_not_fit(x):
    y = x * 1.0
    y[x[:2] > 0] = 1.0


@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        (writes_into_a_number, TypeError, "'numpy.float64' object does not support item assignment"),
        (writes_under_a_mask_that_does_not_fit, IndexError, "boolean index did not match|a mask .* does not fit"),
        (lambda x: [*np.sum(x)], TypeError, "itera"),
        (lambda x: [*x.reshape(1, 3)[0, :1].reshape(())], TypeError, "iteration over a 0-d array"),
        (round, TypeError, "__round__"),
    ],
)
def test_errors_are_of_the_same_class(f, error, words):
    x = np.arange(3.0)
    for call in (f, tg.compile(f)):
        with pytest.raises(error, match=words):
            call(x)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: np.repeat(x, x.astype(int)), r"np.repeat\(\) needs the value of"),
        (lambda x: np.median(x, overwrite_input=True), "leaves an array in an order that no program knows"),
        (lambda x: x[: x.sum().astype(int)], "the length of its result would differ; pass it as a static argument"),
    ],
)
def test_refusals_say_what_to_do(f, words):
    with pytest.raises(tg.errors.TraceError, match=words):
        tg.compile(f)(np.arange(3.0))


@pytest.mark.parametrize("name", law.cases)
def test_arguments_are_what_they_are(name):
    law.hold(name)
