"""The training step: forward, loss and backward as one program that writes gradients where the optimizer wants them."""

import warnings

import numpy as np

from ..backward import gradients
from ..core.tensor import Tensor
from ..errors import GradientError


class TrainingStep:
    """One step of training, compiled: ``loss, y_pred = step.gradients(x, y, w)``, then ``step.update()``.

    forward:   ``forward(x, y, w)`` -> the loss and the predictions, Tensors; w may be None
    optimizer: has ``places(params)``, ``descend()`` and ``apply(grads, params)``
    params:    the Tensors to train
    eagerly:   do without a program; a forward that cannot be traced does so by itself, after a warning that says why
    exact:     leave out what changes last bits: sums in another order; and where the optimizer says that its step is
               just ``w -= rate·g``, a backward that starts from the rate instead of 1, a pass over all weights less

    ``y_pred`` is overwritten by the next step.
    """

    def __init__(self, forward, optimizer, params, eagerly=False, exact=False):
        self.forward, self.optimizer, self.params = forward, optimizer, list(params)
        self.eagerly, self.exact, self.fused = eagerly, exact, False
        self.seed: np.ndarray | None = None
        self.programs: dict = {}
        self.recent, self.replay = None, None
        self.reached, self.flats = self.params, None
        self.found: list | None = None
        self.hit: list = []

    def gradients(self, x, y, w=None):
        """Compute the loss, a float, the predictions, an array, and the gradients, which ``update`` uses."""
        if self.eagerly:
            return self._eager(x, y, w)
        self.fused = self.optimizer.proportional and not self.exact
        key = x.shape, x.strides, y.shape, y.strides, None if w is None else (w.shape, w.strides), self.fused
        if key != self.recent or not self._holds():
            found = self._prepare(key, x, y, w)
            if found is not None:
                return found  # of an eager step
        replay = self.replay
        if self.fused:
            self._scale(replay)
        loss, y_pred = replay.run(x, y) if w is None else replay.run(x, y, w)
        self.found = None
        return loss.item(), y_pred

    def update(self):
        """Take the optimizer's step down the gradients computed last."""
        if self.found is None and self.fused:
            self.optimizer.descend_scaled()
        elif self.found is None:
            self.optimizer.descend()
        else:
            self.optimizer.apply(self.found, self.params)

    def _scale(self, replay):
        rate = self.optimizer.learning_rate
        if rate != replay.rate:
            replay.scale(rate)
            replay.rate = rate

    def _holds(self):
        """Return whether parameters and gradients lie where the program has them; a new value is moved there."""
        if self.optimizer._flats is self.flats and self.replay.holds():
            return True
        self.optimizer.places(self.reached)
        return self.optimizer._flats is self.flats and self.replay.holds()

    def _prepare(self, key, x, y, w):
        """Find or write the program for these shapes; if there can be none, return the result of an eager step."""
        full = key, x.dtype, y.dtype, None if w is None else w.dtype
        known = self.programs.get(full)
        if known is not None:
            self.replay, self.reached = known
            if self._holds():
                self.recent = key
                return None
        try:
            self._trace(key, full, [x, y] if w is None else [x, y, w])
            return None
        except Exception as error:  # whatever stopped the trace, an eager step decides
            self.recent = None
            found = self._eager(x, y, w)  # an error of the user's own is raised again, as they know it
            self.eagerly, self.programs = True, {}
            warnings.warn(f"this model trains without a compiled program, more slowly: {error}", stacklevel=4)
            return found

    def _trace(self, key, full, leaves):
        from .replay import Replay, traced  # 3 ms of import, for those who train

        places = self.optimizer.places(self.reached)
        recording = traced(self._forward_backward, leaves, ["x", "y", "w"][: len(leaves)])
        recording.trace.undo()  # the first step is the program's too, or a resumed training would differ in last bits
        if [id(p) for p in self.hit] != [id(p) for p in self.reached]:
            self.reached = self.hit  # the optimizer leaves alone what has no gradient
            self._trace(key, full, leaves)
            return
        into = {2 + i: place for i, place in enumerate(places)}
        replay = Replay(recording, into=into, copy=False, exact=self.exact, seed=self.seed)
        self.programs[full] = replay, self.reached
        self.recent, self.replay, self.flats = key, replay, self.optimizer._flats

    def _forward_backward(self, stands):
        loss, y_pred = self.forward(*stands, *[None] * (3 - len(stands)))
        rate = self.optimizer.learning_rate
        self.seed = np.full(checked(loss).shape, rate, loss.dtype) if self.fused else None
        seed = None if self.seed is None else Tensor(self.seed)
        found = {id(leaf): g for leaf, g in gradients(checked(loss), seed)}
        self.hit = [p for p in self.params if id(p) in found]
        return [loss, y_pred, *[found[id(p)] for p in self.hit]]

    def _eager(self, x, y, w):
        loss, y_pred = self.forward(x, y, w)
        found = {id(leaf): g for leaf, g in gradients(checked(loss))}
        self.found = [found.get(id(p)) for p in self.params]
        return loss.data.item(), y_pred.data if isinstance(y_pred, Tensor) else np.asarray(y_pred)


def checked(loss):
    """Return the loss, or raise unless it is a Tensor that depends on a parameter."""
    if not isinstance(loss, Tensor) or not loss.requires_grad:
        raise GradientError(
            "the loss does not depend on the parameters: compute it with Tensors throughout, without .numpy() or "
            ".detach(), outside no_grad()"
        )
    return loss
