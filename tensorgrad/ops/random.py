"""Random numbers, drawn so that a compiled program draws anew at each run."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor

#: Who is told of each generator before it is drawn from.
_hearing: ContextVar[Any] = ContextVar("hearing", default=())


@contextmanager
def listen(hear: Any) -> Any:
    """Call ``hear(rng)`` inside the block before each draw from a generator."""
    token = _hearing.set((hear, *_hearing.get()))
    try:
        yield
    finally:
        _hearing.reset(token)


def uniform_like(x: Any, rng: Any, shape: Any = None, dtype: Any = "float32") -> Any:
    """Return numbers drawn uniformly from [0, 1): an array of the shape of ``x``, or of ``shape``.

    x:   an array or Tensor; only its shape counts, and whether it is being traced
    rng: an ``np.random.Generator``

    >>> import numpy as np
    >>> uniform_like(np.zeros(2), np.random.default_rng(0)) == np.random.default_rng(0).random(2, "float32")
    array([ True,  True])
    """
    for hear in _hearing.get():
        hear(rng)
    y = np.empty_like(x.data if isinstance(x, Tensor) else x, shape=shape, dtype=dtype, order="C")
    if isinstance(y, StandIn):
        return y.draw(rng.random, dtype=dtype)
    rng.random(out=y, dtype=dtype)
    return y
