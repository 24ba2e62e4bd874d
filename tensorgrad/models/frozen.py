"""What a program takes from a model's Python when it is traced; when that changes, it is traced anew."""

from weakref import ref

import numpy as np

from ..config import epsilon, floatx
from ..core.tensor import Tensor
from ..layers.weights import Weights

#: Attributes that are no part of what a layer or a model computes.
BESIDE = {"compiled", "history", "stop_training", "name", "input_shape", "input_dim", "_programs", "_frozen"}
NUMBERS = {int, float, complex, bool}  # 1 == 1.0 == True
NAMES = {str, bytes, type(None)}
#: How many steps are kept; one is enough unless layers are changed to and fro.
STEPS = 8


class Programs:
    """The compiled steps of a model, the newest few, each by what it has frozen; a copy or a pickle has none."""

    def __init__(self):
        self.steps, self.restless = {}, set()

    def step(self, key, model, meters, make):
        """Return the step that froze ``model`` and ``meters`` as they are now; ``make()`` one if there is none.

        meters: with the loss and the metrics that are in it; None if there are none
        """
        found = attributes(model, {})
        if meters is not None:
            found[None] = meters.settings
            if meters.loss is not None:
                attributes(meters.loss, found)
        for place in self.restless:
            found.pop(place, None)
        key = key, floatx(), epsilon(), tuple(found.items())
        if key not in self.steps:
            if len(self.steps) == STEPS:
                del self.steps[next(iter(self.steps))]
            self.steps[key] = make()
        return self.steps[key]

    def called(self, model, x, training):
        """Return ``model(x)``; attributes that a traced call itself changes say nothing about the next step."""
        if type(x) is np.ndarray:
            return model(x, training=training)
        before = attributes(model, {})
        y = model(x, training=training)
        after = attributes(model, {})
        self.restless.update(place for place in after if before.get(place) != after[place])
        return y

    def __getstate__(self):
        return {"steps": {}, "restless": set()}


def attributes(thing, found):
    """Add ``{(id, name): mark}`` of all attributes of a layer or a loss, and of the layers inside it, to ``found``.

    >>> from tensorgrad.layers import Dropout
    >>> layer = Dropout(0.5)
    >>> before = attributes(layer, {})
    >>> layer.rate = 0.25
    >>> [name for (_, name), mark in attributes(layer, {}).items() if before[id(layer), name] != mark]
    ['rate']
    """
    number = id(thing)
    for name, value in vars(thing).items():
        if name not in BESIDE:
            found[number, name] = value if type(value) in NAMES else mark(value, found)
    return found


def mark(value, found):
    """Return what is equal for equal values: numbers, strings and what is made of them by value, others by identity."""
    kind = type(value)
    if kind in NUMBERS:
        return kind, value
    if kind in NAMES:
        return value
    if kind is list or kind is tuple:
        return kind, *[mark(item, found) for item in value]
    if kind is dict:
        return kind, *[(key, mark(item, found)) for key, item in value.items()]
    if isinstance(value, Weights):
        attributes(value, found)
    elif not isinstance(value, (Tensor, np.ndarray)) and kind.__hash__ is not None:
        try:
            return ref(value)  # an id may be given out again
        except TypeError:
            return id(value)
    return id(value)
