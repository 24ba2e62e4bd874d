"""What arrays do that is no function of NumPy's: each as a function of arrays that returns a new one.

A trace records these; ``codegen`` writes them as the statements they stand for.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def set_index(x, index, v):
    """A copy of ``x`` with ``v`` at ``index``: ``x[index] = v``."""
    y = x.copy("K")
    y[index] = v
    return y


def broadcast_fill(v, shape, dtype, order):
    """An array of ``shape`` that holds ``v`` throughout: ``y[...] = v``."""
    y = np.empty(shape, dtype, order)
    y[...] = v
    return y


def ufunc_at(x, index, ufunc, *v):
    """A copy of ``x`` with ``ufunc`` of it (and v) at ``index``, entries met twice counted twice."""
    y = x.copy("K")
    ufunc.at(y, index, *v)
    return y


def cast(x, dtype):
    """``x`` in another dtype."""
    return x.astype(dtype)


def draw_random(draw, shape, dtype, settings):
    """Random numbers: what ``draw(out=y)``, a method of a generator, puts into ``y``."""
    y = np.empty(shape, dtype)
    draw(out=y, **settings)
    return y


def append_row(w, b):
    """A matrix with a vector as its last row, which lies behind it in memory: a view of both."""
    return as_strided(w, (len(w) + 1, len(b)))


def append_ones(h):
    """A matrix with a row of ones, for which a program has left room behind it: a view of both."""
    return as_strided(h, (len(h) + 1, h.shape[1]))


def scalar_operator(operate, a, b):
    """An operator of two of NumPy's numbers, which NumPy does not compute quite as for arrays: powers, complex ones."""
    a, b = [x[()] if isinstance(x, np.ndarray) else x for x in (a, b)]
    return operate(a, b)
