"""Check gradients that are written by hand in NumPy, without Tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import GradcheckError, GradientError, OptionError, ShapeError
from .compare.claims import Comparison
from .diagnose.per_sample import add_sample_hints
from .mistakes.catalogue import mistake
from .numeric.sampling import FULL
from .subject.numpy_loss import NumpyLoss
from .subject.parameters import match_gradients, rebuild_parameters

if TYPE_CHECKING:
    from collections.abc import Callable


def check_gradients(
    loss_fn: Callable[..., Any],
    grads: Any,
    params: Any,
    *data: Any,
    atol: float | None = None,
    rtol: float | None = None,
    raise_exception: bool = False,
) -> Any:
    """Compare gradients written by hand with numeric ones, ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖) for each parameter.

    loss_fn: ``loss_fn(params, *data)`` -> one number, in plain NumPy
    grads:   the gradients at ``params``: a dict with ``dW1`` or ``W1`` for ``W1``, a list in the parameters' order, an
             array; or a function ``grads(params, *data)`` that returns them. Other keys (``dZ1``) are left alone
    params:  ``{"W1": …, "b1": …}``, a list or tuple of arrays, one array or float; they may be nested
    data:    what else loss_fn takes, passed on as it is: arrays, numbers, anything
    atol, rtol: right is |analytic − numeric| ≤ atol + rtol·|numeric|; by default 1e-6 for rtol (1e-4 if a gradient is
             float32), and for atol a hundredth of that times the largest element, and the numeric gradient's error
    raise_exception: raise a GradcheckError that holds the report; if False, return the report, which is falsy if wrong

    The numeric gradient is a complex step, exact to rounding, where loss_fn takes complex numbers (a trial shows
    that); else central differences, extrapolated where in doubt. Parameters are copied to float64, and never
    changed. A parameter with more than 1000 elements is checked as a whole along 4 random directions, and a block of it
    element by element; if only some element outside is wrong, it is found by bisection.

    Returns a Report: print it for a line per parameter, the worst element and what was probably done wrong;
    ``report.difference`` is the number that courses print.

    >>> import numpy as np
    >>> def loss(params, X, y):
    ...     return np.mean((X @ params["w"] - y) ** 2)
    >>> X, y, params = np.ones((5, 3)), np.arange(5.0), {"w": np.ones(3)}
    >>> bool(check_gradients(loss, {"dw": 2 / 5 * X.T @ (X @ params["w"] - y)}, params, X, y))
    True
    >>> print(check_gradients(loss, {"dw": 2 * X.T @ (X @ params["w"] - y)}, params, X, y)["w"].hint)
    the gradient of w is 5 times too large: the factor 1/5 is missing (5 is axis 0 of X and axis 0 of y: a mean, not
    a sum)
    """
    for option, value in (("atol", atol), ("rtol", rtol)):
        if value is not None and not value >= 0:
            raise OptionError(f"check_gradients: {option} must be a number of 0 or more, got {value!r}")
    loss = NumpyLoss(loss_fn, params, data)
    claimed = claimed_gradients(grads, params, loss)
    for name, g in claimed.items():
        _check_gradient_shape(name, g, loss)
    report = add_sample_hints(
        Comparison(loss, claimed, atol, rtol).report("check_gradients"), loss_fn, grads, params, data
    )
    if raise_exception and not report:
        raise GradcheckError(str(report))
    return report


def claimed_gradients(grads: Any, params: Any, loss: Any) -> Any:
    """Return the gradients by name; call a function twice, to see that it does not add to its first result."""
    if not callable(grads):
        return match_gradients(grads, params)
    first = _call_grads(grads, params, loss)
    for name, second in _call_grads(grads, params, loss).items():
        if first[name].shape != second.shape or np.allclose(first[name], second, equal_nan=True):
            continue
        doubled = np.allclose(2 * first[name], second)
        why = "it adds to what it gave before: start from zero" if doubled else "it is not deterministic"
        raise GradientError(f"check_gradients: grads gave another gradient of {name} when called again; {why}")
    return first


def _call_grads(grads: Any, params: Any, loss: Any) -> Any:
    arrays = {name: array.copy() for name, array in loss.arrays.items()}
    found = match_gradients(grads(rebuild_parameters(params, arrays), *loss.data), params)
    for name, array in arrays.items():
        if not np.array_equal(array, loss.arrays[name]):
            raise GradientError(f"check_gradients: grads changed {name} in place; compute on a copy")
    return {name: g.copy() for name, g in found.items()}  # the function may keep its arrays and add to them


def _check_gradient_shape(name: Any, g: Any, loss: Any) -> None:
    """Raise ShapeError if the gradient has another shape than its parameter; name the mistake if it is known."""
    array = loss.arrays[name]
    if g.shape == array.shape:
        return
    words = ""
    if array.size <= FULL:
        words = mistake(np.asarray(g, np.float64), loss.gradient(name), name=name)
    shapes = f"the gradient of {name} has shape {list(g.shape)}, and {name} {list(array.shape)}"
    raise ShapeError(f"check_gradients: {shapes}{words and '; '}{words}")
