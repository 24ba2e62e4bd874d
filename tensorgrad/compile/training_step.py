"""The training step: one program for forward, loss and backward, which writes gradients where the optimizer reads."""

from collections import OrderedDict
from contextvars import copy_context
from typing import Any

import numpy as np

from ..backward import gradients
from ..core.modes import is_recording
from ..core.tensor import Tensor
from ..errors import GradientError
from .attempts import Attempts, check_settled, convert_faults

#: How many programs are kept, one for each kind of batch.
LIMIT = 16
#: Once all are taken, another kind gets a program at this use, in place of the least recently used one. Writing
#: a program takes as long as some twenty steps without one.
WARM = 128


class TrainingStep:
    """One step of training, compiled: ``loss, y_pred, *more = step.forward_backward(x, y, w)``, then ``step.update()``.

    forward:   ``forward(x, y, w)`` -> the loss and the predictions, Tensors, and more arrays; w may be None
    optimizer: has ``places(params)``, ``descend()`` and ``apply(grads, params)``
    params:    the Tensors to train
    eagerly:   run without programs
    exact:     leave out what changes last bits: sums in another order, and, if the optimizer's step is just
               ``w -= rate·g``, a backward that starts from the rate instead of 1 and saves a pass over all weights
    guards:    watch all that ``forward`` uses
    attempts:  whether traces succeed; a forward that cannot be traced runs as it is, after a warning that says why
    names:     the names of the roots of the guards

    The next step overwrites what a program returned.
    """

    def __init__(self, forward, optimizer, params, eagerly=False, exact=False, guards=None, attempts=None,
                 names=()):  # fmt: skip
        self.forward, self.optimizer, self.params = forward, optimizer, list(params)
        self.exact, self.fused = exact, False
        self.without = eagerly
        self.guards, self.attempts, self.names = guards, attempts or Attempts(), names
        self.seed: np.ndarray | None = None
        self.programs = BatchPrograms()
        self.recent: tuple | None = None
        self.replay: Any = None
        self.flats: Any = None
        self.reached = self.params
        self.found: list | None = None
        self.hit: list = []
        self.count, self.rate = 0, 0.0

    @property
    def eagerly(self):
        """Whether no step is a program."""
        return self.without or self.attempts.reason is not None

    def forward_backward(self, x, y, w=None):
        """Return the loss, a float, the predictions, an array, and more; compute the gradients for ``update``."""
        if self.without or self.attempts.reason is not None or not is_recording():
            return self._eager(x, y, w)  # raises if nothing is recorded
        self.fused = self.optimizer.proportional and not self.exact
        key: tuple = x.shape, x.strides, x.dtype, y.shape, y.strides, y.dtype, self.fused
        if w is not None:
            key = *key, w.shape, w.strides, w.dtype
        if key != self.recent or not self._holds():
            found = self._prepare(key, x, y, w)
            if found is not None:
                return found  # of an eager step
        replay, inputs = self.replay, (x, y) if w is None else (x, y, w)
        if has_overlap(replay, inputs):
            return self._eager(x, y, w)
        if self.fused:
            self._scale(replay)
        self.found = None
        loss, *found = replay.run(*inputs)
        return loss.item(), *found

    def update(self):
        """Take the optimizer's step with the newest gradients."""
        if self.found is None and self.fused:
            self.optimizer.descend_scaled()
        elif self.found is None:
            self.optimizer.descend()
        else:
            self.optimizer.apply(self.found, self.params)

    def _scale(self, replay):
        rate = self.optimizer.learning_rate
        if rate != replay.rate:
            replay.rate = None  # if an interrupt comes before the end
            replay.scale(rate)
            replay.rate = rate

    def _holds(self):
        """Move new values to where the program expects parameters; return whether it can run."""
        if self.optimizer._flats is self.flats and self.replay.holds():
            return True
        self.optimizer.places(self.reached)
        return self.optimizer._flats is self.flats and self.replay.holds()

    def _prepare(self, key, x, y, w):
        """Find or write the program for such a batch; return the result of an eager step if there is none."""
        known = self.programs.find(key)
        self.recent = None
        if known is not None:
            self.replay, self.reached, self.flats = known
            if self._holds():
                self.recent = key
                return None
        elif not self.programs.is_due(key):
            return self._eager(x, y, w)
        if self.guards is None:
            self.guards = empty_guards()
        leaves = [x, y] if w is None else [x, y, w]
        return self.attempts.run(lambda: self._trace(key, leaves), lambda: self._eager(x, y, w), self.guards)

    def _trace(self, key, leaves):
        from .executable import Replay  # 3 ms of import, for those who train
        from .function_trace import trace_function
        from .trial import Trial

        places = self.optimizer.places(self.reached)
        self.rate = self.optimizer.learning_rate
        names = ["x", "y", "w"][: len(leaves)]
        recording = copy_context().run(trace_function, self._forward_backward, leaves, names)
        trial = Trial(recording)
        recording.trace.undo()
        check_settled(self.guards, recording.trace, self.names)
        if [id(p) for p in self.hit] != [id(p) for p in self.reached]:
            self.reached = self.hit  # the optimizer leaves alone what has no gradient
            self._trace(key, leaves)
            return
        seed = self.seed
        trial.check(copy_context().run(self._forward_backward, leaves))
        recording.trace.undo()  # the first step is the program's, or a resumed training would differ in last bits
        into = {self.count + i: place for i, place in enumerate(places)}
        with convert_faults():
            replay = Replay(recording, into=into, copy=False, exact=self.exact, seed=seed)
        self.recent, self.replay, self.flats = key, replay, self.optimizer._flats
        self.programs.keep(key, (replay, self.reached, self.flats))

    def _forward_backward(self, stands):
        loss, y_pred, *more = self.forward(*stands, *[None] * (3 - len(stands)))
        self.seed = np.full(check_traced_loss(loss).shape, self.rate, loss.dtype) if self.fused else None
        seed = None if self.seed is None else Tensor(self.seed)
        found = {id(leaf): g for leaf, g in gradients(loss, seed)}
        self.hit = [p for p in self.params if id(p) in found]
        self.count = 2 + len(more)
        return [loss, y_pred, *more, *[found[id(p)] for p in self.hit]]

    def _eager(self, x, y, w):
        loss, y_pred, *more = self.forward(x, y, w)
        found = {id(leaf): g for leaf, g in gradients(check_traced_loss(loss))}
        self.found = [found.get(id(p)) for p in self.params]
        return loss.data.item(), y_pred.data if isinstance(y_pred, Tensor) else np.asarray(y_pred), *more


