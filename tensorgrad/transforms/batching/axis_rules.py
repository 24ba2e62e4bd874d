"""Along axes: an axis of one example is the next one of the batch."""

from functools import cache

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from .batched import RULES, Batched, is_at, lift
from .loops import loop

#: Functions over all axes where ``axis`` is None.
OVER_ALL = (
    np.sum, np.prod, np.mean, np.std, np.var, np.max, np.amax, np.min, np.amin, np.any, np.all, np.ptp, np.nansum,
    np.nanprod, np.nanmean, np.nanstd, np.nanvar, np.nanmax, np.nanmin, np.median, np.nanmedian, np.count_nonzero,
    np.flip,
)  # fmt: skip
#: Functions along one axis, of the flattened array where it is None.
FLATTENED = (np.argmax, np.argmin, np.cumsum, np.cumprod, np.nancumsum, np.nancumprod, np.nanargmax, np.nanargmin,
             np.sort, np.argsort, np.partition, np.argpartition, np.roll, np.repeat)  # fmt: skip
#: Functions along one axis that is never None.
ALONG = (np.diff, np.unwrap, np.trapezoid, np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft,
         np.fft.ihfft)  # fmt: skip
#: Functions over ``axes``, all of them where it is None, or the last ones of a number that ``s`` tells.
OVER_AXES = (np.fft.fft2, np.fft.ifft2, np.fft.rfft2, np.fft.irfft2, np.fft.fftn, np.fft.ifftn, np.fft.rfftn,
             np.fft.irfftn, np.fft.fftshift, np.fft.ifftshift)  # fmt: skip


@cache
def parameters(function):
    """Return ``{name: default}`` of a function's arguments."""
    from inspect import signature  # 5 ms of import, for those who use vmap

    return {name: p.default for name, p in signature(function).parameters.items()}


def settings_of(function, args, kwargs):
    """Return the first argument, and all others by name, without those that say nothing."""
    names = list(parameters(function))
    given = dict(zip(names, args, strict=False)) | kwargs
    return given.pop(names[0]), {name: x for name, x in given.items() if x is not np._NoValue}


def batch_axis(axis, ndim):
    """Return an axis, or a tuple of them, of one example as those of the batch."""
    if isinstance(axis, (tuple, list)):
        return tuple([i + 1 for i in normalize_axis_tuple(axis, ndim, allow_duplicate=True)])
    return normalize_axis_index(axis, ndim) + 1


def others_are_constant(x, settings, depth):
    return is_at(x, depth) and not any(is_at(v, depth) for name, v in settings.items() if name != "where")


def over_all(depth, function, args, kwargs):
    """A function over all axes unless told otherwise."""
    x, settings = settings_of(function, args, kwargs)
    if not others_are_constant(x, settings, depth) or settings.get("out") is not None:
        return loop(depth, function, args, kwargs)
    axis = settings.pop("axis", None)
    settings["axis"] = tuple(range(1, x.ndim + 1)) if axis is None else batch_axis(axis, x.ndim)
    if "where" in settings:
        settings["where"] = lift(settings["where"], depth, x.ndim)
    return Batched(depth, function(x.value, **settings))


def reduce(depth, ufunc, inputs, kwargs):
    """``np.add.reduce`` and its like, over axis 0 unless told otherwise."""
    names = ("x", "axis", "dtype", "out", "keepdims", "initial", "where")
    settings = dict(zip(names, inputs, strict=False)) | kwargs
    x = settings.pop("x")
    if not others_are_constant(x, settings, depth) or settings.get("out") is not None:
        return loop(depth, ufunc.reduce, inputs, kwargs)
    axis = settings.pop("axis", 0)
    settings = {name: v for name, v in settings.items() if v is not np._NoValue}
    settings["axis"] = tuple(range(1, x.ndim + 1)) if axis is None else batch_axis(axis, x.ndim)
    if "where" in settings:
        settings["where"] = lift(settings["where"], depth, x.ndim)
    return Batched(depth, ufunc.reduce(x.value, **settings))


def accumulate(depth, ufunc, inputs, kwargs):
    """``np.add.accumulate`` and its like, along axis 0 unless told otherwise."""
    settings = dict(zip(("x", "axis", "dtype", "out"), inputs, strict=False)) | kwargs
    x = settings.pop("x")
    return Batched(
        depth, ufunc.accumulate(x.value, **{**settings, "axis": batch_axis(settings.get("axis", 0), x.ndim)})
    )


def along_or_flat(depth, function, args, kwargs):
    """A function along one axis, or of the flattened array."""
    x, settings = settings_of(function, args, kwargs)
    if not others_are_constant(x, settings, depth) or settings.get("out") is not None:
        return loop(depth, function, args, kwargs)
    axis = settings.pop("axis", parameters(function)["axis"])
    if axis is not None:
        return Batched(depth, function(x.value, axis=batch_axis(axis, x.ndim), **settings))
    y = function(x.value.reshape(len(x.value), x.size), axis=1, **settings)
    if function is np.roll or settings.get("keepdims"):
        y = y.reshape((len(y), *(x.shape if function is np.roll else [1] * x.ndim)))
    return Batched(depth, y)


def along(depth, function, args, kwargs):
    """A function along one axis."""
    x, settings = settings_of(function, args, kwargs)
    if not others_are_constant(x, settings, depth) or any(hasattr(v, "ndim") for v in settings.values()):
        return loop(depth, function, args, kwargs)
    axis = settings.pop("axis", parameters(function)["axis"])
    return Batched(depth, function(x.value, axis=batch_axis(axis, x.ndim), **settings))


def over_axes(depth, function, args, kwargs):
    """A Fourier transform over several axes, or a shift."""
    x, settings = settings_of(function, args, kwargs)
    axes = settings.pop("axes", parameters(function)["axes"])
    if axes is None:
        n = len(settings["s"]) if settings.get("s") is not None else x.ndim
        axes = tuple(range(x.ndim - n, x.ndim))
    axes = (axes,) if isinstance(axes, int) else axes
    return Batched(depth, function(x.value, axes=batch_axis(axes, x.ndim), **settings))


def quantile(depth, function, args, kwargs):
    """Quantiles: those of several ``q`` lie along a new first axis."""
    x, settings = settings_of(function, args, kwargs)
    q = np.asarray(settings["q"]) if not hasattr(settings["q"], "ndim") else settings["q"]
    if not others_are_constant(x, settings, depth) or settings.get("weights") is not None:
        return loop(depth, function, args, kwargs)
    axis = settings.pop("axis", None)
    settings["axis"] = tuple(range(1, x.ndim + 1)) if axis is None else batch_axis(axis, x.ndim)
    return Batched(depth, np.moveaxis(function(x.value, **settings), q.ndim, 0))


RULES.update(dict.fromkeys(OVER_ALL, over_all))
RULES.update(dict.fromkeys(FLATTENED, along_or_flat))
RULES.update(dict.fromkeys(ALONG, along))
RULES.update(dict.fromkeys(OVER_AXES, over_axes))
RULES.update(dict.fromkeys((np.percentile, np.quantile, np.nanpercentile, np.nanquantile), quantile))
RULES.update({"reduce": reduce, "accumulate": accumulate})
