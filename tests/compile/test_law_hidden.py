"""The law of compiled functions: what shows that a stand-in is none, and what changes where nobody looks."""

import array
import collections
import os
import random
import threading
import types
import weakref
from contextvars import ContextVar
from functools import lru_cache

import numpy as np
import pytest

import tensorgrad as tg
from tests.fuzz.law import Law, floats, weight

law = Law()
case, may_refuse = law.case, law.may_refuse


# ---- what a stand-in is asked ----


def asking(name, f):
    """Make a case of a function that asks what an array is; the second call's arguments have the signs turned."""

    def run(compiled):
        step = compiled(f)
        for sign in (1, 1, -1):
            yield step(sign * np.array([1.0, 2]), 3 * sign)

    run.__name__ = name
    may_refuse(run)


asking("type_of_an_array", lambda x, n: np.abs(x) if type(x) is np.ndarray else x)
asking("type_of_a_number", lambda x, n: x * abs(n) if type(n) is int else x * n)
asking("type_in_a_table", lambda x, n: {np.ndarray: np.abs}.get(type(x), np.positive)(x))
asking("class_of_an_array", lambda x, n: np.abs(x) if x.__class__ is np.ndarray else x)
asking("repr_of_an_array", lambda x, n: (x, repr(x)))
asking("text_of_an_array", lambda x, n: (x, np.array2string(x), str(x)))
asking("text_of_a_sum", lambda x, n: f"{x.sum()}")
asking("text_of_a_number", lambda x, n: (repr(n), str(n), f"{n}"))
asking("writeable", lambda x, n: x * 2 if x.flags.writeable else x * 3)
asking("owndata", lambda x, n: x * 2 if x.flags["OWNDATA"] else x * 3)
asking("base", lambda x, n: x * 2 if x.base is None else x.base * 3)
asking("same_type", lambda x, n: x * (type(x) is type(abs(x))))


@may_refuse
def an_array_that_cannot_be_written(compiled):
    f = compiled(lambda x: x * 2 if x.flags.writeable else x * 3)
    x = np.ones(2)
    yield f(x)
    x.flags.writeable = False
    yield f(x)


@may_refuse
def an_array_that_is_a_part(compiled):
    f = compiled(lambda x: x * 2 if x.base is None else x.base.sum())
    whole = np.arange(4.0)
    yield f(np.ones(2))
    yield f(whole[:2])
    yield f(whole[2:])


# ---- which object it is ----


@case
def an_argument_that_is_a_weight(compiled):
    w, v = weight(3), weight(3)
    f = compiled(lambda t: t * 2 if t is w else t * 3)
    for t in (v, w, v, w):
        yield f(t)


@case
def an_argument_that_is_a_weight_first(compiled):
    w, v = weight(3), weight(3)
    f = compiled(lambda t: t * 2 if t is w else t * 3)
    for t in (w, v, w, v):
        yield f(t)


@case
def an_argument_that_is_a_plain_array(compiled):
    a, b = np.ones(3), np.ones(3)
    f = compiled(lambda x: x * 2 if x is a else x * 3)
    for x in (b, a, b, a):
        yield f(x)


@case
def an_argument_that_is_the_array_of_a_weight(compiled):
    w = weight(3)
    f = compiled(lambda x: x * 2 if x is w.data else x * 3)
    for x in (np.ones(3), w.data, np.ones(3)):
        yield f(x)


@case
def an_argument_in_a_list_of_weights(compiled):
    ws = [weight(3), weight(3)]
    f = compiled(lambda t: sum(t * 2 if t is w else t * 3 for w in ws))
    for t in (weight(3), ws[1], ws[0]):
        yield f(t)


@may_refuse
def memory_of_an_argument(compiled):
    w = weight(4)
    f = compiled(lambda x: x * 2 if np.shares_memory(x, w.data) else x * 3)
    yield f(np.ones(2))
    yield f(w.data[:2])


