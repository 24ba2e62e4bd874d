"""How derivatives are measured: chosen by trying, and stated in the report."""

from typing import NamedTuple

import numpy as np

from ...core.tensor import StandIn, Tensor
from .differences import ROUNDINGS, STEP, slope, whole_line

#: Complex step and differences must agree to this part, along one random line, for the former to be trusted.
TRUSTED = 1e-5

#: Two one-sided slopes that differ by this part are those of a kink, perhaps.
BENT = 1e-3


class Method(NamedTuple):
    """How derivatives are measured.

    kind:  ``"complex step"``, ``"differences"``, or ``"fixed step"`` with the user's ``eps``
    why:   why it is not the complex step
    kinks: whether the complex step may have met kinks, of which it sees one side only
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


def choose(f, tensors, ways, rounding, eps=None):
    """Return the Method for ``f``: the complex step where it passes a trial along one line, else differences.

    ways: changes of the ``tensors``, flat arrays
    """
    if eps is not None:
        return Method("fixed step", eps=eps)
    line = whole_line(f, tensors, ways)
    rough, gap = sides(line, f.point, STEP)
    noise = ROUNDINGS * rounding / STEP
    kinks = gap > BENT * np.abs(rough) + 4 * noise
    if kinks.any():  # or a bend, whose gap falls with the step
        kinks &= sides(line, f.point, STEP / 4)[1] > 0.5 * gap
    try:
        found = line.imaginary()
    except Exception as error:  # whatever f says about complex numbers: differences need none
        return Method("differences", culprit_of(f) or f"{f.title} takes no complex numbers ({type(error).__name__})")
    if (np.abs(found - rough) <= TRUSTED * np.abs(rough) + noise).all():
        return Method("complex step", kinks=bool(kinks.any()))
    why = culprit_of(f)
    real = None if why else slope(line, f.point, rounding)  # f may be steep or have a kink near
    if real and real.admits(found, TRUSTED * np.abs(real.value) + real.error + noise).all():
        return Method("complex step", kinks=bool(kinks.any()))
    return Method("differences", why or "a trial of the complex step failed")


def sides(line, y, h):
    """Return the central difference, and the gap between the one-sided ones."""
    up, down = line(h), line(-h)
    return (up - down) / (2 * h), np.abs(up - 2 * y + down) / h


def direction(x, rng):
    """Return random changes in proportion to the entries of ``x``; a zero changes as the others do on average."""
    return rng.standard_normal(x.size) * sizes_of(x)


def irregular(tensors):
    """Return changes of all ``tensors`` in proportion to their entries, always the same: flat arrays."""
    ways, start = [], 1
    for t in tensors:
        wave = np.sin(2.4 * np.arange(start, start + t.size))  # a generator would take 20 µs to make
        ways.append(wave * sizes_of(t.data.reshape(-1)))
        start += t.size
    return ways


def sizes_of(x):
    """Return the sizes of the entries, with the root mean square for a zero, and 1 if all are zero."""
    size = np.abs(x)
    if size.size and not size.all():
        size[size == 0] = np.sqrt(np.mean(size * size)) or 1.0
    return size


def culprit_of(f):
    """Return which recorded op is not analytic, in words; '' if none of them alone is to blame."""
    for t, inputs in f.steps:
        arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
        batched = any(isinstance(x, StandIn) for x in (t.data, *arrays))  # by vmap: nothing is tried there
        if not batched and not is_analytic(t.op, arrays, t.settings or {}):
            return f"op {t.op.name!r} is not analytic"
    return ""


def is_analytic(op, arrays, settings):
    """Return whether a complex step through the kernel of ``op`` agrees with a difference, for these inputs."""
    rng = np.random.default_rng(0)
    ways = [direction(np.ravel(x), rng).reshape(np.shape(x)) if _is_float(x) else 0 for x in arrays]

    def along(h):
        return op.kernel(*[x + h * v if _is_float(x) else x for x, v in zip(arrays, ways, strict=True)], **settings)

    try:
        found = np.imag(along(1e-30j)) * 1e30
        up, y, down = along(1e-6), along(0.0), along(-1e-6)
    except Exception:  # no complex kernel, which is the answer
        return False
    step = np.abs(up - down)
    smooth = np.abs(up - 2 * y + down) <= 1e-3 * step + 1e-12 * np.abs(y)  # elsewhere is a kink, which says nothing
    return bool(np.all((np.abs(found - (up - down) / 2e-6) <= 1e-3 * step / 2e-6 + 1e-6 * np.abs(y))[smooth]))


def _is_float(x):
    return getattr(getattr(x, "dtype", None), "kind", "") == "f"
