"""What an exercise declares: a forward, the backward it asks for, the point it is checked at, hints and bugs."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Bug(NamedTuple):
    """A mistake planted in a reference backward.

    old, new: a line of it, and what stands there instead
    why:      what is wrong with that, a sentence
    says:     words of the hint that the check gives, '' where the mistake has no pattern
    """

    old: str
    new: str
    why: str
    says: str = ""


class Task(NamedTuple):
    """The declaration of an exercise; an Exercise is made from it.

    forward:  a function of NumPy arrays, a number (a loss) or an array
    backward: the reference: ``backward(dout, *inputs)``, without dout for a loss; a gradient for each of ``wrt``
    inputs:   ``inputs(rng, n)`` -> the arguments of forward by name, n rows of data
    wrt:      the names of the inputs whose gradients are asked for
    level:    1 for a single op, 2 for a layer or a loss, 3 for what takes an evening
    known:    ``known(dout, *inputs)`` -> what helps to name a mistake, by input: ``{"x": {"parts": …}}``
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
