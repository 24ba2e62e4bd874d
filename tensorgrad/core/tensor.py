"""Tensor and Parameter: an array that remembers how it was made."""

from __future__ import annotations

import sys
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import GradientError, describe, printable_text
from .number import check_reader, numpy_spelling
from .typed import Operators

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from numpy.typing import DTypeLike, NDArray


#: The next sequence number: an input's is always smaller than its result's.
tick = count().__next__


class Tensor(Operators):
    """A NumPy array that remembers how it was made, so that gradients can be walked back through it.

    ``Tensor(data, requires_grad=False, dtype=None, name=None)`` keeps an array's own dtype and memory; Python floats
    make float64. Everything NumPy does to arrays it does to Tensors: operators, methods, indexing, ``np.exp(t)``.
    ``float(loss)``, ``f"{loss:.3f}"`` and ``loss.item()`` read a number; what would compute on with it, or keep it,
    without its gradient raises: ``math.exp(t)``, ``array[i] = t``.

    data:          the array
    grad:          the gradient, a Tensor, after ``backward()``; None before
    requires_grad: whether gradients flow to it
    op, inputs, settings: the op that made it and what it was given; ``op is None`` for a leaf
    name:          what errors and pictures call it

    >>> import numpy as np, tensorgrad as tg
    >>> w = tg.Tensor([1.0, 2.0], requires_grad=True, name="w")
    >>> loss = np.sum(w ** 2)
    >>> loss.backward()
    >>> w.grad
    Tensor([2., 4.])
    """

    #: past, view_of and views are unset but in those that were written, and in views and what they are views of
    __slots__ = (
        "__weakref__", "data", "grad", "inputs", "name", "op", "past", "requires_grad", "seq", "settings", "view_of",
        "views", "watch",
    )  # fmt: skip

    def __init__(
        self, data: Any, requires_grad: bool = False, dtype: DTypeLike | None = None, name: str | None = None
    ) -> None:
        self.data = as_numeric_array(data, dtype)
        if requires_grad:
            check_differentiable(self.data)
        self.requires_grad = bool(requires_grad)
        self.op, self.inputs, self.settings = None, (), None
        self.grad = self.watch = None
        self.name = name
        self.seq = tick()

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded op made this Tensor."""
        return self.op is None

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis, a tuple."""
        return self.data.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """The NumPy dtype of the entries."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.data.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.data.size

    def numpy(self) -> NDArray[Any]:
        """Return the array itself, without a graph. It shares memory: copy it before you change it.

        What is written into the Tensor later, ``x[i] = v``, does not reach it: the Tensor has another array then.
        """
        return self.data

    def detach(self) -> Tensor:
        """Return the same values as a leaf that requires no gradient. It shares memory.

        It is a Tensor of its own, no view: what is written into one, ``x[i] = v``, does not reach the other.
        """
        return make_leaf(self.data, self.name)

    def item(self, *index: int) -> Any:
        """Return one element as a Python number."""
        return self.data.item(*index)

    def tolist(self) -> Any:
        """Return the values as nested Python lists."""
        return self.data.tolist()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if self.requires_grad:
            raise TypeError(
                f"this Tensor ({describe(self)}) requires a gradient, and an array would lose it silently; "
                f"{numpy_spelling(sys._getframe(1))}use t.numpy() or t.detach() to drop the gradient on purpose, "
                "tg.stack(...) to join Tensors"
            )
        return np.array(self.data, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        if self.data.ndim == 0:
            raise TypeError("iteration over a 0-d Tensor; t.item() gives its number")
        return (self[i] for i in range(len(self.data)))

    def __bool__(self) -> bool:
        return bool(self.data)

    def __float__(self) -> float:
        check_reader(self, "float")
        return float(self.data)

    def __int__(self) -> int:
        check_reader(self, "int")
        return int(self.data)

    def __complex__(self) -> complex:
        check_reader(self, "complex")
        return complex(self.data)

    def __index__(self) -> int:
        return self.data.__index__()

    def __format__(self, spec: str) -> str:
        return format(self.data.item(), spec) if spec and self.data.size == 1 else format(repr(self), spec)

    def __repr__(self) -> str:
        kind = type(self).__name__
        text = np.array2string(self.data, separator=", ", prefix=f"{kind}(")
        notes = [text]
        if self.data.dtype.name not in ("float64", "int64", "bool"):
            notes.append(f"dtype={self.data.dtype}")
        if self.requires_grad != (kind == "Parameter"):
            notes.append(f"requires_grad={self.requires_grad}")
        if self.name is not None:
            notes.append(f"name={self.name!r}")
        return f"{kind}({', '.join(notes)})"

    __hash__ = object.__hash__  # == compares elements; identity is what sets and dicts need

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.data, self.requires_grad, None, self.name)

    def __deepcopy__(self, memo: Any) -> Self:
        return type(self)(self.data.copy(), self.requires_grad, None, self.name)

    def __copy__(self) -> Self:
        return self.__deepcopy__({})


class Parameter(Tensor):
    """A Tensor that an optimizer may change: a layer's weight. Requires a gradient unless told otherwise."""

    __slots__ = ()

    def __init__(
        self, data: Any, requires_grad: bool = True, dtype: DTypeLike | None = None, name: str | None = None
    ) -> None:
        super().__init__(data, requires_grad, dtype, name)


