"""What stands in for an array, a number of NumPy's or one of Python's while a function is traced."""

import operator
from typing import Any

import numpy as np

from ...core.tensor import StandIn, Tensor
from ...errors import TraceError, describe
from ...graph.origins import line_of_user
from ..ir.array_ops import cast, scalar_operator
from ..ir.program import NUMBERS, map_kind
from .refusals import SCALARS, needs_array, needs_value, refused


class TraceArray(StandIn):
    """An array that writes down what is done to it, or a number of NumPy's, which nothing can be written into.

    It carries the value of this run: each call is carried out as it is written down. Whatever would need that value
    in Python (``if``, ``float()``) raises a TraceError, since another run has another value.

    node:  the Value it is now; a write into it makes it another
    value: the array, or the number, of this run
    """

    __slots__ = ("node", "tape", "value")

    def __init__(self, trace, node, value):
        self.tape, self.node, self.value = trace, node, value

    def become(self, other):
        """Be ``other`` from here on: what a write into memory that nobody else knows comes to."""
        self.node, self.value = other.node, other.value

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: self.value.ndim)
    size = property(lambda self: self.value.size)
    strides = property(lambda self: self.value.strides)
    itemsize = property(lambda self: self.value.itemsize)
    nbytes = property(lambda self: self.value.nbytes)
    flags = property(lambda self: Flags(self.value.flags))
    T = property(lambda self: self.tape.call(np.ndarray.transpose, (self,)) if self.ndim else self)
    mT = property(lambda self: self.T if self.ndim == 2 else self.tape.call(np.ndarray.swapaxes, (self, -1, -2)))
    real = property(lambda self: self.tape.call(np.real, (self,)))
    imag = property(lambda self: self.tape.call(np.imag, (self,)))

    @property
    def base(self):
        """None, or something that is not, of what the function computed; of what it was given nobody knows."""
        if self.node.kind != "result":
            raise needs_array(".base")
        return None if self.value.base is None else object()

    @property  # type: ignore[misc]  # what isinstance() looks at
    def __class__(self):
        return type(self.value)

    def run(self, kernel, *arrays, **settings):
        """Write down a call of ``kernel``, a function of plain arrays, and not what it calls."""
        return self.tape.call(kernel, arrays, settings)

    def shares(self, whole):
        """Return whether this lies in the memory of ``whole``."""
        return isinstance(whole, TraceArray) and not self.is_scalar and self.node.root is whole.node.root

    @property
    def is_scalar(self):
        """Whether it is a number of NumPy's, not an array."""
        return isinstance(self.value, np.generic)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if any(isinstance(x, Tensor) for x in inputs):
            return NotImplemented
        return self.tape.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        return self.tape.function(function, args, kwargs)

    def __getitem__(self, index):
        return self.tape.getitem(self, map_kind(index, Tensor, lambda t: t.data))

    def __setitem__(self, index, v):
        self.tape.setitem(self, map_kind(index, Tensor, lambda t: t.data), map_kind(v, Tensor, lambda t: t.data))

    def __pow__(self, exponent):
        if isinstance(exponent, Tensor):
            return NotImplemented
        if self.is_scalar and is_number(exponent):
            return self.tape.call(
                scalar_operator, (operator.pow, self, exponent)
            )  # not to the last bit what np.power gives
        if is_argument(exponent):  # NumPy takes a square for 2, and so on; of ints and bools that has another dtype
            exponent = exponent if self.dtype.kind in "fc" else exponent.known()
            return self.tape.call(operator.pow, (self, exponent))
        fast = type(exponent) in (int, float) and (exponent in FAST_POWERS or exponent == 0)
        if not fast:
            return np.power(self, exponent)
        exact = self.fast_power(exponent)
        return self.tape.call(operator.pow, (self, exponent)) if exact is None else exact(self)

    def fast_power(self, exponent):
        """Return the ufunc that NumPy takes instead of ``np.power`` for this number, or None."""
        if self.dtype.kind == "f":
            return FAST_POWERS.get(exponent)
        return np.square if type(exponent) is int and exponent == 2 else None

    def __rpow__(self, base):
        if isinstance(base, Tensor):
            return NotImplemented
        if self.is_scalar and is_number(base):
            return self.tape.call(scalar_operator, (operator.pow, base, self))
        return np.power(base, self)

    def __ipow__(self, exponent):
        if self.is_scalar or isinstance(exponent, Tensor):
            return NotImplemented
        if is_argument(exponent):
            self.tape.save(self)
            self.tape.call(operator.ipow, (self, exponent), written=(self,))
            return self
        exact = self.fast_power(exponent) if type(exponent) in (int, float) else None
        if exact is not None:
            return exact(self, out=self)
        return np.power(self, exponent, out=self)  # type: ignore[call-overload]  # it answers for an array

    def __divmod__(self, other):
        return NotImplemented if isinstance(other, Tensor) else np.divmod(self, other)

    def __rdivmod__(self, other):
        return NotImplemented if isinstance(other, Tensor) else np.divmod(other, self)

    def __round__(self, ndigits=None):
        if not self.is_scalar:
            raise TypeError("type numpy.ndarray doesn't define __round__ method")
        raise needs_value("round()", self, "write np.round(x, digits)")

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
        """Return this, a number as an array of its own."""
        if not self.is_scalar:
            return self
        if self.node.kind != "result":
            return self.tape.call(np.array, (self,))
        return TraceArray(self.tape, self.node, np.asarray(self.value))  # a write to it would be a new value

    def copy(self, order="C"):
        return self if self.is_scalar else np.copy(self, order=order)

    def fill(self, v):
        self[...] = v

    def sort(self, axis=-1, kind=None, order=None, *, stable=None):
        self.changed_by(np.ndarray.sort, axis=axis, kind=kind, stable=stable)

    def partition(self, kth, axis=-1, kind="introselect", order=None):
        self.changed_by(np.ndarray.partition, kth=kth, axis=axis, kind=kind)

    def put(self, indices, values, mode="raise"):
        np.put(self, indices, values, mode)  # type: ignore[arg-type]  # it answers for an array

    def changed_by(self, method, **settings):
        """Write down a method that changes this array."""
        if self.is_scalar:
            raise TypeError(f"a number of NumPy's has no .{method.__name__}() that could change it")
        self.tape.save(self)
        self.tape.call(method, (self,), settings, written=(self,))

    def conj(self):
        return np.conjugate(self)

    conjugate = conj

    def sum(self, axis=None, dtype=None, out=None, keepdims=False, initial=np._NoValue, where=True):
        return np.sum(self, axis, dtype, out, keepdims, initial, where)

    def prod(self, axis=None, dtype=None, out=None, keepdims=False, initial=np._NoValue, where=True):
        return np.prod(self, axis, dtype, out, keepdims, initial, where)

    def max(self, axis=None, out=None, keepdims=False, initial=np._NoValue, where=True):
        return np.max(self, axis, out, keepdims, initial, where)

    def min(self, axis=None, out=None, keepdims=False, initial=np._NoValue, where=True):
        return np.min(self, axis, out, keepdims, initial, where)

    def any(self, axis=None, out=None, keepdims=False, *, where=True):
        return np.any(self, axis, out, keepdims, where=where)

    def all(self, axis=None, out=None, keepdims=False, *, where=True):
        return np.all(self, axis, out, keepdims, where=where)

    def drawn(self, draw, **settings):
        """Be filled by ``draw(out=...)``, a method of a random generator; each replay draws anew."""
        return self.tape.draw(draw, self, settings)

    def descended(self, optimizer, grads, params):
        """Have ``optimizer`` step down ``grads``, now and at each replay; this is the array of one of ``params``."""
        self.tape.descend(optimizer, grads, params)

    def __array__(self, dtype=None, copy=None):
        raise needs_value(
            "making an ndarray", self, "leave out np.asarray(), put numbers together by np.stack([a, b]), make a plain "
            "array that is indexed by it an argument or a Tensor, one that it is written into with np.zeros_like(x) or "
            "np.empty(shape, like=x), or run without compiling"
        )  # fmt: skip

    def __format__(self, spec):
        if spec:
            raise needs_value("formatting", self)
        return repr(self)

    def __repr__(self):
        return f"<{describe(self)}, while a program is written>"

    __hash__ = object.__hash__


