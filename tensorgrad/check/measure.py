"""The numeric gradient of a loss in one parameter: element by element, in a block, or along directions."""

import numpy as np

from .slopes import IMAGINARY, differences, kink, noise, takes_complex

#: A parameter up to this many elements is measured element by element, of a larger one a block of so many.
FULL = 1000
#: A larger parameter is also checked as a whole, along this many random directions.
DIRECTIONS = 4
#: Only so many elements that disagree are looked at for a kink: where more do, it is the gradient that is wrong.
KINKS = 64


class Meter:
    """Slopes of a Loss; ``exact`` if the complex step gives them."""

    def __init__(self, loss):
        self.loss, self.exact = loss, takes_complex(loss)
        rng = np.random.default_rng(0)
        self.noise = {
            name: noise(loss.along(name, rng.standard_normal(array.shape))) for name, array in loss.arrays.items()
        }

    def slope(self, name, direction, scale=1.0):
        """Return the slope of the loss along ``direction`` of the parameter ``name``, and its error."""
        if self.exact:
            slope = self.loss.complex_along(name, direction, IMAGINARY)
            if slope is not None:
                return slope, 0.0
        return differences(self.loss.along(name, direction), scale, self.noise[name])

    def gradient(self, name, places):
        """Return the numeric gradient in ``places``, flat indices in an array of any shape, and its error."""
        found = [self.slope(name, *self._unit(name, i)) for i in places.flat]
        slopes, errors = np.array(found, np.float64).reshape(-1, 2).T
        return slopes.reshape(places.shape), errors.reshape(places.shape)

    def is_kink(self, name, place, analytic):
        """Return whether the loss bends at this element, and ``analytic`` is a valid subgradient."""
        unit, scale = self._unit(name, place)
        return kink(self.loss.along(name, unit), scale, self.noise[name], analytic)

    def astray(self, name, claimed, tolerance):
        """Return the flat index of an element that is wrong, found along random directions; None if all agree.

        The elements are halved until one is left; the half whose slope is further off goes on.
        """
        rng = np.random.default_rng(0)
        for _ in range(DIRECTIONS):
            direction = rng.standard_normal(claimed.size)
            if self._off(name, claimed, direction, tolerance) > 1:
                return self._bisect(name, claimed, direction, tolerance)
        return None

    def _bisect(self, name, claimed, direction, tolerance):
        places = np.arange(claimed.size)
        while len(places) > 1:
            halves = np.array_split(places, 2)
            off = [self._off(name, claimed, _only(direction, half), tolerance) for half in halves]
            places = halves[int(off[1] > off[0])]
        return int(places[0])

    def _off(self, name, claimed, direction, tolerance):
        """Return how far the slope along ``direction`` is off, in units of what is allowed."""
        slope, error = self.slope(name, direction.reshape(claimed.shape))
        allowed = 10 * error + tolerance * float(np.linalg.norm(claimed.reshape(-1) * direction)) + 1e-300
        return abs(float(claimed.reshape(-1) @ direction) - slope) / allowed

    def _unit(self, name, place):
        array = self.loss.arrays[name]
        unit = np.zeros(array.shape)
        unit.flat[place] = 1.0
        return unit, max(1.0, abs(float(array.flat[place])))


def block(shape):
    """Return the flat indices to measure, as an array: all, or rows and columns spread evenly from end to end.

    Axes of the same length get the same indices, and these are symmetric: a transpose or a reversal shows in the block.

    >>> block((2, 3)).tolist()
    [[0, 1, 2], [3, 4, 5]]
    >>> block((784, 128)).shape
    (30, 30)
    """
    places = np.arange(int(np.prod(shape))).reshape(shape)
    if places.size <= FULL:
        return places
    side = max(k for k in range(1, FULL + 1) if np.prod([min(k, s) for s in shape], dtype=float) <= FULL)
    return places[np.ix_(*(_spread(s, side) for s in shape))]


def _spread(size, count):
    """Return ``count`` indices below ``size`` or one fewer, from end to end, the same seen from both ends."""
    if size <= count:
        return np.arange(size)
    half = np.linspace(0, (size - 1) / 2, max(1, count // 2)).astype(int)
    return np.union1d(half, size - 1 - half)


def _only(direction, places):
    return np.where(np.isin(np.arange(direction.size), places), direction, 0.0)
