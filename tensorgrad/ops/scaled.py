"""Numbers with their exponents apart: products of very small and very large ones stay in range on the way.

A number is a pair ``(m, e)``, worth ``m · 2ᵉ``, with ``m`` a float near 1 and ``e`` an integer. Only ``m`` has a
derivative: ``e`` is a choice of how to write the number down.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.declare import constant, elementwise
from ..core.dispatch import NUMPY
from ..core.tensor import array_like

__all__ = ["frexp", "ldexp"]

ldexp = elementwise("ldexp", lambda x, k: np.ldexp(x, k), "``x · 2ᵏ`` for whole ``k``, exactly.", symbol="·2^",
    numpy=(np.ldexp,),
    x=lambda g, y, x, k: ldexp(g, k),
    k=None)  # fmt: skip

exponent = constant("exponent", lambda x: np.frexp(np.abs(x))[1],
    "The whole number ``k`` with ``|x| = m 2ᵏ``, ``½ ≤ m < 1``; 0 for 0.", symbol="⌈log₂⌉")  # fmt: skip


def frexp(x: Any) -> Any:
    """Return ``(m, k)`` with ``x = m · 2ᵏ`` and ``½ ≤ |m| < 1``.

    >>> import numpy as np, tensorgrad as tg
    >>> np.frexp(tg.Tensor([6.0]))
    (Tensor([0.75]), Tensor([3], dtype=int32))
    """
    x = array_like(x)
    k = exponent(x)
    return shift(x, -k), k


def shift(x: Any, k: Any) -> Any:
    """Return ``x · 2ᵏ``; a complex ``x`` has it in both parts."""
    if np.iscomplexobj(x):
        return np.ldexp(x.real, k) + 1j * np.ldexp(x.imag, k)
    return np.ldexp(x, k)


def pair_value(number: Any) -> Any:
    """Return what a pair is worth: 0 or inf only where it is out of range itself."""
    return shift(*number)


def multiply_pairs(a: Any, b: Any) -> Any:
    """Return the product of two pairs."""
    m, k = frexp(a[0] * b[0])
    return m, a[1] + b[1] + k


def add_pairs(a: Any, b: Any) -> Any:
    """Return the sum of two pairs."""
    e = np.maximum(np.where(a[0] == 0, b[1], a[1]), np.where(b[0] == 0, a[1], b[1]))  # a 0 is no reason to shift
    m, k = frexp(shift(a[0], a[1] - e) + shift(b[0], b[1] - e))
    return m, e + k


def shift_forward(number: Any, by: int, fill: Any) -> Any:
    """Return a pair moved ``by`` places towards the front of the last axis, with ``fill`` behind."""
    return tuple([
        np.concatenate([part[..., by:], np.full_like(part[..., :by], end)], axis=-1)
        for part, end in zip(number, (fill, 0), strict=True)
    ])  # fmt: skip


def suffix_products(x: Any) -> Any:
    """Return the product of all entries behind each, along the last axis, as pairs."""
    number, by = shift_forward(frexp(x), 1, 1.0), 1
    while by < x.shape[-1]:
        number, by = multiply_pairs(number, shift_forward(number, by, 1.0)), 2 * by
    return number


def prefix_products(x: Any) -> Any:
    """Return the product of all entries ahead of each, along the last axis, as pairs."""
    return tuple([np.flip(part, -1) for part in suffix_products(np.flip(x, -1))])


def horner(x: Any, g: Any) -> Any:
    """Return ``Rᵢ = gᵢ + xᵢ₊₁ Rᵢ₊₁`` along the last axis, as pairs: each round doubles the terms."""
    terms, factor, by = frexp(g), shift_forward(frexp(x), 1, 0.0), 1
    while by < x.shape[-1]:
        terms = add_pairs(terms, multiply_pairs(factor, shift_forward(terms, by, 0.0)))
        factor, by = multiply_pairs(factor, shift_forward(factor, by, 0.0)), 2 * by
    return terms


NUMPY[np.frexp] = frexp
