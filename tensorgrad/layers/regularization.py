"""Dropout: leave out units at random while training."""

from __future__ import annotations

from typing import Any

from ..errors import ShapeError
from ..ops.random import uniform_like
from ..options import fraction, option, or_none
from ..seeding import generator
from .base import Layer


def mask_shape(value: Any) -> str | None:
    """Say what is wanted unless ``value`` is a shape with None for x's own sizes."""
    good = isinstance(value, (tuple, list)) and all(n is None or hasattr(n, "__index__") for n in value)
    return None if good else "a tuple of ints, with None where x's own size is meant"


class Dropout(Layer):
    """Set entries to 0 with probability ``rate`` and scale the others by ``1 / (1 - rate)``, only while training.

    rate:        the probability, in [0, 1)
    noise_shape: the shape of the random mask, which broadcasts to x; None in it is x's own size. ``(None, 1, None)``
                 drops the same features at every time step
    seed:        an int makes the masks repeatable

    Source: Srivastava et al., Dropout, JMLR 15, 2014; "inverted", so that nothing is scaled at prediction.

    >>> Dropout(0.5)([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    rate: float = option(check=fraction)
    noise_shape: Any = option(default=None, check=or_none(mask_shape))
    seed: Any = None

    _rng = None

    def build(self, input_shape: tuple[Any, ...]) -> None:
        self._mask_shape(input_shape)
        self._rng = generator(self.seed)

    def call(self, x: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return x
        kept = uniform_like(x, self._rng, self._mask_shape(x.shape)) >= self.rate
        return x * (kept.astype(x.dtype) * (1 / (1 - self.rate)))

    def _mask_shape(self, shape: Any) -> Any:
        if self.noise_shape is None:
            return shape
        if len(self.noise_shape) != len(shape):
            raise ShapeError(
                f"layer {self.name!r} (Dropout) has noise_shape {tuple(self.noise_shape)}, "
                f"which needs inputs of {len(self.noise_shape)} axes, got {tuple(shape)}"
            )
        return tuple(n if m is None else m for m, n in zip(self.noise_shape, shape, strict=True))

    def compute_output_shape(self, input_shape: tuple[Any, ...]) -> tuple[int | None, ...]:
        return input_shape
