"""What a layer or a model holds: its weights, found by walking its attributes after one of them was set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.tensor import Parameter, Tensor
from ..errors import NotReadyError, OptionError, ShapeError, count_text, describe, printable_text
from ..options import boolean
from ..pytree import items_of
from ..tracking import Tracked, TrackedDict, TrackedList, newest_change

if TYPE_CHECKING:
    from numpy.typing import NDArray


class HeldWeights:
    """What a layer was found to hold while ``number`` was that of the newest change; a copy or a pickle holds nothing.

    number: None if there is a container in it that counts no changes, so that it must be walked each time
    """

    __slots__ = ("number", "parts", "weights")

    def __init__(self, number: Any = None, parts: Any = (), weights: Any = ()) -> None:
        self.number, self.parts, self.weights = number, parts, weights

    def __reduce__(self) -> tuple[Any, ...]:
        return HeldWeights, ()


class Weights(Tracked):
    """The weights of a layer and of the layers inside it, however they are kept: attributes, lists, dicts.

    ``_frozen`` lists the weights that ``trainable = False`` froze, so that ``trainable = True`` thaws just those.
    """

    _frozen: Sequence[Parameter] = ()
    _held = HeldWeights()
    _uncounted = frozenset({"_frozen", "_held"})

    if TYPE_CHECKING:
        built: bool

        def label(self) -> str: ...

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "trainable" and boolean(value):
            raise OptionError(f"{type(self).__name__}: trainable must be True or False, got {value!r}")
        if isinstance(vars(self).get(name), Parameter) and isinstance(value, (np.ndarray, list)):
            raise TypeError(
                f"{self.label()}: {name} is a Parameter, and an array in its place would not be trained; "
                f"write layer.{name}.data[...] = values, or set_weights"
            )
        super().__setattr__(name, value)
        if name == "trainable":
            self._freeze(not value)

    def _holding(self) -> HeldWeights:
        """Return the Held of now: the one of before unless some layer has changed since."""
        held = self._held
        if held.number != newest_change[0]:
            self._held = held = self._walk(newest_change[0])
        return held

    def _walk(self, number: Any) -> HeldWeights:
        """Return the Held that a walk finds: Parameters and layers, each once, in order of the attributes."""
        found: dict[Any, Any] = {}
        counts = [
            gather_parts(value, found) for name, value in list(vars(self).items()) if name not in Weights._uncounted
        ]
        weights: dict[Any, Any] = {}
        for part in found.values():
            inner = part._holding() if isinstance(part, Weights) else None
            for weight in (part,) if inner is None else inner.weights:
                weights[id(weight)] = weight
            counts.append(inner is None or inner.number is not None)
        return HeldWeights(number if all(counts) else None, list(found.values()), list(weights.values()))

    def sublayers(self) -> list[Any]:
        """Return the layers directly inside this one."""
        return [part for part in self._holding().parts if isinstance(part, Weights)]

    @property
    def weights(self) -> list[Parameter]:
        """All Parameters, those of inner layers included, each once."""
        return list(self._holding().weights)

    @property
    def variables(self) -> list[Parameter]:
        """The same as ``weights``."""
        return self.weights

    @property
    def trainable_weights(self) -> list[Parameter]:
        """The Parameters that training changes."""
        return [weight for weight in self._holding().weights if weight.requires_grad]

    @property
    def trainable_variables(self) -> list[Parameter]:
        """The same as ``trainable_weights``."""
        return self.trainable_weights

    @property
    def non_trainable_weights(self) -> list[Parameter]:
        """The Parameters that training leaves alone."""
        return [weight for weight in self.weights if not weight.requires_grad]

    @property
    def non_trainable_variables(self) -> list[Parameter]:
        """The same as ``non_trainable_weights``."""
        return self.non_trainable_weights

    def _freeze(self, frozen: bool) -> None:
        """Freeze or thaw this layer's weights and those of the layers inside it."""
        own = [part for part in self._holding().parts if isinstance(part, Parameter)]
        if frozen:
            chosen = [weight for weight in own if weight.requires_grad]
            self._frozen = [*self._frozen, *chosen]
        else:
            chosen, self._frozen = list(self._frozen), ()
        for weight in chosen:
            weight.requires_grad = not frozen
        for layer in self.sublayers():
            layer.trainable = not frozen

    def count_params(self) -> int:
        """Return how many numbers the weights hold. Raises NotReadyError while there are none yet."""
        if not self.built:
            raise NotReadyError(
                f"{self.label()} has no weights yet: call build(input_shape), give the first layer input_shape=, "
                "or call it on data"
            )
        return sum(weight.size for weight in self.weights)

    def get_weights(self) -> list[NDArray[Any]]:
        """Return copies of all weights, a list of arrays."""
        return [weight.data.copy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Copy arrays into the weights: as many, of the same shapes and in the same order as ``get_weights()``.

        Raises NotReadyError if there are no weights yet, ShapeError if the arrays do not fit; then nothing changes.
        """
        if not isinstance(weights, (list, tuple)):
            raise TypeError(f"set_weights: a list of arrays is needed, got {describe(weights)}")
        own, arrays = self.weights, [w.data if isinstance(w, Tensor) else np.asarray(w) for w in weights]
        if len(own) != len(arrays):
            if not self.built:
                raise NotReadyError(f"set_weights: {self.label()} has no weights yet; build it first")
            wanted = ", ".join(f"{printable_text(w.name)} {list(w.shape)}" for w in own)
            raise ShapeError(
                f"set_weights: {self.label()} has {count_text(len(own), 'weight')} ({wanted}), "
                f"got {count_text(len(arrays), 'array')}"
            )
        for i, (weight, array) in enumerate(zip(own, arrays, strict=True)):
            if weight.shape != array.shape or array.dtype.kind not in "fiub":
                name = printable_text(weight.name)
                raise ShapeError(
                    f"set_weights: array {i} is for {name} and must be {describe(weight)}, got {describe(array)}"
                )
        for weight, array in zip(own, arrays, strict=True):
            weight.data[...] = array  # in place: an optimizer may hold views of it


def gather_parts(value: Any, found: dict[int, Any]) -> bool:
    """Add to ``found``, by identity, the Parameters and layers in ``value``; return whether its changes are counted."""
    if isinstance(value, (Parameter, Weights)):
        found[id(value)] = value
        return True
    items = items_of(value)
    if items is None:
        return True
    count_text = [gather_parts(item, found) for _, item in items]
    return all(count_text) and isinstance(value, (TrackedList, TrackedDict, tuple))
