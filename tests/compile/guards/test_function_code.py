"""The code of functions: names that it looks up, and calls that no guard can follow."""

import os
import time

import numpy as np
import pytest

from tensorgrad.compile.guards.function_code import (
    deferred_result_kind,
    identity_calls,
    names_in,
    owner_of_module,
    unguardable_phrases,
)


def test_names_of_inner_functions_count_and_local_ones_do_not():
    def f(x):
        local = x.shape
        return [lambda y: os.path.join(y, len(local)) for _ in x]

    names, attributes, imported = names_in(f.__code__)
    assert set(names) == {"os", "len"}
    assert set(attributes) == {"shape", "path", "join"}
    assert imported == ()


def test_a_string_that_could_be_a_name_counts_and_a_sentence_does_not():
    attributes = names_in((lambda x: getattr(x, "rate", "no such thing")).__code__)[1]
    assert set(attributes) == {"rate"}


def test_formatting_and_comparing_call_methods_without_their_names():
    assert names_in((lambda x: f"{x}").__code__)[1] == ("format",)
    assert names_in((lambda x, y: x == y).__code__)[1] == ("==",)
    assert names_in((lambda x, y: x in y).__code__)[1] == ("==",)


def test_a_relative_import_has_its_level():
    space = {}
    exec("def f():\n    from ..there import here\n    import os.path\n", space)
    assert set(names_in(space["f"].__code__)[2]) == {(2, "there"), (0, "os.path")}


@pytest.mark.parametrize(
    ("module", "owner"),
    [("os", "python"), ("sys", "python"), ("numpy.linalg", "ours"), ("tensorgrad.ops", "ours"),
     ("pytest", "installed"), (__name__, "user"), ("no_such_module", "user")],
)  # fmt: skip
def test_the_owner_of_a_module(module, owner):
    assert owner_of_module(module) == owner


def generate():
    yield 1


async def wait():
    pass


async def stream():
    yield 1


@pytest.mark.parametrize(
    ("function", "kind"),
    [(generate, "a generator"), (wait, "a coroutine"), (stream, "an asynchronous generator")],
)
def test_a_function_that_runs_later_gives_no_result(function, kind):
    assert deferred_result_kind(function) == kind
    assert deferred_result_kind(lambda x: x) is None


def own_time():
    return 1


clock, time_of_day = time.perf_counter, own_time


def test_a_clock_is_known_by_what_it_is_not_by_its_name():
    assert unguardable_phrases(lambda x: clock() + x) == ["reads a clock"]
    assert unguardable_phrases(lambda x: time_of_day() + x) == []


def test_id_of_an_argument_is_an_identity_call_and_of_self_it_is_not():
    class Own:
        def of_self(this):
            return id(this)

        def of_other(self, x):
            return id(x)

    assert identity_calls(Own.of_self.__code__) == ()
    assert identity_calls(Own.of_other.__code__) == ("id",)
    assert identity_calls((lambda x: np.array(type(x))).__code__) == ("type",)
    assert identity_calls((lambda x: isinstance(x, type)).__code__) == ()
