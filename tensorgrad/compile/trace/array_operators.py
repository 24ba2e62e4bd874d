"""The operators and methods of a stand-in for an array: each calls a function of NumPy's, which writes itself down."""

import operator
from typing import Any

import numpy as np

from ...core.tensor import StandIn, Tensor
from ..ir.array_ops import scalar_operator
from ..ir.program import NUMBERS

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
           "ravel", "take", "diagonal", "trace", "dot", "argsort", "choose", "searchsorted", "repeat", "sum", "prod",
           "max", "min", "any", "all", "conj", "conjugate")  # fmt: skip
#: Methods without such a function: they return an array, or change this one.
OWN_METHODS = ("flatten", "view")
CHANGING_METHODS = ("sort", "partition")
ARRAYS = {"__contains__": "in", "item": "item()", "tolist": "tolist()", "tobytes": "tobytes()",
          "nonzero": "nonzero()"}  # fmt: skip
#: The ufuncs that NumPy uses for ``x ** n`` with these n.
FAST_POWERS: dict[float, Any] = {1: np.positive, 2: np.square, 0.5: np.sqrt, -1: np.reciprocal}


def is_argument(x):
    """Return whether ``x`` stands for a number of Python's."""
    return isinstance(x, StandIn) and x.node.python is not None


def are_complex(*numbers):
    """Return whether one of these numbers is complex."""
    return any(isinstance(x, (complex, np.complexfloating)) for x in numbers)


def is_scalar_operand(x):
    """Return whether ``x`` is a number, Python's or NumPy's, or stands for one."""
    return type(x) in NUMBERS or isinstance(x, np.generic) or getattr(x, "is_scalar", False)


def binary_operator(ufunc, function=None, *, reflected=False):
    """Return the method of ``x + y``, or ``y + x`` if reflected, where y is no stand-in.

    Of complex numbers it computes ``function``, as NumPy's own numbers do.
    """

    def operate(self, other):
        if isinstance(other, Tensor):
            return NotImplemented
        a, b = (other, self) if reflected else (self, other)
        if function is not None and self.is_scalar and is_scalar_operand(other) and are_complex(a, b):
            return self.tape.call(scalar_operator, (function, a, b))
        return ufunc(a, b)

    return operate


def unary_operator(ufunc):
    """Return the method of ``-x``."""
    return lambda self: ufunc(self)  # a ufunc itself does not bind to an object


def in_place_operator(ufunc):
    """Return the method of ``x += y``."""

    def change(self, other):
        if self.is_scalar or isinstance(other, Tensor):
            return NotImplemented  # then Python computes self + other and binds the name anew
        return ufunc(self, other, out=self)

    return change


def numpy_method(name):
    """Return the method that calls ``np.name``."""
    function = getattr(np, name)
    return lambda self, *args, **kwargs: function(self, *args, **kwargs)


def array_method(name):
    """Return the method that writes down ``np.ndarray.name``."""
    function = getattr(np.ndarray, name)
    return lambda self, *args, **kwargs: self.tape.call(function, (self, *args), kwargs)


def changing_method(name):
    """Return the method that writes down ``np.ndarray.name``, which changes the array."""
    function = getattr(np.ndarray, name)

    def change(self, *args, **kwargs):
        if self.is_scalar:
            raise TypeError(f"a number of NumPy's has no .{name}() that could change it")
        self.tape.rollback.keep_target(self)
        self.tape.call(function, (self, *args), kwargs, written=(self,))

    return change


def power_operator(x, exponent):
    """Return ``x ** exponent``, computed by the function that NumPy takes for this exponent."""
    if isinstance(exponent, Tensor):
        return NotImplemented
    if x.is_scalar and is_scalar_operand(exponent):
        return x.tape.call(scalar_operator, (operator.pow, x, exponent))  # not to the last bit what np.power gives
    if is_argument(exponent):  # NumPy takes a square for 2, and so on; of ints and bools that has another dtype
        exponent = exponent if x.dtype.kind in "fc" else exponent.concrete_value()
        return x.tape.call(operator.pow, (x, exponent))
    fast = type(exponent) in (int, float) and (exponent in FAST_POWERS or exponent == 0)
    if not fast:
        return np.power(x, exponent)
    exact = fast_power(x, exponent)
    return x.tape.call(operator.pow, (x, exponent)) if exact is None else exact(x)


def fast_power(x, exponent):
    """Return the ufunc that NumPy uses in place of ``np.power`` for this exponent, or None."""
    if x.dtype.kind == "f":
        return FAST_POWERS.get(exponent)
    return np.square if type(exponent) is int and exponent == 2 else None


def reflected_power(x, base):
    """Return ``base ** x``."""
    if isinstance(base, Tensor):
        return NotImplemented
    if x.is_scalar and is_scalar_operand(base):
        return x.tape.call(scalar_operator, (operator.pow, base, x))
    return np.power(base, x)


def in_place_power(x, exponent):
    """Return x after ``x **= exponent``."""
    if x.is_scalar or isinstance(exponent, Tensor):
        return NotImplemented
    if is_argument(exponent):
        x.tape.rollback.keep_target(x)
        x.tape.call(operator.ipow, (x, exponent), written=(x,))
        return x
    exact = fast_power(x, exponent) if type(exponent) in (int, float) else None
    if exact is not None:
        return exact(x, out=x)
    return np.power(x, exponent, out=x)  # type: ignore[call-overload]  # it answers for an array
