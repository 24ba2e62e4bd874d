"""Activation: a function as a layer."""

from __future__ import annotations

from typing import Any

from .. import activations
from ..options import option
from .base import Layer


class Activation(Layer):
    """Apply an activation: a name such as ``"relu"``, or a function of a Tensor.

    >>> Activation("relu")([[-1.0, 2.0]]).numpy()
    array([[0., 2.]], dtype=float32)
    """

    activation: Any = option(convert=activations.get)

    def call(self, x: Any) -> Any:
        return self.activation(x)

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
        return input_shape
