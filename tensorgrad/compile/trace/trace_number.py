"""The stand-in for a number of Python's while a function is traced."""

import math
import operator

import numpy as np

from ...core.tensor import StandIn, Tensor
from ..ir.program import NUMBERS
from .array_operators import COMPARISONS, OPERATORS, UNARY
from .trace_array import TraceArray


class TraceNumber(StandIn):
    """The stand-in of a Python number that is an argument or was computed from one: it writes down its arithmetic.

    A program computes with it as Python does: with ints of any size, and an error for a division by 0; beside an array
    it takes the array's dtype. Where code needs its value, ``if n > 0``, ``range(n)``, ``x[n:]``, the program is for
    that value alone.
    """

    __slots__ = ("node", "tape", "value")

    def __init__(self, trace, node, value):
        self.tape, self.node, self.value = trace, node, value

    is_scalar = True
    __class__ = property(lambda self: type(self.value))  # type: ignore[assignment]  # what isinstance() looks at
    real = property(lambda self: self if type(self.value) in (int, float) else self.concrete_value().real)

    __array_ufunc__, __array_function__ = TraceArray.__array_ufunc__, TraceArray.__array_function__

    def __round__(self, ndigits=None):
        return self.tape.call(round, (self,) if ndigits is None else (self, ndigits))

    def __divmod__(self, other):
        return self // other, self % other

    def as_array(self):
        """Return this number as an array, as a Tensor keeps it."""
        return self.tape.call(np.array, (self,))

    def concrete_value(self):
        """Return the number itself; from now on the program is for this value alone."""
        return self.tape.freeze(self)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.concrete_value(), dtype)

    def __format__(self, spec):
        return format(self.concrete_value(), spec)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(f"{type(self.value).__name__!r} object has no attribute {name!r}")
        return getattr(self.concrete_value(), name)

    def __repr__(self):
        return f"<{type(self.value).__name__}, while a program is written>"

    def __hash__(self):
        return hash(self.concrete_value())


def is_python_number(x):
    """Return whether ``x`` is a number of Python's or stands for one."""
    return isinstance(x, TraceNumber) or type(x) in NUMBERS


def number_operator(function, ufunc, reflected=False):
    """Return an operator of Python numbers; beside an array it is the ufunc."""

    def operate(self, other):
        if isinstance(other, (Tensor, list, tuple, str, type(None))):
            return NotImplemented
        pair = (other, self) if reflected else (self, other)
        return self.tape.call(function, pair) if is_python_number(other) else ufunc(*pair)

    return operate


def value_function(function):
    return lambda self: function(self.concrete_value())


def unary_number_operator(function):
    return lambda self: self.tape.call(function, (self,))


for _name, _ufunc in {**OPERATORS, "pow": np.power}.items():
    _python = getattr(operator, f"__{_name}__")
    setattr(TraceNumber, f"__{_name}__", number_operator(_python, _ufunc))
    setattr(TraceNumber, f"__r{_name}__", number_operator(_python, _ufunc, reflected=True))
for _name, _ufunc in COMPARISONS.items():
    setattr(TraceNumber, f"__{_name}__", number_operator(getattr(operator, _name), _ufunc))
for _name in UNARY:
    setattr(TraceNumber, f"__{_name}__", unary_number_operator(getattr(operator, f"__{_name}__")))
for _change in (bool, int, float, complex, operator.index, math.trunc, math.floor, math.ceil, str):
    setattr(TraceNumber, f"__{_change.__name__}__", value_function(_change))
