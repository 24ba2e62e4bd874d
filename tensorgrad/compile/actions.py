"""What arrays do that is no function of NumPy's: each as a function of arrays that returns a new one.

A trace records these; ``codegen`` writes them as the statements they stand for.
"""

import numpy as np


def assigned(x, index, v):
    """A copy of ``x`` with ``v`` at ``index``: ``x[index] = v``."""
    y = x.copy("K")
    y[index] = v
    return y


def spread(v, shape, dtype, order):
    """An array of ``shape`` that holds ``v`` throughout: ``y[...] = v``."""
    y = np.empty(shape, dtype, order)
    y[...] = v
    return y


def accumulated(x, index, v, ufunc):
    """A copy of ``x`` with ``ufunc`` of it and ``v`` at ``index``, entries met twice counted twice."""
    y = x.copy("K")
    ufunc.at(y, index, v)
    return y


def cast(x, dtype):
    """``x`` in another dtype."""
    return x.astype(dtype)


def drawn(draw, shape, dtype, settings):
    """Random numbers: what ``draw(out=y)``, a method of a generator, puts into ``y``."""
    y = np.empty(shape, dtype)
    draw(out=y, **settings)
    return y
