"""Nested structures: what lies in lists, tuples, dicts of any kind, named tuples and dataclasses, in order.

All code that looks into what a user passes does it here. The caller may say what is a leaf; everything that is none
of these containers is a leaf too.
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from copy import copy
from functools import lru_cache
from typing import Any

import numpy as np

ATOMS = (int, float, complex, bool, str, bytes, type(None))
SEQUENCE, NAMED, MAPPING, DATACLASS = "sequence", "named tuple", "mapping", "dataclass"


@lru_cache(1024)
def container_kind(cls: Any) -> Any:
    """Return what kind of container the objects of a class are, or None.

    >>> container_kind(list), container_kind(dict), container_kind(range)
    ('sequence', 'mapping', None)
    """
    if issubclass(cls, tuple):
        return NAMED if hasattr(cls, "_fields") else SEQUENCE
    if issubclass(cls, list):
        return SEQUENCE
    if issubclass(cls, (dict, MutableMapping)):
        return MAPPING
    return DATACLASS if hasattr(cls, "__dataclass_fields__") else None


def items_of(x: Any) -> list[tuple[Any, Any]] | None:
    """Return ``[(key, item)]`` of a container: positions, keys, or names of fields; None of anything else.

    >>> items_of(["a", "b"]), items_of({"k": 1}), items_of("text")
    ([(0, 'a'), (1, 'b')], [('k', 1)], None)
    """
    cls: Any = type(x)
    if cls in ATOMS:
        return None
    kind = container_kind(cls)
    if kind is None:
        return None
    if kind is SEQUENCE:
        return list(enumerate(x))
    if kind is MAPPING:
        return list(x.items())
    names = x._fields if kind is NAMED else [name for name in x.__dataclass_fields__ if hasattr(x, name)]
    return [(name, getattr(x, name)) for name in names]


def is_numbers(x: Any) -> bool:
    """Return whether a list or tuple holds numbers, ``[1.0, [2.0]]``: one array, no structure of arrays.

    >>> is_numbers([1.0, [2.0]]), is_numbers([np.ones(2), 1.0]), is_numbers(2.0)
    (True, False, False)
    """
    return isinstance(x, (list, tuple)) and not any(
        hasattr(leaf, "shape") and not isinstance(leaf, np.generic) for leaf in leaves_of(x)
    )


def rebuild(x: Any, items: Iterable[Any]) -> Any:
    """Return a container of the kind of ``x``, with other items in the same places; ``x`` stays as it is."""
    cls: Any = type(x)
    if cls is list:
        return list(items)
    if cls is tuple:
        return tuple(items)
    if cls is dict:
        return dict(zip(x, items, strict=True))
    kind = container_kind(cls)
    if kind is NAMED:
        return cls._make(items)
    if kind is SEQUENCE:
        return cls(items)
    made = copy(x)
    if kind is MAPPING:
        for key, item in zip(x, items, strict=True):
            made[key] = item
    else:
        for (name, _), item in zip(items_of(x) or (), items, strict=True):
            object.__setattr__(made, name, item)  # a frozen one too
    return made


def map_leaves(change: Callable[..., Any], x: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """Return ``x`` with every leaf replaced by ``change(leaf)``: containers are made anew, of their own kind.

    is_leaf: ``is_leaf(x)`` -> whether a container counts as one leaf

    >>> map_leaves(lambda n: 2 * n, {"a": [1, (2, 3)]})
    {'a': [2, (4, 6)]}
    """
    items = None if is_leaf is not None and is_leaf(x) else items_of(x)
    if items is None:
        return change(x)
    return rebuild(x, [map_leaves(change, item, is_leaf) for _, item in items])


def leaves_of(x: Any, is_leaf: Callable[[Any], bool] | None = None) -> list[Any]:
    """Return the leaves in ``x``, in order.

    >>> leaves_of({"a": [1, (2, 3)]}), leaves_of({"a": [1, (2, 3)]}, lambda x: type(x) is tuple)
    ([1, 2, 3], [1, (2, 3)])
    """
    return [leaf for _, leaf in named_leaves(x, "", is_leaf)]


def access_path(name: str, key: Any, holder: Any) -> str:
    """Return the Python code that reaches the item ``key`` of ``holder``, which ``name`` reaches."""
    cls: Any = type(holder)
    kind = container_kind(cls)
    return f"{name}.{key}" if kind in (NAMED, DATACLASS) else f"{name}[{key!r}]"


def named_leaves(
    x: Any,
    name: str = "",
    is_leaf: Callable[[Any], bool] | None = None,
    join: Callable[[str, Any, Any], str] = access_path,
) -> Iterator[tuple[str, Any]]:
    """Yield ``(name, leaf)``, the name as Python code would reach it from ``name``, or as ``join`` makes it.

    >>> list(named_leaves({"a": [1, (2, 3)]}, "x"))
    [("x['a'][0]", 1), ("x['a'][1][0]", 2), ("x['a'][1][1]", 3)]
    """
    items = None if is_leaf is not None and is_leaf(x) else items_of(x)
    if items is None:
        yield name, x
        return
    for key, item in items:
        yield from named_leaves(item, join(name, key, x), is_leaf, join)


def map_named(change: Callable[..., Any], x: Any, name: str = "", is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """Return ``x`` with every leaf replaced by ``change(leaf, name)``, names as those of ``named_leaves``.

    >>> map_named(lambda n, name: name, (1, [2]), "x")
    ('x[0]', ['x[1][0]'])
    """
    names = iter([found for found, _ in named_leaves(x, name, is_leaf)])
    return map_leaves(lambda leaf: change(leaf, next(names)), x, is_leaf)
