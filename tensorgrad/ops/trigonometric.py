"""Circular and hyperbolic functions, their inverses, and degrees."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.declare import elementwise
from .arithmetic import ratio, zero_to_inf

__all__ = [
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh", "deg2rad", "rad2deg",
    "sin", "sinh", "tan", "tanh",
]  # fmt: skip

DEGREE = math.pi / 180


def arctan2_a(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂a: ``b / (a² + b²)``; 0 where both are 0."""
    r = zero_to_inf(np.hypot(a, b))  # its square could overflow
    return g * (b / r / r)


def arctan2_b(g: Any, y: Any, a: Any, b: Any) -> Any:
    """∂/∂b: ``-a / (a² + b²)``; 0 where both are 0."""
    return -arctan2_a(g, y, b, a)


sin = elementwise("sin", np.sin, "Sine of ``x`` radians.", x=lambda g, y, x: g * np.cos(x))
cos = elementwise("cos", np.cos, "Cosine of ``x`` radians.", x=lambda g, y, x: -g * np.sin(x))
tan = elementwise("tan", np.tan, "Tangent of ``x`` radians.", x=lambda g, y, x: g * (1 + y * y))

arcsin = elementwise("arcsin", np.arcsin, "Inverse sine, in [-π/2, π/2].", domain="unit", kinks=(-1, 1),
    wide=True, x=lambda g, y, x: ratio(g, np.sqrt(1 - x * x)))  # fmt: skip
arccos = elementwise("arccos", np.arccos, "Inverse cosine, in [0, π].", domain="unit", kinks=(-1, 1),
    wide=True, x=lambda g, y, x: ratio(-g, np.sqrt(1 - x * x)))  # fmt: skip
arctan = elementwise("arctan", np.arctan, "Inverse tangent, in (-π/2, π/2).", wide=True,
    x=lambda g, y, x: g / (1 + x * x))  # fmt: skip
arctan2 = elementwise("arctan2", np.arctan2, "The angle of the point ``(b, a)``, in (-π, π].", domain="nonzero",
    wide=True, a=arctan2_a, b=arctan2_b)  # fmt: skip

sinh = elementwise("sinh", np.sinh, "Hyperbolic sine.", x=lambda g, y, x: g * np.cosh(x))
cosh = elementwise("cosh", np.cosh, "Hyperbolic cosine.", x=lambda g, y, x: g * np.sinh(x))
tanh = elementwise("tanh", np.tanh, "Hyperbolic tangent.", wide=True, x=lambda g, y, x: g * (1 - y * y))

arcsinh = elementwise("arcsinh", np.arcsinh, "Inverse hyperbolic sine.", x=lambda g, y, x: g / np.hypot(x, 1))
arccosh = elementwise("arccosh", np.arccosh, "Inverse hyperbolic cosine of ``x ≥ 1``.", domain="above one", kinks=(1,),
    x=lambda g, y, x: ratio(g, np.sqrt(x - 1) * np.sqrt(x + 1)))  # fmt: skip
arctanh = elementwise("arctanh", np.arctanh, "Inverse hyperbolic tangent of ``|x| < 1``.", domain="unit",
    wide=True, x=lambda g, y, x: ratio(g, 1 - x * x))  # fmt: skip

deg2rad = elementwise("deg2rad", np.deg2rad, "Degrees to radians.", numpy=(np.deg2rad, np.radians),
    x=lambda g, y, x: g * DEGREE)  # fmt: skip
rad2deg = elementwise("rad2deg", np.rad2deg, "Radians to degrees.", numpy=(np.rad2deg, np.degrees),
    x=lambda g, y, x: g / DEGREE)  # fmt: skip
