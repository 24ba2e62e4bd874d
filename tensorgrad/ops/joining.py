"""Joining, splitting, padding and repeating arrays.

An op has one output. So functions with several results (``split``, ``unstack``) return a list or tuple of slices: one
op per result, all sharing the input.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..core.declare import linear, primitive
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from .movement import at_least, broadcast_to, copy, expand_dims, moveaxis, ravel, reshape

__all__ = [
    "append", "array_split", "column_stack", "concatenate", "dsplit", "dstack", "hsplit", "hstack", "pad", "repeat",
    "split", "stack", "tile", "unstack", "vsplit", "vstack",
]  # fmt: skip


def explain_concatenation(*x: Any, axis: Any = 0) -> str | None:
    first, axis = x[0], axis % max(x[0].ndim, 1)
    for i, other in enumerate(x):
        if other.ndim == 0:
            return f"x{i} has no axis to join along; use stack"
        if other.ndim != first.ndim:
            return f"x{i} has {other.ndim} axes but x0 has {first.ndim}"
        for k, (n, m) in enumerate(zip(other.shape, first.shape, strict=True)):
            if k != axis and n != m:
                return f"x{i} has length {n} along axis {k} but x0 has {m}; only axis {axis} may differ"
    return None


def concatenation_x(g: Any, y: Any, *x: Any, axis: Any, wrt: int) -> Any:
    axis %= y.ndim
    start = sum([other.shape[axis] for other in x[:wrt]])
    return g[(slice(None),) * axis + (slice(start, start + x[wrt].shape[axis]),)]


concatenation = linear("concatenate", lambda *x, axis=0: np.concatenate(x, axis),
    "Arrays joined along an axis they have.", explain=explain_concatenation, x=concatenation_x)  # fmt: skip


def explain_stack(*x: Any, axis: Any = 0) -> str | None:
    i = next((i for i, other in enumerate(x) if other.shape != x[0].shape), None)
    return None if i is None else f"x{i} has the shape {x[i].shape} but x0 has {x[0].shape}; all must agree"


stacking = linear("stack", lambda *x, axis=0: np.stack(x, axis),
    "Arrays of one shape joined along a new axis.", explain=explain_stack,
    x=lambda g, y, *x, axis, wrt: g[(slice(None),) * (axis % y.ndim) + (wrt,)])  # fmt: skip


@primitive(name="pad")
def constant_pad(x: Any, *, pad_width: Any, constant_values: Any = 0) -> Any:
    """``x`` with ``constant_values`` put before and after each axis."""
    return np.pad(x, pad_width or 0, constant_values=constant_values)  # a number has no axis to pad


@constant_pad.vjp("x")
def constant_pad_x(g: Any, y: Any, x: Any, *, pad_width: Any, constant_values: Any) -> Any:
    return g[tuple([slice(before, before + n) for (before, _), n in zip(pad_width, x.shape, strict=True)])]


@constant_pad.jvp("x")
def constant_pad_tangent(t: Any, y: Any, x: Any, *, pad_width: Any, constant_values: Any) -> Any:
    return constant_pad(t, pad_width=pad_width)


def concatenate(arrays: Any, axis: Any = 0) -> Any:
    """Arrays joined along an axis they have (None: flattened first).

    >>> import tensorgrad as tg
    >>> tg.concatenate([tg.Tensor([1.0]), tg.Tensor([2.0, 3.0])])
    Tensor([1., 2., 3.])
    """
    if axis is None:
        return concatenation(*[ravel(x) for x in arrays])
    return concatenation(*arrays, axis=axis)


def stack(arrays: Any, axis: Any = 0) -> Any:
    """Arrays of one shape joined along a new axis.

    >>> import tensorgrad as tg
    >>> tg.stack([tg.Tensor(1.0), tg.Tensor(2.0)])
    Tensor([1., 2.])
    """
    return stacking(*arrays, axis=axis)


def vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Arrays joined as rows, in ``dtype``."""
    y = concatenation(*[at_least(x, 2) for x in tup])
    return y if dtype is None else y.astype(dtype)


def hstack(tup: Any) -> Any:
    """Arrays joined side by side: along axis 1, vectors along their only one."""
    arrays = [at_least(x, 1) for x in tup]
    return concatenation(*arrays, axis=0 if arrays[0].ndim == 1 else 1)


def dstack(tup: Any) -> Any:
    """Arrays joined along axis 2."""
    return concatenation(*[at_least(x, 3) for x in tup], axis=2)


def column_stack(tup: Any) -> Any:
    """Vectors as columns, and matrices, joined side by side."""
    arrays = [at_least(x, 1) for x in tup]
    return concatenation(*[expand_dims(x, -1) if x.ndim == 1 else x for x in arrays], axis=1)


def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """``arr`` and ``values`` joined along ``axis`` (None: flattened first)."""
    return concatenate([at_least(arr, 0), at_least(values, 0)], axis)


