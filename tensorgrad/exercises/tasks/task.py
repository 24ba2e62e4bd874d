"""The declaration of an exercise: a forward, its backward, random inputs, hints and bugs."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Bug(NamedTuple):
    """A mistake planted in a reference backward.

    old, new: a line of the backward, and the wrong line in its place
    why:      a sentence that says what is wrong
    says:     words in the hint of the check, '' if it does not recognise the mistake
    """

    old: str
    new: str
    why: str
    says: str = ""


class Task(NamedTuple):
    """The declaration of an exercise.

    forward:  a function of NumPy arrays, a number (a loss) or an array
    backward: the reference: ``backward(dout, *inputs)``, without dout for a loss; a gradient for each of ``wrt``
    inputs:   ``inputs(rng, n)`` -> the arguments of forward by name, n rows of data
    wrt:      the names of the inputs whose gradients are to be written
    level:    1 for a single op, 2 for a layer or a loss, 3 for an evening's work
    known:    ``known(dout, *inputs)`` -> fields of a Context by input, to name a mistake: ``{"x": {"parts": …}}``
    """

    name: str
    title: str
    level: int
    formula: str
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inputs: Callable[..., dict[str, Any]]
    wrt: tuple[str, ...]
    hints: tuple[str, ...]
    bugs: tuple[Bug, ...]
    is_loss: bool = False
    known: Callable[..., dict[str, dict[str, Any]]] | None = None
