"""A model or layer under check: its loss as a function of its weights."""

import numpy as np

from ..core.tensor import Tensor
from ..errors import GradientError, NotReadyError
from .points import Points


def model_points(model, x, y):
    """Return ``(points, beside)``: the loss, or without ``y`` the output, in the trainable weights; other weights.

    Without ``y`` the floats in ``x`` are points as well, so that a layer is checked in both.
    """
    if x is None:
        raise TypeError(f"gradcheck: {model.name!r} needs data: gradcheck(model, x, y), or gradcheck(layer, x)")
    if y is not None and not hasattr(model, "compute_loss"):
        raise NotReadyError(f"gradcheck: {model.name!r} has no loss; gradcheck(layer, x) checks its output")
    x, y = _float64(x), y if y is None else np.asarray(y)
    model(x, training=False)  # builds the weights if need be
    trainable = list(model.trainable_weights)
    points = Points()
    for i, weight in enumerate(trainable):
        points.add(weight, weight.name or f"weight {i}")
    if y is None:
        x = _as_points(points, x, "x")
    if not points.named:
        raise GradientError(f"gradcheck: {model.name!r} has no trainable weights")
    points.call = lambda: _outcome(model, x, y)
    return points, [w for w in getattr(model, "weights", ()) if all(w is not t for t in trainable)]


def _outcome(model, x, y):
    predicted = model(x, training=False)  # no dropout: a check needs the same function twice
    return predicted if y is None else model.compute_loss(x=x, y=y, y_pred=predicted)


def _as_points(points, x, name):
    """Return ``x`` with every Tensor of floats in it a point."""
    if isinstance(x, dict):
        return {key: _as_points(points, item, f"{name}[{key!r}]") for key, item in x.items()}
    if isinstance(x, (list, tuple)):
        return type(x)(_as_points(points, item, f"{name}[{i}]") for i, item in enumerate(x))
    if not isinstance(x, Tensor) or x.dtype.kind != "f":
        return x
    return points.add(x if x.requires_grad else Tensor(x.data, requires_grad=True), name)


def _float64(x):
    """Return floats as float64 Tensors, which a layer leaves as they are: an array it would cast."""
    if isinstance(x, dict):
        return {key: _float64(item) for key, item in x.items()}
    if isinstance(x, (list, tuple)) and any(hasattr(item, "shape") for item in x):
        return type(x)([_float64(item) for item in x])
    if x is None or isinstance(x, Tensor):
        return x
    x = np.asarray(x)
    return Tensor(x.astype(np.float64)) if x.dtype.kind == "f" else x