def array_split(x: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Slices along ``axis``: so many of nearly one length, or cut before the given indices.

    >>> import tensorgrad as tg
    >>> tg.array_split(tg.Tensor([1.0, 2.0, 3.0]), 2)
    [Tensor([1., 2.]), Tensor([3.])]
    """
    x = array_like(x)
    axis = normalize_axis_index(axis, x.ndim)
    n = x.shape[axis]
    if hasattr(indices_or_sections, "__len__"):
        cuts = [0, *[int(i) for i in indices_or_sections], n]
    else:
        sections = int(indices_or_sections)
        if sections < 1:
            raise OptionError(f"split(x): the number of sections must be positive, got {sections}")
        each, extra = divmod(n, sections)
        cuts = [i * each + min(i, extra) for i in range(sections + 1)]
    lead = (slice(None),) * axis
    return [x[(*lead, slice(a, b))] for a, b in pairwise(cuts)]


def split(x: Any, indices_or_sections: Any, axis: Any = 0) -> Any:
    """Slices along ``axis``: so many of one length, or cut before the given indices.

    >>> import tensorgrad as tg
    >>> tg.split(tg.Tensor([1.0, 2.0, 3.0]), [1])
    [Tensor([1.]), Tensor([2., 3.])]
    """
    x = array_like(x)
    n = x.shape[normalize_axis_index(axis, x.ndim)]
    if not hasattr(indices_or_sections, "__len__") and n % max(int(indices_or_sections), 1):
        raise ShapeError(f"split(x): axis {axis} of x {describe(x)} does not divide into {indices_or_sections} equal "
                         "parts; array_split allows unequal ones")  # fmt: skip
    return array_split(x, indices_or_sections, axis)


def hsplit(x: Any, indices_or_sections: Any) -> Any:
    """Split along axis 1, a vector along its only one."""
    x = array_like(x)
    return split(x, indices_or_sections, min(1, x.ndim - 1))


def vsplit(x: Any, indices_or_sections: Any) -> Any:
    """Split along axis 0."""
    return split(x, indices_or_sections, 0)


def dsplit(x: Any, indices_or_sections: Any) -> Any:
    """Split along axis 2."""
    return split(x, indices_or_sections, 2)


def unstack(x: Any, axis: Any = 0) -> Any:
    """The slices ``x[i]`` along ``axis``, as a tuple."""
    return tuple(moveaxis(x, axis, 0))


def pad(x: Any, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """``x`` with ``(before, after)`` more entries on each axis, made as ``np.pad``'s ``mode`` says.

    pad_width: a number for all, ``(before, after)`` for all, or one such pair per axis
    mode:      ``constant`` (with ``constant_values=0``), ``edge``, ``reflect``, ``symmetric`` or ``wrap``
    """
    x = array_like(x)
    widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    widths = tuple([(before, after) for before, after in widths])
    if mode == "constant":
        return constant_pad(x, pad_width=widths, **options)
    if mode not in ("edge", "reflect", "symmetric", "wrap") or options.get("reflect_type") == "odd":
        raise OptionError(
            f"pad(x): mode must be 'constant', 'edge', 'reflect', 'symmetric' or 'wrap', got {mode!r} {options or ''}"
        )
    for axis, width in enumerate(widths):
        if width != (0, 0):
            x = x[(slice(None),) * axis + (np.pad(np.arange(x.shape[axis]), width, mode, **options),)]
    return x if any(width != (0, 0) for width in widths) else copy(x)


def tile(x: Any, reps: Any) -> Any:
    """``x`` laid ``reps`` times along each axis."""
    x = array_like(x)
    reps = tuple(reps) if hasattr(reps, "__len__") else (reps,)
    n = max(len(reps), x.ndim)
    reps, shape = (1,) * (n - len(reps)) + reps, (1,) * (n - x.ndim) + x.shape
    apart = reshape(x, shape=tuple([k for length in shape for k in (1, length)]))
    if all(r == 1 for r in reps):
        return copy(reshape(x, shape=shape))
    laid = broadcast_to(apart, shape=tuple([k for pair in zip(reps, shape, strict=True) for k in pair]))
    return reshape(laid, shape=tuple([r * length for r, length in zip(reps, shape, strict=True)]))


def repeat(x: Any, repeats: Any, axis: Any = None) -> Any:
    """Each entry along ``axis`` (None: of the flattened ``x``) repeated; ``repeats`` is one number or one for each."""
    x = array_like(x)
    if axis is None:
        x, axis = ravel(x), 0
    axis = normalize_axis_index(axis, x.ndim)
    lead, n, rest = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    if np.ndim(repeats) > 0:
        return x[(slice(None),) * axis + (np.repeat(np.arange(n), repeats),)]
    if int(repeats) == 1:
        return copy(x)
    apart = broadcast_to(expand_dims(x, axis + 1), shape=(*lead, n, int(repeats), *rest))
    return reshape(apart, shape=(*lead, n * int(repeats), *rest))


NUMPY.update({
    np.concatenate: concatenate, np.stack: stack, np.vstack: vstack, np.hstack: hstack, np.dstack: dstack,
    np.column_stack: column_stack, np.append: append, np.array_split: array_split, np.split: split,
    np.hsplit: hsplit, np.vsplit: vsplit, np.dsplit: dsplit, np.pad: pad, np.tile: tile, np.repeat: repeat,
})  # fmt: skip
if hasattr(np, "unstack"):  # since NumPy 2.1
    NUMPY[np.unstack] = unstack
