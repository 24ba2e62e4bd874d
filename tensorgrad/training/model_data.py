"""The user's data, in shapes that a model takes and its loss compares."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import OptionError, ShapeError, count_text
from .batches import class_weights
from .data import Data, make_data, make_validation_data, split_data


def model_data(model: Any, x: Any, y: Any, sample_weight: Any, where: str) -> Data:
    """Return what the user passed as Data whose samples ``model`` takes, or raise."""
    return fit_shape(model, make_data(x, y, sample_weight, where, integers=not model.autocast), where)


def training_data(model: Any, x: Any, y: Any, sample_weight: Any, where: str) -> Data:
    """Return ``model_data`` whose targets the loss of ``model`` can compare with its outputs, or raise."""
    data = model_data(model, x, y, sample_weight, where)
    model._require_compiled(where).prepare_targets(data, model.output_shape, where)
    return data


def fit_data(
    model: Any, x: Any, y: Any, sample_weight: Any, validation_split: float, validation_data: Any
) -> tuple[Data, Data | None]:
    """Return the training data and the validation data (or None), all checked before anything is trained."""
    if validation_data is None:
        data = training_data(model, x, y, sample_weight, "fit")
        return split_data(data, validation_split, "fit") if validation_split else (data, None)
    given = make_validation_data(validation_data, "fit", not model.autocast)
    data = training_data(model, x, y, sample_weight, "fit")
    held_out = fit_shape(model, given, "fit", "validation x")
    model._require_compiled("fit").prepare_targets(held_out, model.output_shape, "fit", "validation y")
    return data, held_out


def weigh_classes(model: Any, data: Data, class_weight: Any, where: str) -> None:
    """Set the weights of the rows of ``data`` by their classes."""
    if data.w is not None:
        raise OptionError(f"{where}: class_weight and sample_weight cannot both be given; multiply them into one")
    data.w = class_weights(class_weight, data.y, max(model.output_shape[-1] or 2, 2), where)


def fit_shape(model: Any, data: Data, where: str, name: str = "x") -> Data:
    """Return ``data`` with samples of the shape that ``model`` takes; build the model for them if it is not built."""
    if model.built and data.x.shape[1:] == model.input_shape[1:]:
        return data
    if not model.built:
        model.build((None, *data.x.shape[1:]))
    data.x = adjust_last_axis(data.x, model.input_shape)
    wanted, got = model.input_shape, data.x.shape
    if len(wanted) != len(got) or any(w not in (None, g) for w, g in zip(wanted[1:], got[1:], strict=True)):
        raise ShapeError(
            f"{where}: {name} has shape {got}, but {model.label()} takes {sample_text(wanted)}"
            f"{shape_remedy(wanted, got)}"
        )
    return data


def adjust_last_axis(x: Any, wanted: Any) -> Any:
    """Return ``x`` with a last axis of 1 added or removed if it then has as many axes as ``wanted``, as Keras does.

    >>> adjust_last_axis(np.zeros(5), (None, 1)).shape
    (5, 1)
    >>> adjust_last_axis(np.zeros((5, 3, 1)), (None, 3)).shape
    (5, 3)
    """
    if x.ndim == len(wanted) - 1 and wanted[-1] == 1:
        return x[..., None]
    if x.ndim == len(wanted) + 1 and x.shape[-1] == 1:
        return x[..., 0]
    return x


def sample_text(shape: Any) -> str:
    """Return an input shape in words.

    >>> sample_text((None, 10)), sample_text((None, 28, 28))
    ('10 columns', 'samples of shape (28, 28)')
    """
    return count_text(shape[1], "column") if len(shape) == 2 else f"samples of shape {tuple(shape[1:])}"


def shape_remedy(wanted: Any, got: Any) -> str:
    """Return what to do about data of shape ``got`` where ``wanted`` is taken, as the end of a sentence."""
    sample, given = tuple(wanted[1:]), tuple(got[1:])
    if not given:
        return "; for one sample, write x[None]" if got == sample else "; are x and y swapped?"
    if got == sample:
        return f"; for one sample, write x[None]; if x holds {got[0]}, make the model with input_shape={given}"
    if None not in sample and np.prod(sample) == np.prod(given):
        return f"; reshape it: x.reshape(-1, {', '.join(map(str, sample))}), or put Flatten() first"
    if len(wanted) == len(got) + 1 and sample[1:] == given:
        return f"; input_shape leaves out the batch axis: write input_shape={given}"
    if len(wanted) == len(got) == 2 and got[0] == wanted[1]:
        return "; is it transposed? x.T fits"
    return f"; pass data of that shape, or make the model with input_shape={given}"
