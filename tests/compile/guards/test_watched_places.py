"""Watched places: a change is noticed, and put back; the same value written once more is no change."""

import collections

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.guards.watched_places import (
    ArrayContent,
    Attribute,
    AttributeNames,
    Bindings,
    ClassEntry,
    ClassStructure,
    ClosureCell,
    DictEntry,
    DictItems,
    FunctionDefinition,
    ListItems,
    ObjectClass,
    RequiresGrad,
    SetItems,
    is_read_only,
)


class Config:
    def __init__(self):
        self.rate = 0.5


class Other(Config):
    pass


class Slotted:
    __slots__ = ("rate",)

    def __init__(self):
        self.rate = 0.5


def closure():
    n = 1

    def get():
        return n

    def put(value):
        nonlocal n
        n = value

    return get, put


def scale(x, by=2, *, shift=1):
    return x * by + shift


def dict_entry():
    d = {"k": 1}
    return DictEntry(d, "k", "d"), lambda: d.update(k=1.0), lambda: repr(d)


def missing_entry():
    d = {}
    return DictEntry(d, "k", "d"), lambda: d.update(k=1), lambda: repr(d)


def bindings():
    d, place = {"f": len}, Bindings()
    place.add(d, "f", "f")
    place.add(d, "g", "g")
    return place, lambda: d.update(f=max, g=min), lambda: d.copy()


def attribute():
    c = Config()
    return Attribute(c, "rate", "c.rate"), lambda: setattr(c, "rate", 0.25), lambda: (vars(c).copy(), c)


def slot():
    s = Slotted()
    return Attribute(s, "rate", "s.rate"), lambda: delattr(s, "rate"), lambda: (getattr(s, "rate", None), s)


def attribute_names():
    c = Config()
    return AttributeNames(c, "c"), lambda: setattr(c, "more", 1), lambda: (sorted(vars(c)), c)


def class_entry():
    cls = type("Own", (), {"k": 1})
    return ClassEntry(cls, "k", "Own.k"), lambda: setattr(cls, "k", 2), lambda: cls.k


def class_structure():
    cls = type("Own", (), {"k": 1})
    return ClassStructure(cls, "Own", lambda name: True), lambda: setattr(cls, "more", 2), lambda: "more" in vars(cls)


def object_class():
    c = Config()
    return ObjectClass(c, "c"), lambda: setattr(c, "__class__", Other), lambda: (type(c), c)


def closure_cell():
    get, put = closure()
    return ClosureCell(get.__closure__[0], "n"), lambda: put(2), get


def function_definition():
    f = type(scale)(scale.__code__, {}, "f", (2,))
    f.__kwdefaults__ = {"shift": 1}
    return FunctionDefinition(f, "f"), lambda: f.__kwdefaults__.update(shift=2), lambda: f(3)


def list_items():
    x = [1, 2]
    return ListItems(x, "x"), x.reverse, x.copy


def deque_items():
    x = collections.deque([1, 2])
    return ListItems(x, "x"), lambda: x.rotate(1), x.copy


def dict_order():
    d = {"a": 1, "b": 2}
    return DictItems(d, "d"), lambda: d.update(a=d.pop("a")), lambda: list(d.items())


def set_items():
    s = {1, 2}
    return SetItems(s, "s"), lambda: s.add(3), s.copy


def array_content():
    a = np.array([1.0, 0.0])
    return ArrayContent(a, "a"), lambda: a.__setitem__(1, -0.0), a.tobytes


def requires_grad():
    t = tg.Tensor([1.0], requires_grad=True)
    return RequiresGrad(t, "t"), lambda: setattr(t, "requires_grad", False), lambda: t.requires_grad


PLACES = (dict_entry, missing_entry, bindings, attribute, slot, attribute_names, class_entry, class_structure,
          object_class, closure_cell, function_definition, list_items, deque_items, dict_order, set_items,
          array_content, requires_grad)  # fmt: skip


@pytest.mark.parametrize("make", PLACES, ids=lambda f: f.__name__)
def test_a_change_is_noticed_and_put_back(make):
    place, change, look = make()
    before = look()
    assert place.holds()
    change()
    assert look() != before
    assert not place.holds()
    place.restore()
    assert place.holds()
    assert look() == before


def test_the_first_binding_that_has_changed_gives_the_path():
    d, place = {"f": len, "g": min}, Bindings()
    place.add(d, "f", "m.f")
    place.add(d, "g", "m.g")
    assert place.path == ""
    d["g"] = max
    assert place.path == "m.g"


def test_a_watched_attribute_does_not_keep_its_object_alive():
    c = Config()
    place = Attribute(c, "rate", "c.rate")
    del c
    assert not place.holds()


def test_an_equal_array_of_another_shape_is_a_change():
    a = np.zeros((2, 3))
    place = ArrayContent(a, "a")
    a.resize((3, 2), refcheck=False)
    assert not place.holds()


def test_read_only_is_the_memory_not_the_view():
    a = np.zeros(3)
    view = a[:]
    view.flags.writeable = False
    assert not is_read_only(view)
    a.flags.writeable = False
    assert is_read_only(view)
    assert is_read_only(np.frombuffer(b"12345678"))
    assert not is_read_only(np.frombuffer(bytearray(8)))
