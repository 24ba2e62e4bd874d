"""Sequential: layers one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from ..errors import NotReadyError, OptionError, describe, suggest, unknown
from ..layers.base import CLASSES, Layer
from ..layers.input import InputLayer
from ..options import check_config
from ..training.trainer import Trainer
from .summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Self

    from ..debug.gradient_flow import GradientFlow
    from ..draw.picture import Picture


class Sequential(Trainer, Layer):
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

    _uncounted = Trainer._uncounted | Layer._uncounted

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
            raise OptionError(f"add: a layer is needed, got {not_a_layer(layer)}")
        layer.check_made()
        if isinstance(layer, InputLayer):
            self._take_input(layer)
            return
        self._check_new(layer)
        shape = self._output if self._layers or self._input else None
        if shape is None and not self._layers:
            shape = layer.input_shape
        if shape is not None:
            shape, came = self._built(layer, shape), shape
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

    def _check_new(self, layer: Any) -> None:
        if holds(layer, self):
            raise OptionError(f"add: {layer.label()} holds {self.label()} itself: no model is its own layer")
        for known in self._layers:
            if known is layer:
                raise OptionError(
                    f"add: layer {layer.name!r} is in {self.label()} already; make a second one for its own weights"
                )
            if known.name == layer.name:
                raise OptionError(
                    f"add: {self.label()} has a layer named {layer.name!r} already; give this one another name=, "
                    "or none to be named automatically"
                )

    def _built(self, layer: Any, shape: Any) -> Any:
        """Build ``layer`` for inputs of ``shape`` and return the shape of its output."""
        try:
            if not layer.built:
                layer.build(shape)
            return layer.compute_output_shape(shape)
        except Exception as error:  # of any layer, told where it came from
            error.add_note(f"in building {layer.label()} of {self.label()} for inputs of shape {shape}")
            raise

    def pop(self) -> Layer:
        """Remove the last layer and return it."""
        if not self._layers:
            raise OptionError(f"pop: {self.label()} has no layers")
        layer = self._layers.pop()
        if not self._layers and self._input is None:
            self.input_shape = self._output = None
        elif self._output is not None:
            self._output = self._shape_through(self.input_shape)
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
            shape = self._built(layer, shape)
        self._output = shape

    def _shape_through(self, shape: Any) -> Any:
        for layer in self._layers:
            shape = layer.compute_output_shape(shape)
        return shape

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        return self._shape_through(tuple(input_shape))

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

    def get_layer(self, name: str | int | None = None, index: int | None = None) -> Layer:
        """Return the layer of that name, or at that index."""
        if hasattr(name, "__index__"):
            name, index = None, name
        if (name is None) == (index is None):
            raise OptionError("get_layer: give a name or an index")
        if index is not None:
            if not -len(self._layers) <= index < len(self._layers):
                raise OptionError(
                    f"get_layer: index must be below {len(self._layers)}, the number of layers, got {index}"
                )
            return self._layers[index]
        for layer in self._layers:
            if layer.name == name:
                return layer
        raise unknown(f"layer in {self.label()}:", name, [layer.name for layer in self._layers])

    def summary(
        self,
        line_length: int | None = None,
        print_fn: Callable[[str], Any] | None = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
    ) -> None:
        """Print a table of the layers with the shapes of their outputs and their numbers of parameters.

        line_length:     the width of the table; as wide as it needs to be unless given
        print_fn:        called with the text instead of printing it
        expand_nested:   show the layers inside layers too
        show_trainable:  show which layers training changes
        """
        summarize(self, line_length, print_fn, expand_nested, show_trainable)

    def draw(self, x: Any = None, y: Any = None, **options: Any) -> Picture:
        """Return a Picture of what the model computes from ``x``, a frame around each layer; with ``y``, of its loss.

        x:       data; one sample of zeros unless given, if the model is built
        options: as in ``tg.draw``: ``backward="both"``, ``values=True``, ``depth=0`` for a box a layer, ...

        >>> from tensorgrad.layers import Dense
        >>> model = Sequential([Dense(1, input_shape=(2,), name="out")], name="line")
        >>> model.draw([[1.0, 2.0]])
        Picture of 2 ops; .save("graph.svg") draws it
          x             input float32[1, 2]
          out (Dense)
            out/kernel  parameter float32[2, 1]
            t1          = matmul(x, out/kernel) -> float32[1, 1]
            out/bias    parameter float32[1]
          output        = add(t1, out/bias) -> float32[1, 1]
        """
        from ..draw.layer_scene import layer_picture, sample_for  # imported when something is drawn

        if y is not None:
            self._compiled_for("draw")
        x = sample_for(self) if x is None else x
        data = self._shaped_data(x, y, None, "draw") if y is None else self._checked_data(x, y, None, "draw")
        x = Tensor(data.x, name="x")

        def loss(model: Any, y_pred: Any) -> Any:  # not of self: the picture keeps what this holds
            return model.compute_loss(x, data.y, y_pred, training=False), {"y": data.y}

        return layer_picture(self, x, None if y is None else loss, **options)

    def gradient_flow(self, x: Any, y: Any) -> GradientFlow:
        """Return how large the gradient of the loss is in each layer, and a verdict: vanishing, exploding, dead relus.

        Vanishing: the first layer's is less than a thousandth of the last's; exploding: over a thousand times as large.

        >>> from tensorgrad.layers import Dense
        >>> model = Sequential([Dense(2, kernel_initializer="ones", name="a")])
        >>> model.compile("sgd", "mse")
        >>> model.gradient_flow([[1.0, 2.0]], [[0.0, 0.0]]).verdict
        ['healthy: the gradients of all layers are within a factor of 1']
        """
        from ..debug.gradient_flow import gradient_flow  # with what draws, which few need

        self._compiled_for("gradient_flow")
        data = self._checked_data(x, y, None, "gradient_flow")
        x = Tensor(data.x, name="x")
        return gradient_flow(self, x, lambda y_pred: self.compute_loss(x, data.y, y_pred, training=False))

    def plot_gradient_flow(self, x: Any, y: Any, save: Any = None) -> Any:
        """Draw ``gradient_flow(x, y)`` as bars under its verdict; return matplotlib's figure.

        save: a path to write the chart to. Needs matplotlib: ``pip install matplotlib``
        """
        return self.gradient_flow(x, y).plot(save)

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
                raise unknown("layer class", entry["class_name"], known)
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


def holds(layer: Any, wanted: Any) -> bool:
    """Return whether ``wanted`` is ``layer`` or a layer inside it, however deep."""
    return layer is wanted or any(holds(part, wanted) for part in layer.sublayers())


def not_a_layer(value: Any) -> str:
    """Return what came instead of a layer, and what to write."""
    if isinstance(value, type):
        return f"the class {value.__name__}; make a layer of it: {value.__name__}(...)"
    if isinstance(value, str) and value in CLASSES:
        return f"the string {value!r}; make a layer of it: {value}(...)"
    if isinstance(value, str):
        return f"the string {value!r}{suggest(value, CLASSES)} (as an object, e.g. Dense(32))"
    return describe(value)
