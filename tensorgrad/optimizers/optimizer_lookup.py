"""What a user calls an optimizer, a name, a class, an object or a config, as an Optimizer."""

from __future__ import annotations

from functools import cache
from typing import Any

from .. import optimizers
from ..errors import describe
from ..options import classes_by_name, look_up, object_of
from .base import Optimizer


@cache
def optimizer_classes() -> dict[str, Any]:
    return classes_by_name(vars(optimizers), Optimizer)


def get(identifier: Any) -> Optimizer:
    """Return the Optimizer that ``identifier`` means: a name (in any case), an instance, a class, or a config dict.

    >>> get("adam")
    Adam()
    >>> get({"class_name": "SGD", "config": {"learning_rate": 0.5}})
    SGD(learning_rate=0.5)
    """
    found: Optimizer | None = object_of(
        identifier, Optimizer, lambda name: look_up("optimizer", name.lower(), optimizer_classes())
    )
    if found is not None:
        return found
    raise TypeError(f"an optimizer is a name like 'adam' or an object like Adam(0.001), got {describe(identifier)}")
