"""Reductions: many entries to one, along some axes (None: all of them); and running sums and products."""

import numpy as np

from ..core.declare import constant, linear, primitive
from ..core.dispatch import NUMPY, UFUNC_METHODS
from ..core.wide import wide
from ..errors import unknown
from ..shapes import count, kept, normalize_axes
from .arithmetic import nonzero, product
from .scaled import after, before, horner, times, value

__all__ = [
    "all", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "max", "mean", "min", "prod", "ptp", "std",
    "sum", "var",
]  # fmt: skip


def expand(a, x, axis, keepdims):
    """Return ``a``, a reduction of ``x``, with the reduced axes as 1, so that it broadcasts against ``x``."""
    return a if keepdims or axis is None else a.reshape(kept(x.shape, axis))


def axes_last(x, axis):
    """Return ``x`` with the axes of ``axis`` as one axis, the last."""
    axes = normalize_axes(axis, x.ndim)
    rest = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return np.moveaxis(x, axes, range(-len(axes), 0)).reshape((*rest, count(x.shape, axis)))


def axes_back(flat, x, axis):
    """Undo ``axes_last``: return ``flat`` with the axes of ``x``."""
    axes = normalize_axes(axis, x.ndim)
    rest = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return np.moveaxis(flat.reshape(rest + tuple(x.shape[i] for i in axes)), range(-len(axes), 0), axes)


sum = linear("sum", lambda x, *, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    "Sum over ``axis`` (None: all).", symbol="Σ", numpy=(np.sum,),
    x=lambda g, y, x, *, axis, keepdims: expand(g, x, axis, keepdims))  # fmt: skip


def mean_kernel(x, *, axis=None, keepdims=False):
    if x.dtype.char in "fd":  # a third of np.mean's time, and the same bits; float16 and ints it sums more finely
        return np.add.reduce(x, axis=axis, keepdims=keepdims) / count(x.shape, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


mean = linear("mean", mean_kernel, "Mean over ``axis`` (None: all).", symbol="mean", numpy=(np.mean,),
    x=lambda g, y, x, *, axis, keepdims: wide(expand(g, x, axis, keepdims)) / count(x.shape, axis))  # fmt: skip


def deviations(x, axis):
    return x - mean(x, axis=axis, keepdims=True)


def conjugate(x):
    """Return the conjugate of complex numbers, and real ones as they are: np.conjugate would copy them."""
    return np.conjugate(x) if x.dtype.kind == "c" else x


def from_first(x, axis):
    """Return ``x`` less its first entry along ``axis``: equal entries are then 0, and not what their mean rounds to."""
    axes = normalize_axes(axis, x.ndim)
    return x - x[tuple([slice(0, 1) if i in axes else slice(None) for i in range(x.ndim)])]


def freedom(x, axis, ddof, correction):
    """Return what a sum of squares is divided by: the count, less ``ddof`` (NumPy 2 calls it ``correction`` too)."""
    n = count(x.shape, axis) - (ddof if correction is None else correction)
    return n if n > 0 else 0


@primitive(numpy=(np.var,), wide=True)
def var(x, *, axis=None, ddof=0, keepdims=False, correction=None):
    """Variance over ``axis``: ``Σ (x - mean)² / (n - ddof)``."""
    d = deviations(x, axis)
    squares = np.real(d * np.conjugate(d)) if d.dtype.kind == "c" else d * d
    return np.add.reduce(squares, axis=axis, keepdims=keepdims) / freedom(x, axis, ddof, correction)


@var.vjp("x")
def _(g, y, x, *, axis, ddof, keepdims, correction):
    return expand(g, x, axis, keepdims) * 2 / freedom(x, axis, ddof, correction) * conjugate(deviations(x, axis))


@primitive(numpy=(np.std,), wide=True)
def std(x, *, axis=None, ddof=0, keepdims=False, correction=None):
    """Standard deviation over ``axis``: ``√var``. Its derivative where all are equal is taken as 0."""
    return np.sqrt(var.op.kernel(x, axis=axis, ddof=ddof, keepdims=keepdims, correction=correction))


@std.vjp("x")
def _(g, y, x, *, axis, ddof, keepdims, correction):
    g, y = expand(g, x, axis, keepdims), expand(y, x, axis, keepdims)
    d = conjugate(deviations(from_first(x, axis), axis))
    return g * (d / nonzero(y * freedom(x, axis, ddof, correction)))


def check_ties(ties):
    if ties not in ("even", "first"):
        raise unknown("ties", ties, ("even", "first"))


def extreme_x(g, y, x, *, axis, keepdims, ties):
    """The entries that equal the result share ``g`` evenly, or the first of them takes it."""
    g, hit = expand(g, x, axis, keepdims), x == expand(y, x, axis, keepdims)
    if ties == "first":
        flat = axes_last(hit, axis)
        return g * axes_back(np.logical_and(flat, np.cumsum(flat, axis=-1) == 1), x, axis)
    g = wide(g)
    hit = hit * np.ones_like(g)  # in the dtype of g, as its count is then
    return hit * (g / np.sum(hit, axis=axis, keepdims=True))


@primitive(numpy=(np.max, np.amax))
def max(x, *, axis=None, keepdims=False, ties="even"):
    """The largest over ``axis``. Equals share the derivative evenly; ``ties="first"`` gives it to the first."""
    check_ties(ties)
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


@primitive(numpy=(np.min, np.amin))
def min(x, *, axis=None, keepdims=False, ties="even"):
    """The smallest over ``axis``. Equals share the derivative evenly; ``ties="first"`` gives it to the first."""
    check_ties(ties)
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)


