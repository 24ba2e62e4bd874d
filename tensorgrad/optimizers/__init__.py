"""Optimizers: they change parameters, one step down the gradient at a time."""

from __future__ import annotations

from typing import Any

from ..errors import describe
from ..options import classes_by_name, look_up, object_of
from .adam import Adam
from .base import Optimizer
from .sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer", "get"]

_KNOWN = classes_by_name(globals(), Optimizer)


def get(identifier: Any) -> Optimizer:
    """Return the Optimizer that ``identifier`` means: a name (in any case), an instance, a class, or a config dict.

    >>> get("adam")
    Adam()
    >>> get({"class_name": "SGD", "config": {"learning_rate": 0.5}})
    SGD(learning_rate=0.5)
    """
    found = object_of(identifier, Optimizer, lambda name: look_up("optimizer", name.lower(), _KNOWN))
    if found is not None:
        return found
    raise TypeError(f"an optimizer is a name like 'adam' or an object like Adam(0.001), got {describe(identifier)}")
