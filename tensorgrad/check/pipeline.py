"""The check from the points to the report: rows of gradients, a method, the findings, and where a mistake is."""

import numpy as np

from ..core.modes import enable_grad
from ..errors import GradientError, describe
from .compare.analytic import Forward, Reverse, pushed, reverse_rows
from .compare.elements import Bench, limit_of
from .compare.rounding import beyond_rounding
from .compare.second_order import gradient_of
from .diagnose.locate import explained
from .numeric.differences import EPSILON, ROUNDINGS
from .numeric.measure import Tolerance
from .numeric.method import choose, irregular
from .report.check_progress import Progress
from .report.report import Report
from .subject.function import Function
from .subject.models import model_points
from .subject.points import in_float64, points_of


def checked(f, inputs, targets, settings):
    """Return the Report on ``f`` at ``inputs``; see ``gradcheck``."""
    is_model = hasattr(f, "trainable_weights")
    if targets is not None and not is_model:
        raise TypeError(f"gradcheck: targets are for models, and {describe(f)} is none; write gradcheck(f, inputs)")
    points, beside = model_points(f, inputs, targets) if is_model else (points_of(f, inputs, settings.seed), ())
    given = {name: describe(t) for name, t in points.named.items()}
    with in_float64(points.named.values(), beside), enable_grad(), Progress() as progress:
        report = compare(points, given, settings, progress)
        if settings.order == 2 and report:
            points.call = gradient_of(points, settings.seed)
            report = joined(report, compare(points, given, settings, progress, order=2))
    return report


def compare(points, given, settings, progress, order=1):
    """Return the report on the points, which are float64 leaves by now."""
    _check_inputs(points.named)
    f = Function(points.call, settings.seed, settings.nondet_tol)
    tensors = list(points.named.values())
    if order == 2:  # the backward wants gradients of the dtype of what they are of
        f.names, f.together = [f"∂/∂{name}" for name in points.named], tensors
    f.check_precision(tensors if settings.eps is None else ())
    with np.errstate(all="ignore"):  # steps go where f is not defined, and find nan there
        analytic, rounding = reverse_rows(f, tensors)
        ways, tolerance = irregular(tensors), Tolerance(rounding, settings.atol, settings.rtol)
        method = choose(f, tensors, ways, rounding, settings.eps)
        bench = Bench(f, method, tolerance, settings.seed, limit_of(tensors, settings.fast_mode), progress)
        found = findings(bench, points.named, given, analytic, ways, settings.modes, order)
        if order == 1 and all(not x.report.connected and not x.report.wrong for x in found):
            raise GradientError(
                f"gradcheck: the output of f ({f.described()}) does not depend on {', '.join(points.named)}; "
                "there is no gradient to check"
            )
        found, culprit, notes = explained(f, beyond_rounding(f, found, tensors, rounding))
    how = f"{' and '.join(settings.modes)} mode against {method}, {tolerance}"
    return Report([x.report for x in found], how, culprit, notes)


def findings(bench, named, given, analytic, ways, modes, order):
    """Return Found for every input, and once more for inputs at which forward mode alone is wrong."""
    tensors = list(named.values())
    rows = [np.zeros((len(bench.f.point), t.size)) if g is None else g for t, g in zip(tensors, analytic, strict=True)]

    def checked(sides):
        return [bench.check(name, given[name], t, side, g is not None, order)
                for (name, t), side, g in zip(named.items(), sides, analytic, strict=True)]  # fmt: skip

    forward = [Forward(bench.f, t) for t in tensors]
    if "reverse" not in modes:
        return checked(forward)
    found = checked([Reverse(r) for r in rows])
    if "forward" in modes and forward_is_off(bench, tensors, ways, rows):
        found += [y for x, y in zip(found, checked(forward), strict=True) if y.report.wrong and not x.report.wrong]
    return found


def forward_is_off(bench, tensors, ways, rows):
    """Return whether forward mode disagrees with reverse mode along a line through all inputs."""
    found = pushed(bench.f, {id(t): v.reshape(t.shape) for t, v in zip(tensors, ways, strict=True)})
    terms = [Reverse(r) for r in rows]
    expected = sum(side.along(slice(None), v) for side, v in zip(terms, ways, strict=True))
    scale = sum(side.size(slice(None), v) for side, v in zip(terms, ways, strict=True))
    noise = ROUNDINGS * bench.tolerance.rounding / EPSILON
    return not np.all(np.abs(found - expected) <= 1e-10 * scale + 1e-13 * noise)


def joined(first, second):
    """Return two reports as one."""
    notes = dict.fromkeys([*first.notes, *second.notes])
    method = first.method if first.method == second.method else f"{first.method}; 2nd order: {second.method}"
    return Report([*first.inputs, *second.inputs], method, [*first.culprit, *second.culprit], notes)


def _check_inputs(named):
    for name, t in named.items():
        if not np.isfinite(t.data).all():
            at = [int(i) for i in np.argwhere(~np.isfinite(t.data))[0]]
            raise GradientError(f"gradcheck: {name} holds {t.data[tuple(at)]} at {at}; a gradient needs a finite point")
