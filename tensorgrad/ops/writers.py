"""NumPy functions that write into their first argument: ``np.add.at``, ``np.put``, ``np.copyto`` and their like.

Each comes to a write of the whole Tensor, so gradients and views follow as for ``x[i] = v``. Into a plain array a
Tensor is written only if it needs no gradient.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.declare import primitive
from ..core.dispatch import NUMPY, full_name, name_code, unwrap_tensors
from ..core.modes import is_recording
from ..core.number import numpy_spelling
from ..core.tensor import Tensor, array_like
from ..errors import ShapeError, describe
from ..pytree import leaves_of
from .assignment import as_before, check_value, drop_leading_axes, write
from .compare import where as choose_where
from .indexing import assign, getitem, index_along_axis, may_repeat, plain_index, sort, spread_for
from .movement import astype, broadcast_to, copy, ravel, reshape
from .selection import partition, resize

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

__all__ = ["add_at"]


@primitive(symbol="[ ]+=")
def add_at(x: Any, v: Any, *, index: Any) -> Any:
    """A copy of ``x`` with ``v`` added at ``index``, once for each time an entry is named there."""
    y = np.copy(x)
    if np.iscomplexobj(v):
        y = y.astype(np.result_type(x, v))  # a complex step keeps its imaginary part
    try:
        if may_repeat(index):
            np.add.at(y, index, v)
        else:
            y[index] = y[index] + v
    except (TypeError, ValueError):
        return add_at.op.kernel(spread_for(x, index, v), v, index=index)
    return y


@add_at.vjp("x")
def add_at_x(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    return g


@add_at.vjp("v")
def add_at_v(g: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    return getitem(g, index=index)


@add_at.jvp("x")
def add_at_x_tangent(t: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    return t


@add_at.jvp("v")
def add_at_v_tangent(t: Any, y: Any, x: Any, v: Any, *, index: Any) -> Any:
    return add_at(np.zeros_like(x), t, index=index)


def at_each(op: Any, x: Any, index: Any, *v: Any) -> Any:
    """Return ``x`` with ``op(x[i], v)`` at each ``i`` of ``index``, one after the other where one comes again."""
    places = np.arange(x.size).reshape(x.shape)[index]
    v = tuple([ravel(broadcast_to(array_like(values), shape=places.shape)) for values in v])
    places, y = places.reshape(-1), reshape(x, shape=(-1,))
    order = np.argsort(places, kind="stable")
    runs = np.searchsorted(places[order], places[order])
    turns = np.empty_like(order)
    turns[order] = np.arange(places.size) - runs  # whether it is the first time that a place comes, the second, ...
    for turn in range(turns.max(initial=-1) + 1):
        now = np.nonzero(turns == turn)[0]
        here = y[places[now]]
        y = assign(y, as_before(op(here, *[values[now] for values in v]), here, "at"), index=places[now])
    return reshape(y, shape=x.shape)


def at_method(ufunc: Any, op: Any) -> Callable[..., None]:
    """Return ``ufunc.at`` for Tensors."""

    def at(a: Any, indices: Any, *b: Any) -> None:
        if not isinstance(a, Tensor):
            write_plain(ufunc.at, a, indices, *b)
            return
        index = plain_index(indices)
        if ufunc is np.add or ufunc is np.subtract:
            write(a, lambda old, v: as_before(add_entries(old, index, v, ufunc is np.subtract), old, "at"), *b)
        else:
            write(a, lambda old, v: at_each(op, old, index, *([v] if b else [])), b[0] if b else None)

    return at


def add_entries(x: Any, index: Any, v: Any, negative: bool) -> Any:
    """Return ``x`` with ``v`` added at ``index``, or taken away, in the dtype of their sum."""
    v = array_like(v)
    dtype = np.result_type(x.dtype, v.dtype if v.ndim else v)
    return add_at(x if x.dtype == dtype else astype(x, dtype), -v if negative else v, index=index)


def write_plain(function: Any, a: Any, /, *args: Any, **settings: Any) -> None:
    """Write into a plain array, where no gradient can follow."""
    if is_recording() and any(isinstance(t, Tensor) and t.requires_grad for t in leaves_of((args, settings))):
        raise TypeError(
            f"{numpy_spelling(sys._getframe(2))}{full_name(function)} writes into {describe(a)}, a plain array, "
            "where a Tensor that requires a gradient would lose it; make that a Tensor, tg.Tensor(array), or write the "
            "values only, t.numpy()"
        )
    function(a, *unwrap_tensors(args), **unwrap_tensors(settings))


def flat_write(x: Any, places: Any, values: Any, name: str) -> None:
    """Write into the entries ``places`` of the flattened ``x``, taking ``values`` again and again from the first."""
    check_value(x, values, name)

    def compute(old: Any, v: Any) -> Any:
        v = v if np.ndim(v) == 0 else resize(v, np.size(places))
        return reshape(assign(reshape(old, shape=(-1,)), v, index=places), shape=old.shape)

    if np.size(places) and np.size(values):  # else nothing, as in NumPy
        write(x, compute, array_like(values))


def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    """``a.flat[ind] = v``; what is out of range raises, or with ``mode`` is taken ``"wrap"`` or ``"clip"``."""
    ind = np.ravel(unwrap_tensors(array_like(ind)))
    if mode != "raise":
        ind = ind % a.size if mode == "wrap" else np.clip(ind, 0, a.size - 1)
    flat_write(a, ind, v, "np.put(x, i, v)")


def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write the first of ``vals`` into the first entry for which ``mask`` holds, and so on."""
    places = np.flatnonzero(unwrap_tensors(mask))
    if places.size and not np.size(vals):
        raise ValueError("np.place(x, mask, vals): vals is empty")
    flat_write(arr, places, vals, "np.place(x, mask, v)")


