"""Captured arrays: one stand-in for each array, one root for all that lie in the same memory."""

import numpy as np
import pytest

from tensorgrad.compile.trace.tracer import Trace
from tensorgrad.errors import TraceError


@pytest.fixture
def captured():
    trace = Trace()
    yield trace.captured  # which does not keep its trace
    assert trace.captured.trace is trace


def test_an_array_has_one_stand_in_and_keeps_its_first_name(captured):
    a = np.zeros(3)
    first = captured.stand_in(a)
    assert captured.stand_in(a, "w") is first
    assert captured.stand_in(a, "v").node.name == "w"
    assert first.node.array is a


def test_views_share_the_root_of_their_memory(captured):
    a = np.zeros((4, 3))
    one, two, other = captured.stand_in(a[0]), captured.stand_in(a[1:].T), captured.stand_in(np.zeros(3))
    assert one.node.root is two.node.root
    assert one.node.root.array is a
    assert captured.stand_in(a).node is one.node.root
    assert other.node.root is other.node


def test_a_read_only_number_is_a_constant(captured):
    n = np.array(2.0)
    n.flags.writeable = False
    assert captured.stand_in_for_use(n).node.kind == "constant"
    assert captured.stand_in_for_use(n) is captured.stand_in_for_use(n)
    assert captured.stand_in_for_use(np.array(2.0)).node.kind == "captured"


def test_a_plain_array_that_changes_after_its_use_is_refused(captured):
    a = np.zeros(3)
    captured.stand_in_for_use(a)
    captured.check_unchanged()
    a[0] = -0.0  # equal, but not the same bits
    with pytest.raises(TraceError, match=r"uses float64\[3\], a plain array, and then writes into it"):
        captured.check_unchanged()


@pytest.mark.parametrize(
    "array", [np.ma.zeros(2), np.array(["a"]), np.array([None])], ids=["masked", "text", "objects"]
)
def test_an_array_that_no_program_can_hold_is_refused(captured, array):
    with pytest.raises((TraceError, TypeError)):
        captured.stand_in_for_use(array)
