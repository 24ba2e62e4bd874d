"""Statements: executed, the source of a call does what the call does, in a buffer or with a new array."""

import operator

import numpy as np
import pytest

from tensorgrad.compile.ir.array_ops import broadcast_fill, cast, set_index, ufunc_at
from tensorgrad.compile.ir.identifiers import ReadableNames, ShortNames
from tensorgrad.compile.ir.program import Call, Value
from tensorgrad.compile.ir.statements import Statements, donors, has_out

X = np.arange(1.0, 7.0).reshape(2, 3)
Y = X[::-1] / 3
MASK = X > 2
#: ``function, arguments, settings``
BUFFERED = {
    "ufunc": (np.add, (X, Y), {}),
    "by keyword": (np.maximum, (X, Y), {}),
    "with a setting": (np.multiply, (X, 2.0), {"dtype": np.float32}),
    "sum of columns": (np.add.reduce, (X,), {}),
    "sum": (np.add.reduce, (X,), {"axis": 1, "keepdims": True}),
    "running sum": (np.add.accumulate, (X,), {"axis": 1}),
    "product": (np.dot, (X, Y.T.copy()), {}),
    "where": (np.where, (MASK, X, Y), {}),
    "index": (set_index, (X, (0, slice(1, None)), 5.0), {}),
    "at": (ufunc_at, (X, [0, 0], np.add, Y), {}),
    "fill": (broadcast_fill, (2.5, (2, 3), np.dtype("f"), "C"), {}),
    "cast": (cast, (X, np.dtype("int64")), {}),
    "clip": (np.clip, (X, 2.0, 4.0), {}),
    "list": (np.concatenate, ([X, Y],), {"axis": 1}),
}
NEW = {
    "item": (operator.getitem, (X, (slice(None, None, -1), None, ..., 1)), {}),
    "one slice": (operator.getitem, (X, slice(1, None)), {}),
    "tuple of one": (operator.getitem, (X, (1,)), {}),
    "transpose": (np.ndarray.transpose, (X,), {}),
    "new axis": (np.expand_dims, (X, 1), {}),
    "last new axis": (np.expand_dims, (X, -1), {}),
    "operator": (operator.mul, (2, 3.5), {}),
    "sign": (operator.neg, (2.5,), {}),
    "cast": (cast, (X, np.dtype("f")), {}),
    "settings": (np.var, (X,), {"axis": (0, 1), "ddof": 1}),
    "list of numbers": (np.array, ([[1, 2]],), {"dtype": "f"}),
}


def call_of(function, args, kwargs):
    """Return the call with Values for the arrays among its arguments, and what it is to give."""
    known = {}

    def value(x):
        if isinstance(x, np.ndarray):
            return known.setdefault(id(x), Value(len(known), x, "captured", array=x))
        return [value(item) for item in x] if type(x) is list and isinstance(x[0], np.ndarray) else x

    result = function(*args, **kwargs)
    return Call(function, tuple(map(value, args)), kwargs, Value(99, result)), result


def execute(lines, call, names, **more):
    space = {"np": np, **{names.value_name(v): v.array.copy() for v in call.operands}, **more}
    exec("\n".join(lines), {**space, **names.kept}, space)
    return space[names.value_name(call.output)]


@pytest.mark.parametrize("kind", [ShortNames, ReadableNames])
@pytest.mark.parametrize("case", BUFFERED.values(), ids=BUFFERED)
def test_a_result_in_a_buffer_is_the_calls(case, kind):
    call, expected = call_of(*case)
    names = kind()
    assert has_out(call)
    lines = Statements(names.value_name, names).buffer_statements(call, False)
    buffer = np.full_like(expected, 77)
    found = execute(lines, call, names, **{names.value_name(call.output): buffer})
    assert found is buffer
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("case", [BUFFERED[name] for name in ("ufunc", "where", "index", "at")])
def test_a_donor_may_be_overwritten(case):
    call, expected = call_of(*case)
    donor = donors(call)[-1]
    names = ShortNames()
    write = Statements(lambda v: names.value_name(donor if v is call.output else v), names)
    lines = write.buffer_statements(call, True)
    call.output, output = donor, call.output
    assert execute(lines, call, names).tobytes() == expected.tobytes()
    call.output = output


@pytest.mark.parametrize("kind", [ShortNames, ReadableNames])
@pytest.mark.parametrize("case", NEW.values(), ids=NEW)
def test_a_new_result_is_the_calls(case, kind):
    call, expected = call_of(*case)
    names = kind()
    found = execute([Statements(names.value_name, names).new_array_statement(call)], call, names)
    assert (type(found), np.shape(found)) == (type(expected), np.shape(expected))
    np.testing.assert_array_equal(found, expected)


def test_an_int8_does_not_take_300_as_where_would():
    x = np.ones(3, np.int8)
    call, _ = call_of(np.where, (x > 0, x, np.int16(300)), {})
    assert has_out(call)
    call, _ = call_of(np.where, (x > 0, x, 3), {})
    assert not has_out(call)
    call, _ = call_of(np.where, (X > 0, X, 3), {})
    assert has_out(call)