@may_refuse
def memory_of_an_argument_perhaps(compiled):
    a = np.ones(4)
    f = compiled(lambda x: x * 2 if np.may_share_memory(x, a) else x * 3)
    yield f(np.ones(2))
    yield f(a[:2])


@case
def ids(compiled):
    w = weight(3)
    f = compiled(lambda t: t * 2 if id(t) == id(w) else t * 3)
    for t in (weight(3), w):
        yield f(t)


# ---- results that share memory ----


def sharing(name, f):
    """Make a case of a function whose results share memory: the first is written to, and all are looked at."""

    def run(compiled):
        step = compiled(f)
        for seed in range(3):
            results = step(floats(3, 4, seed=seed))
            arrays = [r.data if isinstance(r, tg.Tensor) else r for r in results]
            yield results, [a is b for a in results for b in results]
            arrays[0][...] = 7
            yield results, [np.shares_memory(a, b) for a in arrays for b in arrays]

    run.__name__ = f"results_{name}"
    case(run)


def after_a_write(x):
    y = x * 2
    part = y[1:]
    part += 1
    return part, y, y


sharing("twice", lambda x: (y := x * 2, y))
sharing("and_a_part", lambda x: (y := x * 2, y, y[:1]))
sharing("a_part_first", lambda x: (lambda y: (y[1:, ::2], y))(x * 2))
sharing("parts_that_overlap", lambda x: (lambda y: (y[:2], y[1:]))(x * 2))
sharing("parts_apart", lambda x: (lambda y: (y[0], y[1:]))(x * 2))
sharing("transposed", lambda x: (lambda y: (y.T, y, y[::-1]))(x * 2))
sharing("in_fortran_order", lambda x: (lambda y: (y[:, 0], y))(x.T * 2))
sharing("of_a_tensor", lambda x: (lambda t: (t, t.data, t.detach()))(tg.Tensor(x) * 2))
sharing("one_entry", lambda x: (lambda y: (y[0, :1], y))(np.sin(x)))
sharing("written", after_a_write)
sharing("another_dtype", lambda x: (lambda y: (y.view("int64"), y))(x * 2))
sharing("complex", lambda x: (lambda y: (y.real, y.imag, y))(x * 2j))
sharing("of_the_argument", lambda x: (x[:1], x, x * 2))
sharing("of_plain_memory", lambda x: (lambda y: (y[:1], y, x * 2))(np.arange(3.0)))
sharing("broadcast", lambda x: (y := x * 2, np.broadcast_to(y, (2, 3, 4))))


@case
def an_entry_of_an_array_from_outside(compiled):
    ids = np.array([1, 2])

    def f(x):
        *_, item = np.nditer(ids, op_flags=[["readwrite"]])
        return x * ids[1], item

    f = compiled(f)
    for _ in range(3):
        y, item = f(np.ones(2))
        yield y, item, np.shares_memory(item, ids)


@case
def one_object_twice(compiled):
    def f(x, n):
        y, m = x.sum(), n + 1
        return [y, {"y": y}, m, m]

    f = compiled(f)
    for _ in range(3):
        r = f(np.ones(2), 10**20)
        yield r, r[0] is r[1]["y"], r[2] is r[3]


# ---- what changes where nobody looks ----


def changing(name, make, change):
    """Make a case of a function that reads ``value(things)``, which ``change(things)`` changes."""

    def run(compiled):
        things, value = make()
        step, x = compiled(lambda x: x * value(things)), np.ones(2)
        for _ in range(2):
            yield step(x)
        change(things)
        for _ in range(2):
            yield step(x)

    run.__name__ = f"change_{name}"
    case(run)


class Meta(type):
    """A class of classes."""

    rate = 1.0

    @property
    def double(cls):
        return cls.rate * 2


class Made(metaclass=Meta):
    pass


class Sized:
    """Something that a weak reference can refer to."""

    k = 1.0


sized = Sized()
variable, local = ContextVar("variable"), threading.local()


