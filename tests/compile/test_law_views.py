"""The law where a function writes through views of Tensors: its own are compiled, those from outside are refused."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import TraceError

W = tg.Parameter(np.arange(6.0).reshape(2, 3) + 1, name="W")


def rows(t, x):
    for row in t:
        row *= x[0]


def names(t, x):
    view = t[0]
    part = view[1:]
    t *= view
    part += view[0] + x[0, 0]
    t[1] = part.sum()


def before(t, x):
    view, old = t.T, t.sum()
    t[...] = x
    view[0] *= old


WRITES = {
    "an entry of a row": lambda t, x: t[0].__setitem__(1, 7.0),
    "rows": rows,
    "the transpose": lambda t, x: t.T.__setitem__(0, x[0, 0]),
    "flattened": lambda t, x: t.reshape(-1).__setitem__(slice(2), x[0, :2]),
    "a slice": lambda t, x: t[1:].__imul__(x[0]),
    "several names": names,
    "before and after": before,
    "add.at": lambda t, x: np.add.at(t.T, [0, 0], x[0, :2]),
    "multiply.at": lambda t, x: np.multiply.at(t, [0, 0], x[0]),
    "fill_diagonal": lambda t, x: np.fill_diagonal(t, 3.0),
    "copyto": lambda t, x: np.copyto(t, x, where=x > 2),
    "flat": lambda t, x: t.flat.__setitem__(slice(3), x[0]),
    "sort": lambda t, x: t.T.sort(0),
    "out": lambda t, x: np.add(t[0], x[0], out=t[1]),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_program_gives_what_the_function_gives(name):
    def f(x):
        t = W * x
        WRITES[name](t, x)
        (t * t).sum().backward()
        g, W.grad = W.grad.data, None
        return t.data, g

    step = tg.compile(f)
    for k in range(3):
        x = np.arange(6.0).reshape(2, 3) + k
        for got, wanted in zip(step(x), f(x), strict=True):
            np.testing.assert_array_equal(got, wanted)
    assert step.cache_info()[:2] == (2, 1)


@pytest.mark.parametrize("written", ["view", "base"])
def test_what_lies_outside_is_refused_and_put_back(written):
    base = tg.Tensor(np.zeros((2, 2)))
    view = base[0]

    @tg.compile
    def f(x):
        t = view if written == "view" else base
        t[0] = x
        return base * 1, view * 1

    with pytest.raises(TraceError, match=r"is written to in a compiled function, by t\[i\] = v or t \+= v"):
        f(np.ones(()))
    assert not base.data.any()
    assert not view.data.any()
    view[0] = 5
    assert base.tolist() == [[5, 0], [0, 0]]


def test_a_view_written_before_is_what_it_is_now():
    base = tg.Tensor(np.zeros((2, 2)))
    view = base[0]
    step = tg.compile(lambda x: view * x)
    for k in range(3):
        base[...] = k
        np.testing.assert_array_equal(step(np.ones(2)), [k, k])
