"""Where a result goes: what ``out=`` names; and what NumPy's ufuncs take besides it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import describe
from ..shapes import broadcasts
from .modes import is_recording
from .tensor import Tensor


def write_result(out: Any, y: Any, name: str, *, stretch: bool = False) -> Any:
    """Return ``y``, or ``out`` with ``y`` written into it: an array, a Tensor, or a tuple of one of them.

    Raises TypeError rather than lose a gradient in an array, ValueError unless their shapes agree; with ``stretch``, as
    of ufuncs, ``y`` may broadcast to that of ``out``.
    """
    out = out[0] if isinstance(out, tuple) and len(out) == 1 else out
    if out is None or out is y:
        return y
    if isinstance(out, Tensor):
        if out.shape != y.shape and not (stretch and broadcasts(y.shape, out.shape)):
            raise ValueError(f"out {describe(out)} must have the shape of the result, {describe(y)}")
        out[...] = y
        return out
    if isinstance(y, Tensor):
        if y.requires_grad and is_recording():
            raise TypeError(
                f"{name}(..., out=array) cannot write a Tensor's result into an array, where its gradient would be "
                "lost; use the returned value (a = a + t instead of a += t)"
            )
        y = y.data
    np.copyto(out, y, casting="same_kind")
    return out


def call_ufunc(
    name: str, call: Any, inputs: Any, *, out: Any = None, where: Any = True, dtype: Any = None, **settings: Any
) -> Any:
    """Return ``call(*inputs)`` as a ufunc with these settings would: computed in ``dtype``, kept ``where``.

    Elsewhere the result is what lies in ``out``, or 0 where NumPy leaves what was in memory.
    """
    if dtype is not None:
        inputs = [x.astype(dtype) if isinstance(x, Tensor) else np.asarray(x, dtype) for x in inputs]
    ignored = {"casting", "order", "subok"}
    y = call(*inputs, **{name: value for name, value in settings.items() if name not in ignored})
    if where is not True:
        old = out[0] if isinstance(out, tuple) else out
        y = np.where(where, y, 0 if old is None else old)
    return write_result(out, y, name, stretch=True)
