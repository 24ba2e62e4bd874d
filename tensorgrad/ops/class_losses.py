"""Cross-entropies under the names and with the arguments of ``keras.ops``: one number for each entry or each row."""

from __future__ import annotations

from typing import Any

from ..config import epsilon
from ..core.tensor import array_like
from .cross_entropy import (
    binary_cross_entropy,
    cross_entropy,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_cross_entropy,
    sparse_softmax_cross_entropy,
)

__all__ = ["binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"]


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """``-t log p - (1 - t) log(1 - p)`` of each entry; the mean is ``tg.losses.binary_crossentropy``.

    from_logits: ``output`` are numbers before the sigmoid, not probabilities
    """
    target, output = array_like(target), array_like(output)
    if from_logits:
        return sigmoid_cross_entropy(output, target)
    return binary_cross_entropy(output, target, epsilon=epsilon())


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """``-Σ t log p`` over the classes on ``axis``: for one-hot targets, or probabilities.

    from_logits: ``output`` are numbers before the softmax, not probabilities
    """
    target, output = array_like(target), array_like(output)
    if from_logits:
        return softmax_cross_entropy(output, target, axis=axis)
    return cross_entropy(output, target, axis=axis, epsilon=epsilon())


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """``-log p[label]`` over the classes on ``axis``: for targets that are class ids, counted from 0.

    from_logits: ``output`` are numbers before the softmax, not probabilities
    """
    target, output = array_like(target), array_like(output)
    if from_logits:
        return sparse_softmax_cross_entropy(output, target, axis=axis)
    return sparse_cross_entropy(output, target, axis=axis, epsilon=epsilon())
