"""Sums, products, powers and remainders: what Python's arithmetic operators mean, and NumPy's relatives of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import constant, elementwise
from ..core.dispatch import NUMPY
from ..core.modes import is_complex_step
from ..core.tensor import array_like

__all__ = [
    "absolute", "add", "cbrt", "ceil", "divide", "divmod", "float_power", "floor", "floor_divide", "fmod", "hypot",
    "multiply", "negative", "positive", "power", "product", "ratio", "reciprocal", "remainder", "rint", "round", "sign",
    "sqrt", "square", "subtract", "trunc",
]  # fmt: skip

add = elementwise("add", np.add, "Elementwise ``a + b``.", symbol="+",
    a=lambda g, y, a, b: g,
    b=lambda g, y, a, b: g)  # fmt: skip

subtract = elementwise("subtract", np.subtract, "Elementwise ``a - b``.", symbol="−",
    a=lambda g, y, a, b: g,
    b=lambda g, y, a, b: -g)  # fmt: skip

multiply = elementwise("multiply", np.multiply, "Elementwise ``a * b``.", symbol="×",
    a=lambda g, y, a, b: g * b,
    b=lambda g, y, a, b: g * a)  # fmt: skip

product = elementwise("product", lambda g, d: np.where((g == 0) | (d == 0), 0, g * d),
    "``g * d``, but 0 where either is 0, even if the other is inf or nan: the companion of ``ratio``.", symbol="×₀",
    g=lambda h, y, g, d: product(h, d),
    d=lambda h, y, g, d: product(h, g))  # fmt: skip

ratio = elementwise("ratio", lambda g, d: np.where(g == 0, 0, g / d),
    "``g / d``, but 0 where ``g`` is 0: what was not used cannot pass on an infinite derivative.",
    symbol="÷₀", domain={"d": "nonzero"},
    g=lambda h, y, g, d: ratio(h, d),
    d=lambda h, y, g, d: product(ratio(-h, d), y))  # fmt: skip

divide = elementwise("divide", np.divide, "Elementwise ``a / b``.", symbol="÷", domain={"b": "nonzero"},
    a=lambda g, y, a, b: ratio(g, b),
    b=lambda g, y, a, b: product(ratio(-g, b), y))  # fmt: skip

positive = elementwise("positive", np.positive, "A copy: ``+x``.", symbol="+", x=lambda g, y, x: g)
negative = elementwise("negative", np.negative, "Elementwise ``-x``.", symbol="−", x=lambda g, y, x: -g)


def zero_to_inf(d: Any) -> Any:
    """Return a divisor with inf for 0: what is divided by it is 0, and so are all derivatives of the quotient.

    For ``x / ‖x‖``, which is taken as 0 at 0. ``ratio`` is for divisors at which the derivative is infinite.
    """
    return np.where(d == 0, math.inf, d)


def power_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂a: ``b aᵇ⁻¹``; 0 for ``b = 0``, even at ``a = 0``."""
    if isinstance(b, (int, float)):
        if b >= 1 and b % 1 == 0:
            return g * b * a ** (b - 1)  # finite for every a: nothing to mask, and x ** 2 is everywhere
        if b == 0:
            return np.zeros_like(a)
    return product(g, product(b, a ** (b - 1)))


