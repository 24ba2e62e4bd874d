"""Structures: unflatten undoes flatten, and equal structures mean equal Python around the leaves."""

from collections import OrderedDict, defaultdict, namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tensorgrad.compile.call_structure import FixedItem, count_leaves, fixed_items, flatten, unflatten

pair = namedtuple("pair", "a b")
NESTED = st.recursive(
    st.one_of(st.integers(), st.floats(), st.text(), st.none(), st.booleans(), st.just(np.ones(2))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=3).map(OrderedDict),
        st.tuples(inner, inner).map(lambda items: pair(*items)),
    ),
    max_leaves=12,
)


@given(NESTED)
def test_unflatten_undoes_flatten(x):
    leaves, made = [], []
    structure = flatten(x, leaves, made)
    assert hash(structure) == hash(flatten(x, []))
    assert structure == flatten(x, [])
    assert count_leaves(structure) == len(leaves)
    again = []
    found = unflatten(structure, iter(leaves), (), again)
    assert (type(found), repr(found)) == (type(x), repr(x))
    assert [type(a) for a in again] == [type(a) for a in made]
    assert repr(again) == repr(made)


def test_a_defaultdict_keeps_its_factory():
    leaves = []
    found = unflatten(flatten(defaultdict(list, a=1.0), leaves), iter(leaves))
    assert (found.default_factory, found) == (list, {"a": 1.0})


DIFFERENT = [
    [1.0], (1.0,), {"a": 1.0}, {"b": 1.0}, {0: 1.0}, {False: 1.0}, OrderedDict(a=1.0), pair(1.0, None), [1.0, None],
    [1.0, 2.0], [[1.0]], [1.0, "None"], [1.0, True], [1.0, object()],
]  # fmt: skip


def test_structures_that_differ_are_unequal():
    structures = [flatten(x, []) for x in DIFFERENT]
    assert len(set(structures)) == len(structures)


def test_what_is_fixed_is_found_and_with_no_leaves_everything_is():
    thing = object()
    structure = flatten([1.0, ("text", {"k": thing})], [])
    assert fixed_items(structure) == ["text", thing]
    assert fixed_items(flatten([1.0, (2, "text")], None)) == [1.0, 2, "text"]


def test_known_things_are_not_taken_apart():
    inner, leaves = [1.0], []
    structure = flatten([inner, 2.0], leaves, known={id(inner): ("given", 0)})
    assert leaves == [2.0]
    found = unflatten(structure, iter([3.0]), [inner])
    assert found[0] is inner
    assert found == [[1.0], 3.0]


@pytest.mark.parametrize("x", [slice(1, 2), (slice(1), [1]), np.float32(1), np.dtype("f"), frozenset([1])], ids=repr)
def test_fixed_items_of_equal_values_are_equal_where_that_is_safe(x):
    assert hash(FixedItem(x)) == hash(FixedItem(x))
    assert FixedItem(x) == FixedItem(x)
    assert FixedItem([]) != FixedItem([])