max.vjp("x")(extreme_x)
min.vjp("x")(extreme_x)


def ptp(x, axis=None, keepdims=False):
    """Return the largest less the smallest over ``axis``."""
    return max(x, axis=axis, keepdims=keepdims) - min(x, axis=axis, keepdims=keepdims)


argmax = constant("argmax", lambda x, *, axis=None, keepdims=False: np.argmax(x, axis=axis, keepdims=keepdims),
    "The index of the first largest, of the flat array if ``axis`` is None.", numpy=(np.argmax,))  # fmt: skip
argmin = constant("argmin", lambda x, *, axis=None, keepdims=False: np.argmin(x, axis=axis, keepdims=keepdims),
    "The index of the first smallest, of the flat array if ``axis`` is None.", numpy=(np.argmin,))  # fmt: skip
all = constant("all", lambda x, *, axis=None, keepdims=False: np.all(x, axis=axis, keepdims=keepdims),
    "Whether all are nonzero.", numpy=(np.all,))  # fmt: skip
any = constant("any", lambda x, *, axis=None, keepdims=False: np.any(x, axis=axis, keepdims=keepdims),
    "Whether any is nonzero.", numpy=(np.any,))  # fmt: skip
count_nonzero = constant("count_nonzero",  # not NumPy's own, which gave an int of Python's before 2.3
    lambda x, *, axis=None, keepdims=False: np.sum(np.not_equal(x, 0), axis=axis, keepdims=keepdims),
    "How many are nonzero.", numpy=(np.count_nonzero,))  # fmt: skip


cumsum = linear("cumsum", lambda x, *, axis=None: np.cumsum(x, axis=axis),
    "Running sum along ``axis``; of the flat array if None.", symbol="Σ…", numpy=(np.cumsum,),
    x=lambda g, y, x, *, axis: np.flip(np.cumsum(np.flip(wide(g), axis), axis), axis).reshape(x.shape))  # fmt: skip


@primitive(symbol="Π…", numpy=(np.cumprod,))
def cumprod(x, *, axis=None):
    """Running product along ``axis``; of the flat array if None. Zeros do its derivative no harm."""
    return np.cumprod(x, axis=axis)


@cumprod.vjp("x")
def _(g, y, x, *, axis):
    """∂/∂xᵢ: ``(Π_{j<i} xⱼ) Rᵢ`` with ``Rᵢ = gᵢ + xᵢ₊₁ Rᵢ₊₁``."""
    flat = x.reshape(-1) if axis is None else np.moveaxis(x, axis, -1)
    gx = value(times(before(flat), horner(flat, g if axis is None else np.moveaxis(g, axis, -1))))
    return gx.reshape(x.shape) if axis is None else np.moveaxis(gx, -1, axis)


@primitive(symbol="Π", numpy=(np.prod,))
def prod(x, *, axis=None, keepdims=False):
    """Product over ``axis`` (None: all). Each derivative is the product of the others, so zeros do no harm."""
    return np.multiply.reduce(x, axis=axis, keepdims=keepdims)


@prod.vjp("x")
def _(g, y, x, *, axis, keepdims):
    flat = axes_last(x, axis)
    others = value(times(before(flat), after(flat)))
    return product(expand(g, x, axis, keepdims), axes_back(others, x, axis))


def reducer(call):
    """Return ``call`` as a ufunc's ``reduce``, which reduces the first axis unless told otherwise."""

    def reduce(x, axis=0, dtype=None, out=None, keepdims=False, **unknown):
        return call(x, axis=axis, keepdims=keepdims, dtype=dtype, out=out, **unknown)

    return reduce


def accumulator(call):
    """Return ``call`` as a ufunc's ``accumulate``."""
    return lambda x, axis=0, dtype=None, out=None: call(x, axis=axis, dtype=dtype, out=out)


NUMPY[np.ptp] = ptp
for ufunc, call in (np.add, sum), (np.multiply, prod), (np.maximum, max), (np.minimum, min):
    UFUNC_METHODS[ufunc, "reduce"] = reducer(call)
UFUNC_METHODS[np.logical_and, "reduce"], UFUNC_METHODS[np.logical_or, "reduce"] = reducer(all), reducer(any)
UFUNC_METHODS[np.add, "accumulate"] = accumulator(cumsum)
UFUNC_METHODS[np.multiply, "accumulate"] = accumulator(cumprod)
