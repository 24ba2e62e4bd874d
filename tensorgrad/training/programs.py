"""The programs of a model, each with Guards, which notice changes of what the program took as fixed."""

from ..compile.attempts import Attempts, check_settled, convert_faults
from ..compile.training_step import has_overlap
from ..core.modes import no_grad
from ..core.tensor import Tensor
from ..graph.code import gives_arrays

#: How many steps are kept; one is enough unless something changes back and forth.
KEPT = 8
#: A program is written at this use of a shape; that takes as long as some thirty small runs without one.
WARM = 4
#: How many programs are kept, and at which use another one replaces the oldest.
LIMIT, CROWDED = 8, 64


class StepCache:
    """The newest steps of one use of a model, such as ``fit`` with one loss; a copy or a pickle has none.

    attempts: whether tracing failed; a model that cannot be traced predicts without a warning
    """

    def __init__(self):
        self.kept: tuple = ()
        self.attempts = Attempts(silent=True)

    def find_or_make(self, make, *used):
        """Return the step for which nothing has changed, or else a new one, ``make(guards, names, *used)``.

        used: the model, and the Measures where there are some
        """
        kept = self.kept
        if kept and kept[0].guards.hold():
            return kept[0]
        for step in kept[1:]:
            if step.guards.hold():
                self.keep(step)
                return step
        from ..compile.guards.guards import Guards  # 3 ms of import

        found = guard_roots(*used)
        step = make(Guards(found), tuple(found), *used)
        self.keep(step)
        return step

    def keep(self, step):
        """Make ``step`` the newest."""
        self.kept = (step, *[other for other in self.kept if other is not step][: KEPT - 1])

    def __reduce__(self):
        return StepCache, ()


def guard_roots(model, measures=None):
    """Return ``{name: object}`` of a model's layers, the inner ones first, and of its loss and metrics.

    >>> from tensorgrad import Sequential
    >>> from tensorgrad.layers import Dense
    >>> list(guard_roots(Sequential([Dense(2, name="out")], name="net")))
    ["layer 'out'", "layer 'net'"]
    """
    found: dict = {}
    add_layers(model, found, set())
    if measures is not None and measures.loss is not None:
        found[f"loss {measures.loss.name!r}"] = measures.loss
    for metric in () if measures is None else measures.added:
        found[f"metric {metric.name!r}"] = metric
    return found


def add_layers(layer, found, met):
    """Add a layer and those inside it to ``found``; guards reach the second of two with one name through its owner."""
    if id(layer) in met:
        return
    met.add(id(layer))
    for inner in layer.sublayers():
        add_layers(inner, found, met)
    found.setdefault(f"layer {layer.name!r}", layer)


class Inference:
    """A function of arrays that returns a list of Tensors, run without gradients: a call returns a list of arrays.

    A shape that comes several times gets a program. A function that cannot be traced, or has ``guards=None``, runs
    without programs. The results are the same to the last bit, and belong to the caller. Several threads may call it.

    guards:   hold while nothing that the function uses has changed
    attempts: whether tracing failed
    names:    the names of the roots of the guards, for errors
    """

    def __init__(self, function, guards=None, attempts=None, names=()):
        self.function, self.guards, self.attempts, self.names = function, guards, attempts, names
        self.replays, self.uses = {}, {}

    def __call__(self, *arrays):
        key = tuple([(a.shape, a.strides, a.dtype) for a in arrays])
        replay = self.replays.get(key)
        if replay is not None and replay.holds():
            return self._eager(arrays) if has_overlap(replay, arrays) else replay.run(*arrays)
        if self.guards is None or self.attempts.reason or not self._is_due(key):
            return self._eager(arrays)
        return self.attempts.run(lambda: self._trace(key, arrays), lambda: self._eager(arrays), self.guards)

    def _is_due(self, key):
        """Count a use, and return whether to write a program now."""
        if self.replays.pop(key, None) is not None:  # the weights were moved, and may be moved again soon
            self.uses[key] = 0
        if len(self.uses) > 8 * LIMIT:
            self.uses.clear()
        self.uses[key] = uses = self.uses.get(key, 0) + 1
        return uses >= (WARM if len(self.replays) < LIMIT else CROWDED)

    def _trace(self, key, arrays):
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

    return steps.find_or_make(make, *used)
