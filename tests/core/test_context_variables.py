"""A function with a context variable set: the caller's value stays, whatever happens inside."""

from contextvars import ContextVar

import pytest

from tensorgrad.core.context_variables import with_value


def test_the_value_holds_inside_and_for_what_is_called_there_only():
    variable = ContextVar("variable", default="outside")

    def work(*args, **kwargs):
        variable.set(variable.get() + "!")
        return variable.get(), args, kwargs

    assert with_value(variable, "inside", work, 1, name=2) == ("inside!", (1,), {"name": 2})
    assert variable.get() == "outside"


def test_an_exception_leaves_the_callers_value():
    variable = ContextVar("variable", default="outside")
    with pytest.raises(ZeroDivisionError):
        with_value(variable, "inside", lambda: 1 / 0)
    assert variable.get() == "outside"
