"""Reach: the walk finds the places that code names, through what wraps it, and leaves out the rest."""

import functools
import operator

import numpy as np
import pytest

from tensorgrad.compile.guards.guards import find_reach


def paths(**roots):
    """Return the paths of the loose places that are reached."""
    return {place.path for place in find_reach(roots).loose}


class Box:
    def __init__(self, **values):
        self.__dict__.update(values)

    @property
    def twice(self):
        return self.k * 2

    @staticmethod
    def add(x):
        return x + ADDED


ADDED, UNUSED = 1.0, 2.0


def uses_global(x):
    return x + ADDED


WRAPPERS = {
    "function": uses_global,
    "partial": functools.partial(uses_global),
    "partial in a list": [functools.partial(uses_global)],
    "wrapped": functools.wraps(uses_global)(lambda *args: None),
    "cached": functools.lru_cache(uses_global),
    "static method": Box.add,
    "vectorize": np.vectorize(uses_global),
    "default": lambda x, f=uses_global: f(x),
    "named default": lambda x, *, f=uses_global: f(x),
    "attribute": type("Own", (), {"__call__": staticmethod(uses_global)})(),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_a_global_is_found_through_what_wraps_the_function(name):
    found = paths(f=WRAPPERS[name])
    assert "ADDED" in found
    assert "UNUSED" not in found


def test_only_attributes_that_code_looks_up_are_watched():
    box = Box(k=1, other=2)
    assert {p for p in paths(f=lambda x: x * box.k) if p.startswith("box.")} == {"box.k"}


def test_the_code_of_a_property_counts():
    box = Box(k=1, other=2)
    assert "box.k" in paths(f=lambda x: x * box.twice)


@pytest.mark.parametrize("look", [getattr, operator.attrgetter("other"), vars], ids=["getattr", "attrgetter", "vars"])
def test_code_that_may_look_up_any_name_makes_all_attributes_count(look):
    box = Box(k=1, other=2)
    assert "box.other" in paths(f=lambda x: look(box))


def test_a_chain_of_objects_has_one_path():
    box = Box(inner=Box(k=[1, {"a": 2}]))
    assert {"box.inner", "box.inner.k", "box.inner.k[1]"} <= paths(f=lambda x: box.inner.k)


def test_things_that_hold_one_another_are_walked_through_once():
    a, b = Box(), Box()
    a.k, b.k = b, a
    assert "a.k.k" in paths(f=lambda x: a.k)
    assert "a.k.k.k" not in paths(f=lambda x: a.k)


def test_an_iterator_is_no_place_but_a_reason():
    numbers = iter([1, 2])
    assert find_reach({"f": lambda x: next(numbers)}).unseen == ["takes from numbers, a list_iterator"]
