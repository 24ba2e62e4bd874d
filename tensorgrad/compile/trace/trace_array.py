"""The stand-in for an array or a number of NumPy's while a function is traced."""

import operator

import numpy as np

from ...core.tensor import StandIn, Tensor
from ...errors import TraceError, describe
from ...graph.origins import line_of_user
from ..ir.array_ops import cast
from ..ir.program import map_kind
from .array_operators import (
    ARRAYS,
    CHANGING_METHODS,
    COMPARISONS,
    METHODS,
    OPERATORS,
    OWN_METHODS,
    UNARY,
    array_method,
    binary_operator,
    changing_method,
    in_place_operator,
    in_place_power,
    numpy_method,
    power_operator,
    reflected_power,
    unary_operator,
)
from .refusals import SCALARS, needs_array_error, needs_value_error, refusing_method


def lies_in(part, whole):
    """Return whether the stand-in ``part`` lies in the memory of ``whole``."""
    return isinstance(whole, TraceArray) and not part.is_scalar and part.node.root is whole.node.root


class TraceArray(StandIn):
    """The stand-in of an array, or of a number of NumPy's, that writes down all that is done to it.

    It has the value of this run: each call runs as it is written down. Code that needs that value in Python (``if``,
    ``float()``) raises a TraceError, since another run has another value.

    node:  the Value it is now; a write into it makes it another
    value: the array, or the number, of this run
    """

    __slots__ = ("node", "tape", "value")

    def __init__(self, trace, node, value):
        self.tape, self.node, self.value = trace, node, value

    def become(self, other):
        """Be ``other`` from here on: the effect of a write into memory that only the trace knows."""
        self.node, self.value = other.node, other.value

    shares = lies_in
    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    strides = property(lambda self: self.value.strides)
    itemsize = property(lambda self: self.value.itemsize)
    nbytes = property(lambda self: self.value.nbytes)
    is_scalar = property(lambda self: isinstance(self.value, np.generic), doc="Whether it is a number of NumPy's.")
    flags = property(lambda self: Flags(self.value.flags))
    T = property(lambda self: self.tape.call(np.ndarray.transpose, (self,)) if self.ndim else self)
    mT = property(lambda self: self.T if self.ndim == 2 else self.tape.call(np.ndarray.swapaxes, (self, -1, -2)))
    real = property(lambda self: self.tape.call(np.real, (self,)))
    imag = property(lambda self: self.tape.call(np.imag, (self,)))

    @property
    def base(self):
        """None where NumPy has None, else some object; unknown for arrays from outside."""
        if self.node.kind != "result":
            raise needs_array_error(".base")
        return None if self.value.base is None else object()

    @property  # type: ignore[misc]  # what isinstance() looks at
    def __class__(self):
        return type(self.value)

    def run(self, kernel, *arrays, **settings):
        """Write down a call of ``kernel``, a function of plain arrays, and not what it calls."""
        return self.tape.call(kernel, arrays, settings)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if any(isinstance(x, Tensor) or getattr(x, "depth", 0) for x in inputs):
            return NotImplemented
        return self.tape.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if any(issubclass(kind, Tensor) or getattr(kind, "depth", 0) for kind in types):
            return NotImplemented
        return self.tape.function(function, args, kwargs)

    def __getitem__(self, index):
        index = map_kind(index, Tensor, lambda t: t.data)
        check_alone(index)
        return self.tape.getitem(self, index)

    def __setitem__(self, index, v):
        index, v = map_kind((index, v), Tensor, lambda t: t.data)
        check_alone((index, v))
        self.tape.setitem(self, index, v)

    def __round__(self, ndigits=None):
        if not self.is_scalar:
            raise TypeError("type numpy.ndarray doesn't define __round__ method")
        raise needs_value_error("round()", self, "write np.round(x, digits)")

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self.value)))

    def __getattr__(self, name):
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        raise TraceError(
            f"{line_of_user()}: .{name} of an array is not written down by a compiled function; use a function of "
            "NumPy's instead, or run without compiling"
        )

    def reshape(self, *shape, order="C"):
        shape = shape[0] if len(shape) == 1 else shape
        if isinstance(shape, (tuple, list)) and tuple(shape) == self.shape and order == "C" and shape != ():
            return self[...]
        return self.tape.call(np.reshape, (self, shape), {} if order == "C" else {"order": order})

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and (axes[0] is None or not hasattr(axes[0], "__index__")) else axes
        return self.tape.call(np.transpose, (self, tuple(axes))) if axes else self.T

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        dtype = np.dtype(dtype)
        if not copy and self.dtype == dtype and order == "K":
            return self
        if order != "K" or casting != "unsafe":
            settings = {"order": order, "casting": casting}
            return self.tape.call(np.ndarray.astype, (self, dtype), settings)
        return self.tape.call(cast, (self, dtype))

    def as_array(self):
        """Return this array, or this number as an array of its own."""
        if not self.is_scalar:
            return self
        if self.node.kind != "result":
            return self.tape.call(np.array, (self,))
        return TraceArray(self.tape, self.node, np.asarray(self.value))  # a write to it would be a new value

    def copy(self, order="C"):
        return self if self.is_scalar else np.copy(self, order=order)

    def fill(self, v):
        self[...] = v

    def put(self, indices, values, mode="raise"):
        np.put(self, indices, values, mode)  # type: ignore[arg-type]  # it answers for an array

    def draw(self, method, **settings):
        """Be filled by ``method(out=...)``, a method of a random generator; each replay draws anew."""
        return self.tape.draw(method, self, settings)

    def descend(self, optimizer, grads, params):
        """Have ``optimizer`` step down ``grads``, now and at each replay; this is the array of one of ``params``."""
        self.tape.descend(optimizer, grads, params)

    def __array__(self, dtype=None, copy=None):
        raise needs_value_error(
            "making an ndarray", self, "leave out np.asarray(), put numbers together by np.stack([a, b]), make a plain "
            "array that is indexed by it an argument or a Tensor, one that it is written into with np.zeros_like(x) or "
            "np.empty(shape, like=x), or run without compiling"
        )  # fmt: skip

    def __format__(self, spec):
        if spec:
            raise needs_value_error("formatting", self)
        return repr(self)

    def __repr__(self):
        return f"<{describe(self)}, while a program is written>"

    __hash__ = object.__hash__


