"""Exercises in writing a backward, from a product to attention; a gradient check grades them.

show()                prints the table of exercises, with those that are solved
product, matmul, ...  the exercises: ``.show()``, ``.check(your_backward)``, ``.hint()``, ``.solution()``, ``.bug()``
catalogue             all of them, by name or number
find_the_bug(name)    a backward in which one line is wrong

>>> import tensorgrad as tg
>>> def backward(dout, x, y):
...     return dout * y, dout * y
>>> report = tg.exercises.product.check(backward)
>>> bool(report), report["y"].hint
(False, 'the gradient of y is the gradient of x: the two are mixed up')
>>> tg.exercises.product.reset()
"""

from .exercise import Exercise
from .exercise_catalogue import TASKS, Catalogue
from .hunt import Hunt

__all__ = ["Catalogue", "Exercise", "Hunt", "catalogue", "find_the_bug", "show"]

catalogue = Catalogue(TASKS)
find_the_bug = catalogue.find_the_bug
globals().update({exercise.name: exercise for exercise in catalogue})  # tg.exercises.matmul


def show():
    """Print the table of exercises, with what you have solved."""
    print(catalogue)
