"""Complex numbers taken apart: conjugate, real part, imaginary part.

The cotangent ``g`` of a complex ``y`` pairs with a change ``t`` as ``Re Σ g t``: nothing is conjugated on the way, so
an analytic op has the rule ``g f'(x)``, as for real numbers.
"""

import numpy as np

from ..core.declare import elementwise, primitive

__all__ = ["conjugate", "imag", "real"]

conjugate = elementwise("conjugate", np.conjugate, "The complex conjugate; real numbers as they are.", symbol="x̄",
    x=lambda g, y, x: np.conjugate(g))  # fmt: skip


@primitive(numpy=(np.real,), symbol="Re")
def real(x):
    """Real part."""
    return np.real(x)


@real.vjp("x")
def real_x(g, y, x):
    return g


@real.jvp("x")
def real_tangent(t, y, x):
    return np.real(t)


@primitive(numpy=(np.imag,), symbol="Im")
def imag(x):
    """Imaginary part; of real numbers 0."""
    return np.imag(x)


@imag.vjp("x")
def imag_x(g, y, x):
    return g * -1j if x.dtype.kind == "c" else np.zeros_like(x)


@imag.jvp("x")
def imag_tangent(t, y, x):
    return np.imag(t)
