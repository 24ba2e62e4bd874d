"""What NumPy's reductions take besides ``axis`` and ``keepdims``: ``dtype``, ``where``, ``initial``, ``out``.

An op has few settings, so that a call is quick; one with others comes here and is said through ops.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import Tensor, array_like
from ..core.writing import write_result
from ..errors import suggest
from ..shapes import reduction_size
from .arithmetic import squared_magnitude
from .reduce import (
    all,
    any,
    argmax,
    argmin,
    count_nonzero,
    cumprod,
    cumsum,
    max,
    mean,
    min,
    prod,
    std,
    sum,
    var,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__: list[str] = []

MISSING = np._NoValue


def adapt(op: Any, names: str, compute: Callable[..., Any]) -> None:
    """Let ``op`` take settings in NumPy's order, ``names``; ``compute(x, **settings)`` gets those that are given."""
    order = names.split()
    known = {*order, *op.defaults}

    def call(*inputs: Any, **settings: Any) -> Any:
        if not inputs:
            inputs = tuple(settings.pop(name) for name in ("a", op.args[0]) if name in settings)
        if len(inputs) > 1 + len(order) or not inputs:
            raise TypeError(f"{op.name}() takes an array and {len(order)} settings, got {len(inputs)} arguments")
        settings.update(zip(order, inputs[1:], strict=False))
        for name in settings.keys() - known:
            if settings[name] is not None and settings[name] is not MISSING:
                raise TypeError(f"{op.name}() has no setting {name!r} for Tensors{suggest(name, known)}")
            del settings[name]
        given = {k: v for k, v in settings.items() if v is not MISSING and not (v is None and k in ("dtype", "out"))}
        out = given.pop("out", None)
        return write_result(out, compute(array_like(inputs[0]), **given), f"np.{op.name}")

    op.adapt = call


def of_dtype(initial: Any, y: Any) -> Any:
    """Return a start in the dtype of what starts from it, as NumPy takes it."""
    return initial if isinstance(initial, Tensor) else np.asarray(initial).astype(y.dtype)


def narrow(y: Any, dtype: Any) -> Any:
    """Return a sum in the ``dtype`` that was asked for: of small integers it is a large one."""
    return y if dtype is None or y.dtype == dtype else y.astype(dtype)


def accumulate_from(op: Any, fill: Any, combine: Any) -> Callable[..., Any]:
    """Return a sum or product that leaves out what ``where`` says, in ``dtype``, and starts from ``initial``."""

    def compute(x: Any, where: Any = True, initial: Any = None, dtype: Any = None, **settings: Any) -> Any:
        x = x if where is True else np.where(where, x, fill)
        y = narrow(op.call(x if dtype is None else x.astype(dtype), **settings), dtype)
        return y if initial is None else combine(y, of_dtype(initial, y))

    return compute


def extreme_from(op: Any, combine: Any) -> Callable[..., Any]:
    """Return a maximum or minimum that leaves out what ``where`` says, and starts from ``initial``."""

    def compute(x: Any, where: Any = True, initial: Any = None, **settings: Any) -> Any:
        if where is not True:
            if initial is None:
                raise ValueError(f"{op.name}(x, where=...) needs initial=, for where nothing is left to choose from")
            x = np.where(where, x, of_dtype(initial, x))
        axis, keepdims = settings.get("axis"), settings.get("keepdims", False)
        if initial is not None and reduction_size(x.shape, axis) == 0:  # there is nothing but the start
            return np.broadcast_to(of_dtype(initial, x), sum(x, axis=axis, keepdims=keepdims).shape)
        y = op.call(x, **settings)
        return y if initial is None else combine(y, of_dtype(initial, y))

    return compute


def truth(op: Any, fill: bool) -> Callable[..., Any]:
    return lambda x, where=True, **settings: op.call(x if where is True else np.where(where, x, fill), **settings)


def or_nan(n: Any) -> Any:
    """Return a count as a divisor: nan where nothing is left to divide by."""
    return np.where(n > 0, n, math.nan).astype(n.dtype)


def or_zero(n: Any) -> Any:
    """Return a count as a divisor: 0 where it is below."""
    return np.where(n > 0, n, 0).astype(n.dtype)


def count_where(where: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    """Return how many entries ``where`` leaves in, as floats of the dtype of ``x``."""
    return np.sum(np.broadcast_to(where, x.shape), axis=axis, keepdims=keepdims).astype(x.real.dtype)


def mean_where(x: Any, where: Any = True, dtype: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    x = x if dtype is None else x.astype(dtype)
    if where is True:
        return mean(x, axis=axis, keepdims=keepdims)
    x = x if x.dtype.kind in "fc" else x.astype(float)
    return sum(np.where(where, x, 0), axis=axis, keepdims=keepdims) / or_nan(count_where(where, x, axis, keepdims))


def spread_where(op: Any, divisor: Any = or_zero) -> Callable[..., Any]:
    """Return a variance, or its root, of what ``where`` leaves in, from a ``mean`` that may be given.

    divisor: what to divide by, for a count less ``ddof``
    """

    def compute(x: Any, where: Any = True, dtype: Any = None, mean: Any = None, **settings: Any) -> Any:
        x = x if dtype is None else x.astype(dtype)
        if where is True and mean is None:
            return op.call(x, **settings)
        x = x if x.dtype.kind in "fc" else x.astype(float)
        axis, keepdims = settings.get("axis"), settings.get("keepdims", False)
        ddof = settings.get("ddof", 0) if settings.get("correction") is None else settings["correction"]
        centre = mean_where(x, where, None, axis, True) if mean is None else mean
        d = np.where(where, x - centre, 0)
        n = count_where(where, x, axis, keepdims) - ddof
        y = sum(squared_magnitude(d), axis=axis, keepdims=keepdims) / divisor(n)
        return np.sqrt(y) if op is std.op else y

    return compute


def running_total(op: Any) -> Callable[..., Any]:
    return lambda x, dtype=None, **settings: narrow(op.call(x if dtype is None else x.astype(dtype), **settings), dtype)


def call_plainly(op: Any) -> Callable[..., Any]:
    return lambda x, **settings: op.call(x, **settings)


adapt(sum.op, "axis dtype out keepdims initial where", accumulate_from(sum.op, 0, np.add))
adapt(prod.op, "axis dtype out keepdims initial where", accumulate_from(prod.op, 1, np.multiply))
adapt(max.op, "axis out keepdims initial where", extreme_from(max.op, np.maximum))
adapt(min.op, "axis out keepdims initial where", extreme_from(min.op, np.minimum))
adapt(mean.op, "axis dtype out keepdims where", mean_where)
adapt(var.op, "axis dtype out ddof keepdims where mean correction", spread_where(var.op))
adapt(std.op, "axis dtype out ddof keepdims where mean correction", spread_where(std.op))
adapt(all.op, "axis out keepdims where", truth(all.op, True))
adapt(any.op, "axis out keepdims where", truth(any.op, False))
adapt(cumsum.op, "axis dtype out", running_total(cumsum.op))
adapt(cumprod.op, "axis dtype out", running_total(cumprod.op))
for reduction in argmax, argmin:
    adapt(reduction.op, "axis out keepdims", call_plainly(reduction.op))
adapt(count_nonzero.op, "axis keepdims", call_plainly(count_nonzero.op))
