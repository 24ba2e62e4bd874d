"""Complex numbers: their parts, conjugates and angles.

A rule transposes without conjugating: for a holomorphic f the cotangent is ``g f'(z)``. What gives real numbers of
complex ones, or conjugates, is linear in the real and imaginary parts only, and its rule is the transpose under the
pairing ``Re Σ g t``. ``backward()`` conjugates at its two ends, so that a gradient is ``∂L/∂Re z + i ∂L/∂Im z``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import constant, elementwise
from ..core.dispatch import NUMPY
from ..core.tensor import Tensor, array_like
from ..core.views import link, shares
from .arithmetic import zero_to_inf

__all__ = ["angle", "conj", "conjugate", "imag", "iscomplex", "isreal", "real"]


def of_kind(g: Any, x: Any) -> Any:
    """Return a cotangent for ``x``: for real numbers its real part."""
    return g if x.dtype.kind == "c" else np.real(g)


conjugate = elementwise("conjugate", np.conjugate, "``a - ib`` for ``a + ib``.", symbol="z̅",
    x=lambda g, y, x: np.conjugate(g))  # fmt: skip
conj = conjugate
real_part = elementwise("real", np.real, "The real part.", symbol="Re", x=lambda g, y, x: g)
imaginary_part = elementwise("imag", np.imag, "The imaginary part.", symbol="Im",
    x=lambda g, y, x: of_kind(g * -1j, x))  # fmt: skip
argument = elementwise("angle", lambda x: np.arctan2(np.imag(x), np.real(x)), "The angle ``arg z``, in (-π, π].",
    symbol="∠", domain="nonzero", x=lambda g, y, x: of_kind(g * (-1j / zero_to_inf(x)), x))  # fmt: skip


def real(val: Any) -> Any:
    """Return the real part; of real numbers, themselves.

    >>> import tensorgrad as tg
    >>> tg.real(tg.Tensor([1 + 2j]))
    Tensor([1.])
    """
    val = array_like(val)
    return part_of(val, real_part) if val.dtype.kind == "c" else val


def imag(val: Any) -> Any:
    """Return the imaginary part; 0 of real numbers."""
    val = array_like(val)
    return part_of(val, imaginary_part) if val.dtype.kind == "c" else np.zeros_like(val)


def part_of(z: Any, op: Any) -> Any:
    """Return the real or the imaginary part, in the memory of ``z``."""
    y = op(z)
    if isinstance(z, Tensor) and shares(y.data, z.data):
        link(y, z, op.op, {})
    return y


def angle(z: Any, deg: Any = False) -> Any:
    """Return the angle of ``z`` in the complex plane, in radians, or degrees with ``deg``.

    >>> import tensorgrad as tg
    >>> tg.angle(tg.Tensor([1j, -1.0 + 0j]), deg=True)
    Tensor([ 90., 180.])
    """
    y = argument(array_like(z))
    return np.rad2deg(y) if deg else y


isreal = constant("isreal", np.isreal, "Whether the imaginary part is 0.", numpy=(np.isreal,), args=("x",))
iscomplex = constant("iscomplex", np.iscomplex, "Whether the imaginary part is not 0.", numpy=(np.iscomplex,),
    args=("x",))  # fmt: skip

NUMPY.update({np.real: real, np.imag: imag, np.angle: angle})
