"""Tensors made of what is given: arrays, numbers, lists of Tensors, whose gradients are kept."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor
from ..ops.joining import stack
from ..ops.movement import broadcast_to
from ..pytree import leaves_of
from .lifting import lift_function, lift_leaf

__all__ = [
    "arange", "array", "asanyarray", "asarray", "ascontiguousarray", "bartlett", "blackman", "empty", "eye", "full",
    "geomspace", "hamming", "hanning", "identity", "indices", "kaiser", "linspace", "logspace", "ones", "tri", "zeros",
]  # fmt: skip

arange, empty = lift_function(np.arange), lift_function(np.empty)
ones, zeros, tri = lift_function(np.ones), lift_function(np.zeros), lift_function(np.tri)
eye, identity, indices = lift_function(np.eye), lift_function(np.identity), lift_function(np.indices)
geomspace, logspace = lift_function(np.geomspace), lift_function(np.logspace)
bartlett, blackman, hamming = lift_function(np.bartlett), lift_function(np.blackman), lift_function(np.hamming)
hanning, kaiser = lift_function(np.hanning), lift_function(np.kaiser)


def asarray(
    obj: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: bool | None = None, like: Any = None
) -> Any:
    """Return ``obj`` as a Tensor: itself if it is one of this ``dtype``, else with the memory of an array if possible.

    obj:  a Tensor, an array, a number, or lists of them
    copy: whether the memory is copied; None: if need be. ValueError if it is False and cannot be

    >>> w = Tensor(2.0, requires_grad=True)
    >>> asarray([w * w, 1.0])
    Tensor([4., 1.], requires_grad=True)
    """
    np.empty(0, device=device)  # which refuses any but the CPU
    if holds_tensors(obj):
        obj = stack([asarray(x) for x in obj])
    elif not isinstance(obj, (Tensor, StandIn)):
        return lift_leaf(np.asarray(obj, dtype, order, copy=copy))
    y = obj if isinstance(obj, Tensor) else Tensor(obj)
    if dtype is not None and y.dtype != dtype:
        if copy is False:
            raise ValueError(f"asarray: {y.dtype} as {np.dtype(dtype)} needs a copy, and copy=False forbids it")
        return y.astype(dtype)
    return y.copy() if copy else y


def holds_tensors(obj: Any) -> bool:
    """Return whether ``obj`` is a list or tuple with a Tensor somewhere inside."""
    return isinstance(obj, (list, tuple)) and any(isinstance(x, (Tensor, StandIn)) for x in leaves_of(obj))


def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: Any = "K",
    subok: bool = False,
    ndmin: int = 0,
    like: Any = None,
) -> Any:
    """Return ``object`` as a new Tensor; as ``asarray`` with ``copy=True``, of at least ``ndmin`` axes."""
    y = asarray(object, dtype, order, copy=copy)
    return y.reshape((1,) * (ndmin - y.ndim) + y.shape) if y.ndim < ndmin else y


def asanyarray(a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: bool | None = None,
               like: Any = None) -> Any:  # fmt: skip
    """Return ``a`` as a Tensor: ``asarray``."""
    return asarray(a, dtype, order, device=device, copy=copy)


def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Any:
    """Return ``a`` as a Tensor of at least one axis, its entries row by row in memory."""
    y = asarray(a, dtype)
    return array(y, ndmin=1, copy=not getattr(y.data, "flags", {"C": True})["C"])


def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None
) -> Any:
    """Return a Tensor of ``shape`` with ``fill_value`` everywhere, whose gradient is kept.

    >>> full(2, Tensor(3.0, requires_grad=True))
    Tensor([3., 3.], requires_grad=True)
    """
    if not isinstance(fill_value, Tensor):
        return lift_leaf(np.full(shape, fill_value, dtype, order, device=device))
    return asarray(broadcast_to(fill_value, shape=shape), dtype, device=device, copy=True)


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: Any = True,
    retstep: Any = False,
    dtype: Any = None,
    axis: Any = 0,
    *,
    device: Any = None,
) -> Any:
    """Return ``num`` numbers evenly spaced from ``start`` to ``stop``, along a new axis; with gradients of both ends.

    retstep: return the step as well
    """
    ends = [x for x in (start, stop) if isinstance(x, Tensor)]
    if not any(x.requires_grad for x in ends):
        start, stop = [x.data if isinstance(x, Tensor) else x for x in (start, stop)]
        made = np.linspace(start, stop, num, endpoint, retstep, dtype, axis, device=device)
        return tuple([lift_leaf(np.asarray(x)) for x in made]) if retstep else lift_leaf(made)
    start, stop = np.broadcast_arrays(start, stop)
    share = np.linspace(0.0, 1.0, num, endpoint).reshape(-1, *[1] * start.ndim)
    y = np.moveaxis(start * (1.0 - share) + stop * share, 0, axis)
    y = y if dtype is None else y.astype(dtype)
    return (y, (stop - start) / max(num - endpoint, 1)) if retstep else y
