"""Parts of a tensor by their places, under Keras's names: segments that belong together, scattered entries, blocks."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.dispatch import unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from .compare import lower_bound, upper_bound
from .indexing import assign, plain_index, scatter
from .joining import stack
from .reduce import max, min, prod

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "get_item", "scatter_update", "segment_max", "segment_min", "segment_prod", "segment_sum", "slice", "slice_update",
]  # fmt: skip


def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The sums of the rows of ``data`` that have the same id: one for each id below ``num_segments``.

    num_segments: the largest id and 1 unless given

    >>> segment_sum(np.array([1.0, 2.0, 3.0]), [0, 0, 2])
    array([3., 0., 3.])
    """
    data = array_like(data)
    ids, n = check_segments(data, segment_ids, num_segments)
    return scatter(data, index=ids.astype("uint32"), shape=(n, *data.shape[1:]))


def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The largest of the rows that have the same id; where there is none, the lowest number of the dtype, or -inf."""
    data = array_like(data)
    return reduce_segments(data, segment_ids, num_segments, lambda x: max(x, axis=0, initial=lower_bound(data)))


def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The smallest of the rows that have the same id; where there is none, the largest number, or inf."""
    data = array_like(data)
    return reduce_segments(data, segment_ids, num_segments, lambda x: min(x, axis=0, initial=upper_bound(data)))


def segment_prod(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    """The products of the rows that have the same id; where there is none, 1."""
    return reduce_segments(array_like(data), segment_ids, num_segments, lambda x: prod(x, axis=0))


def check_segments(data: Any, segment_ids: Any, num_segments: int | None) -> tuple[Any, int]:
    """Return the ids as an array, and how many segments there are."""
    ids = np.asarray(unwrap_tensors(segment_ids))
    if ids.shape != data.shape[:1]:
        raise ShapeError(f"segments: data {describe(data)} needs one id for each row, got ids {describe(ids)}")
    return ids, int(ids.max(initial=-1)) + 1 if num_segments is None else num_segments


def reduce_segments(data: Any, segment_ids: Any, num_segments: int | None, reduce: Callable[[Any], Any]) -> Any:
    """Return ``reduce(rows)`` of the rows of each segment, stacked."""
    ids, n = check_segments(data, segment_ids, num_segments)
    y = stack([reduce(data[np.nonzero(ids == k)[0]]) for k in range(n)])
    return y if y.dtype == data.dtype else y.astype(data.dtype)


def index_columns(indices: Any) -> tuple[Any, ...]:
    """Return rows of indices, ``[[i, j], ...]``, as one index for each axis."""
    return tuple(np.moveaxis(np.asarray(unwrap_tensors(indices)), -1, 0))


def scatter_values(indices: Any, values: Any, shape: Any) -> Any:
    """Zeros of ``shape`` with ``values`` added at ``indices``, one row of indices each: ``scatter`` as Keras has it."""
    return scatter(array_like(values), index=index_columns(indices), shape=tuple(shape))


scatter.op.adapt = scatter_values


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Any:
    """``inputs`` with ``updates`` at ``indices``, one row of indices each: put there, or added with ``"add"``.

    >>> scatter_update(np.zeros(3), [[0], [2]], np.array([1.0, 2.0]))
    array([1., 0., 2.])
    """
    inputs, updates, index = array_like(inputs), array_like(updates), index_columns(indices)
    if reduction == "add":
        return inputs + scatter(updates, index=index, shape=inputs.shape)
    if reduction is not None:
        raise OptionError(f"scatter_update: reduction must be None or 'add', got {reduction!r}")
    return assign(inputs, updates, index=index)


def block_index(start_indices: Any, shape: Any, lengths: Any) -> tuple[Any, ...]:
    """Return the index of a block of ``shape`` (-1: all the rest) that begins at ``start_indices``."""
    starts = [int(i) for i in unwrap_tensors(start_indices)]
    ends = [n if size == -1 else i + size for i, size, n in zip(starts, shape, lengths, strict=True)]
    return tuple(map(builtins.slice, starts, ends))


def slice(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """The block of ``shape`` that begins at ``start_indices``; -1 in ``shape`` takes all the rest.

    >>> slice(np.arange(6).reshape(2, 3), (0, 1), (2, -1))
    array([[1, 2],
           [4, 5]])
    """
    inputs = array_like(inputs)
    return inputs[block_index(start_indices, shape, inputs.shape)]


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    """``inputs`` with the block that begins at ``start_indices`` replaced by ``updates``."""
    inputs, updates = array_like(inputs), array_like(updates)
    return assign(inputs, updates, index=block_index(start_indices, updates.shape, inputs.shape))


def get_item(x: Any, key: Any) -> Any:
    """``x[key]``."""
    return array_like(x)[plain_index(key)]
