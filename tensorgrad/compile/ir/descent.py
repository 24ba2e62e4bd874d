"""Descent: an optimizer's step as one call of a program."""

import numpy as np


class Descent:
    """The function that a program calls for ``optimizer.apply(grads, params)``.

    The operands of the call are the vectors that hold the parameters, which it changes, and then the gradients.

    flats:  the optimizer's flat vectors at the time of the trace; the program is valid while it has these
    places: the arrays for the gradients, in the order of ``params``
    """

    def __init__(self, optimizer, params):
        self.optimizer, self.params, self.places = optimizer, params, optimizer.places(params)
        self.flats = optimizer._flats
        self.__name__ = f"{type(optimizer).__name__}.descend"

    def gradients(self, call):
        """Return ``(gradient's Value, its place)`` for each parameter."""
        return list(zip(call.args[len(self.flats) :], self.places, strict=True))

    def holds(self):
        """Return whether these are still the places of the gradients."""
        return self.optimizer._flats is self.flats

    def cannot_bind(self, arrays):
        """Return whether ``bind`` would change other arrays among ``arrays``, or the order in which sums are added up.

        The order is that of the new values in memory.
        """
        views = {id(view) for flat in self.flats for _, view, _ in flat.places}
        others = [array for array in arrays if id(array) not in views]
        return any(np.may_share_memory(array, flat.w) for array in others for flat in self.flats) or any(
            p.data is not view and (p.data.strides != view.strides or np.may_share_memory(p.data, other.w))
            for flat in self.flats for p, view, _ in flat.places for other in self.flats
        )  # fmt: skip

    def bind(self):
        """Move new values of parameters into the optimizer's vectors, as its step would."""
        self.optimizer.places(self.params)
