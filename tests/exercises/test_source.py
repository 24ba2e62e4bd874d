"""Functions from source: they run, they have a bug in one line, and a traceback shows that line."""

import traceback

import numpy as np
import pytest

from tensorgrad.exercises.exercise_catalogue import TASKS
from tensorgrad.exercises.source import compile_function, function_source, plant_bug


def test_a_function_from_source_computes_with_numpy():
    f = compile_function("def double(x):\n    return np.multiply(x, 2)", "<double>")
    assert f(np.ones(2)).tolist() == [2.0, 2.0]


def test_a_traceback_shows_the_line_of_the_source():
    f = compile_function("def broken(x):\n    return x / (1 - 1)", "<broken>")
    with pytest.raises(ZeroDivisionError) as caught:
        f(1)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == ("<broken>", 2, "return x / (1 - 1)")


def test_a_bug_changes_one_line_of_the_source():
    task = TASKS[0]
    source, function = plant_bug(task, task.bugs[0])
    pairs = zip(function_source(task.backward).splitlines(), source.splitlines(), strict=True)
    assert [(a.strip(), b.strip()) for a, b in pairs if a != b] == [(task.bugs[0].old, task.bugs[0].new)]
    assert callable(function)
    assert function.__name__ == task.backward.__name__
