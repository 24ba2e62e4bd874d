"""Each line of the user's code is told before it runs; ours, and a debugger's hook, are left alone."""

import sys

import pytest

import tensorgrad as tg
from tensorgrad.graph.lines import stepping
from tests.planted import train

SOURCE = """
    def inner(w):
        h = w * 2
        return h
    def outer(w):
        y = inner(w)
        y.data[0] = 5.0
        return y.sum()
"""


def test_lines_of_the_users_functions_in_order():
    seen, w = [], tg.Parameter([1.0, 2.0])
    scope = train(SOURCE)
    with stepping(lambda frame: seen.append(frame and (frame.f_code.co_name, frame.f_lineno))):
        scope["outer"](w)
    assert seen == [
        ("outer", 5), ("inner", 2), ("inner", 3), None, ("outer", 6), ("outer", 7), None,
    ]  # fmt: skip


def test_a_debuggers_hook_rests_and_comes_back():
    def debugger(frame, event, arg):
        seen.append(frame.f_code.co_name)

    def mine():
        return 1

    before, seen = sys.gettrace(), []
    sys.settrace(debugger)
    try:
        with stepping(lambda frame: None):
            mine()
        assert sys.gettrace() is debugger
        with pytest.raises(KeyError), stepping(lambda frame: None):
            raise KeyError(mine())
        assert sys.gettrace() is debugger
    finally:
        sys.settrace(before)
    assert "mine" not in seen
