"""Sequential: layers one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import NotReadyError, OptionError, describe, unknown_name_error
from ..layers.base import CLASSES, Layer
from ..layers.input import InputLayer
from ..options import check_config
from .layer_list import build_layer, check_new_layer, non_layer_text
from .model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self


class Sequential(Model):
    """A model of layers in sequence, itself a layer.

    layers:    the layers, or some of them; ``add`` appends more
    name:      ``"sequential"``, ``"sequential_1"`` ... unless given
    trainable: False freezes all weights

    The weights are made as soon as the shape of the input is known: from ``Input(shape)`` as the first entry, from
    ``input_shape=`` on the first layer, from ``build``, or from the first data.

    >>> from tensorgrad.layers import Dense
    >>> model = Sequential(name="small")
    >>> model.add(Dense(name="hidden", units=4, input_shape=(2,), activation="relu"))
    >>> model.add(Dense(name="output", units=1, activation="sigmoid"))
    >>> model.count_params()
    17
    >>> model.predict([[0.0, 0.0], [1.0, 2.0]], verbose=0).shape
    (2, 1)
    """

    def __init__(self, layers: Sequence[Layer] | None = None, name: str | None = None, trainable: bool = True) -> None:
        if layers is not None and not isinstance(layers, (list, tuple)):
            shown = layers.label() if isinstance(layers, Layer) else describe(layers)
            raise OptionError(f"Sequential: layers must be a list of layers, got {shown}; write Sequential([...])")
        super().__init__(name=name, trainable=trainable)  # type: ignore[arg-type]  # None: named by its class
        self._input: InputLayer | None = None
        self._layers: list[Layer] = []
        for layer in layers or ():
            self.add(layer)

    @property
    def layers(self) -> list[Layer]:
        """The layers in order, without the ``InputLayer``."""
        return list(self._layers)

    @property
    def autocast(self) -> bool:  # type: ignore[override]  # of its first layer, which may be set
        """Whether arrays are cast to floats: as the first layer wants it."""
        return self._layers[0].autocast if self._layers else True

    def add(self, layer: Layer) -> None:
        """Append a layer. Its weights are made at once if the shape of its input is known."""
        if not isinstance(layer, Layer):
            raise OptionError(f"add: a layer is needed, got {non_layer_text(layer)}")
        layer.check_made()
        if isinstance(layer, InputLayer):
            self._take_input(layer)
            return
        check_new_layer(self, layer)
        shape = self._output if self._layers or self._input else None
        if shape is None and not self._layers:
            shape = layer.input_shape
        if shape is not None:
            shape, came = build_layer(self, layer, shape), shape
            if not self._layers and self.input_shape is None:
                self.input_shape = came
        if not self.trainable:
            layer.trainable = False
        self._layers.append(layer)
        self._output = shape
        self.built = shape is not None

    _output = None

    def _take_input(self, layer: Any) -> None:
        if self._layers or self._input:
            raise OptionError(f"add: {layer!r} must come first, but {self.label()} has layers already")
        self._input, self.input_shape, self._output = layer, layer.input_shape, layer.input_shape

    def pop(self) -> Layer:
        """Remove the last layer and return it."""
        if not self._layers:
            raise OptionError(f"pop: {self.label()} has no layers")
        layer = self._layers.pop()
        if not self._layers and self._input is None:
            self.input_shape = self._output = None
        elif self._output is not None:
            self._output = self._output_shape_for(self.input_shape)
        self.built = bool(self._layers) and self._output is not None
        return layer

    def build(self, input_shape: Any = None) -> None:
        """Make all weights for inputs of ``input_shape``, with the batch axis: ``(None, 10)``."""
        shape = input_shape if input_shape is not None else self.input_shape
        if shape is not None and not isinstance(shape, (tuple, list)):
            raise OptionError(f"build: input_shape must be a tuple with the batch axis, like (None, 10), got {shape!r}")
        if shape is None:
            raise NotReadyError(
                f"build: the shape of the input is not known; write {self.label()}.build((None, 10)), "
                "or give the first layer input_shape=(10,)"
            )
        if not self._layers:
            raise NotReadyError(f"build: {self.label()} has no layers; add some first")
        self.input_shape = shape = tuple(shape)
        for layer in self._layers:
            shape = build_layer(self, layer, shape)
        self._output = shape

    def _output_shape_for(self, shape: Any) -> Any:
        for layer in self._layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        return self._output_shape_for(tuple(input_shape))

    @property
    def output_shape(self) -> Any:
        """The shape of the output, with None as the batch axis; None while it is not known."""
        return self._output

    def call(self, x: Any, training: bool = False) -> Any:
        if not self._layers:
            raise NotReadyError(f"{self.label()} has no layers; add some first")
        for layer in self._layers:
            x = layer(x, training=training)
        return x

    def get_config(self) -> dict[str, Any]:
        """Return name, layers and input shape as plain values, enough for ``from_config``."""
        layers = [{"class_name": type(layer).__name__, "config": layer.get_config()} for layer in self._layers]
        return {"name": self.name, "trainable": self.trainable, "layers": layers, "build_input_shape": self.input_shape}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Mapping[str, type[Layer]] | None = None) -> Self:
        """Return a model like the one whose ``get_config`` this was, with new weights."""
        check_config(cls.__name__, config)
        model = cls(name=config.get("name"), trainable=config.get("trainable", True))
        known: dict[str, Any] = {**CLASSES, **(custom_objects or {})}
        for entry in config["layers"]:
            if entry["class_name"] not in known:
                raise unknown_name_error("layer class", entry["class_name"], known)
            model.add(known[entry["class_name"]].from_config(entry["config"]))
        if config.get("build_input_shape") is not None:
            model.build(tuple(config["build_input_shape"]))
        return model

    def label(self) -> str:
        return f"Sequential(name={self.name!r})"

    def __repr__(self) -> str:
        entries = [layer for layer in (self._input, *self._layers) if layer is not None]
        inside = "".join(f"    {line},\n" for entry in entries for line in repr(entry).splitlines())
        return f"Sequential([\n{inside}], name={self.name!r})"
