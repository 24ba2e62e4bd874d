"""Shapes: the axes of one example in another shape or order, joined or repeated, behind the batch axis."""

from math import prod

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from .axis_rules import batch_axis, settings_of
from .batched import RULES, Batched, is_at, ndim_of, shape_of, size_of, spread
from .loops import loop


def reshape(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    shape, order = settings["shape"], settings.get("order", "C")
    if order != "C":
        return loop(depth, function, args, kwargs)
    shape = tuple(shape) if hasattr(shape, "__len__") else (shape,)
    known = prod([n for n in shape if n != -1])
    shape = [x.size // known if n == -1 and known else n for n in shape]
    if -1 in shape or prod(shape) != x.size:
        raise ValueError(f"cannot reshape array of size {x.size} into shape {tuple(shape)}")
    return Batched(depth, x.value.reshape((len(x.value), *shape)))


def ravel(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    if settings.get("order", "C") not in ("C", "K", "A"):
        return loop(depth, function, args, kwargs)
    return Batched(depth, x.value.reshape(len(x.value), x.size))


def transpose(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    axes = settings.get("axes")
    axes = range(x.ndim)[::-1] if axes is None else axes
    if len(axes) != x.ndim:
        raise ValueError("axes don't match array")
    return Batched(depth, np.transpose(x.value, (0, *batch_axis(tuple(axes), x.ndim))))


def swapaxes(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    return Batched(
        depth, np.swapaxes(x.value, batch_axis(settings["axis1"], x.ndim), batch_axis(settings["axis2"], x.ndim))
    )


def moveaxis(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    source, destination = settings["source"], settings["destination"]
    source, destination = [(a,) if hasattr(a, "__index__") else tuple(a) for a in (source, destination)]
    return Batched(depth, np.moveaxis(x.value, batch_axis(source, x.ndim), batch_axis(destination, x.ndim)))


def broadcast_to(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    shape = settings["shape"]
    shape = tuple(shape) if hasattr(shape, "__len__") else (shape,)
    value = x.value.reshape((len(x.value), *[1] * (len(shape) - x.ndim), *x.shape))
    return Batched(depth, np.broadcast_to(value, (len(value), *shape)))


def expand_dims(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    axis = settings["axis"]
    axis = tuple(axis) if hasattr(axis, "__len__") else (axis,)
    return Batched(depth, np.expand_dims(x.value, batch_axis(axis, x.ndim + len(axis))))


def squeeze(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    axis = settings.get("axis")
    axes = tuple([i for i, n in enumerate(x.shape) if n == 1]) if axis is None else axis
    return Batched(depth, np.squeeze(x.value, batch_axis(axes, x.ndim)))


def triangle(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    return Batched(depth, function(x.value, **settings)) if x.ndim > 1 else loop(depth, function, args, kwargs)


def diagonal(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    axes = batch_axis((settings.pop("axis1", 0), settings.pop("axis2", 1)), x.ndim)
    return Batched(depth, function(x.value, axis1=axes[0], axis2=axes[1], **settings))


def concatenate(depth, function, args, kwargs):
    arrays, settings = settings_of(function, args, kwargs)
    axis, size = settings.pop("axis", 0), size_of(arrays, depth)
    if axis is None:
        arrays, axis = [np.ravel(x) for x in arrays], 0
    ndim = max(ndim_of(x) for x in arrays)
    values = [spread(x, depth, size) for x in arrays]
    return Batched(depth, np.concatenate(values, normalize_axis_index(axis, ndim) + 1, **settings))


def stack(depth, function, args, kwargs):
    arrays, settings = settings_of(function, args, kwargs)
    arrays, size = list(arrays), size_of(list(arrays), depth)
    axis = normalize_axis_index(settings.pop("axis", 0), ndim_of(arrays[0]) + 1) + 1
    return Batched(depth, np.stack([spread(x, depth, size) for x in arrays], axis, **settings))


def pad(depth, function, args, kwargs):
    x, settings = settings_of(function, args, kwargs)
    width = settings.pop("pad_width")
    constant = settings.get("constant_values", 0)
    if not is_at(x, depth) or isinstance(width, dict) or ndim_of(constant) or settings.get("mode", "") == callable:
        return loop(depth, function, args, kwargs)
    widths = np.broadcast_to(np.asarray(width), (x.ndim, 2)).tolist()
    return Batched(depth, np.pad(x.value, [(0, 0), *widths], **settings) if widths else x.value.copy())


def through(written):
    """Return the rule of a function that others say: ``written(*args)``, of functions that have rules."""
    return lambda depth, function, args, kwargs: written(*args, **kwargs)


def at_least(ndim):
    def rule(depth, function, args, kwargs):
        found = [one_at_least(x, ndim) for x in args]
        return found[0] if len(found) == 1 else tuple(found)

    return rule


def one_at_least(x, ndim):
    if x.ndim >= ndim:
        return x
    lead = 1 if x.ndim < 2 <= ndim else 0
    shape = (*[1] * lead, *x.shape)
    return np.reshape(x, (*shape, *[1] * (ndim - len(shape))))


def tile(A, reps):
    reps = tuple(reps) if hasattr(reps, "__len__") else (reps,)
    n = max(len(reps), ndim_of(A))
    reps, shape = (1,) * (n - len(reps)) + reps, (1,) * (n - ndim_of(A)) + shape_of(A)
    apart = np.reshape(A, [k for length in shape for k in (1, length)])
    laid = np.broadcast_to(apart, [k for pair in zip(reps, shape, strict=True) for k in pair])
    return np.reshape(laid, [r * length for r, length in zip(reps, shape, strict=True)])


def broadcast_arrays(*arrays, subok=False):
    shape = np.broadcast_shapes(*[shape_of(x) for x in arrays])
    return tuple([np.broadcast_to(x, shape) for x in arrays])


def columns(x):
    return np.reshape(x, (-1, 1)) if ndim_of(x) == 1 else x


RULES.update({
    np.reshape: reshape, np.ravel: ravel, np.transpose: transpose, np.swapaxes: swapaxes, np.moveaxis: moveaxis,
    np.broadcast_to: broadcast_to, np.expand_dims: expand_dims, np.squeeze: squeeze, np.tril: triangle,
    np.triu: triangle, np.diagonal: diagonal, np.trace: diagonal, np.concatenate: concatenate, np.stack: stack,
    np.pad: pad, np.atleast_1d: at_least(1), np.atleast_2d: at_least(2), np.atleast_3d: at_least(3),
    np.tile: through(tile), np.broadcast_arrays: through(broadcast_arrays),
    np.matrix_transpose: through(lambda x: np.swapaxes(x, -1, -2)), np.fliplr: through(lambda m: np.flip(m, 1)),
    np.linalg.matrix_transpose: through(lambda x: np.swapaxes(x, -1, -2)), np.flipud: through(lambda m: np.flip(m, 0)),
    np.vstack: through(lambda tup: np.concatenate([one_at_least(x, 2) for x in tup])),
    np.dstack: through(lambda tup: np.concatenate([one_at_least(x, 3) for x in tup], 2)),
    np.hstack: through(lambda tup: np.concatenate([one_at_least(x, 1) for x in tup], min(1, ndim_of(tup[0]) - 1))),
    np.column_stack: through(lambda tup: np.concatenate([columns(x) for x in tup], 1)),
})  # fmt: skip
