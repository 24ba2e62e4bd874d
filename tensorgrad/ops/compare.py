"""Comparing and choosing: comparisons and logic (constant), where, the larger and the smaller, clip."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import constant, elementwise
from ..core.dispatch import NUMPY
from ..core.tensor import Tensor

__all__ = [
    "allclose", "array_equal", "bitwise_and", "bitwise_or", "bitwise_xor", "clip", "equal", "fmax", "fmin", "greater",
    "greater_equal", "invert", "isclose", "isfinite", "isinf", "isnan", "left_shift", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "logical_xor", "maximum", "minimum", "not_equal", "right_shift",
    "signbit", "where",
]  # fmt: skip

equal = constant("equal", np.equal, "``a == b``.", symbol="=")
not_equal = constant("not_equal", np.not_equal, "``a != b``.", symbol="≠")
less = constant("less", np.less, "``a < b``.", symbol="<")
less_equal = constant("less_equal", np.less_equal, "``a <= b``.", symbol="≤")
greater = constant("greater", np.greater, "``a > b``.", symbol=">")
greater_equal = constant("greater_equal", np.greater_equal, "``a >= b``.", symbol="≥")

logical_and = constant("logical_and", np.logical_and, "Whether both are nonzero.", symbol="∧")
logical_or = constant("logical_or", np.logical_or, "Whether either is nonzero.", symbol="∨")
logical_xor = constant("logical_xor", np.logical_xor, "Whether exactly one is nonzero.", symbol="⊻")
logical_not = constant("logical_not", np.logical_not, "Whether it is zero.", symbol="¬")
bitwise_and = constant("bitwise_and", np.bitwise_and, "``a & b`` of integers or bools.", symbol="&")
bitwise_or = constant("bitwise_or", np.bitwise_or, "``a | b`` of integers or bools.", symbol="|")
bitwise_xor = constant("bitwise_xor", np.bitwise_xor, "``a ^ b`` of integers or bools.", symbol="^")
invert = constant("invert", np.invert, "``~x`` of integers or bools.", symbol="~")
left_shift = constant("left_shift", np.left_shift, "``a << b`` of integers.", symbol="<<")
right_shift = constant("right_shift", np.right_shift, "``a >> b`` of integers.", symbol=">>")

isnan = constant("isnan", np.isnan, "Whether it is nan.")
isinf = constant("isinf", np.isinf, "Whether it is inf or -inf.")
isfinite = constant("isfinite", np.isfinite, "Whether it is neither infinite nor nan.")
signbit = constant("signbit", np.signbit, "Whether the sign is minus, -0.0 included.")
isclose = constant("isclose",
    lambda a, b, *, rtol=1e-5, atol=1e-8, equal_nan=False: np.isclose(a, b, rtol, atol, equal_nan),
    "Whether ``|a - b| <= atol + rtol |b|``.", symbol="≈", numpy=(np.isclose,))  # fmt: skip
allclose = constant("allclose",
    lambda a, b, *, rtol=1e-5, atol=1e-8, equal_nan=False: np.allclose(a, b, rtol, atol, equal_nan),
    "Whether all entries are close.", symbol="≈", numpy=(np.allclose,))  # fmt: skip
array_equal = constant("array_equal", lambda a, b, *, equal_nan=False: np.array_equal(a, b, equal_nan),
    "Whether shapes and all entries agree.", symbol="=", numpy=(np.array_equal,))  # fmt: skip

where = elementwise("where", np.where, "``a`` where ``c``, else ``b``; the branch not taken gets exactly 0.",
    symbol="?", numpy=(),
    c=None,
    a=lambda g, y, c, a, b: np.where(c, g, 0),
    b=lambda g, y, c, a, b: np.where(c, 0, g))  # fmt: skip


def choice_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂a of a choice between two: 1 where ``a`` was taken, ½ where both were equal."""
    taken = a == y
    return 0.5 * (g * taken + g * (taken > (b == y)))  # masks times g: np.where is ten times slower on mixed masks


def choice_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    return choice_a(g, y, b, a)


maximum = elementwise("maximum", np.maximum, "The larger of the two; half the derivative each at a tie.",
    symbol="max", a=choice_a, b=choice_b)  # fmt: skip
minimum = elementwise("minimum", np.minimum, "The smaller of the two; half the derivative each at a tie.",
    symbol="min", a=choice_a, b=choice_b)  # fmt: skip
fmax = elementwise("fmax", np.fmax, "``maximum``, but a number wins against nan.", a=choice_a, b=choice_b)
fmin = elementwise("fmin", np.fmin, "``minimum``, but a number wins against nan.", a=choice_a, b=choice_b)

clamp = elementwise("clip", lambda x, lo, hi: np.clip(x, lo, hi), "``min(max(x, lo), hi)``.", symbol="clip", numpy=(),
    x=lambda g, y, x, lo, hi: g * (x == y),
    lo=lambda g, y, x, lo, hi: g * ((x < lo) > (lo > hi)),
    hi=lambda g, y, x, lo, hi: g * (np.maximum(x, lo) > hi))  # fmt: skip


def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None, out: Any = None) -> Any:
    """Return ``x`` with what lies outside ``[a_min, a_max]`` at the bounds; None is no bound.

    The derivative is 1 inside and at the bounds, 0 outside; the bounds have theirs too.

    >>> import numpy as np, tensorgrad as tg
    >>> x = tg.Tensor([-1.0, 0.0, 0.5], requires_grad=True)
    >>> np.clip(x, 0, None).sum().backward()
    >>> x.grad
    Tensor([0., 1., 1.])
    """
    lo = min if a_min is None else a_min
    hi = max if a_max is None else a_max
    if not any(isinstance(v, Tensor) for v in (x, lo, hi)):
        return np.clip(x, lo, hi, out)
    return clamp(x, lower_bound(x) if lo is None else lo, upper_bound(x) if hi is None else hi)


for part in ("op", "vjp", "jvp"):
    setattr(clip, part, getattr(clamp, part))


def lower_bound(x: Any) -> Any:
    """Return a bound below everything the dtype of ``x`` holds, as a Python number."""
    return np.iinfo(x.dtype).min if getattr(x, "dtype", np.dtype(float)).kind in "iu" else -math.inf


def upper_bound(x: Any) -> Any:
    """Return a bound above everything the dtype of ``x`` holds, as a Python number."""
    return np.iinfo(x.dtype).max if getattr(x, "dtype", np.dtype(float)).kind in "iu" else math.inf


def numpy_where(c: Any, *branches: Any) -> Any:
    """Answer ``np.where(c, a, b)``, and ``np.where(c)``, which is ``np.nonzero``."""
    if not branches:
        return np.nonzero(c)
    if len(branches) == 1:
        raise TypeError("np.where(c, a, b) takes both a and b, or neither: np.where(c) gives the places where c holds")
    return where(c, *branches)


NUMPY[np.where] = numpy_where
NUMPY[np.clip] = clip
