"""Reductions: many entries to one, along some axes."""

import numpy as np

from ..core.declare import linear
from ..shapes import kept

sum = linear("sum", lambda x, *, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    "Sum over ``axis`` (None: all).", symbol="Σ", numpy=(np.sum,),
    x=lambda g, y, x, *, axis, keepdims: g if keepdims or axis is None else g.reshape(kept(x.shape, axis)))  # fmt: skip