def is_argument(x):
    """Return whether ``x`` stands for a number of Python's."""
    return isinstance(x, StandIn) and x.node.python is not None


def are_complex(*numbers):
    """Return whether one of these numbers is complex."""
    return any(isinstance(x, (complex, np.complexfloating)) for x in numbers)


class Flags:
    """The flags of an array, to be looked at: those that follow from its shape and strides."""

    __slots__ = ("_flags",)

    def __init__(self, flags):
        object.__setattr__(self, "_flags", flags)

    def __getattr__(self, name):
        if name not in ORDERS:
            raise needs_array(f".flags.{name}") if hasattr(self._flags, name) else AttributeError(name)
        return getattr(self._flags, name)

    def __getitem__(self, name):
        if name.lower() not in ORDERS and name not in ("C", "F"):
            raise needs_array(f".flags[{name!r}]")
        return self._flags[name]

    def __setattr__(self, name, value):
        raise TraceError(f"{line_of_user()}: a compiled function sets a flag of an array, which a program does not do")

    def __setitem__(self, name, value):
        setattr(self, name, value)


ORDERS = {"c_contiguous", "f_contiguous", "contiguous", "fortran", "forc", "fnc"}


def is_number(x):
    """Return whether ``x`` is a number, Python's or NumPy's, or stands for one."""
    return type(x) in NUMBERS or isinstance(x, np.generic) or getattr(x, "is_scalar", False)


