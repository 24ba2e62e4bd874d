"""Movement: the same entries in another shape, order or number.

Few of them are rows. The others are composed of these few, so only these few have derivatives.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..core.declare import linear
from ..core.dispatch import NUMPY
from ..core.modes import is_complex_step
from ..core.tensor import Tensor, array_like, make_leaf
from ..errors import OptionError, ShapeError, describe
from .indexing import scatter

__all__ = [
    "astype", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "broadcast_to", "copy", "diag", "diagonal",
    "expand_dims", "flip", "fliplr", "flipud", "matrix_transpose", "moveaxis", "ravel", "reshape", "roll", "rot90",
    "sliding_window_view", "squeeze", "swapaxes", "trace", "transpose", "tril", "triu",
]  # fmt: skip


def explain_reshape(x: Any, *, shape: Any) -> str | None:
    return f"{x.size} entries do not fill the shape {shape}"


def explain_broadcast_to(x: Any, *, shape: Any) -> str | None:
    return f"{x.shape} does not broadcast to {shape}; only axes of length 1 are repeated"


def explain_transpose(x: Any, *, axes: Any) -> str | None:
    return f"axes={axes} is no order of {x.ndim} axes"


def transpose_x(g: Any, y: Any, x: Any, *, axes: Any) -> Any:
    if axes is None:
        return g.transpose()
    axes = [a % x.ndim for a in axes]
    return g.transpose([axes.index(i) for i in range(x.ndim)])


reshape = linear("reshape", lambda x, *, shape: x.reshape(shape),
    "The same entries, in order, in another shape.", view=True, explain=explain_reshape,
    x=lambda g, y, x, *, shape: g.reshape(x.shape))  # fmt: skip

transpose = linear("transpose", lambda x, *, axes=None: x.transpose(axes),
    "The axes in another order (None: reversed).", symbol="ᵀ", view=True, numpy=(np.transpose,),
    explain=explain_transpose, x=transpose_x)  # fmt: skip

broadcast_to = linear("broadcast_to", lambda x, *, shape: np.broadcast_to(x, shape),
    "Repeat along new and length-1 axes, without copying.", view=True, numpy=(np.broadcast_to,),
    explain=explain_broadcast_to, x=lambda g, y, x, *, shape: g)  # fmt: skip

flip = linear("flip", lambda x, *, axis=None: np.flip(x, axis),
    "The entries in reverse order along ``axis`` (None: all).", view=True, numpy=(np.flip,),
    x=lambda g, y, x, *, axis: np.flip(g, axis))  # fmt: skip

roll = linear("roll", lambda x, *, shift, axis=None: np.roll(x, shift, axis),
    "The entries moved by ``shift`` along ``axis``; those that fall off enter at the other end.", numpy=(np.roll,),
    x=lambda g, y, x, *, shift, axis: np.roll(g, tuple([-s for s in shift]) if isinstance(shift, tuple) else -shift,
                                              axis))  # fmt: skip

tril = linear("tril", lambda x, *, k=0: np.tril(x, k),
    "The lower triangle: 0 above the ``k``-th diagonal.", symbol="◺", numpy=(np.tril,),
    x=lambda g, y, x, *, k: np.tril(g, k))  # fmt: skip

triu = linear("triu", lambda x, *, k=0: np.triu(x, k),
    "The upper triangle: 0 below the ``k``-th diagonal.", symbol="◹", numpy=(np.triu,),
    x=lambda g, y, x, *, k: np.triu(g, k))  # fmt: skip

cast = linear("astype", lambda x, *, dtype: x.astype(np.result_type(x, dtype) if x.dtype.kind == "c" else dtype),
    "The same values in another dtype.",  # a complex step stays complex
    x=lambda g, y, x, *, dtype: g)  # fmt: skip


last_diagonal = linear("diagonal", lambda x, *, offset=0: np.diagonal(x, offset, -2, -1),
    "The entries ``x[..., i, i + offset]``.", symbol="diag", view=True,
    x=lambda g, y, x, *, offset: scatter(g, index=(..., *diagonal_indices(x.shape[-2:], offset)),
                                         shape=x.shape))  # fmt: skip

sliding_windows = linear("sliding_window_view",
    lambda x, *, window_shape, axis=None: np.lib.stride_tricks.sliding_window_view(x, window_shape, axis),
    "Every window of ``window_shape`` of ``x``, its entries along new axes at the end.", symbol="windows", view=True,
    x=lambda g, y, x, *, window_shape, axis: spread_windows(g, x.shape, window_shape, axis))  # fmt: skip


def spread_windows(g: Any, shape: Any, window_shape: Any, axis: Any) -> Any:
    """Return the sum of the windows ``g``, each added where it was taken from an array of ``shape``."""
    places = np.arange(int(np.prod(shape))).reshape(shape)
    places = np.lib.stride_tricks.sliding_window_view(places, window_shape, axis).reshape(-1)
    return scatter(g.reshape(-1), index=places, shape=(int(np.prod(shape)),)).reshape(shape)


def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: Any = False, writeable: Any = False
) -> Any:
    """Every window of ``window_shape`` along ``axis``, its entries along new axes at the end; it shares memory.

    >>> import tensorgrad as tg
    >>> tg.sliding_window_view(tg.Tensor([1.0, 2.0, 3.0, 4.0]), 3)
    Tensor([[1., 2., 3.],
            [2., 3., 4.]])
    """
    if writeable:
        raise OptionError("sliding_window_view(x): writeable must be False: an entry is in several windows")
    window_shape = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    axis = axis if axis is None or not np.iterable(axis) else tuple(axis)
    return sliding_windows(array_like(x), window_shape=window_shape, axis=axis)


def has_gaps(array: Any) -> bool:
    """Return whether an array does not lie in one piece, row by row; a batch of vmap's is taken to."""
    return not getattr(array, "depth", 0) and not array.flags.c_contiguous


