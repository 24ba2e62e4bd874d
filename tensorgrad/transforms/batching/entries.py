"""Reading and writing entries: each example at the same index, or at its own."""

from math import prod

import numpy as np

from ...errors import ShapeError, describe
from ...ops.indexing import getitem_kernel
from .batched import RULES, Batched, is_at, lift, ndim_of, needs_one, shape_of, spread, top


def getitem(x, index):
    """Return ``x[index]``."""
    depth = max(x.depth, top(index))
    place = Place(x, index, depth)
    return Batched(depth, place.order(getitem_kernel(place.source(x), index=place.index)))


def setitem(x, index, v):
    """Write ``v`` at ``index``: ``x[index] = v``."""
    depth = max(x.depth, top((index, v)))
    if depth > x.depth:
        alien = v if top(v) == depth else deepest(index, depth)
        raise needs_one("writing into an array that all examples share", alien,
                        "make the array by np.zeros_like(x), or write into a Tensor: t[i] = v")  # fmt: skip
    place = Place(x, index, depth)
    v = place.disorder(v, x)
    inner = max((place.index, v), key=top)
    if top(inner) > top(x.value):  # then these differ by batches around this one, and from now on x does
        x.value = np.copy(deepest(inner, top(inner)).spread(x.value))
    x.value[place.index] = v


def deepest(index, depth):
    """Return the part of an index that differs from example to example."""
    return next(i for i in (index if isinstance(index, tuple) else (index,)) if is_at(i, depth))


class Place:
    """An index of one example as that of the batch.

    index:   what the batch is indexed by; with arrays in it, the first is the number of the example
    arrays:  how many axes the arrays in the index have together, None if there is none; these come right behind the
             batch axis then
    before:  how many axes of the result of one example come before those
    """

    def __init__(self, x, index, depth):
        self.depth, self.size = depth, len(deepest(index, depth).value) if top(index) == depth else len(x.value)
        parts = places_for_masks([self._part(i) for i in (index if isinstance(index, tuple) else (index,))])
        self.arrays = max([ndim_of(i) for i in parts if is_array(i)], default=None)
        self.before = first_of_arrays(parts, x.ndim)
        parts = slices_for_ellipsis(parts, x.ndim)
        if self.arrays is None:
            self.index = (slice(None), *parts)
            return
        number = np.arange(self.size).reshape((self.size, *[1] * self.arrays))
        self.index = (number, *[lift(i, depth, self.arrays) if is_array(i) else i for i in parts])

    def _part(self, i):
        if isinstance(i, list):
            return np.asarray(i)
        if is_at(i, self.depth) and i.dtype.kind == "b":
            raise ShapeError(f"vmap: x[mask] has another shape for each example, as the mask {describe(i)} differs; "
                             "use np.where(mask, x, 0)")  # fmt: skip
        return i

    def source(self, x):
        """Return the array that is indexed: ``x``, or if it is shared, the same for each example."""
        return spread(x, self.depth, self.size)

    def order(self, y):
        """Return what was read with its axes as one example has them."""
        if not self.arrays or not self.before:
            return y
        return np.moveaxis(y, range(1, 1 + self.arrays), range(1 + self.before, 1 + self.before + self.arrays))

    def disorder(self, v, x):
        """Return what is to be written with its axes as the batch has them where it is indexed."""
        shape = (len(x.value), *self._shape(x))
        if not is_at(v, self.depth):
            if not self.arrays or not self.before:
                return v
            v = np.broadcast_to(v, shape)
        else:
            v = lift(without_ones(v, len(shape) - 1), self.depth, len(shape) - 1)
        if not self.arrays or not self.before:
            return v
        v = np.broadcast_to(v, shape)
        return np.moveaxis(v, range(1 + self.before, 1 + self.before + self.arrays), range(1, 1 + self.arrays))

    def _shape(self, x):
        """Return the shape of ``x[index]`` of one example."""
        flat = np.broadcast_to(np.zeros((), bool), x.value.shape)
        constant = tuple([np.empty(i.shape, i.dtype) if isinstance(i, Batched) else i for i in self.index])
        known = tuple([np.zeros(shape_of(i), int) if is_array(i) else i for i in constant])
        return self.order(flat[known]).shape[1:]


