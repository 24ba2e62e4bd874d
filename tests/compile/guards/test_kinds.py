"""Kinds: which attributes matter, and which classes Python's code looks into."""

import collections
import csv
import datetime
import json
from enum import Enum

import pytest

from tensorgrad.compile.guards.kinds import AllNames, NameFilter, attribute_names, has_foreign_base, is_stream


@pytest.mark.parametrize(
    ("name", "literal", "counts"),
    [
        ("rate", {"rate"}, True),
        ("rate", {"other"}, False),
        ("call", set(), True),
        ("__len__", set(), True),
        ("__doc__", {"__doc__"}, False),
        ("__repr__", set(), False),
        ("__repr__", {"print"}, True),
        ("__eq__", {"index"}, True),
        ("__hash__", {"rate"}, False),
    ],
)
def test_a_name_counts_where_code_or_python_looks_it_up(name, literal, counts):
    assert NameFilter(literal, literal)(name) == counts


def test_a_class_whose_objects_nobody_makes_has_no_constructor_that_counts():
    names = NameFilter(set(), set())
    assert names.for_class(makers=True, hashed=False)("__init__")
    assert not names.for_class(makers=False, hashed=False)("__init__")


def test_a_class_of_keys_has_a_hash_that_counts():
    names = NameFilter(set(), set())
    assert names.for_class(makers=True, hashed=True)("__hash__")
    assert not names.for_class(makers=True, hashed=False)("__hash__")


def test_reflective_code_counts_all_names_but_those_that_do_nothing():
    names = NameFilter(set(), AllNames())
    assert names("whatever")
    assert names("__repr__")
    assert not names("__doc__")


class Color(Enum):
    RED = 1


@pytest.mark.parametrize("base", [dict, collections.Counter, ValueError, object])
def test_a_plain_base_of_pythons_is_not_foreign(base):
    assert not has_foreign_base(type("Own", (base,), {}))
    assert not has_foreign_base(Color)


def test_a_base_of_pythons_with_code_of_its_own_is_foreign():
    assert has_foreign_base(type("Own", (json.JSONEncoder,), {}))


@pytest.mark.parametrize(
    ("thing", "stream"),
    [
        (iter([]), True),
        (csv.reader([]), True),
        ((x for x in ()), True),
        ([], False),
        (datetime.date(2000, 1, 1), False),
    ],
    ids=lambda x: type(x).__name__,
)
def test_an_iterator_of_pythons_is_a_stream(thing, stream):
    assert is_stream(type(thing)) == stream


def test_an_iterator_of_the_users_is_watched_as_an_object():
    assert not is_stream(type("Mine", (), {"__next__": lambda self: 1, "__module__": "mine"}))


def test_attributes_lie_in_the_dict_and_in_the_slots_of_all_bases():
    base = type("Base", (), {"__slots__": ("a",), "__module__": "mine"})
    own = type("Own", (base,), {"__slots__": ("b", "__dict__"), "__module__": "mine"})()
    own.c = 1
    assert sorted(attribute_names(own)) == ["a", "b", "c"]
