"""The elements of a large parameter that are measured one by one: some of its rows and columns."""

import numpy as np

#: A parameter of up to this many elements is measured completely.
FULL = 1000
#: The size of the block of a larger one: BLOCK is enough to name any mistake, SMALL to see whether there is one.
BLOCK, SMALL = 400, 25


def sample_block(shape, limit=BLOCK):
    """Return the flat indices to measure, as an array: all, or rows and columns spread evenly from end to end.

    Axes of the same length get the same indices, which are symmetric: a transpose or a reversal shows in the block.

    >>> sample_block((2, 3)).tolist()
    [[0, 1, 2], [3, 4, 5]]
    >>> sample_block((784, 128)).shape
    (20, 20)
    """
    places = np.arange(int(np.prod(shape))).reshape(shape)
    if places.size <= FULL:
        return places
    side = max(k for k in range(1, limit + 1) if np.prod([min(k, s) for s in shape], dtype=float) <= limit)
    return places[np.ix_(*(_spread_indices(s, side) for s in shape))]


def _spread_indices(size, count):
    """Return ``count`` indices below ``size``, or one fewer, from end to end and symmetric."""
    if size <= count:
        return np.arange(size)
    half = np.linspace(0, (size - 1) / 2, max(1, count // 2)).astype(int)
    return np.union1d(half, size - 1 - half)
