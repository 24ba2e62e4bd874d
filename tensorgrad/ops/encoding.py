"""Classes as vectors: one-hot and multi-hot; whether the right class is among the best."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import floatx
from ..core.tensor import array_like
from ..errors import describe
from .selection import top_k

__all__ = ["in_top_k", "multi_hot", "one_hot"]


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Any:
    """1 at the place of each class id along a new ``axis``, 0 elsewhere; an id that is no class gives only 0.

    dtype: of the result; ``floatx()`` unless given

    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]], dtype=float32)
    """
    x = array_like(x)
    if x.dtype.kind not in "iub":
        raise TypeError(f"one_hot(x, num_classes): x holds class ids, whole numbers, got {describe(x)}")
    shape = [1] * (x.ndim + 1)
    shape[axis] = num_classes
    return (np.expand_dims(x, axis) == np.arange(num_classes).reshape(shape)).astype(dtype or floatx())


def multi_hot(inputs: Any, num_classes: int, axis: int = -1, dtype: Any = None) -> Any:
    """1 at the place of each class that is among the ids of a row, 0 elsewhere.

    >>> multi_hot([[0, 2, 2], [1, 1, 1]], 3)
    array([[1., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    """
    inputs = array_like(inputs)
    return np.max(one_hot(inputs, num_classes, axis, dtype), axis=1 if inputs.ndim > 1 else 0)


def in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    """Whether the prediction for each target class is among the ``k`` largest of its row.

    >>> in_top_k([1, 0], np.array([[0.1, 0.6, 0.3], [0.1, 0.6, 0.3]]), 2)
    array([ True, False])
    """
    predictions = array_like(predictions)
    own = np.take_along_axis(predictions, np.expand_dims(array_like(targets), -1), -1)[..., 0]
    return own >= top_k(predictions, k)[0][..., -1]
