"""NumPy's functions with what the Array API standard adds to them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..ops.creation import asarray
from ..ops.lifting import lift_result


def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: bool = False
) -> Any:
    """The entries in ascending order along ``axis`` (None: of the flattened ``a``), or in descending order.

    >>> sort([2.0, 3.0, 1.0], descending=True)
    Tensor([3., 2., 1.])
    """
    y = np.sort(asarray(a), axis, kind, order, stable=stable)
    return np.flip(y, -1 if axis is None else axis) if descending else y


def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None, descending: bool = False
) -> Any:
    """The indices that ``sort`` takes; with ``descending`` equal entries stay in their order.

    >>> argsort([2, 3, 3], descending=True)
    Tensor([1, 2, 0])
    """
    a = asarray(a)
    if not descending:
        return np.argsort(a, axis, kind, order, stable=stable)
    if axis is None:
        a, axis = np.ravel(a), -1
    index = np.argsort(np.flip(a, axis), axis, stable=True)
    return a.shape[axis] - 1 - np.flip(index, axis) if a.ndim else index


def clip(
    a: Any, min: Any = None, max: Any = None, out: Any = None, *, a_min: Any = None, a_max: Any = None, **settings: Any
) -> Any:
    """``a`` with what lies outside ``[min, max]`` at the bounds; None is no bound. NumPy's first names hold too."""
    low, high = a_min if min is None else min, a_max if max is None else max
    settings = settings if out is None else {**settings, "out": out}
    return lift_result(np.clip(asarray(a), low, high, **settings))


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """Return a Tensor with the memory of ``x``, an array of any library that speaks DLPack; a copy with ``copy``.

    >>> from_dlpack(np.arange(3))
    Tensor([0, 1, 2])
    """
    return Tensor(np.from_dlpack(x, device=device, copy=copy))
