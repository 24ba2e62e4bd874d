"""The gradient check: reverse mode against central differences, every element of every input."""

import numpy as np

from ..core.mode import enable_grad
from ..errors import GradcheckError, GradientError, OptionError, describe
from .function import Function
from .models import model_points
from .numeric import ROUNDINGS, STEP, jacobian, refined
from .points import in_float64, points_of
from .report import InputReport, Report

#: The default relative tolerance. A difference quotient is good to about 1e-10, a wrong rule is off by far more.
RTOL = 1e-6


def gradcheck(f, inputs, targets=None, *, eps=None, atol=None, rtol=None, raise_exception=True):
    """Compare the gradients of ``f`` with central differences (f(x+h) − f(x−h)) / 2h, element by element, in float64.

    f:       a function of Tensors that returns a Tensor of any shape; called as ``f(*inputs)`` for a tuple or list,
             ``f(inputs)`` for anything else. A function without arguments closes over its inputs.
    inputs:  arrays, Tensors, and tuples, lists or dicts of them. Arrays are taken as differentiable, Tensors if they
             require a gradient. A Tensor is perturbed in place, so ``f`` may also close over it.
    targets: for ``gradcheck(model, x, y)``: checks the compiled loss (the output, without ``y``) in every trainable
             weight, in inference mode
    eps:     the step h; by default ε^⅓·max(1, |x|) ≈ 6e-6·max(1, |x|), and others where that one is not enough
    atol, rtol: an element is right if |analytic − numeric| ≤ atol + rtol·|numeric|; by default 1e-6 for rtol, and
             for atol 10 ε‖t ∂y/∂t‖/h, over all values t inside f: what their rounding explains
    raise_exception: raise a GradcheckError that bears the report, else return the report, which is then falsy

    Every input is made float64 for the check and put back, bit for bit, with its ``.grad``, also when ``f`` raises.
    What ``f`` merely closes over keeps its dtype: float32 constants do no harm, but a *result* in float32 does, since
    a difference of 1e-6 drowns in its rounding; that is an error that names the op. Outputs of more than 64 entries are
    checked along 8 random cotangents, smaller ones entry by entry.

    Raises GradcheckError for a wrong gradient; GradientError where there is none to check: f not finite at the point,
    not deterministic, or independent of the inputs.

    >>> import numpy as np
    >>> from tensorgrad.check import gradcheck
    >>> bool(gradcheck(lambda a, b: (a * b).sum(), (np.ones(3), np.arange(3.0))))
    True
    """
    for name, value in (("eps", eps), ("atol", atol), ("rtol", rtol)):
        if (value is not None and not value >= 0) or (name == "eps" and value == 0):
            raise OptionError(f"gradcheck: {name} must be a positive number, got {value!r}")
    is_model = hasattr(f, "trainable_weights")
    if targets is not None and not is_model:
        raise TypeError(f"gradcheck: targets are for models, and {describe(f)} is none; write gradcheck(f, inputs)")
    points, beside = model_points(f, inputs, targets) if is_model else (points_of(f, inputs), ())
    given = {name: describe(t) for name, t in points.named.items()}
    with in_float64(points.named.values(), beside), enable_grad():
        report = compare(points, given, eps, atol, rtol)
    if raise_exception and not report:
        raise GradcheckError(str(report))
    return report


def compare(points, given, eps, atol, rtol):
    """Return the report on the points, which are float64 leaves by now."""
    _check_inputs(points.named)
    f = Function(points.call)
    tensors = list(points.named.values())
    f.check_precision(tensors if eps is None else ())
    analytic, rounding = f.gradients(tensors)
    tolerance = Tolerance(rounding, eps, atol, RTOL if rtol is None else rtol)
    reports = []
    for (name, t), rows in zip(points.named.items(), analytic, strict=True):
        connected = rows is not None
        found = np.zeros((len(rounding), t.size)) if rows is None else np.stack(rows)
        numeric, allowed = measure(f, t.data.reshape(-1), found, tolerance)
        reports.append(summary(name, given[name], t.shape, found, numeric, allowed, connected, f))
    if all(not r.connected and not r.wrong for r in reports):
        raise GradientError(
            f"gradcheck: the output of f ({describe(f.output)}) does not depend on {', '.join(points.named)}; "
            "there is no gradient to check"
        )
    how = "step 6.1e-06·max(1, |x|)" if eps is None else f"step {eps:g}"
    return Report(reports, f"central differences in float64, {how}, tolerance {tolerance}")


class Tolerance:
    """How far an analytic derivative may be from the numeric one: atol + rtol·|numeric|.

    rounding: the rounding error of each number that is differentiated; over the step it gives the default of atol
    """

    def __init__(self, rounding, eps, atol, rtol):
        self.rounding, self.eps, self.rtol = rounding, eps, rtol
        explained = ROUNDINGS * rounding / (STEP if eps is None else eps)
        self.atol = explained if atol is None else np.full(rounding.shape, float(atol))

    def at(self, numeric):
        """Return the tolerance for numeric derivatives, a row per number that is differentiated."""
        return (self.atol + self.rtol * np.abs(numeric.T)).T

    def __str__(self):
        return f"{self.rtol:g}·|numeric| + {self.atol.max():.2g}"


def measure(f, x, analytic, tolerance):
    """Return the numeric Jacobian and how far the analytic one may be from it; doubtful columns are measured again."""
    numeric = jacobian(f, x, tolerance.eps) if x.size else np.zeros_like(analytic)
    allowed = tolerance.at(numeric)
    if tolerance.eps is None:
        for j in np.flatnonzero((~(np.abs(analytic - numeric) <= allowed)).any(axis=0)):
            numeric[:, j], error = refined(f, x, j, tolerance.rounding)
            allowed[:, j] = tolerance.at(numeric[:, j]) + error
    return numeric, allowed


def summary(name, given, shape, analytic, numeric, allowed, connected, f):
    """Return the InputReport of one input from its two Jacobians, a row per output and a column per element."""
    if not analytic.size:
        return InputReport(name, given, 0, 0, (), "", 0.0, 0.0, 0.0, 0.0, connected)
    gap = np.abs(analytic - numeric)
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.where(gap == 0, 0.0, gap / allowed)
    excess = np.where(np.isnan(excess), np.inf, excess)
    row, column = (int(i) for i in np.unravel_index(np.argmax(excess), excess.shape))
    a, n = float(analytic[row, column]), float(numeric[row, column])
    index = tuple(int(i) for i in np.unravel_index(column, shape)) if shape else ()
    wrong = int(np.count_nonzero((~(gap <= allowed)).any(axis=0)))
    return InputReport(name, given, wrong, analytic.shape[1], index, f.row_name(row), a, n, relative(a, n),
                       course(analytic, numeric), connected)  # fmt: skip


def relative(a, n):
    """Return |a − n| / max(|a|, |n|), 0 when both are 0."""
    return abs(a - n) / max(abs(a), abs(n)) if a != n else 0.0


def course(g, numeric):
    """Return ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖), 0 when both are 0: below 1e-7 is right, above 1e-3 is wrong."""
    size = np.linalg.norm(g) + np.linalg.norm(numeric)
    return float(np.linalg.norm(g - numeric) / size) if size else 0.0


def _check_inputs(named):
    for name, t in named.items():
        if not np.isfinite(t.data).all():
            at = [int(i) for i in np.argwhere(~np.isfinite(t.data))[0]]
            raise GradientError(f"gradcheck: {name} holds {t.data[tuple(at)]} at {at}; a gradient needs a finite point")
