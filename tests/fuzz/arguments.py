"""Arguments: arrays of every dtype and layout, numbers, and structures of them, drawn anew for each round."""

import numpy as np

from .lines import Line
from .objects import Objects
from .program import Param
from .words import DTYPE_WEIGHTS, DTYPES, NUMBERS

#: Lengths of the axes a and b in the rounds of a program: mostly the same, sometimes others.
SIZES = [(4, 3), (3, 3), (5, 2), (2, 3), (1, 3), (6, 4), (0, 3), (2, 2)]
SHAPES = [("a", "b"), ("a", "b"), ("a", "b"), ("b",), ("a",), ("a", 1), (), ("b", "a"), ("a", "b", 2), ("b", "b")]
SHAPE_WEIGHTS = [6, 3, 3, 4, 4, 1, 1.5, 1, 1, 1]
LAYOUTS = ["plain", "fortran", "reversed", "strided", "readonly", "broadcast", "transposed"]
LAYOUT_WEIGHTS = [14, 2, 1, 1, 1, 0.5, 1]


class Arrays:
    """An argument that is an array: its dtype and axes stay in most rounds."""

    def __init__(self, g, dtype=None, shape=None):
        self.dtype = dtype or g.pick(DTYPES, DTYPE_WEIGHTS)
        self.shape = g.pick(SHAPES, SHAPE_WEIGHTS) if shape is None else shape
        self.layout = g.pick(LAYOUTS, LAYOUT_WEIGHTS)
        self.ties, self.special = g.chance(0.4), g.chance(0.05)

    def lengths(self, sizes):
        """Return the shape where axes a and b are so long."""
        return tuple(dict(zip("ab", sizes, strict=True)).get(n, n) for n in self.shape)

    def source(self, g, sizes, first):
        """Return the source of such an array; but for the ``first``, it may have another dtype or layout."""
        dtype = self.dtype if first or g.chance(0.93) else g.pick(DTYPES, DTYPE_WEIGHTS)
        layout = self.layout if first or g.chance(0.85) else g.pick(LAYOUTS)
        shape = self.lengths(sizes)
        flags = ", ties=True" * self.ties + ", special=True" * self.special
        return laid_out(layout, g.int(0, 99), shape, f"{dtype!r}{flags}")


def laid_out(layout, seed, shape, rest):
    """Return the source of an array of this shape that lies in memory as ``layout`` says."""
    plain = f"array({seed}, {shape}, {rest})"
    if layout == "readonly":
        return f"readonly({plain})"
    if layout == "fortran":
        return f"np.asfortranarray({plain})"
    if layout == "transposed" or not shape:
        return f"array({seed}, {shape[::-1]}, {rest}).T"
    if layout == "reversed":
        return plain + "[::-1]"
    if layout == "strided":
        return f"array({seed}, {(2 * shape[0], *shape[1:])}, {rest})[::2]"
    return f"np.broadcast_to(array({seed}, {shape[1:]}, {rest}), {shape})" if layout == "broadcast" else plain


class Numbers:
    """An argument that is a Python number: another in each round, of another type too."""

    def __init__(self, g):
        self.first = g.pick(NUMBERS[:12]) if g.chance(0.4) else g.pick(["2", "1", "3", "0"])

    def source(self, g, sizes, first):
        if first:
            return self.first
        near = {
            "2": ["2.0", "3", "2"],
            "1": ["True", "1.0", "2"],
            "0": ["-0.0", "0.0", "False"],
            "3": ["2**70", "-1", "1"],
        }
        return g.pick(near.get(self.first, NUMBERS)) if g.chance(0.5) else g.pick(NUMBERS)


class Scalars:
    """An argument that is a number of NumPy's."""

    def __init__(self, g):
        self.dtype = g.pick(["float32", "float64", "int64", "int8", "bool_"])

    def source(self, g, sizes, first):
        return f"np.{self.dtype}({g.pick(['1', '2', '0', '3'])})"


class Structures:
    """An argument that holds arrays and numbers."""

    def __init__(self, g):
        self.parts = Arrays(g), Arrays(g)
        self.form = g.pick(
            ["{{'x': {0}, 'k': [{1}, 2.0]}}", "[{0}, ({1}, None)]", "Pair({0}, {1})", "({0}, {1}, 'text')"]
        )

    def source(self, g, sizes, first):
        return self.form.format(*[part.source(g, sizes, first) for part in self.parts])

    def opening(self, name):
        """Return a statement that takes the structure apart."""
        if self.form.startswith("{{"):
            return f"{name}x, {name}y = {name}['x'], {name}['k'][0]"
        return f"{name}x, {name}y = {name}[0], {name}[1]" + ("[0]" if "None" in self.form else "")


#: How a part of an array is taken, and how often.
PARTS = {"": 6, "[...]": 1, "[::-1]": 2, "[1:]": 2, "[:-1]": 2, ".T": 1, "[:2]": 1}


def shared(g, others, wanted):
    """Return the source of an array that lies in the memory of others, mostly one of the ``wanted`` shape, or None.

    others: the shapes of arrays, by name
    """
    if not others or g.chance(0.65):
        return None
    for _ in range(5):
        name, part = g.pick(others), g.pick(PARTS, list(PARTS.values()))
        if g.chance(0.03) or eval(f"x{part}", {"x": np.empty(others[name])}).shape == wanted:
            return name + part
    return None


def drawn(g):
    """Return the parameters of a function and what draws their arguments: ``[(Param, kind)]``."""
    found = [(Param(name), Arrays(g)) for name in ("x", "y", "z")[: g.pick([1, 2, 3], [2, 5, 2])]]
    if g.chance(0.45):
        found.append((Param("n", g.pick(["", "keyword"]), g.pick(["", "", "1", "2.0"])), Numbers(g)))
    if g.chance(0.12):
        found.append((Param("m"), Scalars(g)))
    if g.chance(0.12):
        found.append((Param("data"), Structures(g)))
    if g.chance(0.2):
        thing = Objects(g)
        found.append((Param(thing.name), thing))
    if g.chance(0.1):
        found.append((Param("rest", "*"), Arrays(g)))
    if g.chance(0.08):
        found.append((Param("flag", "keyword", "True"), None))
    return sorted(found, key=lambda pair: (pair[0].how == "keyword", pair[0].how == "*", pair[0].default != ""))


def arguments(g, params, sizes, first, again, captured):
    """Return the Lines that make the arguments of a round, and the arguments.

    again:    names whose arrays stay those of the round before
    captured: the shapes of arrays that the function captures, by name
    """
    lines, given, arrays = [], [], {}
    for param, kind in params:
        if kind is None:
            given += [(param.name, g.pick(["True", "False"]))] if g.chance(0.5) else []
        elif isinstance(kind, (Numbers, Scalars)):
            if not (param.default and g.chance(0.3)):
                given.append((param.name, kind.source(g, sizes, first)))
        elif param.how == "*":
            given.append((param.name, ", ".join(kind.source(g, sizes, first) for _ in range(g.int(1, 2)))))
        else:
            name = param.name
            if name not in again:
                found = shared(g, {**captured, **arrays}, kind.lengths(sizes)) if isinstance(kind, Arrays) else None
                lines.append(Line("argument", f"{name} = {found or kind.source(g, sizes, first)}"))
            given.append((name, name))
            if isinstance(kind, Arrays) and kind.shape:
                arrays[name] = kind.lengths(sizes)
    return tuple(lines), tuple(given)
