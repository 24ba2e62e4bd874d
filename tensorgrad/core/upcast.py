"""Upcasting, so that results on the way fit their dtype: a sum of 70,000 ones is no float16, 200² is no uint8."""

from __future__ import annotations

from functools import wraps
from typing import Any

import numpy as np

HALF, SINGLE, DOUBLE = np.dtype("float16"), np.dtype("float32"), np.dtype("float64")


def upcast(x: Any) -> Any:
    """Return float16 as float32, integers and bools as float64, anything else as it is.

    >>> upcast(np.array([200], "uint8")) ** 2
    array([40000.])
    """
    if x.dtype is HALF:
        return x.astype(SINGLE)
    return x.astype(DOUBLE) if x.dtype.kind in "iub" else x


def upcast_rule(rule: Any) -> Any:
    """Return a rule that computes on ``upcast`` arrays if its first is narrow; the engine casts the gradient back."""

    @wraps(rule)
    def computing(x: Any, *arrays: Any, **settings: Any) -> Any:
        if x.dtype is not HALF:
            return rule(x, *arrays, **settings)
        return rule(upcast(x), *[upcast(a) if getattr(a, "dtype", None) is HALF else a for a in arrays], **settings)

    return computing


def upcast_kernel(kernel: Any) -> Any:
    """Return a kernel that computes on ``upcast`` arrays if its first is narrow; of float16 alone it makes float16."""

    @wraps(kernel)
    def computing(x: Any, *arrays: Any, **settings: Any) -> Any:
        dtype = x.dtype
        if dtype is not HALF and dtype.kind not in "iub":
            return kernel(x, *arrays, **settings)
        halves = [getattr(a, "dtype", None) is HALF for a in arrays]
        y = kernel(upcast(x), *[upcast(a) if half else a for a, half in zip(arrays, halves, strict=True)], **settings)
        return y.astype(HALF) if dtype is HALF and y.dtype is SINGLE else y

    return computing