def reshape_in_order(x: Any, shape: Any, order: Any = "C", copy: Any = None) -> Any:
    """``np.reshape``: row by row (``order="C"``) or column by column (``"F"``)."""
    x = array_like(x)
    if not isinstance(order, str) or order not in ("C", "F"):
        raise OptionError(f"reshape: order must be 'C' or 'F', got {order!r}")
    if order == "F":
        shape = tuple(shape)[::-1] if isinstance(shape, (tuple, list)) else shape
        return transpose(reshape(transpose(x), shape=shape))
    return reshape(x, shape=shape)


def ravel(x: Any, order: Any = "C") -> Any:
    """All entries in one axis, one behind the other in memory: a view if they lie so already, else a copy."""
    y = reshape_in_order(x, (-1,), order)
    return copy(y) if isinstance(y, Tensor) and has_gaps(y.data) else y


def squeeze(x: Any, axis: Any = None) -> Any:
    """Without the axes of length 1 (``axis``: without these)."""
    x = array_like(x)
    axes = [i for i, n in enumerate(x.shape) if n == 1] if axis is None else normalize_axis_tuple(axis, x.ndim)
    for a in axes:
        if x.shape[a] != 1:
            raise ShapeError(f"squeeze(x): axis {a} has length {x.shape[a]}, only 1 can go; got x {describe(x)}")
    return reshape(x, shape=tuple([n for i, n in enumerate(x.shape) if i not in axes]))


def expand_dims(x: Any, axis: Any) -> Any:
    """With new axes of length 1, at ``axis`` (an int or a tuple) of the result."""
    x = array_like(x)
    axis = axis if isinstance(axis, (tuple, list)) else (axis,)
    new = normalize_axis_tuple(axis, x.ndim + len(axis))
    lengths = iter(x.shape)
    return reshape(x, shape=tuple([1 if i in new else next(lengths) for i in range(x.ndim + len(new))]))


def swapaxes(x: Any, axis1: Any, axis2: Any) -> Any:
    """Two axes exchanged."""
    x = array_like(x)
    axes = list(range(x.ndim))
    i, j = normalize_axis_index(axis1, x.ndim), normalize_axis_index(axis2, x.ndim)
    axes[i], axes[j] = j, i
    return transpose(x, axes=tuple(axes))


def matrix_transpose(x: Any) -> Any:
    """The last two axes exchanged: ``x.mT``."""
    return swapaxes(x, -1, -2)


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """The axes ``source`` moved to ``destination``; the others keep their order."""
    x = array_like(x)
    source = normalize_axis_tuple(source, x.ndim, "source")
    destination = normalize_axis_tuple(destination, x.ndim, "destination")
    if len(source) != len(destination):
        raise ShapeError(f"moveaxis(x): {len(source)} source axes for {len(destination)} destinations")
    axes = [i for i in range(x.ndim) if i not in source]
    for to, of in sorted(zip(destination, source, strict=True)):
        axes.insert(to, of)
    return transpose(x, axes=tuple(axes))


def broadcast_arrays(*arrays: Any) -> Any:
    """Each array broadcast to the shape all have together."""
    shape = np.broadcast_shapes(*[np.shape(x) for x in arrays])
    return tuple([broadcast_to(x, shape=shape) for x in arrays])


