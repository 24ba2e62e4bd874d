"""The gradient check: compare reverse and forward mode with numeric derivatives, and locate a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import GradcheckError
from .settings import MODES, parse_settings

if TYPE_CHECKING:
    from typing import Literal

    from .report.report import Report


def gradcheck(
    f: Any,
    inputs: Any = None,
    targets: Any = None,
    *,
    order: Literal[1, 2] = 1,
    modes: Any = MODES,
    eps: float | None = None,
    atol: float | None = None,
    rtol: float | None = None,
    seed: int = 0,
    raise_exception: bool = True,
    **pytorch: Any,
) -> Report:
    """Compare the gradients of ``f`` with numeric derivatives in float64, and say where a mistake is.

    f:       a function of Tensors that returns a Tensor of any shape, or a tuple, list or dict of them; called as
             ``f(*inputs)`` for a tuple or list, ``f(inputs)`` for anything else. A function without arguments closes
             over its inputs. Or an op, whose inputs are drawn from its domain if none are given; a layer or a model
    inputs:  arrays, Tensors, and tuples, lists or dicts of them. Arrays are taken as differentiable, Tensors if they
             require a gradient. A Tensor is perturbed in place, so ``f`` may also close over it.
    targets: for ``gradcheck(model, x, y)``: checks the compiled loss in every trainable weight, in inference mode;
             ``gradcheck(layer, x)`` checks the output, in ``x`` too
    order:   2 checks the derivative of the gradient as well
    modes:   ``"reverse"``, ``"forward"``, or both
    eps:     use plain central differences with this step; by default the method is chosen, and the report says which
    atol, rtol: an element is right if |analytic − numeric| ≤ atol + rtol·|numeric|; by default 1e-6 for rtol, and
             for atol what rounding inside f explains
    seed:    of the random directions
    raise_exception: raise a GradcheckError that holds the report; if False, return the report, which is then falsy
    pytorch: its names ``nondet_tol``, ``fast_mode`` (random directions only), ``check_forward_ad``,
             ``check_backward_ad``

    The method is the complex step, exact to rounding, where a trial shows that f is analytic; else central
    differences, extrapolated, with steps that shrink near kinks and poles and a tolerance from the error met. Inputs
    of more than 1024 entries (of 200 if there are a million in all) are measured along random lines, which are halved
    down to the worst entry where they disagree. Elements at a kink (of relu, abs, max, ...) pass with any slope
    between those of the two sides, and are counted.

    Every input is made float64 for the check and put back, bit for bit, with its ``.grad``, also when ``f`` raises.
    What ``f`` merely closes over keeps its dtype: float32 constants do no harm; a *result* in float32 raises an error
    that names the op. Outputs of more than 64 entries are checked along 8 random cotangents.

    Raises GradcheckError for a wrong gradient; GradientError where there is none to check: f not finite at the point,
    not deterministic, or independent of the inputs.

    >>> import numpy as np
    >>> from tensorgrad.check import gradcheck
    >>> bool(gradcheck(lambda a, b: (a * b).sum(), (np.ones(3), np.arange(3.0))))
    True
    """
    settings = parse_settings(order, modes, eps, atol, rtol, seed, pytorch)
    from .pipeline import run_check  # 3 ms of import, only when a check runs

    report = run_check(f, inputs, targets, settings)
    if raise_exception and not report:
        raise GradcheckError(repr(report))
    return report
