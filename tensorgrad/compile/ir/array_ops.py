"""Array operations that are no functions of NumPy's: each is a function here that returns a new array.

A trace records these functions; ``statements`` writes the NumPy statements that they stand for.
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
    """A copy of ``x`` after ``ufunc.at(x, index, *v)``: an entry that is indexed twice changes twice."""
    y = x.copy("K")
    ufunc.at(y, index, *v)
    return y


def cast(x, dtype):
    """``x`` in another dtype."""
    return x.astype(dtype)


def draw_random(draw, shape, dtype, settings):
    """Random numbers: ``draw(out=y)``, a method of a generator, writes them into ``y``."""
    y = np.empty(shape, dtype)
    draw(out=y, **settings)
    return y


def append_row(w, b):
    """``w`` with the vector ``b`` as one more row: a view of both, for ``b`` lies behind ``w`` in memory."""
    return as_strided(w, (len(w) + 1, len(b)))


def append_ones(h):
    """``h`` with a row of ones as one more row: a view of both, for the program keeps ones behind ``h`` in memory."""
    return as_strided(h, (len(h) + 1, h.shape[1]))


def scalar_operator(operate, a, b):
    """``operate(a, b)`` of two NumPy numbers: powers and complex numbers differ in last bits from those of arrays."""
    a, b = [x[()] if isinstance(x, np.ndarray) else x for x in (a, b)]
    return operate(a, b)
