"""From one form to another, under Keras's names: dtypes, Tensors and arrays, parts of complex numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import Tensor, array_like
from .compare import clip
from .complex_numbers import imag, real
from .creation import asarray
from .joining import stack
from .movement import astype
from .trigonometric import cos, sin

__all__ = [
    "cast", "convert_to_numpy", "convert_to_tensor", "dtype", "is_tensor", "polar", "saturate_cast", "view_as_complex",
    "view_as_real",
]  # fmt: skip


def cast(x: Any, dtype: Any) -> Any:
    """The same values in another dtype: ``x.astype(dtype)``."""
    return astype(array_like(x), dtype)


def saturate_cast(x: Any, dtype: Any) -> Any:
    """The same values in another dtype, those outside of its range at its ends.

    >>> saturate_cast(np.array([-1.0, 2.0, 300.0]), "uint8")
    array([  0,   2, 255], dtype=uint8)
    """
    x, dtype = array_like(x), np.dtype(dtype)
    if dtype.kind == "b":
        return clip(x, 0, 1).astype(dtype)
    limits: Any = np.iinfo(dtype) if dtype.kind in "iu" else np.finfo(dtype)
    return clip(x, limits.min, limits.max).astype(dtype)


def convert_to_tensor(x: Any, dtype: Any = None) -> Any:
    """Return ``x``, an array, a number or a list of such or of Tensors, as a Tensor; a Tensor as it is."""
    return asarray(x, dtype)


def convert_to_numpy(x: Any) -> Any:
    """Return the values of ``x`` as an array, without a gradient; a Tensor's own array, which shares memory."""
    return x.numpy() if isinstance(x, Tensor) else np.asarray(x)


def is_tensor(x: Any) -> bool:
    """Return whether ``x`` is a Tensor.

    >>> is_tensor(Tensor(1.0)), is_tensor(1.0)
    (True, False)
    """
    return isinstance(x, Tensor)


def dtype(x: Any) -> str:
    """Return the name of the dtype of ``x``.

    >>> dtype(Tensor(1.0))
    'float64'
    """
    return str(array_like(x).dtype)


def polar(abs_: Any, angle: Any) -> Any:
    """The complex number of length ``abs_`` and direction ``angle``: ``r (cos φ + i sin φ)``."""
    return abs_ * cos(angle) + 1j * (abs_ * sin(angle))


def view_as_complex(x: Any) -> Any:
    """Complex numbers from their parts: ``x[..., 0] + i x[..., 1]``."""
    x = array_like(x)
    return x[..., 0] + 1j * x[..., 1]


def view_as_real(x: Any) -> Any:
    """The real and the imaginary parts, along a new last axis."""
    return stack([real(x), imag(x)], -1)
