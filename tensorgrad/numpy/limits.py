"""What a dtype can hold: ``finfo`` and ``iinfo``, of Tensors too."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import Tensor


class FloatLimits:
    """NumPy's ``finfo``, its numbers as Python's floats, as the Array API standard has them."""

    def __init__(self, limits: Any) -> None:
        self.limits = limits

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.limits, name)
        return float(value) if isinstance(value, np.floating) and value.itemsize <= 8 else value

    def __repr__(self) -> str:
        return repr(self.limits)


def finfo(type: Any, /) -> FloatLimits:
    """Return the limits of a float dtype, or of a Tensor's: ``eps``, ``max``, ``min``, ``smallest_normal``, ``bits``.

    >>> finfo("float32").eps
    1.1920928955078125e-07
    """
    return FloatLimits(np.finfo(dtype_of(type)))


def iinfo(type: Any, /) -> np.iinfo[Any]:
    """Return the limits of an integer dtype, or of a Tensor's: ``max``, ``min``, ``bits``.

    >>> iinfo(Tensor([1, 2])).bits
    64
    """
    return np.iinfo(dtype_of(type))


def dtype_of(x: Any) -> Any:
    """Return the dtype of a Tensor or an array; a dtype as it is."""
    return x.dtype if isinstance(x, (Tensor, np.ndarray, np.generic)) else x