def without_defaults(kwargs):
    """Return settings without those that say nothing."""
    return {
        key: value for key, value in kwargs.items()
        if value is not np._NoValue and not (key == "out" and value is None) and not (key == "where" and value is True)
    }  # fmt: skip


#: What ``x ** n`` is in NumPy for these n.
FAST_POWERS: dict[float, Any] = {1: np.positive, 2: np.square, 0.5: np.sqrt, -1: np.reciprocal}
OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "mod": np.remainder,
    "floordiv": np.floor_divide, "matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift,
}  # fmt: skip
COMPARISONS = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
               "ge": np.greater_equal}  # fmt: skip
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
#: Methods that are a function of NumPy's with the same arguments.
METHODS = ("mean", "var", "std", "argmax", "argmin", "cumsum", "cumprod", "clip", "round", "swapaxes", "squeeze",
           "ravel", "take", "diagonal", "trace", "dot", "argsort", "choose", "searchsorted", "repeat")  # fmt: skip
OWN_METHODS = ("flatten", "view")
ARRAYS = {"__contains__": "in", "item": "item()", "tolist": "tolist()", "tobytes": "tobytes()",
          "nonzero": "nonzero()"}  # fmt: skip


def operation(ufunc, function=None):
    def operate(self, other):
        if isinstance(other, Tensor):
            return NotImplemented
        if function is not None and self.is_scalar and is_number(other) and are_complex(self, other):
            return self.tape.call(scalar_operator, (function, self, other))
        return ufunc(self, other)

    return operate


def alone(ufunc):
    return lambda self: ufunc(self)  # a ufunc itself is no method


def reflected(ufunc, function):
    def operate(self, other):
        if isinstance(other, Tensor):
            return NotImplemented
        if self.is_scalar and is_number(other) and are_complex(self, other):
            return self.tape.call(scalar_operator, (function, other, self))
        return ufunc(other, self)

    return operate


def in_place(ufunc):
    def change(self, other):
        if self.is_scalar or isinstance(other, Tensor):
            return NotImplemented  # then Python computes self + other and binds the name anew
        return ufunc(self, other, out=self)

    return change


def method(name):
    function = getattr(np, name)
    return lambda self, *args, **kwargs: function(self, *args, **kwargs)


def own_method(name):
    function = getattr(np.ndarray, name)
    return lambda self, *args, **kwargs: self.tape.call(function, (self, *args), kwargs)


for _name, _ufunc in OPERATORS.items():
    _function = getattr(operator, f"__{_name}__")
    setattr(TraceArray, f"__{_name}__", operation(_ufunc, _function))
    setattr(TraceArray, f"__r{_name}__", reflected(_ufunc, _function))
    setattr(TraceArray, f"__i{_name}__", in_place(_ufunc))
for _name, _ufunc in COMPARISONS.items():
    setattr(TraceArray, f"__{_name}__", operation(_ufunc))
for _name, _ufunc in UNARY.items():
    setattr(TraceArray, f"__{_name}__", alone(_ufunc))
for _name in METHODS:
    setattr(TraceArray, _name, method(_name))
for _name in OWN_METHODS:
    setattr(TraceArray, _name, own_method(_name))
for _name, _what in {**SCALARS, **ARRAYS}.items():
    setattr(TraceArray, _name, refused(_what))
