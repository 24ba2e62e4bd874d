"""Tape: what a block computes from what is watched, to be swept afterwards."""

from contextlib import contextmanager

from ..core.modes import is_recording, no_grad
from ..core.tensor import Parameter, Tensor, check_differentiable, make_leaf, tick
from ..errors import GradientError, describe
from ..graph.steps import merged_steps
from ..pytree import leaves_of
from .level import nesting, seed
from .pullback import frontier, gradients_of, sever

__all__ = ["Tape"]


class Tape:
    """The recording half of ``GradientTape``."""

    def __init__(self, persistent=False, watch_accessed_variables=True):
        self.persistent, self.watches_parameters = persistent, watch_accessed_variables
        self.since, self.open, self.used = tick(), False, False
        self._watched, self._switched = {}, []

    def __enter__(self):
        if self.open:
            raise GradientError("GradientTape: this tape is recording already; each block needs a tape of its own")
        self.open, self.used, self.since = True, False, tick()
        nesting.set(nesting.get() + 1)
        return self

    def __exit__(self, *exception):
        self.open = False
        nesting.set(nesting.get() - 1)
        for t in self._switched:
            t.requires_grad = False
        self._switched = []

    def watch(self, tensor):
        """Record what is computed from a Tensor, or from each in a structure of them, that requires no gradient."""
        for t in leaves_of(tensor):
            if not isinstance(t, Tensor):
                raise TypeError(f"GradientTape.watch(t): t must be a Tensor, got {describe(t)}; write tg.Tensor(t)")
            check_differentiable(t.data)
            self._watched[id(t)] = t
            if not t.requires_grad:
                t.requires_grad = True
                self._switched.append(t)

    def watched_variables(self):
        """Return the Parameters used in what the block computed and is still there, in the order they were made."""
        import gc  # nothing is noted while the block runs, so that it costs nothing: what it made is looked for

        made = [t for t in gc.get_objects() if isinstance(t, Tensor) and t.op is not None and t.seq >= self.since]
        found = {x.seq: x for _, inputs in merged_steps(made, self.since) for x in inputs if isinstance(x, Parameter)}
        return [found[seq] for seq in sorted(found) if self._watches(found[seq])]

    def reset(self):
        """Forget what was computed so far."""
        self.since, self.used = tick(), False

    @contextmanager
    def stop_recording(self):
        """Record nothing inside a ``with`` block."""
        if not self.open:
            raise GradientError("GradientTape.stop_recording(): the tape is not recording; use it inside its block")
        with no_grad():
            yield

    def _use(self):
        if self.used and not self.persistent:
            raise GradientError(
                "a GradientTape that is not persistent gives one gradient; make it by GradientTape(persistent=True), "
                "or ask for all gradients at once: tape.gradient(loss, [a, b])"
            )
        self.used = True

    def _watches(self, x):
        return id(x) in self._watched or (self.watches_parameters or not isinstance(x, Parameter))

    @contextmanager
    def _watching(self):
        """Let what was watched require a gradient, as it did in the tape's block."""
        off = [t for t in self._watched.values() if not t.requires_grad]
        for t in off:
            t.requires_grad = True
        try:
            yield
        finally:
            for t in off:
                t.requires_grad = False

    def _pull(self, roots, cotangents, sources):
        """Return the gradient by each of ``sources``, a Tensor, or None where there is none."""
        keep = bool(nesting.get()) and is_recording()
        older = [t for t in frontier(roots, self.since) if t.op is not None]
        made = {id(x): x for x in sources if x.op is not None and x.seq >= self.since}
        with sever(older), note_gradients(made.values()) as noted:
            gs = [seed(g, keep) for g in cotangents]
            found = gradients_of(roots, gs, sources, keep)
        found = [noted.get(id(x), g) if self._watches(x) else None for g, x in zip(found, sources, strict=True)]
        return [g if g is None or isinstance(g, Tensor) else make_leaf(g) for g in found]


@contextmanager
def note_gradients(tensors):
    """Give a dict in which a backward notes the gradient of each of these Tensors, by id."""
    noted: dict = {}
    key = object()
    for t in tensors:
        t.watch = {**(t.watch or {}), key: lambda g, t=t: noted.__setitem__(id(t), g)}
    try:
        yield noted
    finally:
        for t in tensors:
            t.watch.pop(key)
            t.watch = t.watch or None
