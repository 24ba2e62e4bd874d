"""An exercise: it shows its task, grades a learner's function, and gives hints and a solution."""

from ..errors import count_text, describe
from .grading import Point, grade
from .hunt import Hunt
from .source import function_source

#: An answer is checked with each of these numbers of rows, so that it must hold for every size.
ROWS = (5, 3)
LEVELS = {1: "level 1: one op", 2: "level 2: a layer or a loss", 3: "level 3: an evening"}


class Exercise:
    """A task to write the backward of a function; ``check`` says whether it is right, and if not, what is wrong.

    show():      the task
    check(f):    the report on your function, with the next hint if it is wrong
    hint():      the next hint
    solution():  an answer
    bug(seed):   a backward with a mistake to find
    attempts, solved: the number of checked answers, and whether one was right

    >>> import tensorgrad as tg
    >>> def backward(dout, x):
    ...     return dout * (x > 0)
    >>> bool(tg.exercises.relu.check(backward))
    True
    >>> tg.exercises.relu.reset()
    """

    def __init__(self, number, total, task):
        self.number, self.total, self.task, self.name = number, total, task, task.name
        self.attempts = self.hints_given = 0
        self.solved = False

    def show(self):
        """Print the task: the formula, the forward, what your function takes and returns."""
        print(self)

    def check(self, backward):
        """Return the report on ``backward``: truthy if right; it prints what is wrong, and the next hint.

        backward: ``backward(dout, *inputs)``, or ``backward(*inputs)`` for a loss. It returns the gradients in the
                  order of the task, as a tuple or in a dict
        """
        if not callable(backward):
            raise TypeError(f"exercise {self.name!r}: check takes your function, got {describe(backward)}")
        self.attempts += 1
        for n in ROWS:
            report = grade(self.task, backward, n)
            if not report:
                break
        report.notes += tuple(self._comments(report, n))
        return report

    def _comments(self, report, n):
        """Return the sentences to add to the report."""
        if report:
            self.solved = True
            return [f"solved at attempt {self.attempts}"]
        if n != ROWS[0]:
            return [f"right for {ROWS[0]} rows, wrong for {n}: a size is written into your function"]
        return [self._next_hint()]

    def hint(self):
        """Print the next hint."""
        print(self._next_hint())

    def solution(self):
        """Print an answer."""
        print(function_source(self.task.backward))

    def bug(self, seed=0):
        """Return a Hunt: a backward of this exercise with one mistake, which depends on the seed."""
        return Hunt(self, self.task.bugs[seed % len(self.task.bugs)])

    def reset(self):
        """Forget the attempts, and start again with the first hint."""
        self.attempts = self.hints_given = 0
        self.solved = False

    def _next_hint(self):
        hints = self.task.hints
        self.hints_given += 1
        if self.hints_given > len(hints):
            return f"that was the last hint; tg.exercises.{self.name}.solution() prints an answer"
        return f"hint {self.hints_given} of {len(hints)}: {hints[self.hints_given - 1]}"

    def __repr__(self):
        task, point = self.task, Point(self.task, ROWS[0])
        arguments = point.arguments()
        lines = [(name, describe(x), _meaning(name, task)) for name, x in arguments.items()]
        lines += [(f"d{name}", describe(point.params[name]), f"to return: the gradient of {name}") for name in task.wrt]
        widths = [max(len(line[i]) for line in lines) for i in (0, 1)]
        table = [f"  {name:{widths[0]}}  {given:{widths[1]}}  {what}".rstrip() for name, given, what in lines]
        returned = ", ".join(f"d{name}" for name in task.wrt)
        order = " in this order, or a dict with these keys" if len(task.wrt) > 1 else ""
        return "\n".join([
            f"Exercise {self.number} of {self.total}, {self.name}: {task.title} ({LEVELS[task.level]})",
            "", f"  {task.formula}", "", *(f"  {line}" for line in function_source(task.forward).splitlines()), "",
            f"Write backward({', '.join(arguments)}), which returns {returned}{order}.",
            *table, "", f"tg.exercises.{self.name}.check(backward) grades it; "
            f"{count_text(len(task.hints), 'hint')} and a solution are there if you want them.",
        ])  # fmt: skip


def _meaning(name, task):
    if name == "dout":
        return f"the gradient of the loss with respect to what {task.forward.__name__} returns"
    return "" if name in task.wrt else "a constant: needs no gradient"