def check_alone(x):
    """Raise TypeError if a stand-in of another kind, vmap's, is among what an array is indexed by or given."""
    map_kind(x, StandIn, lambda t: t.depth and t.__array__())


def numpy_scalar(t):
    """Return the stand-in of an array without axes as that of a number, which cannot be written to."""
    return TraceArray(t.tape, t.node, t.value[()])


def traced_value(t):
    """Return the value that a stand-in has in this run."""
    return t.value


class Flags:
    """The flags of an array that follow from its shape and strides, read-only."""

    __slots__ = ("_flags",)

    def __init__(self, flags):
        object.__setattr__(self, "_flags", flags)

    def __getattr__(self, name):
        if name not in ORDERS:
            raise needs_array_error(f".flags.{name}") if hasattr(self._flags, name) else AttributeError(name)
        return getattr(self._flags, name)

    def __getitem__(self, name):
        if name.lower() not in ORDERS and name not in ("C", "F"):
            raise needs_array_error(f".flags[{name!r}]")
        return self._flags[name]

    def __setattr__(self, name, value):
        raise TraceError(f"{line_of_user()}: a compiled function sets a flag of an array, which a program does not do")

    def __setitem__(self, name, value):
        setattr(self, name, value)


ORDERS = {"c_contiguous", "f_contiguous", "contiguous", "fortran", "forc", "fnc"}


_powers = {"pow": power_operator, "rpow": reflected_power, "ipow": in_place_power}
_divmods = {"divmod": binary_operator(np.divmod), "rdivmod": binary_operator(np.divmod, reflected=True)}
for _name, _operator in {**_powers, **_divmods}.items():
    setattr(TraceArray, f"__{_name}__", _operator)
for _name, _ufunc in OPERATORS.items():
    _function = getattr(operator, f"__{_name}__")
    setattr(TraceArray, f"__{_name}__", binary_operator(_ufunc, _function))
    setattr(TraceArray, f"__r{_name}__", binary_operator(_ufunc, _function, reflected=True))
    setattr(TraceArray, f"__i{_name}__", in_place_operator(_ufunc))
for _name, _ufunc in COMPARISONS.items():
    setattr(TraceArray, f"__{_name}__", binary_operator(_ufunc))
for _name, _ufunc in UNARY.items():
    setattr(TraceArray, f"__{_name}__", unary_operator(_ufunc))
for _name in METHODS:
    setattr(TraceArray, _name, numpy_method(_name))
for _name in CHANGING_METHODS:
    setattr(TraceArray, _name, changing_method(_name))
for _name in OWN_METHODS:
    setattr(TraceArray, _name, array_method(_name))
for _name, _what in {**SCALARS, **ARRAYS}.items():
    setattr(TraceArray, _name, refusing_method(_what))
