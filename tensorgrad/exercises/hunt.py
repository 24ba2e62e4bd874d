"""Find the bug: a backward in which one line is wrong."""

from ..errors import OptionError, describe
from .grading import grade
from .source import function_source, plant_bug


class Hunt:
    """A backward with one mistake: print it, find the line or repair it, and ``check`` your answer.

    source:   the lines of the backward, as shown
    function: the backward itself
    report(): the report of the gradient check

    >>> import tensorgrad as tg
    >>> hunt = tg.exercises.relu.bug(seed=2)
    >>> hunt.check(2)
    Yes, line 2 is wrong: the derivative of relu is 0 or 1, not x.
    True
    """

    def __init__(self, exercise, bug):
        right = function_source(exercise.task.backward)
        self.exercise, self._bug = exercise, bug
        self.source, self.function = plant_bug(exercise.task, bug)
        pairs = zip(right.splitlines(), self.source.splitlines(), strict=True)
        self._line = next(i for i, (one, other) in enumerate(pairs, 1) if one != other)

    def check(self, answer):
        """Grade an answer: the number of the wrong line, or the repaired function.

        For a line it prints the result and returns a bool; for a function it returns the Report of the check.
        """
        if callable(answer):
            return grade(self.exercise.task, answer, 5)
        count = len(self.source.splitlines())
        if not isinstance(answer, int) or not 1 <= answer <= count:
            raise OptionError(
                f"find the bug in {self.exercise.name!r}: the answer is a line from 1 to {count} or a repaired "
                f"function, got {describe(answer)}"
            )
        if answer == self._line:
            print(f"Yes, line {answer} is wrong: {self._bug.why}.")
        else:
            print(f"No, line {answer} is as it should be; report() shows what the gradient check says.")
        return answer == self._line

    def report(self):
        """Return the Report of the gradient check on this backward."""
        return grade(self.exercise.task, self.function, 5)

    def solution(self):
        """Print the right line, and what was wrong."""
        print(f"line {self._line}: {self._bug.old}\n{self._bug.why}")

    def __repr__(self):
        numbered = [f"  {i:2}  {line}" for i, line in enumerate(self.source.splitlines(), 1)]
        forward = [f"      {line}" for line in function_source(self.exercise.task.forward).splitlines()]
        return "\n".join([
            f"Find the bug: one line of this backward of {self.exercise.name!r} is wrong ({self.exercise.task.title})",
            "", *forward, "", *numbered, "",
            "check(line) or check(repaired function) grades your answer; report() checks the gradients as they are.",
        ])  # fmt: skip
