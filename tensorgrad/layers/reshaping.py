"""Flatten: all axes but the first into one."""

from __future__ import annotations

from math import prod
from typing import Any

from ..errors import ShapeError
from .base import Layer


class Flatten(Layer):
    """Make each sample one row: (batch, a, b, ...) becomes (batch, a × b × ...).

    >>> Flatten()([[[1.0, 2.0], [3.0, 4.0]]]).shape
    (1, 4)
    """

    def check_input(self, shape: tuple[Any, ...]) -> None:
        if not shape:
            raise ShapeError(f"layer {self.name!r} (Flatten) needs inputs of shape (batch, ...), got a single number")

    def call(self, x: Any) -> Any:
        return x.reshape((x.shape[0], prod(x.shape[1:])))

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else prod(rest))
