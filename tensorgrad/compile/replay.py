"""Replay: a traced function as a program that runs on new values."""

from threading import Lock

import numpy as np

from ..core.tensor import Tensor, type_tensor
from ..errors import TraceError
from .arrays import TraceArray
from .blas import largest_product, one_blas_thread, one_is_better, threaded
from .codegen import Code
from .passes import REORDERING, optimized
from .program import Program
from .script import profiled, save
from .threads import count
from .trace import Trace
from .tree import flatten, unflatten
from .watch import gradients_left, stale_grad, tracing


def traced(function, leaves, names):
    """Run ``function`` on stand-ins of ``leaves`` and return ``(trace, what it returned, gradients it left)``.

    The run is a real one: it has all the effects of an ordinary call. If it raises, what it wrote is put back.
    """
    trace = Trace()
    try:
        stands = [stand_in(trace, leaf, name) for leaf, name in zip(leaves, names, strict=True)]
        with tracing(trace):
            out: list = []
            structure = flatten(function(stands), out)
            kinds = [isinstance(x, Tensor) for x in out]
            values = [trace_of(trace, x) for x in out]
            left = gradients_left(trace)
            if any(isinstance(t, Tensor) and t.grad is not None for t in stands):
                raise TraceError(
                    "a compiled function computes the gradient of one of its arguments, which would stay inside; close "
                    "over the Tensor instead of passing it, or return the gradient"
                )
    except BaseException:
        gradients_left(trace)
        trace.undo()
        raise
    return trace, (structure, kinds, values), left


def stand_in(trace, leaf, name):
    """Return what the function is given in place of an argument."""
    if isinstance(leaf, Tensor):
        t = type_tensor(trace.input(leaf.data, name), leaf.name)
        t.requires_grad = leaf.requires_grad
        return t
    weak = type(leaf) if type(leaf) in (float, int) else None
    return trace.input(np.asarray(leaf), name, weak)


def trace_of(trace, x):
    """Return the stand-in of one thing that the function returned; a Python number as it is."""
    data = x.data if isinstance(x, Tensor) else x
    if isinstance(data, (np.ndarray, np.generic)):
        data = trace.captured(np.asarray(data))
    return data


def handed_out(x, tensor):
    """Return an output as the function would: a Tensor, an array, a number of NumPy's."""
    if tensor:
        return type_tensor(x)
    return x[()] if type(x) is np.ndarray and not x.ndim else x


class Replay:
    """A program that a trace wrote, ready to run.

    program: what is run, after the passes; ``print(replay)`` shows it
    source:  the same as Python
    state:   ``(Tensor, array, requires_grad)`` of every Tensor from outside; the program holds while they are the same
    """

    def __init__(self, trace, returned, left, *, into=None, copy=True, exact=False, without=(), seed=None):
        self.structure, self.kinds, values = returned
        kept = [t.node for t in values if isinstance(t, TraceArray)]
        self.numbers = [None if isinstance(t, TraceArray) else t for t in values]
        self.left = [t for t, _ in left]
        inputs = [v for v in trace.values if v.kind == "input"]
        self.recorded = Program(trace.calls, inputs, [*kept, *(g.node for _, g in left)], into)
        self.program, scaled = optimized(self.recorded, (*without, *REORDERING) if exact else without, seed)
        self.seed, self.rate = seed, None
        self.scaled = [(array, array.copy()) for array in scaled]
        size = largest_product(self.program)
        self.pinned = count() > 1 and not exact and one_is_better(size)
        self.code = Code(self.program, copy, count() if self.pinned or not threaded(size) else 1)
        self.state = [entry for entry in trace.tensors.values() if entry[0].seq < trace.start]
        self.graded, self.descents = list(trace.graded.values()), trace.descents
        self.lock = Lock()

    def holds(self):
        """Return whether every Tensor from outside still has the array that the program uses."""
        for t, array, wanted in self.state:
            if t.data is not array or t.requires_grad is not wanted:
                return self.moved()
        for descent in self.descents:  # noqa: SIM110  (a generator costs 0.3 µs more)
            if descent.optimizer._flats is not descent.flats:
                return False
        return True

    def moved(self):
        """Return whether all is as before once optimizers have moved values given to parameters to where they lie."""
        for descent in self.descents:
            if descent.holds():
                descent.bind()
        return all(descent.holds() for descent in self.descents) and all(
            t.data is array and t.requires_grad is wanted for t, array, wanted in self.state
        )

    def scale(self, by):
        """Set what the program multiplies all gradients by."""
        for array, one in self.scaled:
            np.multiply(one, by, out=array)
        self.seed[...] = by

    def __call__(self, inputs):
        """Run on a list of arrays and return what the function would."""
        for t in self.graded:
            if t.grad is not None:
                raise stale_grad(t)
        found = self.run(*inputs)
        if self.left:
            for t, g in zip(self.left, found[len(found) - len(self.left) :], strict=True):
                t.grad = type_tensor(g)
        return self.rebuilt(iter(found))

    def run(self, *inputs):
        """Return the outputs for these arrays, as the program leaves them."""
        with self.lock:
            if not self.pinned:
                return self.code.function(*inputs)
            with one_blas_thread():
                return self.code.function(*inputs)

    def rebuilt(self, arrays):
        """Return arrays in the structure that the function returned: Tensors, arrays, numbers."""
        leaves = [next(arrays) if number is None else number for number in self.numbers]
        return unflatten(self.structure, map(handed_out, leaves, self.kinds))

    @property
    def source(self):
        """The program as Python: a function of NumPy calls over buffers made beforehand."""
        return self.code.source

    @property
    def memory(self):
        """``{"planned": bytes of the buffers, "naive": bytes if each result had its own}``."""
        return {"planned": self.code.plan.planned, "naive": self.code.plan.naive}

    def profile(self, *inputs, n=100):
        """Return ``[(µs, layer, op)]``, the costliest first, measured over ``n`` runs on these arrays, call by call."""
        return profiled(self.code, inputs, n)

    def save(self, path):
        """Write the program as a script that needs NumPy alone, its arrays beside it: ``step.py`` and ``step.npz``."""
        save(self.code, path)

    def draw(self, direction="TB"):
        """Return the program as a Picture: one box for each call, captured arrays coloured, writes as bold arrows."""
        from ..draw import draw  # which imports ``program``

        return draw(self, direction=direction)

    def __len__(self):
        return len(self.program)

    def __str__(self):
        return str(self.program)

    def __repr__(self):
        return f"<program of {len(self)} calls>"
