"""Flatten nested tuples, lists and dicts into a list of leaves and a structure that can be compared and hashed."""

from collections import OrderedDict, defaultdict
from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor
from .guards.watched_places import PLAIN, is_same

LEAF = "*"
NUMBERS = (int, float, complex)


class FixedItem:
    """A part of a structure that is no leaf. Numbers and text are equal by type and value, anything else by identity.

    >>> FixedItem(2) == FixedItem(2), FixedItem(2) == FixedItem(2.0), FixedItem([]) == FixedItem([])
    (True, False, False)
    >>> FixedItem(0.0) == FixedItem(-0.0)
    False
    """

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __eq__(self, other):
        return is_same(self.thing, other.thing)

    def __hash__(self):
        thing = self.thing
        if type(thing) in PLAIN or isinstance(thing, (tuple, frozenset, np.generic, np.dtype)):
            try:
                return hash((type(thing), thing))
            except TypeError:  # a slice, or a tuple that holds something without a hash
                return hash(type(thing))
        return id(thing)


def flatten(x, leaves, containers=None, known=None):
    """Append the arrays, Tensors and numbers in ``x`` to ``leaves``; return the structure, which holds all else.

    With None for ``leaves`` the structure holds these too.

    containers: a list to which the lists, tuples and dicts in ``x`` are appended, inner ones first
    known:      ``{id: structure}`` of things that are not flattened

    >>> leaves = []
    >>> structure = flatten({"a": (1.0, None)}, leaves)
    >>> leaves, unflatten(structure, iter([2.0]))
    ([1.0], {'a': (2.0, None)})
    """
    kind = type(x)
    if known is not None and id(x) in known:
        return known[id(x)]
    if isinstance(x, (np.ndarray, np.generic, StandIn, Tensor)) or kind in NUMBERS:
        if leaves is None:
            return "fixed", FixedItem(x)
        leaves.append(x)
        return LEAF
    if kind is tuple or kind is list or (isinstance(x, tuple) and hasattr(x, "_fields")):
        structure: tuple = kind, tuple([flatten(item, leaves, containers, known) for item in x])
    elif kind in (dict, OrderedDict, defaultdict):
        make: Any = (kind, FixedItem(x.default_factory)) if kind is defaultdict else kind
        keys = [key.concrete_value() if isinstance(key, StandIn) else key for key in x]
        items = tuple([flatten(item, leaves, containers, known) for item in x.values()])
        structure = make, tuple(map(FixedItem, keys)), items
    else:
        return "fixed", FixedItem(x)
    if containers is not None:
        containers.append(x)
    return structure


def unflatten(structure, leaves, given=(), made=None):
    """Return what ``flatten`` flattened, with the leaves that the iterator ``leaves`` yields.

    given: the things that ``("given", i)`` stands for
    made:  a list to which the lists, tuples and dicts that are made are appended, inner ones first
    """
    if structure is LEAF:
        return next(leaves)
    kind = structure[0]
    if kind == "fixed":
        return structure[1].thing
    if kind == "given":
        return given[structure[1]]
    items = [unflatten(s, leaves, given, made) for s in structure[-1]]
    if len(structure) == 3:
        pairs = zip([key.thing for key in structure[1]], items, strict=True)
        x = kind[0](kind[1].thing, pairs) if isinstance(kind, tuple) else kind(pairs)
    else:
        x = kind(*items) if hasattr(kind, "_fields") else kind(items)
    if made is not None:
        made.append(x)
    return x


def count_leaves(structure):
    """Return how many leaves a structure has."""
    if structure is LEAF:
        return 1
    return 0 if structure[0] in ("fixed", "given") else sum(map(count_leaves, structure[-1]))


def fixed_items(structure):
    """Return the things that are part of a structure."""
    if structure is LEAF:
        return []
    if structure[0] == "fixed":
        return [structure[1].thing]
    return [thing for part in structure[-1] for thing in fixed_items(part)]
