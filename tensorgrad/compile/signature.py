"""Signature: which arguments a function takes, and how those of a call become leaves and Arguments."""

from types import MethodType

import numpy as np

from ..core.tensor import Tensor
from ..errors import OptionError, suggest
from .call_structure import count_leaves, fixed_items, flatten, unflatten


class Signature:
    """The arguments that a function takes.

    name:         what the function is called
    positional:   the names of the arguments that may be given by position
    keyword_only: the names of all others
    static:       the names or positions of those that are part of the program
    """

    def __init__(self, name, positional, keyword_only, static=()):
        self.name, self.positional, self.keyword_only = name, positional, keyword_only
        self.static = (static,) if isinstance(static, (str, int)) else tuple(static)
        self.static_places = {self._place(s) for s in self.static}

    @classmethod
    def from_function(cls, function, name, static):
        """Return the Signature of a function; it has no names if the function is not written in Python."""
        code = getattr(function, "__code__", None)
        if code is None:
            return cls(name, (), (), static)
        names, n = code.co_varnames, code.co_argcount
        first = 1 if isinstance(function, MethodType) else 0
        return cls(name, names[first:n], names[n : n + code.co_kwonlyargcount], static)

    def without_self(self):
        """Return the Signature of a method that is bound to its object."""
        return Signature(self.name, self.positional[1:], self.keyword_only, self.static)

    def _place(self, s):
        """Return the position of a static argument, or its name if it has no position."""
        positional, names = self.positional, [*self.positional, *self.keyword_only]
        if isinstance(s, str) and names and s not in names:
            raise OptionError(f"compile: {self.name} has no argument {s!r}{suggest(s, names)}")
        return positional.index(s) if s in positional else s

    def bind(self, args, kwargs):
        """Return the leaves of a call's arguments, which vary, and the Arguments, which is everything else."""
        positional, places = self.positional, dict(enumerate(args))
        for name, value in kwargs.items():
            place = positional.index(name) if name in positional else name
            places[name if place in places else place] = value  # given twice: the function says so
        leaves: list = []
        static = {place: places.pop(place) for place in self.static_places if place in places}
        containers: list = []
        structure = tuple([(place, flatten(x, leaves, containers)) for place, x in places.items()])
        pattern = None
        if len(leaves) > 1 and len(set(map(id, leaves))) < len(leaves):
            leaves, pattern = distinct_arguments(leaves)
        return leaves, Arguments(static, structure, len(args), tuple(kwargs), pattern, containers)

    def bind_distinct(self, args, kwargs):
        """Return ``bind``, or None if a list is given twice, or contains itself: a copy of it would not do."""
        try:
            leaves, arguments = self.bind(args, kwargs)
        except RecursionError:
            return None
        lists = [id(x) for x in arguments.containers if not isinstance(x, tuple)]
        return None if len(lists) > 1 and len(set(lists)) < len(lists) else (leaves, arguments)

    def leaf_names(self, arguments):
        """Return a name for each leaf: its argument's, numbered if there are several."""
        names: list[str] = []
        positional, pattern = self.positional, arguments.pattern
        for place, s in arguments.structure:
            name = positional[place] if isinstance(place, int) and place < len(positional) else f"x{place}"
            name = place if isinstance(place, str) else name
            n = count_leaves(s)
            names += [name] if n == 1 else [f"{name}_{i}" for i in range(n)]
        return names if pattern is None else [names[pattern.index(i)] for i in range(max(pattern) + 1)]


def arrays_of_leaves(leaves):
    """Return the leaves, with its array in place of each Tensor."""
    return [leaf.data if isinstance(leaf, Tensor) else leaf for leaf in leaves]


class Arguments:
    """All that a call is given but for the values of its leaves.

    static:    ``{position or name: value}`` of the arguments that are part of the program
    structure: ``((position or name, structure), ...)`` of the others
    count:     how many are given by position; ``named`` are the names of the others
    pattern:   for each leaf its place among the different ones; None if all differ
    containers: the lists, tuples and dicts in them
    """

    __slots__ = ("containers", "count", "key", "named", "pattern", "static", "structure")

    def __init__(self, static, structure, count, named, pattern, containers):
        self.static, self.structure, self.count, self.named, self.pattern = static, structure, count, named, pattern
        self.containers = containers
        fixed = tuple([(place, flatten(x, None)) for place, x in static.items()]) if static else ()
        self.key = fixed, structure, count, named, pattern

    def call(self, function, leaves, positional, made):
        """Return what ``function`` gives for these leaves; append the lists and dicts that it is given to ``made``."""
        leaves = iter(leaves if self.pattern is None else [leaves[i] for i in self.pattern])
        places = self.static | {place: unflatten(s, leaves, (), made) for place, s in self.structure}
        given = {name: places[name if name in places else positional.index(name)] for name in self.named}
        return function(*[places[i] for i in range(self.count)], **given)

    def fixed_values(self):
        """Return all values that are part of the program."""
        return [*self.static.values(), *[thing for _, s in self.structure for thing in fixed_items(s)]]


def distinct_arguments(leaves):
    """Return the different leaves, and for each its place among them, None if all differ. Numbers always differ."""
    places: dict = {}
    found: list = []
    pattern = []
    for leaf in leaves:
        key = id(leaf) if isinstance(leaf, (np.ndarray, Tensor)) else object()
        if key not in places:
            places[key] = len(found)
            found.append(leaf)
        pattern.append(places[key])
    return found, tuple(pattern) if len(found) < len(leaves) else None


def leaf_signature(leaf):
    """Return what a program depends on in an argument."""
    kind = type(leaf)
    if kind is np.ndarray:
        return leaf.dtype, leaf.shape, leaf.strides
    if isinstance(leaf, Tensor):
        data = leaf.data
        return type(leaf), leaf.name, leaf.grad is None, leaf.requires_grad, data.dtype, data.shape, data.strides
    return (kind, leaf.dtype, leaf.shape, leaf.strides) if hasattr(leaf, "dtype") else kind
