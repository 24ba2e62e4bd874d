"""A model or layer under check: its loss, or its output, as a function of its weights."""

import numpy as np

from ...core.tensor import Tensor
from ...errors import GradientError, NotReadyError
from ...pytree import is_numbers, map_leaves, map_named
from .points import Points


def model_points(model, x, y):
    """Return ``(points, beside)``: the Points of a model, and its weights that are not trained.

    The function is the loss of the trainable weights; without ``y`` it is the output, of the floats in ``x`` too.
    """
    if x is None:
        raise TypeError(f"gradcheck: {model.name!r} needs data: gradcheck(model, x, y), or gradcheck(layer, x)")
    if y is not None and not hasattr(model, "compute_loss"):
        raise NotReadyError(f"gradcheck: {model.name!r} has no loss; gradcheck(layer, x) checks its output")
    x, y = _to_float64(x), y if y is None else np.asarray(y)
    model(x, training=False)  # builds the weights if they are not built yet
    trainable = list(model.trainable_weights)
    points = Points()
    for i, weight in enumerate(trainable):
        points.add(weight, weight.name or f"weight {i}")
    if y is None:
        x = _add_points(points, x, "x")
    if not points.named:
        raise GradientError(f"gradcheck: {model.name!r} has no trainable weights")
    points.call = lambda: _outcome(model, x, y)
    return points, [w for w in getattr(model, "weights", ()) if all(w is not t for t in trainable)]


def _outcome(model, x, y):
    predicted = model(x, training=False)  # no dropout: a check needs the same function twice
    return predicted if y is None else model.compute_loss(x=x, y=y, y_pred=predicted)


def _add_points(points, x, name):
    """Return ``x``; add every Tensor of floats in it to the points."""

    def point(leaf, name):
        if not isinstance(leaf, Tensor) or leaf.dtype.kind != "f":
            return leaf
        return points.add(leaf if leaf.requires_grad else Tensor(leaf.data, requires_grad=True), name)

    return map_named(point, x, name)


def _to_float64(x):
    """Return ``x`` with floats as float64 Tensors: a layer casts arrays, but leaves Tensors as they are."""

    def floats(leaf):
        if leaf is None or isinstance(leaf, Tensor):
            return leaf
        array = np.asarray(leaf)
        return Tensor(array.astype(np.float64)) if array.dtype.kind == "f" else array

    return map_leaves(floats, x, is_numbers)
