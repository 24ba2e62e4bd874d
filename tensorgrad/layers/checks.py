"""Checks and conversions of the options that layers share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import floatx


def nonempty_string(value: Any) -> str | None:
    """Say what is wanted unless ``value`` is a string."""
    return None if isinstance(value, str) and value else "a string"


def sample_shape(value: Any) -> str | None:
    """Say what is wanted unless ``value`` is the shape of one sample: positive ints, None where it varies."""
    sizes = value if isinstance(value, (tuple, list)) else (value,)
    if all(n is None or (hasattr(n, "__index__") and not isinstance(n, bool) and n > 0) for n in sizes):
        return None
    return "a tuple of positive ints (None where it varies) without the batch axis, like (10,)"


def with_batch(value: Any) -> Any:
    """Return the shape of one sample as the shape of a batch: ``(10,)`` is ``(None, 10)``."""
    if value is None:
        return None
    sizes = value if isinstance(value, (tuple, list)) else (value,)
    return (None, *(None if n is None else int(n) for n in sizes))


def float_dtype(value: Any) -> str:
    """Return a float dtype's name; None is ``floatx()``."""
    if value is None:
        return floatx()
    dtype = np.dtype(value)
    if dtype.kind != "f":
        raise TypeError(f"a layer computes in a float dtype, got {value!r}; use 'float32' or 'float64'")
    return dtype.name
