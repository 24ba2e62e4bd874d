"""TraceArray: what stands in for an ndarray while a function is traced."""

from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor
from ..errors import TraceError, describe
from .actions import cast
from .origin import line_of_user
from .program import mapped

#: Answered from shapes and dtypes, or only to be looked at: not written down.
QUERIES = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj, np.min_scalar_type,
    np.common_type, np.may_share_memory, np.shares_memory, np.array_repr, np.array_str, np.array2string,
}  # fmt: skip
#: What they return has a shape that depends on values.
NEEDS_VALUES = {
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.compress, np.extract, np.setdiff1d, np.union1d,
    np.intersect1d, np.array_equal, np.array_equiv, np.allclose, np.trim_zeros, np.bincount, np.histogram, np.repeat,
}  # fmt: skip


class TraceArray(StandIn):
    """An array that writes down what is done to it.

    It carries the value of this run: each call is carried out as it is written down. Whatever would need that value
    in Python (``if``, ``float()``) raises a TraceError, since another run has another value.

    node: the Value it is now; a write into it makes it another
    weak: ``float`` or ``int`` for a Python number, which takes the dtype of the arrays it meets; else None
    """

    __slots__ = ("node", "tape", "value", "weak")

    def __init__(self, trace, node, value, weak=None):
        self.tape, self.node, self.value, self.weak = trace, node, value, weak

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
    flags = property(lambda self: self.value.flags)
    base = property(lambda self: self.value.base)
    T = property(lambda self: self.tape.call(np.ndarray.transpose, (self,)))
    mT = property(lambda self: self.T if self.ndim == 2 else self.tape.call(np.ndarray.swapaxes, (self, -1, -2)))
    real = property(lambda self: self.tape.call(np.real, (self,)))
    imag = property(lambda self: self.tape.call(np.imag, (self,)))

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if any(isinstance(x, Tensor) for x in inputs):
            return NotImplemented
        return self.tape.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        return self.tape.function(function, args, kwargs)

    def __getitem__(self, index):
        return self.tape.getitem(self, mapped(index, Tensor, lambda t: t.data))

    def __setitem__(self, index, v):
        self.tape.setitem(self, mapped(index, Tensor, lambda t: t.data), v.data if isinstance(v, Tensor) else v)

    def __pow__(self, exponent):
        if isinstance(exponent, Tensor):
            return NotImplemented
        exact = FAST_POWERS.get(exponent) if type(exponent) in (int, float) and self.dtype.kind == "f" else None
        return np.power(self, exponent) if exact is None else exact(self)

    def __divmod__(self, other):
        return self // other, self % other

    def __len__(self):
        return len(self.value)

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self.value)))

    def reshape(self, *shape, order="C"):
        shape = shape[0] if len(shape) == 1 else shape
        if tuple(np.atleast_1d(shape)) == self.shape and order == "C" and shape != ():
            return self[...]
        return self.tape.call(np.reshape, (self, shape), {} if order == "C" else {"order": order})

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and (axes[0] is None or not hasattr(axes[0], "__index__")) else axes
        return self.tape.call(np.transpose, (self, tuple(axes))) if axes else self.T

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        if not copy and self.dtype == dtype and self.weak is None:
            return self
        return self.tape.call(cast, (self, np.dtype(dtype)))

    def copy(self, order="C"):
        return np.copy(self, order=order)

    def fill(self, v):
        self[...] = v

    def sum(self, axis=None, dtype=None, out=None, keepdims=False):
        return np.add.reduce(self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def prod(self, axis=None, dtype=None, out=None, keepdims=False):
        return np.multiply.reduce(self, axis=axis, dtype=dtype, out=out, keepdims=keepdims)

    def max(self, axis=None, out=None, keepdims=False):
        return np.maximum.reduce(self, axis=axis, out=out, keepdims=keepdims)

    def min(self, axis=None, out=None, keepdims=False):
        return np.minimum.reduce(self, axis=axis, out=out, keepdims=keepdims)

    def any(self, axis=None, out=None, keepdims=False):
        return np.logical_or.reduce(self, axis=axis, out=out, keepdims=keepdims)

    def all(self, axis=None, out=None, keepdims=False):
        return np.logical_and.reduce(self, axis=axis, out=out, keepdims=keepdims)

    def drawn(self, draw, **settings):
        """Be filled by ``draw(out=...)``, a method of a random generator; each replay draws anew."""
        return self.tape.draw(draw, self, settings)

    def descended(self, optimizer, grads, params):
        """Have ``optimizer`` step down ``grads``, now and at each replay; this is the array of one of ``params``."""
        self.tape.descend(optimizer, grads, params)

    def __array__(self, dtype=None, copy=None):
        raise needs_value("making an ndarray", self)

    def __format__(self, spec):
        if spec:
            raise needs_value("formatting", self)
        return repr(self)

    def __repr__(self):
        return f"TraceArray({describe(self)})"

    __hash__ = object.__hash__


#: What ``x ** n`` is in NumPy for these n.
FAST_POWERS: dict[float, Any] = {1: np.positive, 2: np.square, 0.5: np.sqrt, -1: np.reciprocal}
OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "mod": np.remainder,
    "floordiv": np.floor_divide, "matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift, "pow": np.power,
}  # fmt: skip
COMPARISONS = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
               "ge": np.greater_equal}  # fmt: skip
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
METHODS = ("mean", "var", "std", "argmax", "argmin", "cumsum", "cumprod", "clip", "round", "swapaxes", "squeeze",
           "ravel", "flatten", "take", "diagonal", "trace", "dot", "argsort", "conj", "view")  # fmt: skip
