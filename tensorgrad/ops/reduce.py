"""Reductions: many entries to one, along some axes (None: all of them); and running sums and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import constant, linear, primitive
from ..core.dispatch import NUMPY, UFUNC_METHODS
from ..core.upcast import upcast
from ..errors import unknown_name_error
from ..shapes import keepdims_shape, normalize_axes, reduction_size
from .arithmetic import conj_complex, product, squared_magnitude, zero_to_inf
from .scaled import horner, multiply_pairs, pair_value, prefix_products, suffix_products

__all__ = [
    "all", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "max", "mean", "min", "prod", "ptp", "std",
    "sum", "var",
]  # fmt: skip


def expand(a: Any, x: Any, axis: Any, keepdims: Any) -> Any:
    """Return ``a``, a reduction of ``x``, with the reduced axes as 1, so that it broadcasts against ``x``."""
    return a if keepdims or axis is None else a.reshape(keepdims_shape(x.shape, axis))


def flatten_axes(x: Any, axis: Any) -> Any:
    """Return ``x`` with the axes of ``axis`` as one axis, the last."""
    axes = normalize_axes(axis, x.ndim)
    rest = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return np.moveaxis(x, axes, range(-len(axes), 0)).reshape((*rest, reduction_size(x.shape, axis)))


def unflatten_axes(flat: Any, x: Any, axis: Any) -> Any:
    """Undo ``flatten_axes``: return ``flat`` with the axes of ``x``."""
    axes = normalize_axes(axis, x.ndim)
    rest = tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return np.moveaxis(flat.reshape(rest + tuple(x.shape[i] for i in axes)), range(-len(axes), 0), axes)


sum = linear("sum", lambda x, *, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    "Sum over ``axis`` (None: all).", symbol="Σ", numpy=(np.sum,),
    x=lambda g, y, x, *, axis, keepdims: expand(g, x, axis, keepdims))  # fmt: skip


def mean_kernel(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    if x.dtype.char in "fd":  # a third of np.mean's time, and the same bits; float16 and ints it sums more finely
        return np.add.reduce(x, axis=axis, keepdims=keepdims) / reduction_size(x.shape, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


mean = linear("mean", mean_kernel, "Mean over ``axis`` (None: all).", symbol="mean", numpy=(np.mean,),
    x=lambda g, y, x, *, axis, keepdims: upcast(expand(g, x, axis, keepdims)) / reduction_size(x.shape, axis)
)  # fmt: skip


def deviations(x: Any, axis: Any) -> Any:
    return x - mean(x, axis=axis, keepdims=True)


def offsets_from_first(x: Any, axis: Any) -> Any:
    """Return ``x`` less its first entry along ``axis``: equal entries are then 0, and not what their mean rounds to."""
    axes = normalize_axes(axis, x.ndim)
    return x - x[tuple([slice(0, 1) if i in axes else slice(None) for i in range(x.ndim)])]


def degrees_of_freedom(x: Any, axis: Any, ddof: int, correction: Any) -> Any:
    """Return what a sum of squares is divided by: the count, less ``ddof`` (NumPy 2 calls it ``correction`` too)."""
    n = reduction_size(x.shape, axis) - (ddof if correction is None else correction)
    return n if n > 0 else 0


@primitive(numpy=(np.var,), wide=True)
def var(x: Any, *, axis: Any = None, ddof: int = 0, keepdims: Any = False, correction: Any = None) -> Any:
    """Variance over ``axis``: ``Σ (x - mean)² / (n - ddof)``."""
    squares = squared_magnitude(deviations(x, axis))
    return np.add.reduce(squares, axis=axis, keepdims=keepdims) / degrees_of_freedom(x, axis, ddof, correction)


@var.vjp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any, ddof: int, keepdims: Any, correction: Any) -> Any:
    d = conj_complex(deviations(x, axis))
    return expand(g, x, axis, keepdims) * 2 / degrees_of_freedom(x, axis, ddof, correction) * d


@primitive(numpy=(np.std,), wide=True)
def std(x: Any, *, axis: Any = None, ddof: int = 0, keepdims: Any = False, correction: Any = None) -> Any:
    """Standard deviation over ``axis``: ``√var``. Its derivative where all are equal is taken as 0."""
    return np.sqrt(var.op.kernel(x, axis=axis, ddof=ddof, keepdims=keepdims, correction=correction))


@std.vjp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any, ddof: int, keepdims: Any, correction: Any) -> Any:
    g, y = expand(g, x, axis, keepdims), expand(y, x, axis, keepdims)
    d = conj_complex(deviations(offsets_from_first(x, axis), axis))
    return g * (d / zero_to_inf(y * degrees_of_freedom(x, axis, ddof, correction)))


def check_ties(ties: str) -> None:
    if ties not in ("even", "first"):
        raise unknown_name_error("ties", ties, ("even", "first"))


def extreme_x(g: Any, y: Any, x: Any, *, axis: Any, keepdims: Any, ties: str) -> Any:
    """The entries that equal the result share ``g`` evenly, or the first of them takes it."""
    g, hit = expand(g, x, axis, keepdims), x == expand(y, x, axis, keepdims)
    if ties == "first":
        flat = flatten_axes(hit, axis)
        return g * unflatten_axes(np.logical_and(flat, np.cumsum(flat, axis=-1) == 1), x, axis)
    g = upcast(g)
    hit = hit * np.ones_like(g)  # in the dtype of g, as its count is then
    return hit * (g / np.sum(hit, axis=axis, keepdims=True))


@primitive(numpy=(np.max, np.amax))
def max(x: Any, *, axis: Any = None, keepdims: Any = False, ties: str = "even") -> Any:
    """The largest over ``axis``. Equals share the derivative evenly; ``ties="first"`` gives it to the first."""
    check_ties(ties)
    return np.maximum.reduce(x, axis=axis, keepdims=keepdims)


@primitive(numpy=(np.min, np.amin))
def min(x: Any, *, axis: Any = None, keepdims: Any = False, ties: str = "even") -> Any:
    """The smallest over ``axis``. Equals share the derivative evenly; ``ties="first"`` gives it to the first."""
    check_ties(ties)
    return np.minimum.reduce(x, axis=axis, keepdims=keepdims)


max.vjp("x")(extreme_x)
min.vjp("x")(extreme_x)


def ptp(x: Any, axis: Any = None, keepdims: Any = False) -> Any:
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
    x=lambda g, y, x, *, axis: np.flip(np.cumsum(np.flip(upcast(g), axis), axis), axis).reshape(x.shape))  # fmt: skip


@primitive(symbol="Π…", numpy=(np.cumprod,))
def cumprod(x: Any, *, axis: Any = None) -> Any:
    """Running product along ``axis``; of the flat array if None. Its derivative is exact at zeros too."""
    return np.cumprod(x, axis=axis)


@cumprod.vjp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any) -> Any:
    """∂/∂xᵢ: ``(Π_{j<i} xⱼ) Rᵢ`` with ``Rᵢ = gᵢ + xᵢ₊₁ Rᵢ₊₁``."""
    flat = x.reshape(-1) if axis is None else np.moveaxis(x, axis, -1)
    gx = pair_value(
        multiply_pairs(prefix_products(flat), horner(flat, g if axis is None else np.moveaxis(g, axis, -1)))
    )
    return gx.reshape(x.shape) if axis is None else np.moveaxis(gx, -1, axis)


@primitive(symbol="Π", numpy=(np.prod,))
def prod(x: Any, *, axis: Any = None, keepdims: Any = False) -> Any:
    """Product over ``axis`` (None: all). Each derivative is the product of the others, also where some are 0."""
    return np.multiply.reduce(x, axis=axis, keepdims=keepdims)


@prod.vjp("x")
def _(g: Any, y: Any, x: Any, *, axis: Any, keepdims: Any) -> Any:
    flat = flatten_axes(x, axis)
    others = pair_value(multiply_pairs(prefix_products(flat), suffix_products(flat)))
    return product(expand(g, x, axis, keepdims), unflatten_axes(others, x, axis))


def reducer(call: Any) -> Any:
    """Return ``call`` as a ufunc's ``reduce``, which reduces the first axis unless told otherwise."""

    def reduce(x: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: Any = False, **unknown: Any) -> Any:
        return call(x, axis=axis, keepdims=keepdims, dtype=dtype, out=out, **unknown)

    return reduce


def accumulator(call: Any) -> Any:
    """Return ``call`` as a ufunc's ``accumulate``."""
    return lambda x, axis=0, dtype=None, out=None: call(x, axis=axis, dtype=dtype, out=out)


NUMPY[np.ptp] = ptp
for ufunc, call in (np.add, sum), (np.multiply, prod), (np.maximum, max), (np.minimum, min):
    UFUNC_METHODS[ufunc, "reduce"] = reducer(call)
UFUNC_METHODS[np.logical_and, "reduce"], UFUNC_METHODS[np.logical_or, "reduce"] = reducer(all), reducer(any)
UFUNC_METHODS[np.add, "accumulate"] = accumulator(cumsum)
UFUNC_METHODS[np.multiply, "accumulate"] = accumulator(cumprod)
