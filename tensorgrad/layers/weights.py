"""What a layer or a model holds: its weights, found by walking its attributes."""

import numpy as np

from ..core.tensor import Parameter, Tensor
from ..errors import NotReadyError, ShapeError, counted, describe, printable


class Weights:
    """The weights of a layer and of the layers inside it, however they are kept: attributes, lists, dicts.

    ``_frozen`` lists the weights that ``trainable = False`` froze, so that ``trainable = True`` thaws just those.
    """

    _frozen = ()

    def _parts(self):
        """Return the Parameters and layers this layer holds itself, each once, in order of their attributes."""
        found = {}
        for name, value in vars(self).items():
            if name != "_frozen":
                gather(value, found)
        return list(found.values())

    def sublayers(self):
        """Return the layers directly inside this one."""
        return [part for part in self._parts() if isinstance(part, Weights)]

    @property
    def weights(self):
        """All Parameters, those of inner layers included, each once."""
        found = {}
        for part in self._parts():
            for weight in part.weights if isinstance(part, Weights) else (part,):
                found[id(weight)] = weight
        return list(found.values())

    @property
    def variables(self):
        """The same as ``weights``."""
        return self.weights

    @property
    def trainable_weights(self):
        """The Parameters that training changes."""
        return [weight for weight in self.weights if weight.requires_grad]

    @property
    def trainable_variables(self):
        """The same as ``trainable_weights``."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self):
        """The Parameters that training leaves alone."""
        return [weight for weight in self.weights if not weight.requires_grad]

    @property
    def non_trainable_variables(self):
        """The same as ``non_trainable_weights``."""
        return self.non_trainable_weights

    def _freeze(self, frozen):
        """Freeze or thaw this layer's weights and those of the layers inside it."""
        own = [part for part in self._parts() if isinstance(part, Parameter)]
        if frozen:
            chosen = [weight for weight in own if weight.requires_grad]
            self._frozen = [*self._frozen, *chosen]
        else:
            chosen, self._frozen = self._frozen, ()
        for weight in chosen:
            weight.requires_grad = not frozen
        for layer in self.sublayers():
            layer.trainable = not frozen

    def count_params(self):
        """Return how many numbers the weights hold. Raises NotReadyError while there are none yet."""
        if not self.built:
            raise NotReadyError(
                f"{self.label()} has no weights yet: call build(input_shape), give the first layer input_shape=, "
                "or call it on data"
            )
        return sum(weight.size for weight in self.weights)

    def get_weights(self):
        """Return copies of all weights, a list of arrays."""
        return [weight.data.copy() for weight in self.weights]

    def set_weights(self, weights):
        """Copy arrays into the weights: as many, of the same shapes and in the same order as ``get_weights()``.

        Raises NotReadyError if there are no weights yet, ShapeError if the arrays do not fit; then nothing changes.
        """
        if not isinstance(weights, (list, tuple)):
            raise TypeError(f"set_weights: a list of arrays is needed, got {describe(weights)}")
        own, arrays = self.weights, [w.data if isinstance(w, Tensor) else np.asarray(w) for w in weights]
        if len(own) != len(arrays):
            if not self.built:
                raise NotReadyError(f"set_weights: {self.label()} has no weights yet; build it first")
            wanted = ", ".join(f"{printable(w.name)} {list(w.shape)}" for w in own)
            raise ShapeError(
                f"set_weights: {self.label()} has {counted(len(own), 'weight')} ({wanted}), "
                f"got {counted(len(arrays), 'array')}"
            )
        for i, (weight, array) in enumerate(zip(own, arrays, strict=True)):
            if weight.shape != array.shape or array.dtype.kind not in "fiub":
                name = printable(weight.name)
                raise ShapeError(
                    f"set_weights: array {i} is for {name} and must be {describe(weight)}, got {describe(array)}"
                )
        for weight, array in zip(own, arrays, strict=True):
            weight.data[...] = array  # in place: an optimizer may hold views of it


def gather(value, found):
    """Add to ``found``, by identity, the Parameters and layers in ``value``."""
    if isinstance(value, (Parameter, Weights)):
        found[id(value)] = value
    elif isinstance(value, (list, tuple)):
        for item in value:
            gather(item, found)
    elif isinstance(value, dict):
        for item in value.values():
            gather(item, found)
