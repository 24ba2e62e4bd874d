"""What stands in for a number of Python's while a function is traced."""

import operator

import numpy as np

from ..core.tensor import StandIn, Tensor
from .actions import natural_power
from .arrays import COMPARISONS, OPERATORS, UNARY
from .program import NUMBERS
from .refusal import SCALARS, needs_value, refused


class TraceNumber(StandIn):
    """A number of Python's that is an argument, or was computed from one: its arithmetic is written down too.

    A program computes it as Python does: with ints of any size, errors for a division by 0, and beside arrays it takes
    their dtype.
    """

    __slots__ = ("node", "tape", "value")

    def __init__(self, trace, node, value):
        self.tape, self.node, self.value = trace, node, value

    is_scalar = True
    real = property(lambda self: self)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if any(isinstance(x, Tensor) for x in inputs):
            return NotImplemented
        return self.tape.ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        return self.tape.function(function, args, kwargs)

    def __pow__(self, exponent):
        if not is_python(exponent):
            return NotImplemented if isinstance(exponent, Tensor) else np.power(self, exponent)
        steady = type(exponent) is int and (type(self.value) is not int or exponent != 0)
        if not steady:
            raise needs_value("a power", (self, exponent), "what kind of number it is depends on the values; make it "
                              "an array, np.asarray(x, float), before it is passed")  # fmt: skip
        return self.tape.number(operator.pow, self, exponent)

    def __rpow__(self, base):
        if not is_python(base):
            return NotImplemented if isinstance(base, Tensor) else np.power(base, self)
        if type(self.value) is int and type(base) is int:
            if self.value < 0:
                raise needs_value("a negative power", self, "write it with a float: 2.0 ** n")
            return self.tape.number(natural_power, base, self)
        if type(base) is float and base < 0 and type(self.value) is not int:
            raise needs_value("a power of a negative number", self, "it may be complex")
        return self.tape.number(operator.pow, base, self)

    def __round__(self, ndigits=None):
        return self.tape.number(round, self) if ndigits is None else self.tape.number(round, self, ndigits)

    def __divmod__(self, other):
        return self // other, self % other

    def as_array(self):
        """Return this number as an array, as a Tensor keeps it."""
        return self.tape.call(np.array, (self,))

    def item(self):
        raise needs_value("item()", self)

    def conjugate(self):
        return self if type(self.value) is not complex else np.conjugate(self)

    def is_integer(self):
        raise needs_value("is_integer()", self)

    def bit_length(self):
        raise needs_value("bit_length()", self)

    def __array__(self, dtype=None, copy=None):
        raise needs_value("making an ndarray", self, "pass it as an array, or make it one with a function of NumPy's "
                          "that takes numbers: np.multiply(n, 1)")  # fmt: skip

    def __format__(self, spec):
        if spec:
            raise needs_value("formatting", self)
        return repr(self)

    def __repr__(self):
        return f"TraceNumber({type(self.value).__name__})"

    __hash__ = object.__hash__


def is_python(x):
    """Return whether ``x`` is a number of Python's or stands for one."""
    return isinstance(x, TraceNumber) or type(x) in NUMBERS


def of_numbers(function, ufunc, reflected=False):
    """Return an operator of Python numbers; beside an array it is the ufunc."""

    def operate(self, other):
        if isinstance(other, (Tensor, list, tuple, str, type(None))):
            return NotImplemented
        pair = (other, self) if reflected else (self, other)
        return self.tape.number(function, *pair) if is_python(other) else ufunc(*pair)

    return operate


def of_one(function):
    return lambda self: self.tape.number(function, self)


for _name, _ufunc in OPERATORS.items():
    _python = getattr(operator, f"__{_name}__")
    setattr(TraceNumber, f"__{_name}__", of_numbers(_python, _ufunc))
    setattr(TraceNumber, f"__r{_name}__", of_numbers(_python, _ufunc, reflected=True))
for _name, _ufunc in COMPARISONS.items():
    setattr(TraceNumber, f"__{_name}__", of_numbers(getattr(operator, _name), _ufunc))
for _name in UNARY:
    setattr(TraceNumber, f"__{_name}__", of_one(getattr(operator, f"__{_name}__")))
for _name, _what in SCALARS.items():
    setattr(TraceNumber, _name, refused(_what))
