"""``np.vectorize``, giving Tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops.lifting import lift_result


class vectorize(np.vectorize):
    """A function of numbers as a function of arrays, as NumPy has it: a loop, so no gradient passes through it.

    >>> vectorize(lambda a, b: a if a > b else b)([1, 5], 3)
    Tensor([3, 5])
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return lift_result(super().__call__(*args, **kwargs))
