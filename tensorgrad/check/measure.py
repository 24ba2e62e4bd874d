"""The numeric gradient of a loss in one parameter: element by element, in a block, or along directions."""

import numpy as np

from .slopes import IMAGINARY, differences, kink, noise, takes_complex

#: A parameter up to this many elements is measured element by element.
FULL = 1000
#: A larger one is checked as a whole along so many random directions, and a block of it element by element: a larger
#: one if a direction disagrees, so that the mistake can be named.
DIRECTIONS = 4
BLOCK, SMALL = 400, 25
#: Only so many elements that disagree are looked at for a kink: where more do, it is the gradient that is wrong.
KINKS = 64


class Meter:
    """Slopes of a Loss; ``exact`` if the complex step gives them."""

    def __init__(self, loss):
        self.loss, self.exact = loss, takes_complex(loss)
        rng = np.random.default_rng(0)
        self.noise = {
            name: noise(loss.along(name, slice(None), rng.standard_normal(array.size)))
            for name, array in loss.arrays.items()
        }

    def slope(self, name, where, v=1.0, scale=1.0):
        """Return the slope of the loss as ``v`` is added to the parameter ``name`` at ``where``, and its error."""
        if self.exact:
            slope = self.loss.complex_along(name, where, v, IMAGINARY)
            if slope is not None:
                return slope, 0.0
        return differences(self.loss.along(name, where, v), scale, self.noise[name])

    def gradient(self, name, places):
        """Return the numeric gradient in ``places``, flat indices in an array of any shape, and its error."""
        found = [self.slope(name, i, scale=self._scale(name, i)) for i in places.flat]
        slopes, errors = np.array(found, np.float64).reshape(-1, 2).T
        return slopes.reshape(places.shape), errors.reshape(places.shape)

    def is_kink(self, name, place, analytic):
        """Return whether the loss bends at this element, and ``analytic`` is a valid subgradient."""
        return kink(self.loss.along(name, place, 1.0), self._scale(name, place), self.noise[name], analytic)

    def astray(self, name, claimed, tolerance):
        """Return a random direction along which the flat gradient ``claimed`` is wrong; None if all agree."""
        rng = np.random.default_rng(0)
        directions = (rng.standard_normal(claimed.size) for _ in range(DIRECTIONS))
        return next((v for v in directions if self._off(name, claimed, slice(None), v, tolerance) > 1), None)

    def bisected(self, name, claimed, direction, tolerance):
        """Return an element that is wrong: halves are looked at, and the one whose slope is further off goes on."""
        places = np.arange(claimed.size)
        while len(places) > 1:
            halves = np.array_split(places, 2)
            off = [self._off(name, claimed, half, direction[half], tolerance) for half in halves]
            places = halves[int(off[1] > off[0])]
        return int(places[0])

    def _off(self, name, claimed, where, v, tolerance):
        """Return how far the slope along ``v`` is off, in units of what is allowed."""
        slope, error = self.slope(name, where, v)
        terms = claimed[where] * v
        allowed = 10 * error + tolerance * float(np.linalg.norm(terms)) + 1e-300
        return abs(float(np.sum(terms)) - slope) / allowed

    def _scale(self, name, place):
        return max(1.0, abs(float(self.loss.arrays[name].flat[place])))


def block(shape, limit=BLOCK):
    """Return the flat indices to measure, as an array: all, or rows and columns spread evenly from end to end.

    Axes of the same length get the same indices, and these are symmetric: a transpose or a reversal shows in the block.

    >>> block((2, 3)).tolist()
    [[0, 1, 2], [3, 4, 5]]
    >>> block((784, 128)).shape
    (20, 20)
    """
    places = np.arange(int(np.prod(shape))).reshape(shape)
    if places.size <= FULL:
        return places
    side = max(k for k in range(1, limit + 1) if np.prod([min(k, s) for s in shape], dtype=float) <= limit)
    return places[np.ix_(*(_spread(s, side) for s in shape))]


def _spread(size, count):
    """Return ``count`` indices below ``size`` or one fewer, from end to end, the same seen from both ends."""
    if size <= count:
        return np.arange(size)
    half = np.linspace(0, (size - 1) / 2, max(1, count // 2)).astype(int)
    return np.union1d(half, size - 1 - half)