def without_ones(v, ndim):
    """Return a batch without the leading axes of length 1 that are too many."""
    if v.ndim > ndim and prod(v.shape[: v.ndim - ndim]) == 1:
        return Batched(v.depth, v.value.reshape((len(v.value), *v.shape[v.ndim - ndim :])))
    return v


def places_for_masks(parts):
    """Return the parts of an index with arrays of places for each mask."""
    found: list = []
    for i in parts:
        found.extend(np.nonzero(i) if hasattr(i, "dtype") and i.dtype.kind == "b" and ndim_of(i) else [i])
    return found


def slices_for_ellipsis(parts, ndim):
    """Return the parts of an index with as many slices in place of the ellipsis as it stands for."""
    at = next((k for k, i in enumerate(parts) if i is Ellipsis), None)
    if at is None:
        return parts
    taken = sum([i is not None and i is not Ellipsis for i in parts])
    return [*parts[:at], *[slice(None)] * (ndim - taken), *parts[at + 1 :]]


def first_of_arrays(parts, ndim):
    """Return how many axes of the result come before those of the arrays: none if something lies between arrays."""
    places = [k for k, i in enumerate(parts) if is_array(i) or is_int(i)]
    if not places or places[-1] - places[0] + 1 > len(places):  # an ellipsis of no axes lies between, too
        return 0
    before = parts[: places[0]]
    missing = len(slices_for_ellipsis(parts, ndim)) - len(parts) if any(i is Ellipsis for i in before) else 0
    return len(before) + missing


def is_array(i):
    """Return whether a part of an index is an array of places: what stands for one is, of no axes too."""
    return isinstance(i, Batched) or (hasattr(i, "ndim") and (i.ndim > 0 or not isinstance(i, np.generic)))


def is_int(i):
    return isinstance(i, (int, np.integer)) and not isinstance(i, bool)


def take_along_axis(depth, function, args, kwargs):
    """Match slices of two arrays, and take from each."""
    arr, indices, axis = [*args, *kwargs.values()] if len(args) + len(kwargs) == 3 else (*args, *kwargs.values(), -1)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    places = list(np.ogrid[tuple(slice(n) for n in shape_of(arr))])
    places[axis] = indices
    return entries(arr, tuple(places), depth)


def take(depth, function, args, kwargs):
    """Take entries along an axis."""
    settings = dict(zip(("a", "indices", "axis", "out", "mode"), args, strict=False)) | kwargs
    x, indices, axis = settings["a"], settings["indices"], settings.get("axis")
    if axis is None:
        x, axis = np.ravel(x), 0
    n = shape_of(x)[axis]
    if settings.get("mode", "raise") != "raise":
        indices = np.mod(indices, n) if settings["mode"] == "wrap" else np.clip(indices, 0, n - 1)
    return entries(x, (*[slice(None)] * (axis % ndim_of(x)), indices), depth)


def entries(x, index, depth):
    """Return ``x[index]``, either of which is a batch."""
    return getitem(x if is_at(x, depth) else Batched(depth, spread(x, depth, len(deepest(index, depth).value))), index)


def at(depth, ufunc, inputs, kwargs):
    """``np.add.at(x, index, v)``: entries met twice are counted twice."""
    x, index, *v = inputs
    if not is_at(x, depth):
        raise needs_one("writing into an array that all examples share", index if is_at(index, depth) else v[0],
                        "make the array by np.zeros_like(x)")  # fmt: skip
    place = Place(x, index, depth)
    index = place.index
    if place.arrays is None:
        number = np.arange(place.size)
        ufunc.at(
            x.value, (number, *index[1:]) if all(map(is_int, index[1:])) else index, *[lift(u, depth, 0) for u in v]
        )
        return
    ufunc.at(x.value, index, *[place.disorder(u, x) for u in v])


RULES.update({"getitem": getitem, "setitem": setitem, "at": at, np.take_along_axis: take_along_axis, np.take: take})
