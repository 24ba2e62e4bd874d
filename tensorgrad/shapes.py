"""Shape arithmetic: plain tuples and ints, no arrays."""

from __future__ import annotations

from typing import Any

Shape = tuple[int, ...]


def normalize_axes(axis: Any, ndim: int) -> Shape:
    """Return ``axis`` (None, an int or a tuple) as a tuple of non-negative ints.

    >>> normalize_axes(-1, 3), normalize_axes(None, 2), normalize_axes((0, -1), 3)
    ((2,), (0, 1), (0, 2))
    """
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, (tuple, list)):
        return tuple(a.__index__() % ndim if ndim else 0 for a in axis)
    return (axis.__index__() % ndim,) if ndim else ()


def keepdims_shape(shape: Shape, axis: Any) -> Shape:
    """Return ``shape`` with the reduced axes as 1: the shape ``keepdims=True`` would give.

    >>> keepdims_shape((2, 3, 4), 1), keepdims_shape((2, 3), None)
    ((2, 1, 4), (1, 1))
    """
    axes = normalize_axes(axis, len(shape))
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def reduction_size(shape: Shape, axis: Any) -> int:
    """Return how many elements one reduction over ``axis`` takes in.

    >>> reduction_size((2, 3, 4), (0, 2)), reduction_size((2, 3), None)
    (8, 6)
    """
    n = 1
    for a in normalize_axes(axis, len(shape)):
        n *= shape[a]
    return n


def broadcast_axes(shape: Shape, target: Shape) -> Shape:
    """Return the axes to sum, kept, to bring an array of ``shape`` back to ``target``.

    ``target`` broadcasts to ``shape``; leading axes that ``target`` lacks are included.

    >>> broadcast_axes((2, 3), (3,)), broadcast_axes((2, 3), (2, 1)), broadcast_axes((4,), ())
    ((0,), (1,), (0,))
    """
    lead = len(shape) - len(target)
    ones = (lead + i for i, n in enumerate(target) if n == 1 and shape[lead + i] != 1)
    return (*range(lead), *ones)


def broadcasts(shape: Shape, target: Shape) -> bool:
    """Return whether ``shape`` broadcasts to ``target``.

    >>> broadcasts((3, 1), (2, 3, 4)), broadcasts((2, 3), (3,)), broadcasts((), (2,))
    (True, False, True)
    """
    lead = len(target) - len(shape)
    return lead >= 0 and all(n in (1, target[lead + i]) for i, n in enumerate(shape))
