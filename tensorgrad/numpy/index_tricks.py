"""Arrays written as indices: ``np.r_[...]``, ``np.c_[...]``, ``np.mgrid[...]``, ``np.ogrid[...]``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..errors import OptionError
from ..ops.creation import asarray
from ..ops.joining import concatenate
from ..ops.lifting import lift_result


class IndexTrick:
    """An object of NumPy's that answers to an index, giving Tensors."""

    def __init__(self, trick: Any, join: Any = None) -> None:
        self.trick, self.join = trick, join

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if self.join is None or not any(isinstance(part, Tensor) for part in parts):
            return lift_result(self.trick[key])
        if isinstance(parts[0], str):
            raise OptionError(f"directions such as {parts[0]!r} are not for Tensors; use np.concatenate or np.stack")
        return self.join([asarray(np.r_[part] if isinstance(part, slice) else part) for part in parts])


def join_rows(parts: Any) -> Any:
    """Return ``np.r_`` of Tensors: one after the other along the first axis."""
    return concatenate([np.atleast_1d(x) for x in parts])


def join_columns(parts: Any) -> Any:
    """Return ``np.c_`` of Tensors: side by side, vectors as columns."""
    return concatenate([x if x.ndim > 1 else x.reshape(-1, 1) for x in parts], axis=-1)


r_, c_ = IndexTrick(np.r_, join_rows), IndexTrick(np.c_, join_columns)
mgrid, ogrid = IndexTrick(np.mgrid), IndexTrick(np.ogrid)