def refers():
    sized.k = 1.0
    return weakref.ref(sized)


def environment():
    os.environ["TENSORGRAD_LAW"] = "a"
    return os.environ


def classes():
    Meta.rate = 1.0
    return Made


def in_local():
    local.k = 1.0
    return local


def in_variable():
    variable.set(1.0)
    return variable


changing("a_user_dict", lambda: (collections.UserDict(k=1.0), lambda d: d["k"]), lambda d: d.update(k=2.0))
changing("a_user_list", lambda: (collections.UserList([1.0]), lambda d: d[0]), lambda d: d.__setitem__(0, 2.0))
changing("a_chain", lambda: (collections.ChainMap({"k": 1.0}), lambda d: d["k"]), lambda d: d.maps[0].update(k=2.0))
changing("a_default", lambda: (collections.defaultdict(float, k=1.0), lambda d: d["k"]), lambda d: d.update(k=2.0))
changing("a_counter", lambda: (collections.Counter("aab"), lambda d: d["a"]), lambda d: d.update("a"))
changing("a_deque", lambda: (collections.deque([1.0]), lambda d: d[0]), lambda d: d.appendleft(3.0))
changing("what_a_proxy_shows", lambda: ((d := {"k": 1.0}, types.MappingProxyType(d)), lambda d: d[1]["k"]),
         lambda d: d[0].update(k=2.0))  # fmt: skip
changing(
    "what_a_view_shows", lambda: ((d := {"k": 1.0}, d.values()), lambda d: sum(d[1])), lambda d: d[0].update(k=2.0)
)
changing("bytes", lambda: (bytearray(b"a"), lambda d: d[0]), lambda d: d.__setitem__(0, 5))
changing("an_array_of_pythons", lambda: (array.array("d", [1.0]), lambda d: d[0]), lambda d: d.__setitem__(0, 5.0))
changing("memory", lambda: ((b := bytearray(b"a"), memoryview(b)), lambda d: d[1][0]), lambda d: d[0].__setitem__(0, 5))
changing("what_is_referred_to", lambda: (refers(), lambda d: d().k), lambda d: setattr(sized, "k", 3.0))
changing("a_weak_dict", lambda: (weakref.WeakValueDictionary(k=sized), lambda d: len(d)), lambda d: d.pop("k"))
changing("of_a_thread", lambda: (in_local(), lambda d: d.k), lambda d: setattr(d, "k", 2.0))
changing("of_a_context", lambda: (in_variable(), lambda d: d.get()), lambda d: d.set(2.0))
changing("a_class_of_classes", lambda: (classes(), lambda d: d.double), lambda d: setattr(Meta, "rate", Meta.rate + 1))
changing("a_list_in_an_array", lambda: (np.array([[1.0], None], object), lambda d: d[0][0]),
         lambda d: d[0].__setitem__(0, 2.0))  # fmt: skip
changing("an_object_in_an_array", lambda: (np.array([1.0, None], object), lambda d: d[0]),
         lambda d: d.__setitem__(0, 2.0))  # fmt: skip
changing("a_simple_namespace", lambda: (types.SimpleNamespace(k=1.0), lambda d: d.k), lambda d: setattr(d, "k", 2.0))
changing("the_environment", lambda: (environment(), lambda d: len(os.environ.get("TENSORGRAD_LAW", ""))),
         lambda d: d.update(TENSORGRAD_LAW="four"))  # fmt: skip
changing("getenv", lambda: (environment(), lambda d: len(os.getenv("TENSORGRAD_LAW", ""))),
         lambda d: d.update(TENSORGRAD_LAW="four"))  # fmt: skip


@case
def a_cache_that_is_cleared(compiled):
    k = 1.0

    @lru_cache
    def cached():
        return k

    f, x = compiled(lambda x: x * cached()), np.ones(2)
    yield f(x), f(x)
    k = 2.0
    yield f(x), f(x)
    cached.cache_clear()
    yield f(x), f(x)


