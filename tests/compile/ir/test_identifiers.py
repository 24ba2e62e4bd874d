"""Names in source: executed source holds no text from outside, readable source names what can be named."""

import numpy as np
import pytest

from tensorgrad.compile.ir.identifiers import LONGEST, ReadableNames, ShortNames
from tensorgrad.compile.ir.program import Value


def value(number, name=None, kind="input"):
    return Value(number, np.ones(2), kind, name=name)


def test_short_names_say_the_kind_and_the_number_and_nothing_else():
    names = ShortNames()
    kinds = ["input", "captured", "constant", "result"]
    assert [names.value_name(value(i, "evil; import os", kind)) for i, kind in enumerate(kinds)] == [
        "x0",
        "a1",
        "c2",
        "v3",
    ]


def test_a_value_keeps_its_name_and_two_values_have_two():
    names = ReadableNames()
    a, b, c = value(0, "w"), value(1, "w"), value(2, "w_1")
    assert [names.value_name(v) for v in (a, b, c, a)] == ["w", "w_1", "w_1_1", "w"]


@pytest.mark.parametrize("name", ["np", "lambda", "print", "run", "i", "match"])
def test_readable_names_hide_nothing_that_source_uses(name):
    assert ReadableNames().value_name(value(0, name)) == f"{name}_1"


def test_what_is_no_identifier_gets_a_short_name():
    assert [ReadableNames().value_name(value(0, name)) for name in ("2x", "µ", "", None, "_")] == ["x0"] * 5
    assert ReadableNames().value_name(value(0, "n" * 99)) == "n" * LONGEST


LITERALS = [1, -1, True, None, ..., 1.5, -0.0, 2.0**70, 2**70, float("inf"), float("nan"), 1j, "text", np.float32(1)]


@pytest.mark.parametrize("x", LITERALS, ids=repr)
@pytest.mark.parametrize("kind", [ShortNames, ReadableNames])
def test_a_literal_evaluates_to_the_very_constant(kind, x):
    names = kind()
    found = eval(names.literal(x), {"np": np, **names.kept})
    assert type(found) is type(x)
    assert repr(found) == repr(x)


@pytest.mark.parametrize("x", [np.dtype("float32"), np.dtype(">f4"), np.float32, np.int64, bool], ids=str)
def test_types_are_written_so_that_numpy_takes_them_for_the_same(x):
    names = ReadableNames()
    assert np.dtype(eval(names.literal(x), {"np": np, **names.kept})).str == np.dtype(x).str


@pytest.mark.parametrize("f", [np.add, np.add.reduce, np.linalg.inv, np.concatenate, len, lambda x: x])
def test_the_name_of_a_function_reaches_it(f):
    for names in (ShortNames(), ReadableNames()):
        found = eval(names.function_name(f), {"np": np, **names.kept})
        assert found is f or found == f


def test_readable_functions_of_numpy_are_spelled_as_people_do():
    names = [ReadableNames().function_name(f) for f in (np.add, np.add.reduce, np.linalg.inv)]
    assert names == ["np.add", "np.add.reduce", "np.linalg.inv"]


def test_keywords_from_outside_are_held_in_objects():
    names = ShortNames()
    call = f"dict({names.keyword_text('axis', '0')}, {names.keyword_text('evil', '1')})"
    assert "evil" not in call
    assert eval(call, names.kept) == {"axis": 0, "evil": 1}
