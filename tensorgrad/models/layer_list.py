"""The layers of a model: checks of a new one, and its building."""

from __future__ import annotations

from typing import Any

from ..errors import OptionError, describe, suggest
from ..layers.base import CLASSES


def check_new_layer(model: Any, layer: Any) -> None:
    """Raise unless ``model`` can take ``layer``: it is not in it, and no other layer has its name."""
    if holds_layer(layer, model):
        raise OptionError(f"add: {layer.label()} holds {model.label()} itself: no model is its own layer")
    for known in model._layers:
        if known is layer:
            raise OptionError(
                f"add: layer {layer.name!r} is in {model.label()} already; make a second one for its own weights"
            )
        if known.name == layer.name:
            raise OptionError(
                f"add: {model.label()} has a layer named {layer.name!r} already; give this one another name=, "
                "or none to be named automatically"
            )


def build_layer(model: Any, layer: Any, shape: Any) -> Any:
    """Build ``layer`` for inputs of ``shape`` and return the shape of its output."""
    try:
        if not layer.built:
            layer.build(shape)
        return layer.compute_output_shape(shape)
    except Exception as error:  # of any layer; the note says where it came from
        error.add_note(f"in building {layer.label()} of {model.label()} for inputs of shape {shape}")
        raise


def holds_layer(layer: Any, wanted: Any) -> bool:
    """Return whether ``wanted`` is ``layer`` or a layer inside it, however deep."""
    return layer is wanted or any(holds_layer(part, wanted) for part in layer.sublayers())


def non_layer_text(value: Any) -> str:
    """Return a description of a value that is no layer, with what to write instead."""
    if isinstance(value, type):
        return f"the class {value.__name__}; make a layer of it: {value.__name__}(...)"
    if isinstance(value, str) and value in CLASSES:
        return f"the string {value!r}; make a layer of it: {value}(...)"
    if isinstance(value, str):
        return f"the string {value!r}{suggest(value, CLASSES)} (as an object, e.g. Dense(32))"
    return describe(value)
