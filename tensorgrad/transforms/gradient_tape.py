"""GradientTape: what a block computes, differentiated afterwards, as in TensorFlow."""

from contextlib import contextmanager

import numpy as np

from ..core.modes import is_recording, no_grad
from ..core.tensor import Parameter, Tensor, as_array, check_differentiable, tick, type_tensor
from ..errors import GradientError, OptionError, describe
from ..graph.steps import merged
from ..pytree import leaves_of, map_leaves
from .level import nesting, seed
from .pullback import frontier, gradients_of, severed

__all__ = ["GradientTape"]


class GradientTape:
    """A ``with`` block whose results can be differentiated after it: ``with tg.GradientTape() as tape:``.

    persistent:               whether more than one gradient can be asked for
    watch_accessed_variables: whether Parameters, the weights of layers, are watched without being told to be

    Other Tensors are watched if they require a gradient, or after ``tape.watch(t)``. Tapes nest: what an inner one
    computes inside an outer one's block can be differentiated again.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor(3.0)
    >>> with tg.GradientTape() as outer:
    ...     outer.watch(x)
    ...     with tg.GradientTape() as inner:
    ...         inner.watch(x)
    ...         y = x**3
    ...     slope = inner.gradient(y, x)
    >>> slope, outer.gradient(slope, x)
    (Tensor(27., requires_grad=True), Tensor(18.))
    """

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
        found = {x.seq: x for _, inputs in merged(made, self.since) for x in inputs if isinstance(x, Parameter)}
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

    def gradient(self, target, sources, output_gradients=None, unconnected_gradients="none"):
        """Return the gradient of ``target`` by each Tensor in ``sources``, in their structure.

        target:                a Tensor; of several entries, or a list of Tensors, their sum is differentiated
        output_gradients:      the gradients of the targets to start from, instead of ones
        unconnected_gradients: what a source has that ``target`` does not depend on: ``'none'`` or ``'zero'``

        Raises GradientError on the second call, unless the tape is ``persistent``.
        """
        wanted = self._sources("gradient", sources, unconnected_gradients)
        self._use()
        targets = [t for t in leaves_of(target) if t is not None]
        given = leaves_of(output_gradients) if output_gradients is not None else [None] * len(targets)
        if len(given) != len(targets):
            raise GradientError(
                f"GradientTape.gradient: {len(given)} output_gradients came for {len(targets)} targets; each needs one"
            )
        pairs = [(y, start(y, g)) for y, g in zip(targets, given, strict=True) if isinstance(y, Tensor)]
        with self._watching():
            found = self._pull([y for y, _ in pairs], [g for _, g in pairs], wanted)
        zero = unconnected_gradients == "zero"
        made = iter([type_tensor(np.zeros_like(x.data)) if g is None and zero else g
                     for g, x in zip(found, wanted, strict=True)])  # fmt: skip
        return map_leaves(lambda x: next(made), sources)

    def _sources(self, method, sources, unconnected):
        """Return the sources as a list, or raise."""
        if unconnected not in ("none", "zero"):
            raise OptionError(
                f"GradientTape.{method}: unconnected_gradients must be 'none' or 'zero', got {unconnected!r}"
            )
        wanted = leaves_of(sources)
        for x in wanted:
            if not isinstance(x, Tensor):
                raise TypeError(f"GradientTape.{method}: sources must be Tensors, got {describe(x)}")
        return wanted

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
        with severed(older), noting(made.values()) as noted:
            gs = [seed(g, keep) for g in cotangents]
            found = gradients_of(roots, gs, sources, keep)
        found = [noted.get(id(x), g) if self._watches(x) else None for g, x in zip(found, sources, strict=True)]
        return [g if g is None or isinstance(g, Tensor) else type_tensor(g) for g in found]


@contextmanager
def noting(tensors):
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


def start(y, g):
    """Return the cotangent of a target: ones, or what was given."""
    if g is None:
        return np.ones_like(y.data)
    g = g if isinstance(g, Tensor) else as_array(g)
    if g.shape != y.shape:
        raise GradientError(
            f"GradientTape.gradient: output_gradients {describe(g)} must have the shape of {describe(y)}"
        )
    return g if g.dtype == y.dtype else g.astype(y.dtype)