def power_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂b: ``aᵇ ln a``; 0 at ``a = 0``, where ``0ᵇ`` is flat for ``b > 0``."""
    return product(g, y * np.log(np.where(a == 0, np.ones_like(y), a)))


power = elementwise("power", np.power, "Elementwise ``a ** b``.", symbol="^", domain={"a": "positive"}, kinks=(0,),
    wide=True, a=power_a, b=power_b)  # fmt: skip


square = elementwise("square", np.square, "``x²``.", symbol="²", x=lambda g, y, x: 2 * g * x)
sqrt = elementwise("sqrt", np.sqrt, "``√x``; its derivative is infinite at 0.", symbol="√", domain="positive",
    kinks=(0,), x=lambda g, y, x: ratio(0.5 * g, y))  # fmt: skip
cbrt = elementwise("cbrt", np.cbrt, "The real cube root of ``x``.", symbol="∛", kinks=(0,), wide=True,
    x=lambda g, y, x: ratio(g, 3 * y * y))  # fmt: skip
reciprocal = elementwise("reciprocal", np.reciprocal, "``1 / x``.", symbol="1/x", domain="nonzero",
    x=lambda g, y, x: product(ratio(-g, x), y))  # fmt: skip


def conj_complex(x: Any) -> Any:
    """Return the conjugate of complex numbers, and real ones as they are: np.conjugate would copy them."""
    return np.conjugate(x) if x.dtype.kind == "c" and not is_complex_step() else x


def squared_magnitude(x: Any) -> Any:
    """Return ``|x|²``, which is real: ``x²`` of real numbers."""
    return x * x if x.dtype.kind != "c" or is_complex_step() else np.real(x * np.conjugate(x))


absolute = elementwise("absolute", np.absolute, "``|x|``; its derivative at 0 is taken as 0.", symbol="|x|", kinks=(0,),
    numpy=(np.absolute, np.fabs), x=lambda g, y, x: g * conj_complex(sign(x)))  # fmt: skip
hypot = elementwise("hypot", np.hypot, "``√(a² + b²)``, without overflow; its derivatives at 0 are taken as 0.",
    wide=True,
    a=lambda g, y, a, b: g * (a / zero_to_inf(y)),
    b=lambda g, y, a, b: g * (b / zero_to_inf(y)))  # fmt: skip

sign_of_real = constant("sign", np.sign, "-1, 0 or 1; of complex numbers ``x / |x|``.", numpy=())
floor = constant("floor", np.floor, "The largest integer of at most ``x``.", symbol="⌊x⌋")
ceil = constant("ceil", np.ceil, "The smallest integer of at least ``x``.", symbol="⌈x⌉")
rint = constant("rint", np.rint, "The nearest integer, halves to even.")
trunc = constant("trunc", np.trunc, "The integer part, towards 0.")
round = constant("round", lambda x, *, decimals=0: np.round(x, decimals), "``x`` to ``decimals`` decimals.",
    numpy=(np.round, np.around))  # fmt: skip
floor_divide = constant("floor_divide", np.floor_divide, "``a // b``, rounded down.", symbol="//")

remainder = elementwise("remainder", np.remainder, "``a % b = a - b ⌊a / b⌋``, of the sign of ``b``.", symbol="%",
    domain={"b": "nonzero"},
    a=lambda g, y, a, b: g,
    b=lambda g, y, a, b: -g * np.floor_divide(a, b))  # fmt: skip
fmod = elementwise("fmod", np.fmod, "``a - b trunc(a / b)``, of the sign of ``a``.", domain={"b": "nonzero"},
    a=lambda g, y, a, b: g,
    b=lambda g, y, a, b: -g * np.rint((a - y) / b))  # fmt: skip


def sign(x: Any) -> Any:
    """-1, 0 or 1, without a derivative; of complex numbers ``x / |x|``, which has one.

    >>> import tensorgrad as tg
    >>> tg.sign(tg.Tensor([-2.0, 3.0]))
    Tensor([-1.,  1.])
    """
    x = array_like(x)
    if x.dtype.kind != "c":
        return sign_of_real(x)
    length = absolute(x)
    return np.where(length == 0, 0.0, x / zero_to_inf(length))  # of -0 it is 0


def divmod(a: Any, b: Any) -> Any:
    """Return ``(a // b, a % b)``.

    >>> import tensorgrad as tg
    >>> tg.ops.divmod(tg.Tensor([7.0]), 2)
    (Tensor([3.]), Tensor([1.]))
    """
    return floor_divide(a, b), remainder(a, b)


def float_power(a: Any, b: Any) -> Any:
    """``a ** b`` in at least float64, whatever the dtypes, so that integers have negative powers.

    >>> import numpy as np, tensorgrad as tg
    >>> np.float_power(tg.Tensor([2, 4]), -1)
    Tensor([0.5 , 0.25])
    """
    return power(as_double(a), as_double(b))


def as_double(x: Any) -> Any:
    """Return numbers, arrays and Tensors in at least float64."""
    x = array_like(x)
    return x.astype(np.result_type(x.dtype, float))


NUMPY.update({np.sign: sign, np.divmod: divmod, np.float_power: float_power})
