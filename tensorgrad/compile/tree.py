"""Nested tuples, lists and dicts as a flat list of leaves and a structure, which can be compared and hashed."""

import numpy as np

from ..core.tensor import StandIn, Tensor

LEAF, TENSOR = "*", "T"


def flatten(x, leaves):
    """Append the arrays, Tensors and numbers in ``x`` to ``leaves``; return the structure. Anything else is part of it.

    >>> leaves = []
    >>> flatten({"a": (1.0, None)}, leaves), leaves
    ((<class 'dict'>, ('a',), ((<class 'tuple'>, ('*', ('static', <class 'NoneType'>, None))),)), [1.0])
    """
    kind = type(x)
    if isinstance(x, (np.ndarray, np.generic, StandIn)) or kind is float or kind is int:
        leaves.append(x)
        return LEAF
    if isinstance(x, Tensor):
        leaves.append(x)
        return TENSOR
    if kind is tuple or kind is list:
        return kind, tuple([flatten(item, leaves) for item in x])
    if kind is dict:
        return kind, tuple(x), tuple([flatten(item, leaves) for item in x.values()])
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return kind, tuple([flatten(item, leaves) for item in x])
    return ("static", kind, x)


def unflatten(structure, leaves):
    """Return what ``flatten`` took apart, with the leaves that the iterator ``leaves`` gives."""
    if structure is LEAF or structure is TENSOR or structure in (LEAF, TENSOR):
        return next(leaves)
    kind = structure[0]
    if kind == "static":
        return structure[2]
    if kind is dict:
        return dict(zip(structure[1], [unflatten(s, leaves) for s in structure[2]], strict=True))
    items = [unflatten(s, leaves) for s in structure[1]]
    return kind(*items) if hasattr(kind, "_fields") else kind(items)
