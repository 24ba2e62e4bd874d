"""Compiled methods: one CompiledFunction for each object, and how long it is kept."""

import gc
import weakref

import numpy as np

import tensorgrad as tg
from tensorgrad.compile.compiled_method import STRONG_LIMIT


class Scale:
    def __init__(self, factor):
        self.factor = factor

    @tg.compile
    def call(self, x):
        return x * self.factor


class Slotted:
    __slots__ = ("factor",)

    def __init__(self, factor):
        self.factor = factor

    @tg.compile
    def call(self, x):
        return x * self.factor


def test_methods_of_one_object_are_equal_and_those_of_two_are_not():
    a, b = Scale(2.0), Scale(2.0)
    assert a.call == a.call
    assert hash(a.call) == hash(a.call)
    assert a.call != b.call
    assert {a.call, a.call, b.call} == {b.call, a.call}
    assert a.call.__self__ is a
    assert repr(a.call) == "<compiled call>"


def test_each_object_has_programs_of_its_own():
    x, (a, b) = np.ones(3), (Scale(2.0), Scale(3.0))
    for _ in range(2):
        assert a.call(x).tolist() == [2.0] * 3
        assert b.call(x).tolist() == [3.0] * 3
    assert a.call.cache_info()[:2] == b.call.cache_info()[:2] == (1, 1)
    a.call.cache_clear()
    assert (a.call.cache_info().currsize, b.call.cache_info().currsize) == (0, 1)


def test_a_compiled_method_goes_with_its_object_and_keeps_it_while_somebody_has_it():
    thing = Scale(2.0)
    method, dead = thing.call, weakref.ref(thing)
    del thing
    gc.collect()
    assert dead() is not None
    del method
    gc.collect()
    assert dead() is None
    assert not Scale.call.methods


def test_of_objects_without_weak_references_the_newest_keep_their_method():
    things = [Slotted(float(i)) for i in range(STRONG_LIMIT + 2)]
    for thing in things:
        assert thing.call(np.ones(2)).tolist() == [thing.factor] * 2
    assert list(Slotted.call.methods) == [id(thing) for thing in things[-STRONG_LIMIT:]]
    assert things[0].call(np.ones(2)).tolist() == [0.0, 0.0]  # compiled anew
    assert len(Slotted.call.methods) == STRONG_LIMIT