def astype(x: Any, dtype: Any, copy: Any = True) -> Any:
    """The same values in another dtype; what is not a float requires no gradient."""
    x = array_like(x)
    dtype = np.dtype(dtype)
    if not copy and x.dtype == dtype:
        return x
    if isinstance(x, Tensor) and x.dtype.kind == "c" and dtype.kind not in "cb" and not is_complex_step():
        warnings.warn("astype(x): casting complex values to real discards the imaginary part; x.real says so",
                      np.exceptions.ComplexWarning, stacklevel=2)  # fmt: skip
        x = np.real(x)
    if not isinstance(x, Tensor) or dtype.kind in "fc":
        return cast(x, dtype=dtype)
    return make_leaf(x.data.astype(dtype))


def copy(x: Any, order: Any = "K", subok: Any = False) -> Any:
    """The same values in memory of their own, laid as they are (``order="K"``) or row by row (``"C"``)."""
    x = array_like(x)
    y = cast(x, dtype=x.dtype)
    if order == "C" and isinstance(y, Tensor) and has_gaps(y.data):
        y.data = np.copy(y.data, order="C")
    return y


def rot90(m: Any, k: Any = 1, axes: Any = (0, 1)) -> Any:
    """Turned by ``k`` quarters in the plane of ``axes``, from the first towards the second."""
    m = array_like(m)
    i, j = normalize_axis_tuple(axes, m.ndim)
    turned = m if k % 2 == 0 else swapaxes(m, i, j)
    back = [(), (i,), (i, j), (j,)][k % 4]
    return flip(turned, axis=back) if back else m[...]


def fliplr(m: Any) -> Any:
    """Columns in reverse order."""
    return flip(m, axis=1)


def flipud(m: Any) -> Any:
    """Rows in reverse order."""
    return flip(m, axis=0)


def at_least(x: Any, ndim: int) -> Any:
    """With axes of length 1 until there are ``ndim``, placed as NumPy does: around a vector, after a matrix."""
    x = array_like(x)
    lead = 1 if x.ndim < 2 <= ndim else 0
    shape = (1,) * lead + x.shape
    return x if x.ndim >= ndim else reshape(x, shape=shape + (1,) * (ndim - len(shape)))


def atleast_1d(*arrays: Any) -> Any:
    """Each array with at least 1 axis."""
    return at_least_each(arrays, 1)


def atleast_2d(*arrays: Any) -> Any:
    """Each array with at least 2 axes."""
    return at_least_each(arrays, 2)


def atleast_3d(*arrays: Any) -> Any:
    """Each array with at least 3 axes."""
    return at_least_each(arrays, 3)


def at_least_each(arrays: Any, ndim: int) -> Any:
    results = tuple([at_least(x, ndim) for x in arrays])
    return results[0] if len(results) == 1 else results


def diagonal(x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Any:
    """The entries ``x[i, i + offset]`` in the plane of two axes, as the last axis."""
    return last_diagonal(moveaxis(x, (axis1, axis2), (-2, -1)), offset=offset)


def diagonal_indices(shape: Any, offset: Any) -> Any:
    """Return the row and the column indices of a diagonal of a matrix of ``shape``.

    >>> diagonal_indices((2, 3), 1)
    (array([0, 1]), array([1, 2]))
    """
    first = max(-offset, 0)
    rows = np.arange(first, max(min(shape[0], shape[1] - offset), first))
    return rows, rows + offset


def diag(x: Any, k: Any = 0) -> Any:
    """The ``k``-th diagonal of a matrix, or the matrix that has the vector ``x`` there and 0 elsewhere."""
    x = array_like(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ShapeError(f"diag(x): x must be a vector or a matrix, got {describe(x)}")
    n = x.shape[0] + abs(k)
    return scatter(x, index=diagonal_indices((n, n), k), shape=(n, n))


def trace(x: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1, dtype: Any = None, out: Any = None) -> Any:
    """The sum of the diagonal, in another ``dtype`` if asked for."""
    entries = diagonal(x, offset, axis1, axis2)
    return (entries if dtype is None else entries.astype(dtype)).sum(axis=-1, out=out)


NUMPY.update({
    np.reshape: reshape_in_order, np.ravel: ravel, np.squeeze: squeeze, np.expand_dims: expand_dims, np.copy: copy,
    np.swapaxes: swapaxes, np.moveaxis: moveaxis, np.matrix_transpose: matrix_transpose, np.astype: astype,
    np.linalg.matrix_transpose: matrix_transpose, np.broadcast_arrays: broadcast_arrays, np.rot90: rot90,
    np.fliplr: fliplr, np.flipud: flipud, np.atleast_1d: atleast_1d, np.atleast_2d: atleast_2d,
    np.atleast_3d: atleast_3d, np.diagonal: diagonal, np.diag: diag, np.trace: trace,
    np.lib.stride_tricks.sliding_window_view: sliding_window_view,
})  # fmt: skip
