"""The method for numeric derivatives: a trial chooses it, the report states it."""

from typing import NamedTuple

import numpy as np

from ...core.tensor import StandIn, Tensor
from .differences import ROUNDINGS, STEP, joint_line, line_slope

#: The complex step is trusted if it agrees with differences to this relative precision, along one line.
TRUSTED = 1e-5

#: There may be a kink where the two one-sided slopes differ by this part.
BENT = 1e-3


class NumericMethod(NamedTuple):
    """The method for numeric derivatives.

    kind:  ``"complex step"``, ``"differences"``, or ``"fixed step"`` with the user's ``eps``
    why:   the reason if it is not the complex step
    kinks: whether there may be kinks, of which a complex step sees only one side
    """

    kind: str
    why: str = ""
    eps: float | None = None
    kinks: bool = False

    def __str__(self):
        if self.kind == "complex step":
            return "complex step in float64, exact to rounding"
        if self.kind == "fixed step":
            return f"central differences in float64, step {self.eps:g}"
        return f"central differences in float64, extrapolated where in doubt, as {self.why}"


def choose_method(f, tensors, ways, rounding, eps=None):
    """Return the NumericMethod for ``f``: the complex step if it passes a trial along one line, else differences.

    ways: the direction of each of the ``tensors``, a flat array
    """
    if eps is not None:
        return NumericMethod("fixed step", eps=eps)
    line = joint_line(f, tensors, ways)
    rough, gap = two_sided_slopes(line, f.point, STEP)
    noise = ROUNDINGS * rounding / STEP
    kinks = gap > BENT * np.abs(rough) + 4 * noise
    if kinks.any():  # or a bend, whose gap falls with the step
        kinks &= two_sided_slopes(line, f.point, STEP / 4)[1] > 0.5 * gap
    try:
        found = line.complex_step()
    except Exception as error:  # f may raise anything for complex numbers
        return NumericMethod(
            "differences", non_analytic_op(f) or f"{f.title} takes no complex numbers ({type(error).__name__})"
        )
    if (np.abs(found - rough) <= TRUSTED * np.abs(rough) + noise).all():
        return NumericMethod("complex step", kinks=bool(kinks.any()))
    why = non_analytic_op(f)
    real = None if why else line_slope(line, f.point, rounding)  # f may be steep, or have a kink nearby
    if real and real.admits(found, TRUSTED * np.abs(real.value) + real.error + noise).all():
        return NumericMethod("complex step", kinks=bool(kinks.any()))
    return NumericMethod("differences", why or "a trial of the complex step failed")


def two_sided_slopes(line, y, h):
    """Return the central difference, and the gap between the one-sided ones."""
    up, down = line(h), line(-h)
    return (up - down) / (2 * h), np.abs(up - 2 * y + down) / h


def random_direction(x, rng):
    """Return a random direction in proportion to the entries of ``x``; a zero moves as the others do on average."""
    return rng.standard_normal(x.size) * entry_sizes(x)


def fixed_directions(tensors):
    """Return a direction for each Tensor in proportion to its entries, always the same: flat arrays."""
    ways, start = [], 1
    for t in tensors:
        wave = np.sin(2.4 * np.arange(start, start + t.size))  # making a random generator takes 20 µs
        ways.append(wave * entry_sizes(t.data.reshape(-1)))
        start += t.size
    return ways


def entry_sizes(x):
    """Return the absolute entries, with the root mean square in place of a zero, and 1 if all are zero."""
    size = np.abs(x)
    if size.size and not size.all():
        size[size == 0] = np.sqrt(np.mean(size * size)) or 1.0
    return size


def non_analytic_op(f):
    """Return as text which recorded op is not analytic; '' if every op by itself is analytic."""
    for t, inputs in f.steps:
        arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
        batched = any(isinstance(x, StandIn) for x in (t.data, *arrays))  # by vmap: nothing is tried there
        if not batched and not is_analytic(t.op, arrays, t.settings or {}):
            return f"op {t.op.name!r} is not analytic"
    return ""


def is_analytic(op, arrays, settings):
    """Return whether a complex step through the kernel of ``op`` agrees with a difference, for these inputs."""
    rng = np.random.default_rng(0)
    ways = [random_direction(np.ravel(x), rng).reshape(np.shape(x)) if _is_float(x) else 0 for x in arrays]

    def along(h):
        return op.kernel(*[x + h * v if _is_float(x) else x for x, v in zip(arrays, ways, strict=True)], **settings)

    try:
        found = np.imag(along(1e-30j)) * 1e30
        up, y, down = along(1e-6), along(0.0), along(-1e-6)
    except Exception:  # the kernel takes no complex numbers
        return False
    step = np.abs(up - down)
    smooth = np.abs(up - 2 * y + down) <= 1e-3 * step + 1e-12 * np.abs(y)  # a kink tells nothing
    return bool(np.all((np.abs(found - (up - down) / 2e-6) <= 1e-3 * step / 2e-6 + 1e-6 * np.abs(y))[smooth]))


def _is_float(x):
    return getattr(getattr(x, "dtype", None), "kind", "") == "f"
