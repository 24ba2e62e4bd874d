"""Nested tuples, lists and dicts as a flat list of leaves and a structure, which can be compared and hashed."""

from collections import OrderedDict, defaultdict

import numpy as np

from ..core.tensor import StandIn, Tensor
from .places import PLAIN, same

LEAF = "*"
NUMBERS = (int, float, complex)


class Fixed:
    """Something that is part of a structure: numbers and text by type and value, anything else by identity.

    >>> Fixed(2) == Fixed(2), Fixed(2) == Fixed(2.0), Fixed(0.0) == Fixed(-0.0), Fixed([]) == Fixed([])
    (True, False, False, False)
    """

    __slots__ = ("thing",)

    def __init__(self, thing):
        self.thing = thing

    def __eq__(self, other):
        return same(self.thing, other.thing)

    def __hash__(self):
        thing = self.thing
        if type(thing) in PLAIN or isinstance(thing, (tuple, frozenset, np.generic, np.dtype)):
            try:
                return hash((type(thing), thing))
            except TypeError:  # a slice, or a tuple that holds something without a hash
                return hash(type(thing))
        return id(thing)


def flatten(x, leaves):
    """Append the arrays, Tensors and numbers in ``x`` to ``leaves``; return the structure. Anything else is part of it.

    With None for ``leaves`` these are part of it too.

    >>> leaves = []
    >>> structure = flatten({"a": (1.0, None)}, leaves)
    >>> leaves, unflatten(structure, iter([2.0]))
    ([1.0], {'a': (2.0, None)})
    """
    kind = type(x)
    if isinstance(x, (np.ndarray, np.generic, StandIn, Tensor)) or kind in NUMBERS:
        if leaves is None:
            return "fixed", Fixed(x)
        leaves.append(x)
        return LEAF
    if kind is tuple or kind is list:
        return kind, tuple([flatten(item, leaves) for item in x])
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind, tuple([flatten(item, leaves) for item in x])
    if kind in (dict, OrderedDict, defaultdict):
        make = (kind, Fixed(x.default_factory)) if kind is defaultdict else kind
        keys = [key.known() if isinstance(key, StandIn) else key for key in x]
        return make, tuple(map(Fixed, keys)), tuple([flatten(item, leaves) for item in x.values()])
    return "fixed", Fixed(x)


def unflatten(structure, leaves):
    """Return what ``flatten`` took apart, with the leaves that the iterator ``leaves`` gives."""
    if structure is LEAF:
        return next(leaves)
    kind = structure[0]
    if kind == "fixed":
        return structure[1].thing
    if len(structure) == 3:
        pairs = zip([key.thing for key in structure[1]], [unflatten(s, leaves) for s in structure[2]], strict=True)
        return kind[0](kind[1].thing, pairs) if isinstance(kind, tuple) else kind(pairs)
    items = [unflatten(s, leaves) for s in structure[1]]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)


def count_leaves(structure):
    """Return how many leaves a structure has."""
    if structure is LEAF:
        return 1
    return 0 if structure[0] == "fixed" else sum(map(count_leaves, structure[-1]))


def fixed_in(structure):
    """Return the things that are part of a structure."""
    if structure is LEAF:
        return []
    if structure[0] == "fixed":
        return [structure[1].thing]
    return [thing for part in structure[-1] for thing in fixed_in(part)]
