"""Inference: what a model computes without training, as programs."""

import numpy as np

from ..core.mode import no_grad
from ..core.tensor import Tensor

#: A program is written at this use of a shape: writing one takes as long as a hundred small eager steps.
WARM = 16
#: How many programs are kept.
LIMIT = 8


class Inference:
    """A function of arrays that returns a list of Tensors, run without gradients: called, it gives a list of arrays.

    Shapes that come again and again have a program each; a function that cannot be traced runs as it is, and so do all
    with ``eagerly``. The results are the same, to the last bit, and belong to the caller.
    """

    def __init__(self, function, eagerly=False):
        self.function, self.eagerly = function, eagerly
        self.replays, self.uses = {}, {}

    def __call__(self, *arrays):
        key = tuple([(a.shape, a.strides, a.dtype) for a in arrays])
        replay = self.replays.get(key)
        if replay is not None and replay.holds():
            return replay.run(*arrays)
        if self.eagerly or not self._due(key):
            return self._eager(arrays)
        try:
            return self._traced(key, arrays)
        except Exception:  # whatever stopped the trace, an eager run decides
            found = self._eager(arrays)  # an error of the user's own is raised again, as they know it
            self.eagerly = True
            return found

    def _due(self, key):
        """Count a use, and return whether the time for a program has come."""
        if self.replays.pop(key, None) is not None:  # weights lie elsewhere now, and may do so again soon
            self.uses[key] = 0
        if len(self.uses) > 8 * LIMIT:
            self.uses.clear()
        self.uses[key] = uses = self.uses.get(key, 0) + 1
        return uses >= WARM

    def _traced(self, key, arrays):
        from ..compile.replay import Replay, traced  # 3 ms of import, for those who need it

        names = ["x", "y", "w"][: len(arrays)]
        with no_grad():
            recording = traced(lambda stands: self.function(*stands), arrays, names)
        if len(self.replays) == LIMIT:
            del self.replays[next(iter(self.replays))]
        self.replays[key] = Replay(recording, exact=True)
        return [t.data if isinstance(t, Tensor) else np.asarray(t) for t in recording.finish()]

    def _eager(self, arrays):
        with no_grad():
            return [t.data if isinstance(t, Tensor) else t for t in self.function(*arrays)]