class BatchPrograms:
    """The programs of a training step, one for each kind of batch: the LIMIT that were used last."""

    def __init__(self):
        self.programs: OrderedDict = OrderedDict()
        self.uses: dict = {}  # kind of batch without a program -> how often it came while there was no room

    def __len__(self):
        return len(self.programs)

    def find(self, key):
        """Return what was kept for this kind of batch, or None."""
        if key in self.programs:
            self.programs.move_to_end(key)
        return self.programs.get(key)

    def is_due(self, key):
        """Count a batch without a program; return whether its kind gets one: there is room, or it came often enough."""
        if len(self.programs) < LIMIT:
            return True
        if len(self.uses) > 64 * LIMIT:
            self.uses.clear()
        self.uses[key] = self.uses.get(key, 0) + 1
        return self.uses[key] >= WARM

    def keep(self, key, program):
        """Keep a program; if there are too many, drop the one that was used least recently."""
        self.uses.pop(key, None)
        self.programs[key] = program
        while len(self.programs) > LIMIT:
            self.programs.popitem(last=False)


def has_overlap(replay, inputs):
    """Return whether a program would overwrite something that it reads: then the function must run as it is."""
    overlap = replay.overlap
    return (overlap.written or overlap.arrays) and overlap.has_overlap(inputs)


def empty_guards():
    """Return Guards that watch nothing, for a step that is made by hand."""
    from .guards.guards import Guards

    return Guards({})


def check_traced_loss(loss):
    """Return the loss, or raise unless it is a Tensor that depends on a parameter."""
    if not isinstance(loss, Tensor) or not loss.requires_grad:
        raise GradientError(
            "the loss does not depend on the parameters: compute it with Tensors throughout, without .numpy() or "
            ".detach(), outside no_grad()"
        )
    return loss
