"""Kernels of real numbers that compute in float64, whatever comes in, and run as one step of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable

__all__: list[str] = []


def in_double(kernel: Any) -> Any:
    """Return a kernel of a real array that computes in float64, and gives float32 for float32 as NumPy's ufuncs do.

    It knows no complex numbers, and says so.
    """

    def compute(x: Any) -> Any:
        if isinstance(x, StandIn):
            return x.run(compute, x)  # one line of a program, not sixty
        dtype = x.dtype
        if dtype.kind == "c":
            raise TypeError(f"{kernel.__name__} takes real numbers, got {dtype}")
        with np.errstate(all="ignore"):
            y = kernel(x.astype(float))
        return y.astype(dtype) if dtype.kind == "f" and dtype.itemsize < 8 else y

    compute.__name__ = kernel.__name__
    return compute


def each_entry(function: Callable[[float], float]) -> Any:
    """Return a function of the standard library's ``math`` as one of arrays of float64.

    C's erf and gamma functions are as quick, entry by entry, as a dozen of NumPy's calls, and as exact as C is.
    """
    each = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(each(x), float)
