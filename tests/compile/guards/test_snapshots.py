"""Snapshots: a change in an unusual container is noticed, and put back where it can be."""

import array
import weakref
from contextvars import ContextVar
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import pytest

from tensorgrad.compile.guards.snapshots import CacheState, Snapshot

VARIABLE = ContextVar("VARIABLE", default=1)


def byte_array():
    b = bytearray(b"ab")
    return b, lambda: b.append(3), lambda: bytes(b)


def array_array():
    a = array.array("d", [1, 2])
    return a, lambda: a.append(3), a.tolist


def objects():
    a = np.array([1, "x"], dtype=object)
    return a, lambda: a.__setitem__(0, 1.0), lambda: [repr(x) for x in a]


def context_variable():
    VARIABLE.set(1)
    return VARIABLE, lambda: VARIABLE.set(2), VARIABLE.get


@pytest.mark.parametrize("make", [byte_array, array_array, objects, context_variable], ids=lambda f: f.__name__)
def test_a_change_in_a_container_is_noticed_and_put_back(make):
    owner, change, look = make()
    before, snapshot = look(), Snapshot(owner, "x")
    assert snapshot.holds()
    change()
    assert not snapshot.holds()
    snapshot.restore()
    assert snapshot.holds()
    assert look() == before


def test_a_read_only_dict_shows_its_keys_and_values():
    d = {"a": 1}
    snapshot = Snapshot(MappingProxyType(d), "x")
    assert snapshot.items() == (("a",), 1)
    d["b"] = 2
    assert not snapshot.holds()


def test_a_dead_reference_is_a_change():
    class Thing:
        pass

    thing = Thing()
    snapshot = Snapshot(weakref.ref(thing), "x")
    assert snapshot.items() == (thing,)
    del thing
    assert not snapshot.holds()


def test_a_cache_may_be_asked_but_not_filled_or_cleared():
    cached = lru_cache(lambda x: x + 1)
    cached(1)
    place = CacheState(cached, "f")
    cached(1)
    assert place.holds()
    cached(2)
    assert not place.holds()
    place.restore()
    assert cached.cache_info().currsize == 0


def test_a_cache_that_is_filled_with_the_same_again_is_noticed():
    cached = lru_cache(lambda x: x + 1)
    cached(1)
    cached(1)
    place = CacheState(cached, "f")
    cached.cache_clear()
    cached(1)
    assert not place.holds()
