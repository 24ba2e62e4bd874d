"""A model or layer under check: its loss as a function of its weights."""

import numpy as np

from ..core.tensor import Tensor
from ..errors import GradientError, NotReadyError
from .points import Points


def model_points(model, x, y):
    """Return ``(points, beside)``: the model's compiled loss in its trainable weights, and its other weights."""
    x, y = _float64(x), y if y is None else np.asarray(y)
    model(x, training=False)  # builds the weights if need be
    trainable = list(model.trainable_weights)
    if not trainable:
        raise GradientError(f"gradcheck: {model.name!r} has no trainable weights")
    if y is not None and not hasattr(model, "compute_loss"):
        raise NotReadyError(f"gradcheck: {model.name!r} has no loss; gradcheck(layer, x) checks its output")
    points = Points()
    for i, weight in enumerate(trainable):
        points.add(weight, weight.name or f"weight {i}")
    points.call = lambda: _outcome(model, x, y)
    return points, [w for w in getattr(model, "weights", ()) if all(w is not t for t in trainable)]


def _outcome(model, x, y):
    predicted = model(x, training=False)  # no dropout: a check needs the same function twice
    return predicted if y is None else model.compute_loss(x=x, y=y, y_pred=predicted)


def _float64(x):
    """Return floats as a float64 Tensor, which a layer leaves as it is: an array it would cast."""
    if x is None or isinstance(x, Tensor):
        return x
    x = np.asarray(x)
    return Tensor(x.astype(np.float64)) if x.dtype.kind == "f" else x
