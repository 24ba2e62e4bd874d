"""The check from the points to the report: gradients, a numeric method, the comparison, the causes of mistakes."""

import numpy as np

from ..core.modes import enable_grad
from ..errors import GradientError, describe
from .compare.analytic import ForwardJacobian, ReverseJacobian, jvp_at_outputs, reverse_rows
from .compare.elements import InputChecker, entry_limit
from .compare.rounding import discount_rounding
from .compare.second_order import gradient_function
from .diagnose.locate import explain
from .numeric.differences import EPSILON, ROUNDINGS
from .numeric.measure import Tolerance
from .numeric.method import choose_method, fixed_directions
from .report.check_progress import CheckProgress
from .report.report import Report
from .subject.function import Function
from .subject.models import model_points
from .subject.points import float64_leaves, points_of


def run_check(f, inputs, targets, settings):
    """Return the Report on ``f`` at ``inputs``; see ``gradcheck``."""
    is_model = hasattr(f, "trainable_weights")
    if targets is not None and not is_model:
        raise TypeError(f"gradcheck: targets are for models, and {describe(f)} is none; write gradcheck(f, inputs)")
    points, beside = model_points(f, inputs, targets) if is_model else (points_of(f, inputs, settings.seed), ())
    given = {name: describe(t) for name, t in points.named.items()}
    with float64_leaves(points.named.values(), beside), enable_grad(), CheckProgress() as progress:
        report = compare(points, given, settings, progress)
        if settings.order == 2 and report:
            points.call = gradient_function(points, settings.seed)
            report = join_reports(report, compare(points, given, settings, progress, order=2))
    return report


def compare(points, given, settings, progress, order=1):
    """Return the report on the points, which are float64 leaves by now."""
    _check_finite_inputs(points.named)
    f = Function(points.call, settings.seed, settings.nondet_tol)
    tensors = list(points.named.values())
    if order == 2:  # a backward needs all inputs in one dtype
        f.names, f.together = [f"∂/∂{name}" for name in points.named], tensors
    f.check_precision(tensors if settings.eps is None else ())
    with np.errstate(all="ignore"):  # a step may leave the domain of f, and gives nan there
        analytic, rounding = reverse_rows(f, tensors)
        ways, tolerance = fixed_directions(tensors), Tolerance(rounding, settings.atol, settings.rtol)
        method = choose_method(f, tensors, ways, rounding, settings.eps)
        checker = InputChecker(f, method, tolerance, settings.seed, entry_limit(tensors, settings.fast_mode), progress)
        found = input_results(checker, points.named, given, analytic, ways, settings.modes, order)
        if order == 1 and all(not x.report.connected and not x.report.wrong for x in found):
            raise GradientError(
                f"gradcheck: the output of f ({f.description()}) does not depend on {', '.join(points.named)}; "
                "there is no gradient to check"
            )
        found, causes, notes = explain(f, discount_rounding(f, found, tensors, rounding))
    how = f"{' and '.join(settings.modes)} mode against {method}, {tolerance}"
    return Report([x.report for x in found], how, causes, notes)


def input_results(checker, named, given, analytic, ways, modes, order):
    """Return an InputResult for every input, and a second one for each input at which only forward mode is wrong."""
    tensors = list(named.values())
    rows = [
        np.zeros((len(checker.f.point), t.size)) if g is None else g for t, g in zip(tensors, analytic, strict=True)
    ]

    def check_all(sides):
        return [checker.check(name, given[name], t, side, g is not None, order)
                for (name, t), side, g in zip(named.items(), sides, analytic, strict=True)]  # fmt: skip

    forward = [ForwardJacobian(checker.f, t) for t in tensors]
    if "reverse" not in modes:
        return check_all(forward)
    found = check_all([ReverseJacobian(r) for r in rows])
    if "forward" in modes and forward_disagrees(checker, tensors, ways, rows):
        found += [y for x, y in zip(found, check_all(forward), strict=True) if y.report.wrong and not x.report.wrong]
    return found


def forward_disagrees(checker, tensors, ways, rows):
    """Return whether forward mode disagrees with reverse mode along a line through all inputs."""
    found = jvp_at_outputs(checker.f, {id(t): v.reshape(t.shape) for t, v in zip(tensors, ways, strict=True)})
    terms = [ReverseJacobian(r) for r in rows]
    expected = sum(side.derivative_along(slice(None), v) for side, v in zip(terms, ways, strict=True))
    scale = sum(side.magnitude_along(slice(None), v) for side, v in zip(terms, ways, strict=True))
    noise = ROUNDINGS * checker.tolerance.rounding / EPSILON
    return not np.all(np.abs(found - expected) <= 1e-10 * scale + 1e-13 * noise)


def join_reports(first, second):
    """Return two reports as one."""
    notes = dict.fromkeys([*first.notes, *second.notes])
    method = first.method if first.method == second.method else f"{first.method}; 2nd order: {second.method}"
    return Report([*first.inputs, *second.inputs], method, [*first.causes, *second.causes], notes)


def _check_finite_inputs(named):
    for name, t in named.items():
        if not np.isfinite(t.data).all():
            at = [int(i) for i in np.argwhere(~np.isfinite(t.data))[0]]
            raise GradientError(f"gradcheck: {name} holds {t.data[tuple(at)]} at {at}; a gradient needs a finite point")