SCALARS = {"__bool__": "if, and, or, not or bool()", "__float__": "float()", "__int__": "int()",
           "__index__": "int() or range()", "__complex__": "complex()", "__contains__": "in", "item": "item()",
           "tolist": "tolist()", "tobytes": "tobytes()", "nonzero": "nonzero()", "repeat": "repeat()"}  # fmt: skip


def needs_value(what, where, remedy=None):
    """Return the error for something that needs an array's value in Python."""
    found: list[TraceArray] = []
    mapped(where, TraceArray, found.append)
    line = line_of_user()
    return TraceError(
        f"{line + ': ' if line else ''}{what} needs the value of {describe(found[0]) if found else 'an array'}, which "
        "differs from run to run of a compiled function; "
        + (remedy or "choose with np.where, pass what decides as a static argument, or run without compiling")
    )


def operation(ufunc):
    return lambda self, other: NotImplemented if isinstance(other, Tensor) else ufunc(self, other)


def alone(ufunc):
    return lambda self: ufunc(self)  # a ufunc itself is no method


def reflected(ufunc):
    return lambda self, other: NotImplemented if isinstance(other, Tensor) else ufunc(other, self)


def in_place(ufunc):
    return lambda self, other: ufunc(self, other, out=self)


def method(name):
    function = getattr(np.ndarray, name)
    return lambda self, *args, **kwargs: self.tape.call(function, (self, *args), kwargs)


def refused(what):
    def refuse(self, *args):
        raise needs_value(what, self)

    return refuse


for _name, _ufunc in OPERATORS.items():
    if _name != "pow":
        setattr(TraceArray, f"__{_name}__", operation(_ufunc))
    setattr(TraceArray, f"__r{_name}__", reflected(_ufunc))
    setattr(TraceArray, f"__i{_name}__", in_place(_ufunc))
for _name, _ufunc in COMPARISONS.items():
    setattr(TraceArray, f"__{_name}__", operation(_ufunc))
for _name, _ufunc in UNARY.items():
    setattr(TraceArray, f"__{_name}__", alone(_ufunc))
for _name in METHODS:
    setattr(TraceArray, _name, method(_name))
for _name, _what in SCALARS.items():
    setattr(TraceArray, _name, refused(_what))
