"""Every reference answer is right, by three independent methods; every planted bug is found and named."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import check_gradients
from tensorgrad.exercises import catalogue
from tensorgrad.exercises.grading import Point
from tensorgrad.exercises.source import function_source, plant_bug

EXERCISES = {e.name: e for e in catalogue}
BUGS = {f"{e.name} {i}": (e, i, bug) for e in catalogue for i, bug in enumerate(e.task.bugs)}


def gradients(exercise, point):
    """The reference's gradients by name."""
    found = point.call(exercise.task.backward)
    return dict(zip(exercise.task.wrt, found, strict=True))


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
@pytest.mark.parametrize("n", [3, 5, 8])
def test_a_solution_agrees_with_differences(exercise, n):
    point = Point(exercise.task, n)
    h = 1e-6
    for name, g in gradients(exercise, point).items():
        x, numeric = point.params[name], np.zeros_like(g)
        for i in np.ndindex(x.shape):
            above, below = x.copy(), x.copy()
            above[i] += h
            below[i] -= h
            numeric[i] = (point.loss({name: above}) - point.loss({name: below})) / (2 * h)
        np.testing.assert_allclose(g, numeric, rtol=1e-5, atol=1e-7 * max(1, np.abs(g).max()))


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_a_solution_agrees_with_autograd(exercise):
    point = Point(exercise.task, 5)
    tensors = {name: tg.Tensor(x, requires_grad=True) for name, x in point.params.items()}
    exercise.task.forward(**{**point.inputs, **tensors}).backward(point.dout)
    for name, g in gradients(exercise, point).items():
        np.testing.assert_allclose(g, tensors[name].grad.data, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_a_solution_passes_the_check(exercise):
    assert exercise.check(exercise.task.backward)
    assert exercise.solved
    point = Point(exercise.task, 4)
    assert check_gradients(point.loss, gradients(exercise, point), point.params)


@pytest.mark.parametrize(("exercise", "i", "bug"), BUGS.values(), ids=BUGS)
def test_a_planted_bug_is_found_named_and_at_its_line(exercise, i, bug, capsys):
    assert function_source(exercise.task.backward).count(bug.old) == 1
    report = exercise.check(plant_bug(exercise.task, bug)[1])
    hints = [r.hint for r in report.inputs if r.wrong]
    assert hints
    assert all(hints)
    assert any((bug.says or bug.why) in hint or bug.says == "" for hint in hints)
    hunt = exercise.bug(i)
    lines = hunt.source.splitlines()
    answers = [hunt.check(line) for line in range(1, len(lines) + 1)]
    assert sum(answers) == 1
    assert lines[answers.index(True)].strip() == bug.new
    assert f"is wrong: {bug.why}." in capsys.readouterr().out
    assert hunt.check(exercise.task.backward)
    assert not hunt.check(hunt.function)
    assert not hunt.report()


def test_there_are_enough_of_them_and_each_has_hints_and_bugs():
    assert len(catalogue) >= 16
    assert len(EXERCISES) == len(catalogue)
    for e in catalogue:
        assert len(e.task.hints) == 3
        assert len({bug.why for bug in e.task.bugs}) >= 2


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_no_hint_and_no_report_holds_the_solution(exercise, capsys):
    lines = [line.strip() for line in function_source(exercise.task.backward).splitlines()]
    solution = [line for line in lines if line.startswith("d") and len(line) > 10 and not line.startswith("def")]
    answers = [str(exercise.check(exercise.bug().function)) for _ in range(4)]
    exercise.show()
    told = "\n".join(answers) + capsys.readouterr().out
    assert [line for line in solution if line in told] == []
    exercise.solution()
    shown = capsys.readouterr().out
    assert [line for line in solution if line not in shown] == []