def putmask(a: Any, mask: Any, values: Any) -> None:
    """``a.flat[n] = values[n]`` for each ``n`` for which ``mask`` holds; ``values`` start again where they end."""
    places = np.flatnonzero(unwrap_tensors(mask))
    flat_write(a, places, resize(values, a.size)[places] if np.size(values) else values, "np.putmask(x, mask, v)")


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write ``val`` on the diagonal of a matrix, or of a cube; ``wrap`` begins again below the end of a tall one."""
    diagonal = np.zeros(a.shape, bool)
    np.fill_diagonal(diagonal, True, wrap)
    flat_write(a, np.flatnonzero(diagonal), val, "np.fill_diagonal(x, v)")


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
    """Write ``values`` where ``take_along_axis`` would take from."""
    check_value(arr, values, "np.put_along_axis(x, i, v, axis)")
    if axis is None:
        flat_write(arr, np.ravel(unwrap_tensors(indices)), values, "np.put_along_axis(x, i, v, axis)")
        return
    index = index_along_axis(arr, plain_index(indices), axis, "put_along_axis")
    write(arr, lambda old, v: assign(old, v, index=index), array_like(values))


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """``dst[...] = src``, or where ``where`` holds."""
    kind = np.result_type(dst.dtype, src) if np.ndim(src) == 0 and not hasattr(src, "dtype") else array_like(src).dtype
    if not np.can_cast(kind, dst.dtype, casting):
        raise TypeError(f"np.copyto(dst, src): cannot cast src {describe(src)} to dst {describe(dst)} by {casting!r}")
    src = drop_leading_axes(src, dst, ...)
    if np.broadcast_shapes(dst.shape, np.shape(src), np.shape(where)) != dst.shape:
        raise ShapeError(f"np.copyto(dst, src): src {describe(src)} does not broadcast to dst {describe(dst)}")

    def compute(old: Any, v: Any) -> Any:
        if where is True:
            return assign(old, v, index=...)
        return astype(choose_where(unwrap_tensors(where), v, old), old.dtype)

    write(dst, compute, src)


def writer(function: Any, write_tensor: Any) -> Any:
    """Return ``write_tensor`` if it writes into a Tensor, else ``function``, which writes into an array."""

    name = write_tensor.__code__.co_varnames[0]  # of the first argument, which is NumPy's too

    def answer(*args: Any, **settings: Any) -> None:
        if not args and name in settings:
            args = (settings.pop(name),)
        if args and isinstance(args[0], Tensor):
            write_tensor(*args, **settings)
        else:
            write_plain(function, *args, **settings)

    name_code(answer, function.__name__)
    answer.__doc__ = f"``np.{function.__name__}``, which writes into a Tensor as well, and its gradient follows."
    return answer


def fill(self: Any, value: Any) -> None:
    """Write ``value``, a number, into every entry."""
    self[...] = value


def sort_in_place(self: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None) -> None:
    """Put the entries in ascending order along ``axis``: ``np.sort`` written into the Tensor itself."""
    write(self, lambda old, v: sort(old, axis), None)


def partition_in_place(self: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None) -> None:
    """``np.partition`` written into the Tensor itself."""
    write(self, lambda old, v: partition(old, kth, axis), None)


class FlatEntries:
    """``x.flat``: the entries of a Tensor one after the other, to read, ``x.flat[i]``, and to write, ``x.flat[i] = v``.

    What is read is a copy, as in NumPy.
    """

    __slots__ = ("base",)

    def __init__(self, base: Any) -> None:
        self.base = base

    def __len__(self) -> int:
        size: int = self.base.size
        return size

    def __iter__(self) -> Any:
        entries = ravel(self.base)
        return (entries[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Any:
        return copy(ravel(self.base)[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        flat_write(self.base, np.arange(len(self))[plain_index(index)], value, "x.flat[i] = v")


def set_flat(self: Any, value: Any) -> None:
    """``x.flat = v``."""
    self.flat[...] = value


def view(self: Any, dtype: Any = None, type: Any = None) -> Any:
    """A view of all of it. Raises TypeError for another dtype, which would read its bytes as other numbers."""
    if dtype is not None and np.dtype(dtype) != self.dtype:
        refuse_bytes(self, dtype)
    return self[...]


def refuse_bytes(x: Any, dtype: Any) -> NoReturn:
    raise TypeError(
        f"x.view({dtype!r}) reads the bytes of x {describe(x)} as other numbers, which has no derivative; "
        "write x.astype(dtype) for its values in another dtype, x.numpy().view(dtype) for its bytes"
    )


WRITERS = {np.copyto: copyto, np.put: put, np.put_along_axis: put_along_axis, np.place: place, np.putmask: putmask,
           np.fill_diagonal: fill_diagonal}  # fmt: skip
NUMPY.update({function: writer(function, write_tensor) for function, write_tensor in WRITERS.items()})
