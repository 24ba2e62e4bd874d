"""Choosing entries: by conditions, by order, by value; leaving out, putting in between, putting together.

Which entries are taken has no derivative; what is taken keeps its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import Tensor, array_like
from ..errors import OptionError, ShapeError, describe
from .compare import where
from .indexing import assign, reorder, scatter, take, take_along_axis
from .joining import concatenate
from .movement import copy, moveaxis, ravel

__all__ = [
    "argpartition", "bincount", "choose", "compress", "delete", "extract", "insert", "intersect1d", "partition",
    "piecewise", "resize", "select", "setdiff1d", "setxor1d", "sort_complex", "top_k", "trim_zeros", "union1d",
    "unique", "unique_all", "unique_counts", "unique_inverse", "unique_values",
]  # fmt: skip


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """The entry of the first of ``choicelist`` whose condition holds, else ``default``.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([-2.0, 0.5, 3.0])
    >>> tg.select([x < 0, x > 1], [-x, x * x])
    Tensor([2., 0., 9.])
    """
    if len(condlist) != len(choicelist) or not condlist:
        raise ShapeError(f"select(condlist, choicelist): one choice for each condition, and at least one, got "
                         f"{len(condlist)} and {len(choicelist)}")  # fmt: skip
    y = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        y = where(condition, choice, y)
    return y


def choose(a: Any, choices: Any, out: Any = None, mode: Any = "raise") -> Any:
    """The entry of ``choices[a]`` at each place; ``a`` holds whole numbers.

    mode: ``raise`` for what is out of range, ``wrap`` or ``clip``
    """
    a, choices = unwrap_tensors(array_like(a)), list(choices)
    if mode == "raise" and isinstance(a, np.ndarray) and a.size and (a.min() < 0 or a.max() >= len(choices)):
        raise IndexError(f"choose(a, choices): a must lie in 0 to {len(choices) - 1}, got {a.min()} to {a.max()}")
    a = a % len(choices) if mode == "wrap" else np.clip(a, 0, len(choices) - 1)
    y = choices[0]
    for k, choice in enumerate(choices[1:], 1):
        y = where(a == k, choice, y)
    shape = np.broadcast_shapes(a.shape, np.shape(y))
    return y if np.shape(y) == shape and len(choices) > 1 else copy(np.broadcast_to(y, shape))


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """``f(x)`` with the function, or number, whose condition holds last; one more of them is for where none does.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor([-2.0, 3.0], requires_grad=True)
    >>> tg.piecewise(x, [x < 0, x >= 0], [lambda v: -v, np.square]).sum().backward()
    >>> x.grad
    Tensor([-1.,  6.])
    """
    x = array_like(x)
    given = [unwrap_tensors(c) for c in condlist] if isinstance(condlist, (list, tuple)) else [unwrap_tensors(condlist)]
    conditions = [np.broadcast_to(c, x.shape) for c in (given if np.ndim(given[0]) or x.ndim == 0 else [given])]
    functions = list(funclist)
    if len(functions) == len(conditions) + 1:
        conditions.append(~np.any(conditions, axis=0))
    if len(functions) != len(conditions):
        raise ShapeError(f"piecewise(x, condlist, funclist): {len(conditions)} conditions need as many functions, or "
                         f"one more, got {len(functions)}")  # fmt: skip
    y = np.zeros_like(x)
    for condition, f in zip(conditions, functions, strict=True):
        if condition.any():
            index = np.nonzero(condition) if x.ndim else ()
            y = assign(y, f(x[index], *args, **kw) if callable(f) else f, index=index)
    return y


def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The entries along ``axis`` (None: of the flattened ``a``) for which ``condition``, a vector, holds."""
    condition = np.asarray(unwrap_tensors(condition))
    if condition.ndim != 1:
        raise ShapeError(f"compress(condition, a): condition {describe(condition)} must be a vector")
    return take(a, np.nonzero(condition)[0], axis)


