"""NumPy's functions made to give Tensors: one wrapper for all of them, and a namespace that wraps at first use."""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import StandIn, Tensor, make_leaf
from ..pytree import map_leaves

if TYPE_CHECKING:
    from collections.abc import Callable

__all__: list[str] = []

#: What is a function of NumPy's: written in Python, in C, a ufunc, or one that others may answer.
FUNCTIONS = (FunctionType, BuiltinFunctionType, np.ufunc, type(np.concatenate))
#: What a ufunc can do besides being called, and what it says of itself.
UFUNC_METHODS = ("accumulate", "at", "outer", "reduce", "reduceat")
UFUNC_FACTS = ("identity", "nargs", "nin", "nout", "ntypes", "signature", "types")


def lift_function(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` giving Tensors in place of arrays, also in tuples, lists and dicts.

    A Tensor among the arguments is recorded, as ``function`` hands the call to the op that answers for it.

    >>> lift_function(np.cumsum)([1.0, 2.0])
    Tensor([1., 3.])
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        y = function(*args, **kwargs)
        return y if type(y) is Tensor else lift_result(y)

    call.__name__ = call.__qualname__ = function.__name__
    call.__doc__ = function.__doc__
    call.__wrapped__ = function  # type: ignore[attr-defined]  # its signature is shown
    if isinstance(function, np.ufunc):
        for name in UFUNC_METHODS:
            setattr(call, name, lift_function(getattr(function, name)))
        for name in UFUNC_FACTS:
            setattr(call, name, getattr(function, name))
    return call


def lift_result(y: Any) -> Any:
    """Return ``y`` with each array of numbers in it as a Tensor."""
    return map_leaves(lift_leaf, y)


def lift_leaf(y: Any) -> Any:
    """Return an array of numbers or a number of NumPy's as a Tensor, anything else as it is."""
    if isinstance(y, StandIn):
        return make_leaf(y)
    return make_leaf(np.asarray(y)) if isinstance(y, (np.ndarray, np.generic)) and y.dtype.kind in "fiubc" else y


def lift_namespace(module: Any, space: dict[str, Any]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the ``__getattr__`` and ``__dir__`` of a namespace with all names of ``module`` but those it has.

    module: a module of NumPy
    space:  the globals of the namespace, which keep what was asked for
    """

    def find(name: str) -> Any:
        if name.startswith("_") or not hasattr(module, name):
            raise AttributeError(f"module {space['__name__']!r} has no attribute {name!r}")
        value = getattr(module, name)
        space[name] = lift_function(value) if isinstance(value, FUNCTIONS) else value
        return space[name]

    def names() -> list[str]:
        return sorted({*(name for name in dir(module) if not name.startswith("_")), *space})

    return find, names
