"""Random expressions that can be computed; and the table of all that may stand in braces in a template."""

import numpy as np

from tensorgrad.core.tensor import Tensor

from . import words
from .words import (
    BINARY,
    OPERATORS,
    REDUCERS,
    UNARY,
    anything,
    broadcasts,
    constant,
    data_type,
    indexing,
    number,
    reference,
)


def expression(g):
    """Return an expression that can be computed, of two or three ops."""
    for _ in range(12):
        text = composed(g, g.int(1, 2))
        if acceptable(g, text):
            return text
    return anything(g)


def broadcastable(g):
    """Return an expression whose value broadcasts to ``{x}``."""
    shape = reference(g).shape
    for _ in range(8):
        text = composed(g, g.int(0, 2))
        if acceptable(g, text) and broadcasts(np.shape(g.value(text)), shape):
            return text
    return constant(g)


def acceptable(g, text):
    """Return whether an expression has a value that is of use."""
    try:
        value = g.value(text)
    except Exception:
        return False
    if isinstance(value, Tensor):
        value = value.data
    good = isinstance(value, (np.ndarray, np.generic, int, float, complex, bool)) and np.size(value) <= 400
    if not good or np.asarray(value).dtype.kind not in "biufc":
        return False
    return not (np.size(value) and np.isnan(value).all()) or g.chance(0.1)


def composed(g, depth):
    """Return a random expression."""
    if depth == 0:
        return leaf(g)
    a, b = composed(g, depth - 1), composed(g, g.int(0, depth - 1))
    return g.pick(
        [
            f"({a} {g.pick(OPERATORS)} {b})",
            f"{g.pick(UNARY)}({a})",
            f"{g.pick(BINARY)}({a}, {b})",
            f"np.where({a} > {constant(g)}, {b}, {a})",
            f"{a}.{g.pick(REDUCERS)}({g.pick(['', '', '0', '-1', 'axis=0', 'axis=-1'])})",
            f"({a}).astype({data_type(g)})",
            a + g.pick([".T", "[None]", "[::-1]", ".ravel()", "[0]", "[..., 0]", "[..., None]", ".copy()", ".real"]),
            f"{g.pick(['-', 'abs', '+', '~', 'abs'])}({a})",
        ],
        [6, 3, 3, 1, 2, 1, 2, 1],
    )


def leaf(g):
    kind = g.pick(["array", "constant", "number", "scalar", "entry"], [10, 3, 1, 2, 1])
    if kind == "array":
        return anything(g)
    if kind == "scalar":
        found = g.names(lambda v: isinstance(v, np.generic))
        return g.pick(found) if found else constant(g)
    if kind == "entry":
        name = g.array(lambda a: a.ndim and a.size)
        return f"{name}[{indexing(g, g.value(name))}]"
    return constant(g) if kind == "constant" else number(g)


#: What may stand in braces in a template.
WORDS = {
    "x": anything,
    "f": words.floats,
    "a": words.of_axes(1),
    "A": words.of_axes(2, 2),
    "V": words.of_axes(1, 1),
    "I": words.integers,
    "y": words.fitting,
    "w": words.writable,
    "l": words.bindable,
    "v": words.new,
    "o": words.out,
    "c": constant,
    "n": number,
    "k": words.small,
    "axis": words.axis,
    "e": expression,
    "one": words.one_axis,
    "i": words.index,
    "mask": words.mask,
    "d": data_type,
    "b": broadcastable,
    "t": words.tensor,
    "p": words.weight,
    "opt": words.optimizer,
    "list": words.listed,
    "op": lambda g: g.pick(OPERATORS),
    "u": lambda g: g.pick(UNARY),
    "bin": lambda g: g.pick(BINARY),
    "red": lambda g: g.pick(REDUCERS),
    "in": lambda g: g.pick(["+=", "-=", "*=", "/=", "//=", "%=", "**=", "+=", "-=", "*=", "&=", "|="]),
}