def extract(condition: Any, arr: Any) -> Any:
    """The entries of ``arr`` where ``condition`` holds, as a vector."""
    return take(ravel(array_like(arr)), np.nonzero(np.ravel(unwrap_tensors(condition)))[0], 0)


def argpartition(a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> Any:
    """The indices that ``partition`` takes."""
    return Tensor(np.argpartition(unwrap_tensors(a), kth, axis))


def partition(a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> Any:
    """``a`` with the ``kth`` smallest entry along ``axis`` in its place, smaller ones before it, larger ones behind."""
    a = array_like(a)
    if axis is None:
        a, axis = ravel(a), 0
    axis = normalize_axis_index(axis, a.ndim)
    return reorder(a, index=np.argpartition(unwrap_tensors(a), kth, axis), axis=axis)


def top_k(x: Any, k: Any, sorted: Any = True) -> Any:
    """Return the ``k`` largest entries along the last axis, in descending order, and their indices; as in Keras.

    >>> import tensorgrad as tg
    >>> tg.top_k(tg.Tensor([1.0, 3.0, 2.0]), 2)
    (Tensor([3., 2.]), Tensor([1, 2]))
    """
    x = array_like(x)
    if x.ndim == 0 or not 0 <= k <= x.shape[-1]:
        raise OptionError(
            f"top_k(x, k): k must lie between 0 and the length of the last axis of x {describe(x)}, got {k}"
        )
    index = np.argsort(-unwrap_tensors(x), axis=-1, stable=True)[..., :k]
    return take_along_axis(x, index, -1), Tensor(index)


def sort_complex(a: Any) -> Any:
    """``a`` as complex numbers, in ascending order of the real parts, then the imaginary ones."""
    a = array_like(a)
    return np.sort(a.astype(np.result_type(a.dtype, np.complex64)))


def trim_zeros(filt: Any, trim: Any = "fb", axis: Any = None) -> Any:
    """A vector without the zeros at its front (``"f"`` in ``trim``) and back (``"b"``)."""
    x = array_like(filt)
    if x.ndim != 1:
        raise ShapeError(f"trim_zeros(filt): filt {describe(x)} must be a vector")
    found = np.nonzero(unwrap_tensors(x))[0]
    if not found.size:
        return x[:0]
    trim = str(trim).lower()
    return x[found[0] if "f" in trim else 0 : found[-1] + 1 if "b" in trim else x.shape[0]]


def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """``arr`` without what is at ``obj``, an index, a slice or several indices, along ``axis`` (None: flattened)."""
    arr = array_like(arr)
    if axis is None:
        arr, axis = ravel(arr), 0
    axis = normalize_axis_index(axis, arr.ndim)
    return take(arr, np.delete(np.arange(arr.shape[axis]), unwrap_tensors(obj)), axis)


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """``arr`` with ``values`` put in before the indices ``obj``, along ``axis`` (None: of the flattened ``arr``)."""
    arr, new = array_like(arr), array_like(values)
    if axis is None:
        arr, axis = ravel(arr), 0
    axis, n = normalize_axis_index(axis, arr.ndim), arr.shape[axis]
    new = new.reshape((1,) * (arr.ndim - new.ndim) + new.shape) if new.ndim < arr.ndim else new
    if not isinstance(obj, slice) and np.ndim(obj) == 0:
        new = moveaxis(new, 0, axis)  # as NumPy has it for a single index
        count = new.shape[axis]
    else:
        count = len(range(*obj.indices(n))) if isinstance(obj, slice) else np.size(obj)
    new = np.broadcast_to(new, tuple(count if i == axis else k for i, k in enumerate(arr.shape)))
    places = np.insert(np.arange(n), obj, n + np.arange(count))
    dtype = arr.dtype
    return take(concatenate([arr, new.astype(dtype) if new.dtype != dtype else new], axis), places, axis)


def resize(a: Any, new_shape: Any) -> Any:
    """The entries of ``a``, again and again from the first, in a new shape."""
    a = ravel(array_like(a))
    shape = (new_shape,) if np.ndim(new_shape) == 0 else tuple(new_shape)
    size = int(np.prod(shape))
    if size and not a.size:
        return np.zeros_like(a, shape=shape)
    return a[np.arange(size) % max(a.shape[0], 1)].reshape(shape)


def bincount(x: Any, /, weights: Any = None, minlength: Any = 0) -> Any:
    """How often each whole number from 0 on is in ``x``, or the sum of the ``weights`` there, which has a gradient."""
    x = np.asarray(unwrap_tensors(x))
    if weights is None:
        return Tensor(np.bincount(x, minlength=minlength))
    weights = array_like(weights)
    if weights.shape != x.shape:
        raise ShapeError(f"bincount(x, weights): x {describe(x)} and weights {describe(weights)} must have one shape")
    size = max(int(x.max(initial=-1)) + 1, minlength)
    return scatter(weights.astype(float), index=x, shape=(size,))


def first_places(x: Any, **options: Any) -> Any:
    """Return ``(index of each distinct value, counts, inverse)`` as NumPy's ``unique`` has them."""
    _, index, inverse, counts = np.unique(unwrap_tensors(x), True, True, True, **options)
    return index, inverse, counts


def unique(
    ar: Any,
    return_index: Any = False,
    return_inverse: Any = False,
    return_counts: Any = False,
    axis: Any = None,
    *,
    equal_nan: Any = True,
    sorted: Any = True,
) -> Any:
    """The distinct entries in ascending order, or distinct slices along ``axis``; each is taken from the first place.

    return_index, return_inverse, return_counts: return those as well, as NumPy does
    """
    ar = array_like(ar)
    index, inverse, counts = first_places(ar, axis=axis, equal_nan=equal_nan)
    y = take(ar, index, axis)
    more = [Tensor(x) for x, wanted in ((index, return_index), (inverse, return_inverse), (counts, return_counts))
            if wanted]  # fmt: skip
    return (y, *more) if more else y


def unique_values(x: Any) -> Any:
    """The distinct entries."""
    return unique(x, equal_nan=False)


def unique_counts(x: Any) -> Any:
    """The distinct entries, and how often each occurs."""
    return type(np.unique_counts(np.zeros(1)))(*unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x: Any) -> Any:
    """The distinct entries, and the index among them of each entry."""
    return type(np.unique_inverse(np.zeros(1)))(*unique(x, return_inverse=True, equal_nan=False))


def unique_all(x: Any) -> Any:
    """The distinct entries, their first places, the index of each entry among them, and how often each occurs."""
    return type(np.unique_all(np.zeros(1)))(*unique(x, True, True, True, equal_nan=False))


def union1d(ar1: Any, ar2: Any) -> Any:
    """The distinct entries of both."""
    return unique(concatenate([array_like(ar1), array_like(ar2)], None))


def intersect1d(ar1: Any, ar2: Any, assume_unique: Any = False, return_indices: Any = False) -> Any:
    """The distinct entries that are in both, taken from ``ar1``."""
    a = ravel(array_like(ar1))
    _, i, j = np.intersect1d(unwrap_tensors(a), unwrap_tensors(ar2), assume_unique, True)
    return (a[i], Tensor(i), Tensor(j)) if return_indices else a[i]


def setdiff1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    """The distinct entries of ``ar1`` that are not in ``ar2``."""
    a = ravel(array_like(ar1)) if assume_unique else unique(ar1)
    return take(a, np.nonzero(np.isin(unwrap_tensors(a), unwrap_tensors(ar2), invert=True))[0], 0)


def setxor1d(ar1: Any, ar2: Any, assume_unique: Any = False) -> Any:
    """The distinct entries that are in one of the two only."""
    return unique(concatenate([setdiff1d(ar1, ar2, assume_unique), setdiff1d(ar2, ar1, assume_unique)]))


NUMPY.update({getattr(np, name): globals()[name] for name in __all__ if name != "top_k"})
