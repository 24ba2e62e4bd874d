"""Reading a Tensor's number is free; what would keep it or compute with it, and lose its gradient, is refused."""

import array
import asyncio
import collections
import concurrent.futures
import functools
import math
import operator
import statistics
import struct
from math import exp

import numpy as np
import pytest

import tensorgrad as tg

t = tg.Tensor(1.5, requires_grad=True) * 1.0
u = tg.Tensor(0.5, requires_grad=True) * 1.0
ts, losses, texts = [t, u], [], []
history = collections.deque(maxlen=9)
number = float
convert = functools.partial(float)


class Holder:
    number = float

    def __init__(self):
        self.loss, self.convert = t, float

    def pair(self, a, b):
        return a + b


holder = Holder()


def in_many_places(number=float):
    """Ask from inside of expressions that jump, loop, catch and unpack."""
    flag, pair = True, (t, u)
    found = [
        number(t if flag else holder), number(holder.loss), number(pair[0]), number((lambda: t)()), number(*[t]),
        number(*(t,)), float([x * 1 for x in pair][-2]), float({k: v * 1 for k, v in [(1, t)]}[1]),
        float(t if flag and pair else (u if not flag else t)), float(sum([y * 1 for y in [1]]) and t), float(v := t),
        (float if flag else int)(t), round(float(v), 3), min(3.0, float(t)), eval("float(t)"), f"{float(t):.1f}",
        [float(x) for x in (t, t)][1], (lambda: float(t))(), Holder.number(t), holder.convert(t),
    ]  # fmt: skip
    try:
        1 / (flag - 1)
    except ZeroDivisionError:
        return [*map(float, found), float(t)]
    finally:
        float(t)


async def awaited():
    async def get():
        return t

    return float(await get())


def unpacked():
    first, second = map(float, ts)
    return first + second


READ = {
    "float": (lambda: float(t), 1.5),
    "int": (lambda: int(t), 1),
    "complex": (lambda: complex(t), 1.5 + 0j),
    "another name": (lambda: number(t), 1.5),
    "a partial": (lambda: convert(t), 1.5),
    "item": (lambda: t.item(), 1.5),
    "by hand": (lambda: t.__float__(), 1.5),
    "best": (lambda: min(2.0, float(t)), 1.5),
    "comparison": (lambda: t < 2.0 and min(t, u) is u, True),
    "rounded": (lambda: round(float(t), 3), 1.5),
    "format": (lambda: f"{t:.3f} {float(t):.1f} {format(t, '.2f')}", "1.500 1.5 1.50"),
    "percent": (lambda: "%.3f of %d" % (t, t), "1.500 of 1"),  # noqa: UP031  (the old way is what is tried)
    "append": (lambda: losses.append(float(t)), None),
    "list": (lambda: list(map(float, ts)), [1.5, 0.5]),
    "tuple": (lambda: tuple(float(x) for x in ts), (1.5, 0.5)),
    "sum": (lambda: sum(map(float, ts)), 2.0),
    "largest": (lambda: max(map(float, ts)), 1.5),
    "largest by": (lambda: max(ts, key=float) is t, True),
    "sorted by": (lambda: sorted(ts, key=float) == [u, t], True),
    "loop": (lambda: [x for x in map(float, ts)], [1.5, 0.5]),  # noqa: C416  (a loop is what is tried)
    "unpacked": (unpacked, 2.0),
    "star": (lambda: [*map(float, ts)], [1.5, 0.5]),
    "to a method": (lambda: holder.pair(*map(float, ts)), 2.0),
    "dict": (lambda: dict(zip("ab", map(float, ts), strict=True)), {"a": 1.5, "b": 0.5}),
    "extend": (lambda: losses.extend(map(float, ts)), None),
    "deque": (lambda: history.extend(map(float, ts)), None),
    "join": (lambda: ", ".join(map(str, map(float, ts))), "1.5, 0.5"),
    "isnan": (lambda: (math.isnan(t), math.isfinite(t), math.isinf(t), math.floor(t)), (False, True, False, 1)),
    "any isnan": (lambda: any(map(math.isnan, ts)), False),
    "generator": (lambda: next(x for x in map(float, ts)), 1.5),
    "in many places": (in_many_places, [1.5] * 21),
    "awaited": (lambda: asyncio.run(awaited()), 1.5),
    "pool": (lambda: list(concurrent.futures.ThreadPoolExecutor(1).map(float, ts)), [1.5, 0.5]),
    "no gradient wanted": (lambda: math.exp(t.detach()), math.exp(1.5)),
}


@pytest.mark.parametrize(("read", "expected"), READ.values(), ids=READ.keys())
def test_reading_a_number_is_free(read, expected):
    assert read() == expected


def written(a, *index):
    """Write ``t`` into ``a``."""
    a[index if len(index) > 1 else index[0]] = t
    return a


def written_by_mask():
    p, res = tg.Tensor([1.0, 2.0], requires_grad=True), np.zeros(5)
    res[3] = np.sum(p[np.array([True, False])] * p[0])


