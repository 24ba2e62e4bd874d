"""The guard of numbers: it accepts the numbers for which a program computes what Python computes."""

import time

import numpy as np

from tensorgrad.compile.guards.number_guards import number_guard
from tensorgrad.compile.ir.program import Program
from tensorgrad.compile.trace.tracer import Trace


def guard_of(function, n):
    """Return the guard of a program that is traced with the number n."""
    trace = Trace()
    result = function(trace.input(n, "n"))
    inputs = [v for v in trace.values if v.kind == "input"]
    return number_guard(Program(trace.calls, inputs, [result.node], []), trace.frozen)


def test_a_power_that_becomes_a_float_is_refused():
    guard = guard_of(lambda n: 2**n, 3)
    assert guard([5])
    assert not guard([-5])


def test_an_error_is_refused():
    guard = guard_of(lambda n: 6 // n, 3)
    assert guard([2])
    assert not guard([0])


def test_a_comparison_that_was_used_as_a_branch_has_to_come_out_the_same():
    guard = guard_of(lambda n: n * 2 if n > 0 else n, 3)
    assert guard([4])
    assert not guard([-4])


def test_a_number_that_was_used_as_a_value_has_to_be_the_same():
    guard = guard_of(lambda n: n * int(n), 3)
    assert guard([3])
    assert not guard([4])
    assert not guard([3.0])


def test_a_frozen_value_is_compared_before_what_it_guards():
    def small_power(n):
        return n ** (10**8) if n < 2 else n

    guard = guard_of(small_power, 1)
    start = time.perf_counter()
    assert not guard([10])  # 10 ** 10 ** 8 would take minutes
    assert time.perf_counter() - start < 1


def test_a_program_for_all_numbers_has_no_guard():
    assert guard_of(lambda n: np.add(n, np.ones(2)), 3.0) is None
