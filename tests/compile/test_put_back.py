"""A trace that comes to nothing leaves no trace: whatever the function changed is as it was before."""

import array
import collections
import copy
import random
import types
from contextvars import ContextVar
from functools import lru_cache

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import TraceError

X = np.ones(2)
settings = types.ModuleType("settings_put_back")


class Thing:
    kind = 1.0

    def __init__(self):
        self.k = 1.0


class Other(Thing):
    pass


class Slotted:
    __slots__ = ("k",)


def attempt(change):
    """Trace a function that changes something and then does what no program can."""

    def f(x):
        change()
        return x if float(x[0]) > 0 else -x

    with pytest.raises(TraceError, match=r"float\(\) needs the value"):
        tg.compile(f)(X)


def seen(x):
    """Return what can be compared of a thing."""
    if isinstance(x, np.ndarray):
        return x.tolist(), x.dtype
    if isinstance(x, tg.Tensor):
        return x.data.tolist(), x.requires_grad, x.name
    if isinstance(x, types.FunctionType):
        return x.__code__, x.__defaults__, x.__kwdefaults__, dict(vars(x))
    if isinstance(x, type):
        return {name: value for name, value in vars(x).items() if not name.startswith("__")}, x.__bases__
    if isinstance(x, ContextVar):
        return x.get()
    if isinstance(x, np.random.Generator):
        return str(x.bit_generator.state)
    if isinstance(x, (np.random.RandomState, random.Random)):
        return str(x.get_state() if isinstance(x, np.random.RandomState) else x.getstate())
    if isinstance(x, (list, dict, set, collections.deque, bytearray, array.array)):
        return copy.copy(x)
    return type(x), dict(vars(x)) if hasattr(x, "__dict__") else x.k


def slotted():
    made = Slotted()
    made.k = 1.0
    return made


def function(a=1.0, *, b=2.0):
    return a * b


def module():
    vars(settings).pop("new", None)
    settings.k = 1.0
    return settings


def variable():
    made = ContextVar("made")
    made.set(1.0)
    return made


def fresh_class():
    return type("Fresh", (Thing,), {"rate": 1.0, "call": lambda self: self.rate, "__module__": __name__})


def objects():
    return np.array([1.0, None], object)


PLACES = {
    "attribute": (Thing, lambda t: setattr(t, "k", 2.0)),
    "attribute_new": (Thing, lambda t: setattr(t, "new", 2.0)),
    "attribute_gone": (Thing, lambda t: delattr(t, "k")),
    "class_of_an_object": (Thing, lambda t: setattr(t, "__class__", Other)),
    "slot": (slotted, lambda t: setattr(t, "k", 2.0)),
    "class_attribute": (fresh_class, lambda c: setattr(c, "rate", 2.0)),
    "class_attribute_new": (fresh_class, lambda c: setattr(c, "new", 2.0)),
    "class_attribute_gone": (fresh_class, lambda c: delattr(c, "rate")),
    "module": (module, lambda m: setattr(m, "k", 2.0)),
    "list": (lambda: [1.0], lambda x: x.append(2.0)),
    "list_item": (lambda: [1.0], lambda x: x.__setitem__(0, 2.0)),
    "dict": (lambda: {"a": 1.0}, lambda x: x.update(b=2.0)),
    "dict_item": (lambda: {"a": 1.0}, lambda x: x.update(a=2.0)),
    "set": (lambda: {1.0}, lambda x: x.add(2.0)),
    "deque": (lambda: collections.deque([1.0]), lambda x: x.appendleft(2.0)),
    "bytes": (lambda: bytearray(b"ab"), lambda x: x.__setitem__(0, 0)),
    "array": (lambda: array.array("d", [1.0]), lambda x: x.append(2.0)),
    "numbers": (lambda: np.ones(2), lambda x: x.__setitem__(0, 2.0)),
    "objects": (objects, lambda x: x.__setitem__(0, 2.0)),
    "tensor": (lambda: tg.Parameter([1.0, 2.0]), lambda t: setattr(t, "requires_grad", False)),
    "values_of_a_tensor": (lambda: tg.Parameter([1.0, 2.0]), lambda t: t.data.__setitem__(0, 5.0)),
    "array_of_a_tensor": (lambda: tg.Parameter([1.0, 2.0]), lambda t: setattr(t, "data", t.data * 2)),
    "context_variable": (variable, lambda v: v.set(2.0)),
    "generator": (lambda: np.random.default_rng(0), lambda g: g.normal()),
    "old_generator": (lambda: np.random.RandomState(0), lambda g: g.normal()),
    "pythons_generator": (lambda: random.Random(0), lambda g: g.random()),
    "defaults": (lambda: copied(function), lambda f: setattr(f, "__defaults__", (3.0,))),
    "defaults_by_name": (lambda: copied(function), lambda f: setattr(f, "__kwdefaults__", {"b": 3.0})),
    "code": (lambda: copied(function), lambda f: setattr(f, "__code__", (lambda a=1.0, *, b=2.0: a).__code__)),
    "attribute_of_a_function": (lambda: copied(function), lambda f: setattr(f, "k", 3.0)),
}  # fmt: skip


def copied(f):
    made = types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__)
    made.__kwdefaults__ = dict(f.__kwdefaults__)
    made.k = 1.0
    return made


@pytest.mark.parametrize("name", PLACES)
def test_what_a_failed_trace_has_changed_is_put_back(name):
    make, change = PLACES[name]
    thing = make()
    before = seen(thing)
    attempt(lambda: change(thing))
    assert seen(thing) == before


FACTOR = 1.0


def test_a_global_is_put_back():
    def change():
        global FACTOR
        FACTOR = 2.0

    attempt(change)
    assert FACTOR == 1.0


def test_a_global_that_was_not_there_is_gone_again():
    def change():
        global NEW_ONE
        NEW_ONE = 2.0

    attempt(change)
    assert "NEW_ONE" not in globals()


def test_an_enclosing_variable_is_put_back():
    k = 1.0

    def change():
        nonlocal k
        k = 2.0

    attempt(change)
    assert k == 1.0


def test_an_enclosing_variable_that_was_not_assigned_is_not():
    def change():
        nonlocal k
        k = 2.0

    if not PLACES:
        k = None
    attempt(change)
    with pytest.raises(NameError):
        k  # noqa: B018  (to read it is the point)


def test_a_cache_holds_nothing_of_a_failed_trace():
    w = tg.Parameter([1.0, 2.0])

    @lru_cache
    def table(n):
        return w * n

    attempt(lambda: table(2))
    assert table.cache_info().currsize == 0
