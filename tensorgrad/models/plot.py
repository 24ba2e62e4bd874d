"""plot_model: the layers of a model as a picture, one box each, as Keras draws it."""

from __future__ import annotations

from typing import Any

from ..draw.diagram.diagram import Graph
from ..draw.picture import Picture
from ..errors import NotReadyError, OptionError


def plot_model(model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=False, rankdir="TB",
               expand_nested=False, dpi=200, show_layer_activations=False, show_trainable=False,
               splines="ortho"):  # fmt: skip
    """Draw the layers of ``model``, save the picture to ``to_file`` unless that is None, and return it.

    show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what each box says
    expand_nested: draw the layers inside models that are layers, in a frame
    rankdir, splines: ``"TB"`` or ``"LR"``; how arrows run, as Graphviz says it
    dpi: of a ``.png``

    Suffixes are those of ``Picture.save``. ``model.draw`` shows what is inside the layers.

    >>> from tensorgrad.layers import Dense
    >>> from tensorgrad.models import Sequential
    >>> model = Sequential([Dense(4, "relu", input_shape=(3,), name="hidden"), Dense(1, name="out")])
    >>> plot_model(model, to_file=None, show_shapes=True, show_layer_names=True)
    Picture of 2 layers; .save("graph.svg") draws it
      input   input (None, 3)
      hidden  = Dense(input): (None, 3) -> (None, 4)
      out     = Dense(hidden): (None, 4) -> (None, 1)
    """
    if rankdir not in ("TB", "LR"):
        raise OptionError(f"plot_model: rankdir must be 'TB' or 'LR', got {rankdir!r}")
    if not model.built:
        raise NotReadyError(
            f"plot_model: {model.label()} was never built; call model.build((None, 10)), fit it, or give the first "
            "layer input_shape=(10,)"
        )
    graph = Graph(rankdir)
    graph.splines = splines
    text = LayerText(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    first = graph.add("input", "input", ["Input", *([dims_text(model.input_shape)] if show_shapes else [])])
    add_layer_nodes(graph, model.layers, first, text, expand_nested, ())
    picture = Picture(graph, dpi=dpi)
    if to_file is not None:
        picture.save(to_file)
    return picture


class LayerText:
    """What the boxes of layers say."""

    def __init__(self, shapes: Any, dtype: Any, names: Any, activations: Any, trainable: Any) -> None:
        self.shapes, self.dtype, self.names = shapes, dtype, names
        self.activations, self.trainable = activations, trainable

    def lines(self, layer: Any) -> Any:
        kind = type(layer).__name__
        lines = [f"{layer.name} ({kind})" if self.names else kind]
        activation = getattr(layer, "activation", None)
        if self.activations and activation is not None:
            lines.append(f"activation: {getattr(activation, '__name__', activation)}")
        if self.shapes:
            lines.append(f"{dims_text(layer.input_shape)} -> {dims_text(layer.output_shape)}")
        if self.dtype:
            lines.append(f"dtype: {layer.dtype}")
        if self.trainable and layer.weights:
            lines.append("trainable" if layer.trainable_weights else "frozen")
        return lines


def add_layer_nodes(graph: Any, layers: Any, before: Any, text: Any, expand: Any, path: Any) -> Any:
    """Enter layers one after the other, and return the box of the last."""
    for layer in layers:
        if expand and hasattr(layer, "layers"):
            frame = (len(graph.frames), layer.name)
            graph.frames[frame[0]] = type(layer).__name__
            before = add_layer_nodes(graph, layer.layers, before, text, expand, (*path, frame))
            continue
        box = graph.add("layer", layer.name, text.lines(layer), path)
        graph.connect(before, box)
        before = box
    return before


def dims_text(shape: Any) -> str:
    return "?" if shape is None else f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"
