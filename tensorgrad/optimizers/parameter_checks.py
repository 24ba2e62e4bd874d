"""Checks of the parameters and gradients that a user passes to an optimizer."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor
from ..errors import GradientError, ShapeError, describe


def parameter_list(params: Any) -> list[Any]:
    """Return ``params``, a Tensor or several, as a list."""
    if isinstance(params, Tensor):
        return [params]
    if hasattr(params, "trainable_weights"):
        raise TypeError(f"an optimizer changes Tensors: pass the .trainable_weights of {params.label()}")
    return list(params)


def params_with_gradients(params: Any) -> list[Any]:
    """Return each of ``params`` once; raise GradientError if one has no ``.grad``."""
    once: list[Any] = [*{id(p): p for p in parameter_list(params)}.values()]
    for i, p in enumerate(once):
        check_parameter(p, i)
        if p.grad is None:
            raise GradientError(f"step: {parameter_label(p, i)} {gradient_remedy(p)}")
    return once


def sum_gradients(grads: Any, params: Any) -> tuple[list[Any], list[Any]]:
    """Return the gradients and their parameters, each parameter once: None is left out, repeated ones are summed."""
    if len(grads) != len(params):
        raise ShapeError(f"apply: {len(grads)} gradients for {len(params)} parameters")
    sums: dict[int, Any] = {}
    for i, (g, p) in enumerate(zip(grads, params, strict=True)):
        check_parameter(p, i)
        if g is not None:
            g = check_gradient(g, p, i)
            sums[id(p)] = (sums[id(p)][0] + g if id(p) in sums else g), p
    if params and not sums:
        raise GradientError(
            "apply: no gradients, all are None; call loss.backward() first, from a loss that uses the parameters"
        )
    return [g for g, _ in sums.values()], [p for _, p in sums.values()]


def check_parameter(p: Any, i: Any) -> None:
    """Raise unless ``p`` is a leaf Tensor of floats."""
    if not isinstance(p, Tensor):
        raise TypeError(f"parameter {i}: an optimizer changes Tensors and Parameters, got {describe(p)}")
    if p.op is not None:
        raise GradientError(
            f"{parameter_label(p, i)} is the result of {p.op.name!r}, not a leaf: pass the Tensors it was computed from"
        )
    if p.dtype.kind != "f":
        raise TypeError(f"{parameter_label(p, i)} must hold floats, got {describe(p)}")


def check_gradient(g: Any, p: Any, i: Any) -> Any:
    """Return ``g`` as an array of the parameter's shape, or raise."""
    g = g.data if isinstance(g, Tensor) else g if isinstance(g, StandIn) else np.asarray(g)
    if g.shape != p.shape:
        raise ShapeError(f"apply: the gradient of {parameter_label(p, i)} must have shape {p.shape}, got {describe(g)}")
    return g


def parameter_label(p: Any, i: Any) -> str:
    """Return the name of parameter number ``i`` in errors."""
    return repr(p.name) if p.name else f"parameter {i}, {describe(p)},"


def gradient_remedy(p: Any) -> str:
    """Say why ``p`` has no gradient, and what to do."""
    if not p.requires_grad:
        return "requires no gradient: make it with requires_grad=True, or leave it out"
    return "has no gradient: call loss.backward() first, from a loss that uses it, or leave it out"
