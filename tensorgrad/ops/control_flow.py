"""Branches and loops as functions, under Keras's names. They run as plain Python, each step recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import array_like
from ..errors import ShapeError, describe
from ..pytree import leaves_of, map_leaves
from .joining import concatenate, stack

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["associative_scan", "cond", "fori_loop", "map", "scan", "switch", "vectorized_map", "while_loop"]


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """``true_fn()`` if ``pred`` holds, else ``false_fn()``; only one of them is called."""
    return true_fn() if pred else false_fn()


def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """``branches[index](*operands)``; an index outside means the first or the last branch.

    >>> switch(1, [lambda x: -x, lambda x: x * x], 3.0)
    9.0
    """
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """``loop_vars = body(*loop_vars)`` while ``cond(*loop_vars)`` holds, ``maximum_iterations`` times at most.

    >>> while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, 2 * x), (0, 1.0))
    (3, 8.0)
    """
    several = isinstance(loop_vars, (tuple, list))
    values, count = tuple(loop_vars) if several else (loop_vars,), 0
    while (maximum_iterations is None or count < maximum_iterations) and cond(*values):
        new = body(*values)
        values, count = tuple(new) if isinstance(new, (tuple, list)) else (new,), count + 1
    return values if several else values[0]


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """``value = body_fun(i, value)`` for ``i`` from ``lower`` to ``upper - 1``, from ``init_val`` on.

    >>> fori_loop(0, 3, lambda i, x: x + i, 10)
    13
    """
    for i in range(int(lower), int(upper)):
        init_val = body_fun(i, init_val)
    return init_val


def split_rows(xs: Any) -> list[Any]:
    """Return the structures of first rows, of second rows, ... of a structure of arrays."""
    lengths = {array_like(leaf).shape[0] for leaf in leaves_of(xs)}
    if len(lengths) != 1:
        raise ShapeError(f"all parts of {describe(xs)} must have one first length, got {sorted(lengths)}")
    return [map_leaves(lambda leaf, i=i: array_like(leaf)[i], xs) for i in range(lengths.pop())]


def stack_rows(rows: list[Any]) -> Any:
    """Return structures of one kind as one structure, each part stacked along a new first axis."""
    parts = iter([stack(leaves) for leaves in zip(*[leaves_of(row) for row in rows], strict=True)])
    return map_leaves(lambda leaf: next(parts), rows[0])


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """``f`` of each row of ``xs``, an array or a structure of arrays, with the results stacked.

    >>> map(lambda row: row.sum(), np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([3., 7.])
    """
    return stack_rows([f(row) for row in split_rows(xs)])


def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """``function`` of each row of ``elements``: ``map``."""
    return map(function, elements)


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: Any = 1,
) -> tuple[Any, Any]:
    """Carry a value along the rows of ``xs``: ``carry, y = f(carry, x)``; return the last carry and the ys, stacked.

    length:  how often, if ``xs`` is None
    reverse: from the last row to the first

    >>> scan(lambda total, x: (total + x, total), 0.0, np.array([1.0, 2.0, 3.0]))[1]
    array([0., 1., 3.])
    """
    rows = [None] * int(length or 0) if xs is None else split_rows(xs)
    ys = []
    for x in reversed(rows) if reverse else rows:
        init, y = f(init, x)
        ys.append(y)
    if reverse:
        ys.reverse()
    return init, stack_rows(ys) if ys else None


def associative_scan(f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """``f`` of all entries so far along ``axis``: running sums if ``f`` adds; ``f`` must be associative.

    >>> associative_scan(np.multiply, np.array([1.0, 2.0, 3.0]))
    array([1., 2., 6.])
    """
    n = array_like(leaves_of(elems)[0]).shape[axis]
    order = range(n)[::-1] if reverse else range(n)
    parts = [map_leaves(lambda x, i=i: np.take(array_like(x), [i], axis), elems) for i in order]
    results = parts[:1]
    for part in parts[1:]:
        results.append(f(results[-1], part))
    if reverse:
        results.reverse()
    joined = iter([concatenate(leaves, axis) for leaves in zip(*[leaves_of(y) for y in results], strict=True)])
    return map_leaves(lambda leaf: next(joined), elems)
