"""Model: a layer that is trained, printed as a table and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.tensor import Tensor
from ..errors import OptionError, unknown_name_error
from ..layers.base import CLASSES, Layer
from ..training.model_data import model_data, training_data
from ..training.trainer import Trainer
from .summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..debug.gradient_flow import GradientFlow
    from ..draw.picture import Picture


class Model(Trainer, Layer):
    """Base of the models: a layer made of ``layers``, which is trained and measured, printed and drawn."""

    _uncounted = Trainer._uncounted | Layer._uncounted

    @property
    def layers(self) -> list[Layer]:
        """The layers in order."""
        raise TypeError(f"{type(self).__name__} must define layers")

    def get_layer(self, name: str | int | None = None, index: int | None = None) -> Layer:
        """Return the layer of that name, or at that index."""
        if hasattr(name, "__index__"):
            name, index = None, name
        if (name is None) == (index is None):
            raise OptionError("get_layer: give a name or an index")
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise OptionError(
                    f"get_layer: index must be below {len(self.layers)}, the number of layers, got {index}"
                )
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown_name_error(f"layer in {self.label()}:", name, [layer.name for layer in self.layers])

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

        >>> from tensorgrad import Sequential
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
        if y is not None:
            self._require_compiled("draw")
        from ..draw.layer_scene import layer_picture, sample_for  # imported when something is drawn

        x = sample_for(self) if x is None else x
        data = model_data(self, x, y, None, "draw") if y is None else training_data(self, x, y, None, "draw")
        x = Tensor(data.x, name="x")

        def loss(model: Any, y_pred: Any) -> Any:  # not of self, which the picture would keep alive
            return model.compute_loss(x, data.y, y_pred, training=False), {"y": data.y}

        return layer_picture(self, x, None if y is None else loss, **options)

    def gradient_flow(self, x: Any, y: Any) -> GradientFlow:
        """Return how large the gradient of the loss is in each layer, and a verdict: vanishing, exploding, dead relus.

        Vanishing: the first layer's is less than a thousandth of the last's; exploding: over a thousand times as large.

        >>> from tensorgrad import Sequential
        >>> from tensorgrad.layers import Dense
        >>> model = Sequential([Dense(2, kernel_initializer="ones", name="a")])
        >>> model.compile("sgd", "mse")
        >>> model.gradient_flow([[1.0, 2.0]], [[0.0, 0.0]]).verdict
        ['healthy: the gradients of all layers are within a factor of 1']
        """
        from ..debug.gradient_flow import gradient_flow  # imports the drawing code, which few programs need

        self._require_compiled("gradient_flow")
        data = training_data(self, x, y, None, "gradient_flow")
        x = Tensor(data.x, name="x")
        return gradient_flow(self, x, lambda y_pred: self.compute_loss(x, data.y, y_pred, training=False))

    def plot_gradient_flow(self, x: Any, y: Any, save: Any = None) -> Any:
        """Draw ``gradient_flow(x, y)`` as bars under its verdict; return matplotlib's figure.

        save: a path to write the chart to. Needs matplotlib: ``pip install matplotlib``
        """
        return self.gradient_flow(x, y).plot(save)


del CLASSES["Model"]  # no config names a base class
