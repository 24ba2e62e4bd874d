"""Floating-point numbers taken apart and mended: signs, fractions, nan; and phases unwrapped."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import constant, elementwise, linear
from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import array_like
from .arithmetic import trunc

__all__ = [
    "copysign", "fix", "heaviside", "modf", "nan_to_num", "nextafter", "spacing", "unwrap",
]  # fmt: skip

copysign = elementwise("copysign", np.copysign, "``|a|`` with the sign of ``b``.", kinks=(0,),
    a=lambda g, y, a, b: g * (np.sign(a) * np.copysign(np.ones_like(y), b)),
    b=None)  # fmt: skip
heaviside = elementwise("heaviside", np.heaviside, "0 below 0, 1 above, ``b`` at 0.", kinks=(0,),
    a=None,
    b=lambda g, y, a, b: g * (a == 0))  # fmt: skip
fraction = elementwise("fraction", lambda x: np.modf(x)[0], "``x`` without its whole part, of the same sign.",
    x=lambda g, y, x: g)  # fmt: skip
nextafter = constant("nextafter", np.nextafter, "The next number from ``a`` towards ``b``.")
spacing = constant("spacing", np.spacing, "The distance from ``x`` to the next number away from 0.")


def replace_non_finite(x: Any, *, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


mend = linear("nan_to_num", replace_non_finite, "``x`` with numbers for nan, inf and -inf, which get no gradient.",
    x=lambda g, y, x, *, nan, posinf, neginf: np.where(np.isfinite(x), g, 0))  # fmt: skip
mend.op.kind, mend.op.tangents = "elementwise", list(mend.op.rules)


def nan_to_num(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Return ``x`` with ``nan`` for nan and the largest and smallest numbers, or those given, for inf and -inf.

    >>> import tensorgrad as tg
    >>> tg.nan_to_num(tg.Tensor([1.0, float("nan")]))
    Tensor([1., 0.])
    """
    if not copy:
        raise TypeError("nan_to_num(x, copy=False) would write into x; use the returned value: x = np.nan_to_num(x)")
    return mend(array_like(x), nan=nan, posinf=posinf, neginf=neginf)


def modf(x: Any, out: Any = None) -> Any:
    """Return ``(fraction, whole)`` of ``x``, both with its sign.

    >>> import tensorgrad as tg
    >>> tg.modf(tg.Tensor([2.5, -1.25]))
    (Tensor([ 0.5 , -0.25]), Tensor([ 2., -1.]))
    """
    return fraction(x), trunc(x)


def fix(x: Any, out: Any = None) -> Any:
    """Return the whole part of ``x``, towards 0."""
    return trunc(x)


def unwrap(p: Any, discont: Any = None, axis: Any = -1, *, period: Any = 2 * math.pi) -> Any:
    """Return angles ``p`` with whole ``period`` added wherever the step along ``axis`` is more than half of one.

    >>> import tensorgrad as tg
    >>> tg.unwrap(tg.Tensor([0.0, 1.0, 3.5]), period=4)
    Tensor([ 0. ,  1. , -0.5])
    """
    x = unwrap_tensors(p)
    return p + (np.unwrap(x, discont, axis, period=period) - x)


NUMPY.update({
    np.nan_to_num: nan_to_num, np.modf: modf, np.fix: fix, np.unwrap: unwrap,
})  # fmt: skip