REFUSED = {
    "math": (lambda: math.exp(t), "math.exp()"),
    "a name of it": (lambda: exp(t), "exp()"),
    "another name of it": (lambda e=math.exp: e(t), "e()"),
    "with a number": (lambda: math.pow(float(t), t), "math.pow()"),
    "inside float": (lambda: float(math.exp(t)), "math.exp()"),
    "a choice": (lambda: math.exp(t if t else 1.0), "math.exp()"),
    "a star": (lambda: math.exp(*[t]), "math.exp()"),
    "no name": (lambda: {"e": math.exp}["e"](t), "a compiled function()"),
    "a result": (lambda: (lambda: math.exp)()(t), "a compiled function()"),
    "map": (lambda: list(map(math.exp, ts)), "list()"),
    "map and sum": (lambda: sum(map(exp, ts)), "sum()"),
    "fsum": (lambda: math.fsum(ts), "math.fsum()"),
    "fmean": (lambda: statistics.fmean(ts), "fsum()"),
    "array": (lambda: array.array("d", ts), "array.array()"),
    "setitem": (lambda: operator.setitem(array.array("d", [0.0]), 0, t), "operator.setitem()"),
    "complex entry": (lambda: written(np.zeros(3, complex), 0), "array[i] = t"),
    "long entry": (lambda: written(np.zeros(3, "g"), 0), "array[i] = t"),
    "int entry": (lambda: written(np.zeros(3, int), 0), "array[i] = t"),
}


@pytest.mark.parametrize(("call", "who"), REFUSED.values(), ids=REFUSED.keys())
def test_a_lost_gradient_is_refused(call, who):
    with pytest.raises(TypeError) as error:
        call()
    assert str(error.value).startswith(f"{who} asks for ")
    assert str(error.value).endswith(
        "(t) of a Tensor t (float64[]) that requires a gradient, and would lose it silently; use NumPy's functions "
        "(np.exp(t), not math.exp(t)), tg.stack([t, ...]) to join Tensors, a Tensor to write into (a = tg.Tensor(a); "
        "a[i] = t), or t.item() if only the number is wanted"
    )


#: NumPy's own error comes first here, and ours is the cause that is printed before it.
WRAPPED = {
    "masked sum": (written_by_mask, "array[i] = t"),
    "entry": (lambda: written(np.zeros(3), 0), "array[i] = t"),
    "two indices": (lambda: written(np.zeros((3, 3)), 0, 1), "array[i] = t"),
    "0-d": (lambda: written(np.zeros(()), ()), "array[i] = t"),
    "float16": (lambda: written(np.zeros(3, "e"), 0), "array[i] = t"),
    "masked array": (lambda: np.ma.zeros(3).__setitem__(0, t), "array[i] = t"),
    "fill": (lambda: np.zeros(3).fill(t), ".fill()"),
    "fromiter": (lambda: np.fromiter(ts, float), "np.fromiter()"),
    "fromiter of a generator": (lambda: np.fromiter((x * 2 for x in ts), float), "np.fromiter()"),
}


@pytest.mark.parametrize(("call", "who"), WRAPPED.values(), ids=WRAPPED.keys())
def test_a_lost_gradient_is_refused_where_numpy_tells_it_again(call, who):
    with pytest.raises(ValueError, match="setting an array element with a sequence") as error:
        call()
    assert isinstance(error.value.__cause__, TypeError)
    shown = str(error.value.__cause__)
    assert shown.startswith(f"{who} asks for float(t) of a Tensor t")
    assert "t.item() if only the number is wanted" in shown


@pytest.mark.parametrize("call", [
    lambda: operator.setitem(np.zeros(3).flat, 0, t), lambda: struct.pack("d", t),
    lambda: operator.setitem(memoryview(np.zeros(3)), 0, t), lambda: operator.setitem(np.zeros(3), [0, 1], t),
    lambda: np.float64(t), lambda: list(map(np.float64, ts)),
    lambda: np.float32(t), lambda: np.full(3, t), lambda: np.arange(0, t), lambda: np.linspace(0, t, 3),
    lambda: np.array(ts), lambda: np.zeros(3).put(0, t), lambda: np.r_[t, u], lambda: np.polyval(ts, 2.0),
])  # fmt: skip
def test_other_ways_to_lose_it_raise_as_well(call):
    with pytest.raises((TypeError, ValueError, struct.error)):
        call()


def test_inside_no_grad_all_may_read():
    w = tg.Parameter([2.0])
    with tg.no_grad():
        assert (math.exp(w[0]), written(np.zeros(2), 1)[1]) == (math.exp(2), 1.5)


def test_the_right_way_keeps_the_gradient():
    p = tg.Tensor([1.0, 2.0], requires_grad=True)
    res = tg.Tensor(np.zeros(5))
    res[3] = np.sum(p * p[0])
    res.sum().backward()
    np.testing.assert_array_equal(p.grad.data, [4.0, 1.0])


def test_code_that_is_made_anew_again_and_again_is_not_kept():
    from tensorgrad.core import number

    for i in range(1200):
        assert eval(compile(f"float(t) + {i}", "<made>", "eval"), {"t": t}) == 1.5 + i
    assert len(number._sites) <= 501
