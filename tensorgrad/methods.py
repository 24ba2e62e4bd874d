"""What a Tensor can do: every operator and method is an op under NumPy's name, in one visible block.

The methods that are the op of their name are listed in ``core/typed.py``, where type checkers see them too.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from . import ops
from .backward import backward, register_hook, retain_grad
from .core.dispatch import NUMPY, UFUNC_METHODS
from .core.tensor import Tensor
from .core.typed import Operators
from .draw import draw
from .errors import describe
from .ops.assignment import count_references, in_place
from .ops.indexing import plain_index
from .ops.movement import copy, reshape_in_order
from .ops.writers import FlatEntries, at_method, fill, partition_in_place, put, set_flat, sort_in_place, view

if TYPE_CHECKING:
    from collections.abc import Callable


def swap_arguments(op: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``op`` with its arguments the other way round: ``2 - t`` is ``subtract(2, t)``."""
    return lambda self, other: op(other, self)


def tensor_power(self: Any, exponent: Any) -> Any:
    """``x ** n``; a square is one multiplication instead of a power."""
    return ops.square(self) if type(exponent) is int and exponent == 2 else ops.power(self, exponent)


def comparison(op: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``==`` or ``!=``, elementwise for numbers and by identity for None and strings."""
    return lambda self, other: NotImplemented if other is None or isinstance(other, str) else op(self, other)


def contains(self: Any, value: Any) -> bool:
    """``value in x``: whether any entry equals it."""
    return bool((self == value).data.any())


def getitem(self: Any, index: Any) -> Any:
    """``x[index]``: ints, slices, None, Ellipsis, and arrays, lists or Tensors of ints or bools."""
    return ops.getitem(self, index=plain_index(index))


def gather_shape(shape: Any) -> Any:
    """Return ``(2, 3)`` for the arguments ``2, 3`` as well as for ``(2, 3)`` and ``None``."""
    one = len(shape) == 1 and (shape[0] is None or isinstance(shape[0], (tuple, list)))
    return shape[0] if one else shape


def reshape(self: Any, *shape: Any, order: str = "C") -> Any:
    """``x.reshape(2, -1)`` or ``x.reshape((2, -1))``."""
    return reshape_in_order(self, gather_shape(shape), order)


def compress_entries(self: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
    """The entries along ``axis`` for which ``condition`` holds: ``np.compress(condition, x, axis)``."""
    return np.compress(condition, self, axis, out)


def flattened_copy(self: Any, order: str = "C") -> Any:
    """A copy of all entries in one axis."""
    return copy(reshape_in_order(self, (-1,), order))


def copy_in_order(self: Any, order: str = "C") -> Any:
    """The same values in memory of their own, row by row."""
    return copy(self, order)


def transpose(self: Any, *axes: Any) -> Any:
    """``x.transpose(1, 0)``, ``x.transpose((1, 0))``, or ``x.transpose()`` to reverse all axes."""
    return ops.transpose(self, axes=gather_shape(axes) or None)


#: Versions of the Array API standard, which agree in all that they have in common.
STANDARDS = ("2021.12", "2022.12", "2023.12", "2024.12", "2025.12")


def array_namespace(self: Any, *, api_version: str | None = None) -> Any:
    """Return ``tensorgrad.numpy``, which meets the Array API standard."""
    if api_version not in (None, *STANDARDS):
        raise ValueError(f"the Array API standard is met in the versions {', '.join(STANDARDS)}, not {api_version!r}")
    from . import numpy

    return numpy


def to_device(self: Any, device: Any, /, *, stream: Any = None) -> Any:
    """Return the Tensor itself: it lies in the memory of the CPU, and nowhere else."""
    np.empty(0, device=device)  # which refuses any other, as NumPy does
    if stream is not None:
        raise ValueError(f"to_device: the CPU has no streams, got stream={stream!r}")
    return self


def dlpack(
    self: Any, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """Return the memory as a DLPack capsule, for other libraries: ``np.from_dlpack(t)``."""
    if self.requires_grad:
        raise BufferError(f"{describe(self)} requires a gradient, which DLPack would lose; pass t.detach()")
    return self.data.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)


def dlpack_device(self: Any) -> Any:
    """Return DLPack's pair for the CPU."""
    return self.data.__dlpack_device__()


Tensor.__add__ = Tensor.__radd__ = ops.add
Tensor.__sub__, Tensor.__rsub__ = ops.subtract, swap_arguments(ops.subtract)
Tensor.__mul__ = Tensor.__rmul__ = ops.multiply
Tensor.__truediv__, Tensor.__rtruediv__ = ops.divide, swap_arguments(ops.divide)
Tensor.__floordiv__, Tensor.__rfloordiv__ = ops.floor_divide, swap_arguments(ops.floor_divide)
Tensor.__mod__, Tensor.__rmod__ = ops.remainder, swap_arguments(ops.remainder)
Tensor.__divmod__, Tensor.__rdivmod__ = ops.divmod, swap_arguments(ops.divmod)
Tensor.__pow__, Tensor.__rpow__ = tensor_power, swap_arguments(ops.power)
Tensor.__matmul__, Tensor.__rmatmul__ = ops.matmul, swap_arguments(ops.matmul)
Tensor.__neg__ = ops.negative
Tensor.__pos__ = ops.positive
Tensor.__abs__ = ops.absolute
Tensor.__round__ = lambda self, ndigits=None: ops.round(self, decimals=ndigits or 0)

Tensor.__eq__, Tensor.__ne__ = comparison(ops.equal), comparison(ops.not_equal)
Tensor.__lt__, Tensor.__le__, Tensor.__gt__, Tensor.__ge__ = ops.less, ops.less_equal, ops.greater, ops.greater_equal
Tensor.__and__ = Tensor.__rand__ = ops.bitwise_and
Tensor.__or__ = Tensor.__ror__ = ops.bitwise_or
Tensor.__xor__ = Tensor.__rxor__ = ops.bitwise_xor
Tensor.__invert__ = ops.invert
Tensor.__lshift__, Tensor.__rlshift__ = ops.left_shift, swap_arguments(ops.left_shift)
Tensor.__rshift__, Tensor.__rrshift__ = ops.right_shift, swap_arguments(ops.right_shift)
Tensor.__contains__ = contains
Tensor.__getitem__, Tensor.__setitem__ = getitem, ops.setitem

Tensor.__iadd__, Tensor.__isub__ = in_place(ops.add, "+"), in_place(ops.subtract, "-")
Tensor.__imul__, Tensor.__itruediv__ = in_place(ops.multiply, "*"), in_place(ops.divide, "/")
Tensor.__ifloordiv__, Tensor.__imod__ = in_place(ops.floor_divide, "//"), in_place(ops.remainder, "%")
Tensor.__ipow__, Tensor.__imatmul__ = in_place(tensor_power, "**"), in_place(ops.matmul, "@")
Tensor.__iand__, Tensor.__ior__ = in_place(ops.bitwise_and, "&"), in_place(ops.bitwise_or, "|")
Tensor.__ixor__ = in_place(ops.bitwise_xor, "^")
Tensor.__ilshift__, Tensor.__irshift__ = in_place(ops.left_shift, "<<"), in_place(ops.right_shift, ">>")

for method in Operators.__annotations__:
    setattr(Operators, method, getattr(ops, method))  # the base: what Tensor itself defines is not replaced
Tensor.reshape, Tensor.transpose, Tensor.flatten, Tensor.copy = reshape, transpose, flattened_copy, copy_in_order
Tensor.compress, Tensor.choose = compress_entries, ops.choose
Tensor.fill, Tensor.put, Tensor.view = fill, put, view
Tensor.sort, Tensor.partition = sort_in_place, partition_in_place
Tensor.flat = property(FlatEntries, set_flat)
Tensor.real, Tensor.imag = property(ops.real), property(ops.imag)
Tensor.T, Tensor.mT = property(ops.transpose), property(ops.matrix_transpose)

Tensor.__array_namespace__ = array_namespace
Tensor.device, Tensor.to_device = property(lambda self: "cpu"), to_device
Tensor.nbytes, Tensor.itemsize = property(attrgetter("data.nbytes")), property(attrgetter("data.itemsize"))
Tensor.strides = property(attrgetter("data.strides"))
Tensor.__dlpack__, Tensor.__dlpack_device__ = dlpack, dlpack_device

Tensor.backward = backward
Tensor.register_hook = register_hook
Tensor.retain_grad = retain_grad
Tensor.draw = draw


def outer_method(op: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``op`` as a ufunc's ``outer``: every entry of ``a`` with every entry of ``b``."""

    def outer(a: Any, b: Any, **unknown: Any) -> Any:
        if unknown:
            raise TypeError(f"the outer of {op.__name__}() has no setting {next(iter(unknown))!r} for Tensors")
        return op(np.reshape(a, (*np.shape(a), *[1] * np.ndim(b))), b)

    return outer


for ufunc, call in tuple(NUMPY.items()):
    if isinstance(ufunc, np.ufunc):
        if ufunc.nout == 1 and ufunc.signature is None:
            UFUNC_METHODS[ufunc, "at"] = at_method(ufunc, call)
        if ufunc.nin == 2 and ufunc.signature is None:
            UFUNC_METHODS[ufunc, "outer"] = outer_method(call)

count_references()
