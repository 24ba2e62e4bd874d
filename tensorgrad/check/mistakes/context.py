"""What a recogniser knows besides the two gradients, and how it compares arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

#: Two gradients are the same within this part of the largest entry: far above the noise of any difference quotient.
TOLERANCE = 1e-5

#: This many entries must agree in a pattern of which one number is free, or it may be chance.
EVIDENCE = 3


class Context(NamedTuple):
    """What is known about a gradient; every field is optional.

    name:     the name of the input
    value:    the values of the input, an array of its shape
    upstream: the gradient of the output, where it has the input's shape
    doubled:  the analytic gradient for twice that upstream gradient
    previous: the values that the gradient's array held before
    sizes:    numbers that may be factors, by name: ``{"axis 0 of X": 32, "keep_prob": 0.8}``
    arrays:   arrays that may be factors or masks, by name: ``{"gamma": γ, "mask": m}``
    others:   the right gradients of other inputs, by name
    parts:    the contributions that the gradient is the sum of, by name
    known_mistakes: gradients with a known mistake, by its description: ``{"W must be transposed": dout @ W}``
    shape:    the shape of the input, if the gradient is only a block of it
    """

    name: str = "x"
    value: Any = None
    upstream: Any = None
    doubled: Any = None
    previous: Any = None
    sizes: dict[str, float] | None = None
    arrays: dict[str, Any] | None = None
    others: dict[str, Any] | None = None
    parts: dict[str, Any] | None = None
    known_mistakes: dict[str, Any] | None = None
    shape: tuple[int, ...] | None = None


def agrees(a, b):
    """Return whether two arrays of the same shape hold the same numbers, up to noise."""
    return a.shape == b.shape and not difference_mask(a, b).any()


def difference_mask(a, b):
    """Return a mask of where two arrays differ by more than a part of the largest entry of ``b``."""
    return ~(np.abs(a - b) <= TOLERANCE * np.max(np.abs(b), initial=0.0))


def nonzero_mask(n):
    """Return a mask of where ``n`` is not zero, up to noise."""
    return np.abs(n) > TOLERANCE * np.max(np.abs(n), initial=0.0)


def broadcastable_arrays(arrays, shape):
    """Yield the name of each of the ``arrays`` that broadcasts to ``shape``, and its broadcast values."""
    for name, array in (arrays or {}).items():
        array = np.asarray(array, np.float64)
        if array.ndim <= len(shape) and all(s in (1, t) for s, t in zip(array.shape[::-1], shape[::-1], strict=False)):
            yield name, np.broadcast_to(array, shape)


def long_axes(a):
    """Return the axes of ``a`` that are longer than one."""
    return [axis for axis, size in enumerate(a.shape) if size > 1]


def axes_text(axes):
    """Return ``"axis 0"``, or ``"the axes 0, 1"``."""
    return f"axis {axes[0]}" if len(axes) == 1 else f"the axes {', '.join(map(str, axes))}"
