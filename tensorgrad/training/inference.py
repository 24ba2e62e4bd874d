"""Inference: what a model computes without training, as programs."""

from ..compile.attempts import check_settled, convert_faults
from ..compile.training_step import has_overlap
from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..graph.code import gives_arrays

#: A program is written at this use of a shape; writing one takes as long as some thirty small runs without one.
WARM = 4
#: How many programs are kept. Once there are so many, one more takes the place of the oldest at this use.
LIMIT, CROWDED = 8, 64


class Inference:
    """A function of arrays that returns a list of Tensors, run without gradients: called, it gives a list of arrays.

    Shapes that come again and again have a program each; a function that cannot be traced runs as it is, and so do all
    with ``guards=None``. The results are the same, to the last bit, and belong to the caller. It may be called from
    several threads.

    guards:   hold while all that the function uses is as it was
    attempts: what became of traces
    names:    how the roots of the guards are called
    """

    def __init__(self, function, guards=None, attempts=None, names=()):
        self.function, self.guards, self.attempts, self.names = function, guards, attempts, names
        self.replays, self.uses = {}, {}

    def __call__(self, *arrays):
        key = tuple([(a.shape, a.strides, a.dtype) for a in arrays])
        replay = self.replays.get(key)
        if replay is not None and replay.holds():
            return self._eager(arrays) if has_overlap(replay, arrays) else replay.run(*arrays)
        if self.guards is None or self.attempts.reason or not self._due(key):
            return self._eager(arrays)
        return self.attempts.run(lambda: self._traced(key, arrays), lambda: self._eager(arrays), self.guards)

    def _due(self, key):
        """Count a use, and return whether the time for a program has come."""
        if self.replays.pop(key, None) is not None:  # weights lie elsewhere now, and may do so again soon
            self.uses[key] = 0
        if len(self.uses) > 8 * LIMIT:
            self.uses.clear()
        self.uses[key] = uses = self.uses.get(key, 0) + 1
        return uses >= (WARM if len(self.replays) < LIMIT else CROWDED)

    def _traced(self, key, arrays):
        from ..compile.executable import Replay  # 3 ms of import, for those who need it
        from ..compile.function_trace import trace_function
        from ..compile.trial import Trial

        names = ["x", "y", "w"][: len(arrays)]
        with no_grad():
            recording = trace_function(lambda stands: self.function(*stands), arrays, names)
        trial = Trial(recording)
        recording.trace.undo()
        check_settled(self.guards, recording.trace, self.names)
        found = self._eager(arrays)
        trial.check(found)
        with convert_faults():
            replay = Replay(recording, exact=True)
        while len(self.replays) >= LIMIT:
            self.replays.pop(next(iter(self.replays)), None)
        self.replays[key] = replay
        return found

    @gives_arrays
    def _eager(self, arrays):
        with no_grad():
            return [t.data if isinstance(t, Tensor) else t for t in self.function(*arrays)]


def inference(steps, forward, *used):
    """Return the Inference among ``steps`` for which nothing has changed, or a new one of ``forward(*used)``."""

    def make(guards, names, *used):
        return Inference(forward(*used), guards, steps.attempts, names)

    return steps.step(make, *used)
