"""What a compiled function is called with: what varies from call to call, and what is part of the program."""

from types import MethodType

import numpy as np

from ..core.tensor import Tensor
from ..errors import TraceError
from .call_structure import Fixed, fixed_in, flatten, unflatten


class Held:
    """A reference to an object that keeps it alive: ``held()`` gives it."""

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __call__(self):
        return self.thing


class Run:
    """One run of a function on stand-ins: calls it, and knows what it was given again in what it returns."""

    def __init__(self, how, function, positional, guards):
        self.how, self.function, self.positional, self.guards = how, function, positional, guards
        self.made: list = []
        self.copies: list = []
        self.stands: list = []

    def __call__(self, stands):
        self.stands = stands
        return self.how.call(self.given, stands, self.positional, self.made)

    def given(self, *args, **kwargs):
        self.copies = [list(x.items() if isinstance(x, dict) else x) for x in self.made]
        return self.function(*args, **kwargs)

    def known(self):
        """Return ``{id: structure}`` of arguments and of containers from outside, which are returned themselves."""
        found = {id(x): ("fixed", Fixed(x)) for x in self.guards.containers()}
        return found | {id(x): ("given", i) for i, x in enumerate([*self.stands, *self.made])}

    def changed(self):
        """Return what the function changed of the lists and dicts it was given."""
        same = [
            len(x) == len(copy) and all(map(alike, x.items() if isinstance(x, dict) else x, copy))
            for x, copy in zip(self.made, self.copies, strict=True)
        ]
        return [] if all(same) else ["a list or dict that it is given"]


def alike(a, b):
    """Return whether two items are the same objects, or pairs of them."""
    return a is b or (type(a) is type(b) is tuple and len(a) == len(b) == 2 and a[0] is b[0] and a[1] is b[1])


class Arguments:
    """What a call is given beside its leaves.

    static:    ``{position or name: value}`` of what is part of the program
    structure: ``((position or name, structure), ...)`` of the others
    count:     how many are given by position; ``named`` are the names of those that are not
    pattern:   for each leaf its place among the different ones, or None if all are
    containers: the lists and dicts in which they came
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

    def things(self):
        """Return all that is part of the program."""
        return [*self.static.values(), *[thing for _, s in self.structure for thing in fixed_in(s)]]


def argument_names(function):
    """Return the names of the arguments that may be given by position, and of those given by name alone."""
    code = getattr(function, "__code__", None)
    if code is None:
        return (), ()
    first = 1 if isinstance(function, MethodType) else 0
    names, n = code.co_varnames, code.co_argcount
    return names[first:n], names[n : n + code.co_kwonlyargcount]


def once_each(leaves):
    """Return the different leaves, and for each leaf its place among them, None if all differ; numbers always do."""
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


class Own:
    """What a function uses itself, where it matters whether an argument is one of these things."""

    def __init__(self, used, guards):
        self.things = [*used, *guards.arrays(), *guards.tensors()] if guards.compares else None
        self.containers = {id(x) for x in guards.containers()}


def apart(own, leaves, containers):
    """Return whether no argument is one of the function's own things, and no two share an array."""
    if containers and not own.containers.isdisjoint(map(id, containers)):
        return False
    if own.things is None:
        return True
    given = identities(leaves)
    return len(set(given)) == len(given) and set(identities(own.things)).isdisjoint(given)


def check_apart(own, leaves, containers):
    """Raise unless they are ``apart``."""
    if not apart(own, leaves, containers):
        raise TraceError("it is given a thing twice, or what it uses itself, and asks by 'is' or changes it")


def identities(things):
    """Return the ids of Tensors, of their arrays, and of arrays."""
    return [id(x) for x in things] + [id(x.data) for x in things if isinstance(x, Tensor)]


def signature(leaf):
    """Return what a program depends on in an argument."""
    kind = type(leaf)
    if kind is np.ndarray:
        return leaf.dtype, leaf.shape, leaf.strides
    if isinstance(leaf, Tensor):
        data = leaf.data
        return type(leaf), leaf.name, leaf.grad is None, leaf.requires_grad, data.dtype, data.shape, data.strides
    return (kind, leaf.dtype, leaf.shape, leaf.strides) if hasattr(leaf, "dtype") else kind