FACTOR = 1.0


@case
def names_in_a_text(compiled):
    global FACTOR
    fs = [compiled(lambda x: x * eval("FACTOR")), compiled(lambda x: x * globals()["FACTOR"])]
    FACTOR = 1.0
    yield [f(np.ones(2)) for f in fs]
    FACTOR = 2.0
    yield [f(np.ones(2)) for f in fs]


act = tg.relu


@case
def functions_of_the_library_by_another_name(compiled):
    global act
    act = tg.relu
    f, x = compiled(lambda x: act(x)), floats(3)
    yield f(x)
    act = tg.tanh
    yield f(x)
    act = np.exp
    yield f(x)


@case
def functions_of_numpy_that_are_replaced(compiled):
    tanh, f = np.tanh, compiled(lambda x: np.tanh(x) * np.pi)
    yield f(np.ones(2))
    try:
        np.tanh = np.exp
        yield f(np.ones(2))
    finally:
        np.tanh = tanh
    yield f(np.ones(2))


@case
def builtins_that_are_hidden(compiled):
    f = compiled(lambda x: abs(x))
    yield f(-np.ones(2))
    globals()["abs"] = np.exp
    try:
        yield f(-np.ones(2))
    finally:
        del globals()["abs"]
    yield f(-np.ones(2))


@pytest.mark.parametrize("draw", [
    lambda: np.random.default_rng().normal(), random.SystemRandom().random, lambda: int.from_bytes(os.urandom(4)),
    lambda: random.Random().random(), lambda: np.random.PCG64().random_raw(),
], ids=["default_rng", "SystemRandom", "urandom", "Random", "PCG64"])  # fmt: skip
def test_what_draws_anew_at_each_call_is_found(draw):
    f = tg.compile(lambda x: x * draw())
    with pytest.warns(tg.errors.UncompiledWarning, match="as it is"):
        found = [f(np.ones(1))[0] for _ in range(4)]
    assert len(set(found)) == 4


def test_a_generator_of_bits_goes_on():
    bits, expected = np.random.PCG64(3), np.random.PCG64(3)
    f = tg.compile(lambda x: x * (bits.random_raw() >> 40))
    with pytest.warns(tg.errors.UncompiledWarning, match="bits"):
        found = [f(np.ones(1))[0] for _ in range(4)]
    assert found == [expected.random_raw() >> 40 for _ in range(4)]


@pytest.mark.parametrize(("f", "says"), [
    (lambda x: x * len(eval("[1]")), r"it looks up what a text names, by eval\(\), in <lambda>"),
    (lambda x: x * len(str(globals())), r"it looks up names in globals\(\), in <lambda>"),
    (lambda x: x if type(x) is int else x * 2, r"it compares type\(x\): use isinstance\(x, ...\), in <lambda>"),
    (lambda x: x * (id(x) > 0), r"it asks id\(x\): compare by a name of your own, in <lambda>"),
])  # fmt: skip
def test_what_no_guard_can_follow_is_said(f, says):
    step = tg.compile(f)
    with pytest.warns(tg.errors.UncompiledWarning, match=f"<lambda> runs as it is, uncompiled: {says}"):
        step(np.ones(2))
    np.testing.assert_array_equal(step(np.ones(2)), f(np.ones(2)))  # and says it once


def test_what_a_method_that_is_not_called_does_is_of_no_matter():
    class Scale:
        k = 2.0

        def __eq__(self, other):
            return type(other) is Scale

        __hash__ = None

        def text(self, source):
            return eval(source)

        def __call__(self, x):
            return x * self.k

    scale = Scale()
    step = tg.compile(lambda x: scale(x))
    for _ in range(2):
        np.testing.assert_array_equal(step(np.ones(2)), np.full(2, 2.0))
    assert step.cache_info().hits == 1


@pytest.mark.parametrize("name", law.cases)
def test_the_law_holds_of_what_is_hidden(name):
    law.hold(name)
