"""Movement: the same entries in another shape or order."""

import numpy as np

from ..core.declare import linear

reshape = linear("reshape", lambda x, *, shape: np.reshape(x, shape),
    "The same entries, in order, in another shape.", view=True, numpy=(np.reshape,),
    x=lambda g, y, x, *, shape: g.reshape(x.shape))  # fmt: skip

broadcast_to = linear("broadcast_to", lambda x, *, shape: np.broadcast_to(x, shape),
    "Repeat along new and length-1 axes, without copying.", view=True, numpy=(np.broadcast_to,),
    x=lambda g, y, x, *, shape: g)  # fmt: skip

astype = linear("astype", lambda x, *, dtype: x.astype(dtype), "The same values in another dtype.", numpy=(np.astype,),
    x=lambda g, y, x, *, dtype: g)  # fmt: skip
