"""Overlap: inputs that share memory with what a program writes to are found."""

import numpy as np
import pytest

from tensorgrad.compile.guards.overlap import Overlap, owner_of
from tensorgrad.compile.ir.program import Program
from tensorgrad.compile.trace.tracer import Trace


def writing_program(target, x):
    """Return the Overlap of ``target[0] = x``, for a captured target."""
    trace = Trace()
    trace.captured.stand_in(target)[0] = trace.input(x, "x")
    return Overlap(Program(trace.calls, [v for v in trace.values if v.kind == "input"], []))


@pytest.fixture
def memory():
    return np.zeros((4, 3))


def test_all_views_of_the_captured_memory_overlap(memory):
    overlap = writing_program(memory[:2], np.ones(3))
    assert overlap
    assert overlap.has_overlap([memory[1]])
    assert overlap.has_overlap([np.ones(3), memory[2:].T])
    assert not overlap.has_overlap([np.ones(3)])


def test_arrays_in_memory_that_no_array_owns_are_compared():
    block = bytearray(64)
    overlap = writing_program(np.frombuffer(block, "f8", 2), np.ones(()))
    assert overlap.has_overlap([np.frombuffer(block, "f8", 2, offset=8)])
    assert not overlap.has_overlap([np.frombuffer(block, "f8", 2, offset=16)])


def test_an_input_that_is_written_to_may_not_share_memory_with_another(memory):
    trace = Trace()
    x, y = trace.input(memory[:2], "x"), trace.input(np.ones((2, 3)), "y")
    x += y
    overlap = Overlap(Program(trace.calls, [x.node.root, y.node.root], []))
    assert not overlap.has_overlap([memory[:2], memory[2:]])
    assert overlap.has_overlap([memory[:2], memory[1:3]])


def test_a_program_that_writes_nowhere_has_no_overlap():
    trace = Trace()
    x = trace.input(np.ones(3), "x")
    y = x + 1
    assert not Overlap(Program(trace.calls, [x.node], [y.node]))


def test_the_owner_is_at_the_end_of_all_views(memory):
    assert owner_of(memory[1:][:, 0].T) is memory
    block = bytearray(8)
    owner = owner_of(np.frombuffer(block, "u1")[2:])
    assert not isinstance(owner, np.ndarray)
