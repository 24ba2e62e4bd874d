"""Questions to an array: NumPy functions that answer from a Tensor's values, with nothing to differentiate."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.dispatch import NUMPY, name_code, unwrap_tensors
from ..core.tensor import StandIn, Tensor, make_leaf
from .movement import broadcast_to

__all__ = ["argsort", "full_like", "nonzero", "ones_like", "zeros_like"]


def query(function: Any) -> Any:
    """Return ``function`` for Tensors: computed from the values, an array as a Tensor that requires no gradient."""

    def answer(*args: Any, **kwargs: Any) -> Any:
        result = function(*unwrap_tensors(args), **unwrap_tensors(kwargs))
        return make_leaf(result) if isinstance(result, (np.ndarray, StandIn)) else result

    name_code(answer, function.__name__)
    answer.__doc__ = f"``np.{function.__name__}`` of a Tensor's values; no gradient flows through it."
    return answer


def full_like(a: Any, fill_value: Any, dtype: Any = None, **options: Any) -> Any:
    """An array of ``a``'s shape and dtype, filled with ``fill_value``, whose gradient is kept."""
    if isinstance(fill_value, Tensor) and fill_value.requires_grad:
        return broadcast_to(fill_value, shape=np.shape(filled(a, 0, **options))).astype(dtype or a.dtype)
    return filled(a, fill_value, dtype=dtype, **options)


argsort, nonzero = query(np.argsort), query(np.nonzero)
zeros_like, ones_like, filled = query(np.zeros_like), query(np.ones_like), query(np.full_like)

QUERIES = (
    np.shape, np.ndim, np.size, np.empty_like, np.result_type, np.can_cast, np.min_scalar_type, np.common_type,
    np.iscomplexobj, np.isrealobj, np.array_equiv, np.isin, np.array_repr, np.array_str, np.array2string,
    np.flatnonzero, np.argwhere, np.searchsorted, np.digitize, np.lexsort, np.shares_memory,
    np.may_share_memory, np.histogram, np.histogram2d, np.histogramdd, np.histogram_bin_edges, np.isneginf,
    np.isposinf, np.isscalar, np.iterable, np.ix_, np.tril_indices_from, np.triu_indices_from, np.diag_indices_from,
    np.mask_indices, np.ravel_multi_index, np.unravel_index, np.gcd, np.lcm, np.bitwise_count, np.packbits,
    np.unpackbits, np.isfortran, np.save, np.savez, np.savez_compressed, np.savetxt,
)  # fmt: skip

NUMPY.update({function: query(function) for function in QUERIES})
NUMPY.update({np.argsort: argsort, np.nonzero: nonzero, np.zeros_like: zeros_like, np.ones_like: ones_like,
              np.full_like: full_like})  # fmt: skip