def make_leaf(data: Any, name: Any = None, cls: type[Tensor] = Tensor) -> Tensor:
    """Return a leaf around ``data`` without looking at it: for arrays that are known to be good."""
    y = new(cls)
    y.data = data if type(data) is np.ndarray else wrap(data)
    y.requires_grad = False
    y.op = y.settings = y.grad = y.watch = None
    y.inputs = ()
    y.name = name
    y.seq = tick()
    return y


new = Tensor.__new__


class StandIn:
    """Base of what may stand in for an array or a number while a function is traced.

    ``is_scalar`` says that it is a number; ``as_array()`` gives it as a Tensor keeps it;
    ``shares(whole)`` says whether it lies in the memory of another;
    ``run(kernel, *arrays)`` runs a function of plain arrays as one step, without looking at what happens inside.
    What has a greater ``depth`` answers for a call with both.
    """

    __slots__ = ()
    depth = 0

    if TYPE_CHECKING:

        def __getattr__(self: Any, name: str) -> Any: ...  # what is derived from it has more


def wrap(data: Any) -> Any:
    """Return NumPy's scalars as 0-d arrays; anything else, an array's stand-in, as it is."""
    if isinstance(data, StandIn):
        return data.as_array()
    return np.asarray(data) if isinstance(data, (np.generic, bool, int, float, complex)) else data


def every_example(x: Any) -> Any:
    """Return what there is to look at in an array: of a batch of vmap's all examples, along axis 0."""
    while isinstance(x, StandIn) and x.depth:
        x = x.value
    return x


def array_like(x: Any) -> Any:
    """Return lists and Python numbers as arrays; arrays, Tensors and what stands in for them as they are."""
    return x if hasattr(x, "ndim") else np.asarray(x)


def as_numeric_array(data: Any, dtype: Any = None) -> Any:
    """Return ``data`` as a numeric array, or raise a TypeError that says what came instead."""
    if isinstance(data, Tensor):
        data = data.data
    if isinstance(data, StandIn):
        array = wrap(data)
        return array if dtype is None else array.astype(dtype, copy=False)
    try:
        array = np.asarray(data, dtype)
    except ValueError as error:
        raise ValueError(f"cannot make a Tensor of {describe(data)}: {error}") from None
    if array.dtype.kind not in "fiubc":
        raise TypeError(f"a Tensor holds numbers, got {describe(array)}; convert it first, e.g. x.astype('float32')")
    return array


def check_differentiable(array: Any) -> None:
    """Raise unless ``array`` has a floating dtype, real or complex."""
    if array.dtype.kind not in "fc":
        raise TypeError(
            f"only floats have gradients, got {describe(array)}; write 2.0 instead of 2, or pass dtype='float32'"
        )


def check_writable(tensor: Tensor) -> None:
    """Raise if an in-place write would destroy a leaf whose gradient is wanted."""
    if tensor.requires_grad and tensor.op is None:
        name = printable_text(tensor.name or "a leaf")
        raise GradientError(
            f"cannot write into {name} ({describe(tensor)}) in place: it requires a gradient and "
            "its old value would be lost; write into a copy (y = x * 1; y[i] = v), or change x.data to update it "
            "outside the graph"
        )
