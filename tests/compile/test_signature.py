"""Signature: it takes arguments as Python's own ``inspect.signature`` does, and calls the function with the same."""

import inspect

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile.signature import Signature, distinct_arguments, leaf_signature
from tensorgrad.errors import OptionError


def function(a, b=2, *rest, c=3, **more):
    return a, b, rest, c, more


CALLS = {
    "positions": ((1, 2, 3, 4), {}),
    "names": ((), {"b": 5, "a": 4}),
    "both": ((1,), {"c": 7, "d": 8}),
    "structures": (([1.0, {"k": (2.0, None)}],), {"b": {"k": []}}),
    "one array twice": ((x := np.ones(2), x), {"c": [x]}),
}


@pytest.mark.parametrize("static", [(), "b", ("a", "c"), 0], ids=repr)
@pytest.mark.parametrize(("args", "kwargs"), CALLS.values(), ids=CALLS)
def test_a_call_taken_apart_is_the_same_call(static, args, kwargs):
    signature = Signature.from_function(function, "function", static)
    leaves, arguments = signature.bind(args, kwargs)
    given = inspect.signature(function).bind(*args, **kwargs)
    expected = function(*given.args, **given.kwargs)
    found = arguments.call(function, leaves, signature.positional, [])
    assert str(found) == str(expected)
    assert all(isinstance(x, (float, int, np.ndarray)) for x in leaves)


@pytest.mark.parametrize("f", [function, lambda x, *, y: x, lambda: 0, tg.Sequential.fit])
def test_the_names_are_those_of_inspect(f):
    signature, kinds = Signature.from_function(f, "f", ()), inspect.signature(f).parameters.values()
    assert list(signature.positional) == [p.name for p in kinds if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert list(signature.keyword_only) == [p.name for p in kinds if p.kind is p.KEYWORD_ONLY]


def test_an_argument_given_twice_is_refused_by_the_function_itself():
    signature = Signature.from_function(function, "function", ())
    leaves, arguments = signature.bind((1.0,), {"a": 2.0})
    with pytest.raises(TypeError, match="multiple values for argument 'a'"):
        arguments.call(function, leaves, signature.positional, [])


def test_a_bound_method_has_no_self():
    class Thing:
        def method(self, x, *, y):
            return x

    bound = Signature.from_function(Thing().method, "method", ())
    free = Signature.from_function(Thing.method, "method", ()).without_self()
    assert bound.positional == free.positional == ("x",)
    assert bound.keyword_only == free.keyword_only == ("y",)


def test_static_arguments_are_part_of_the_key_and_no_leaves():
    signature = Signature.from_function(function, "function", "b")
    (one, by_position), (two, by_name) = signature.bind((1.0, 2.0), {}), signature.bind((3.0,), {"b": 2.0})
    assert (one, two) == ([1.0], [3.0])
    assert by_position.static == by_name.static == {1: 2.0}
    assert signature.bind((1.0, 5.0), {})[1].key != by_position.key
    assert signature.bind((7.0, 2.0), {})[1].key == by_position.key


def test_a_static_argument_that_is_none_is_refused_with_the_names_there_are():
    with pytest.raises(OptionError, match=r"function has no argument 'bb'; known: a, b"):
        Signature("function", ("a", "b"), (), "bb")
    assert Signature("wrapper", (), (), "anything").static_places == {"anything"}  # its names are not known


def test_a_list_given_twice_or_inside_itself_cannot_be_copied():
    signature, shared, endless = Signature.from_function(function, "function", ()), [1.0], []
    endless.append(endless)
    assert signature.bind_distinct((shared, shared), {}) is None
    assert signature.bind_distinct((endless,), {}) is None
    assert signature.bind_distinct(((1.0,), (1.0,)), {}) is not None
    assert signature.bind_distinct(([1.0], [1.0]), {})[0] == [1.0, 1.0]


def test_leaves_are_named_after_their_arguments():
    signature = Signature.from_function(function, "function", ())
    x = np.ones(2)
    for args, kwargs, names in [
        ((x, [x + 1, x + 2], x + 3), {"c": x + 4}, ["a", "b_0", "b_1", "x2", "c"]),
        (([x, x, x + 1],), {}, ["a_0", "a_2"]),
    ]:
        leaves, arguments = signature.bind(args, kwargs)
        assert signature.leaf_names(arguments) == names
        assert len(leaves) == len(names)


def test_equal_numbers_are_different_leaves_and_one_array_is_one():
    x = np.ones(2)
    assert distinct_arguments([1.0, 1.0]) == ([1.0, 1.0], None)
    found, pattern = distinct_arguments([x, 1.0, x, 1.0])
    assert pattern == (0, 1, 0, 2)
    assert found[0] is x


def test_what_a_program_depends_on_tells_apart_what_numpy_computes_otherwise():
    x = np.ones((2, 3))
    arrays = [x, x.T, x[:, ::2], x.astype("f"), tg.Tensor(x), tg.Parameter(x)]
    kinds = [*arrays, np.zeros((2, 3), order="F"), 1, 1.0, True, np.float64(1), np.float32(1)]
    assert len({leaf_signature(leaf) for leaf in kinds}) == len(kinds)
    assert leaf_signature(x) == leaf_signature(x + 1)
    assert leaf_signature(2.0) == leaf_signature(3.0)
