"""Replay: a traced function as a program that runs on new values."""

import warnings

import numpy as np

from ..core.tensor import Parameter, Tensor, type_tensor
from ..errors import TraceError, describe
from ..graph.code import trace_root
from .call_structure import flatten, unflatten
from .emit.blas import largest_product, one_blas_thread, one_is_better, threaded
from .emit.codegen import Code
from .emit.script import profiled, save
from .emit.threads import count
from .guards.number_guards import number_guard
from .guards.overlap import Overlap, owner_of
from .ir.program import Program
from .passes.optimize import REORDERING, optimized
from .results import Leaf, Results
from .trace.captures import arrays_left, gradients_left, show_stand_ins, stale_grad_error
from .trace.tracer import Trace


class Recording:
    """A trace that has ended: what the function returned and left behind, as stand-ins.

    structure, leaves: what it returned, the leaves as ``Leaf``
    grads:  ``[(Tensor, stand-in, Tensor)]``, the gradients it left in Tensors from outside, and what they were kept in
    arrays: ``[(Tensor, stand-in of its array before, of its array now)]`` of those that have another array now
    """

    def __init__(self, trace, structure, leaves, grads, arrays):
        self.trace, self.structure, self.leaves, self.grads, self.arrays = trace, structure, leaves, grads, arrays
        self.known = [array for _, array, *_ in trace.tensors.values()]
        self.owners = {id(owner_of(array)) for array in self.known}

    def know(self, arrays):
        """Note arrays that were there before the function ran: what it returns of them is returned itself."""
        self.known += arrays
        self.owners.update(id(owner_of(array)) for array in arrays)

    def used(self):
        """Return the Tensors and arrays from outside that the function used."""
        return [entry[0] for entry in self.trace.tensors.values()] + [
            v.array for v in self.trace.values if v.kind == "captured"
        ]

    def lends(self, t):
        """Return whether a result lies in memory of the caller's."""
        root = t.node.root
        if root.kind != "captured" or id(owner_of(root.array)) in self.owners:
            return root.kind in ("input", "captured")
        return any(np.may_share_memory(root.array, array) for array in self.known)  # np.nditer tells of no owner


@trace_root
def traced(function, leaves, names, known=dict):
    """Run ``function`` on stand-ins of ``leaves`` and return the Recording.

    known: ``known()`` -> ``{id: structure}`` of what is not taken apart where the function returns it

    What it wrote stays, until ``recording.trace.undo()``, unless it raises: then it is put back.
    """
    trace = Trace()
    try:
        stands = [stand_in(trace, leaf, name) for leaf, name in zip(leaves, names, strict=True)]
        numbers = [t.seq for t in stands if isinstance(t, Tensor)]
        with show_stand_ins(trace), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the run as it is warns
            warnings.filterwarnings("error", "you are shuffling a 'Trace")  # which takes rows for copies
            out: list = []
            result = function(stands)
            made: list = []
            structure = flatten(result, out, made, known())
            trace.twice = len({id(x) for x in made}) < len(made)
            values = [Leaf(trace, x) for x in out]
            grads = gradients_left(trace)
            arrays = arrays_left(trace)
            trace.captured.check_unchanged()
            check_arguments([t for t in stands if isinstance(t, Tensor)], numbers)
            trace.captured.forget()
    except BaseException:
        gradients_left(trace)
        trace.undo()
        raise
    return Recording(trace, structure, values, grads, arrays)


def check_arguments(stands, numbers):
    """Raise if the function left something in a Tensor that it was given: the caller's Tensor would not have it."""
    for t, number in zip(stands, numbers, strict=True):
        if t.grad is not None:
            raise TraceError(
                "a compiled function computes the gradient of one of its arguments, which would stay inside; close "
                "over the Tensor instead of passing it, or return the gradient"
            )
        if t.seq != number or t.data.node.kind != "input":
            raise TraceError(
                f"a compiled function writes into its argument {t.name or describe(t)} by t[i] = v or t.data = array, "
                "which the caller's Tensor would not have; write t.data[i] = v, close over the Tensor, or return it"
            )


def stand_in(trace, leaf, name):
    """Return what the function is given in place of an argument."""
    if isinstance(leaf, Tensor):
        if type(leaf) not in (Tensor, Parameter):
            raise TypeError(f"nothing stands for a {type(leaf).__name__}, which may have more to it than a Tensor")
        t = type_tensor(trace.input(leaf.data, name), leaf.name, type(leaf))
        t.requires_grad = leaf.requires_grad
        return t
    return trace.input(leaf, name)


class Replay:
    """A program that a trace wrote, ready to run.

    program: what is run, after the passes; ``print(replay)`` shows it
    source:  the same as Python
    state:   what it uses of every Tensor from outside; the program holds while they are the same
    """

    def __init__(self, recording, *, into=None, copy=True, exact=False, without=(), seed=None, share=False):
        trace, self.structure = recording.trace, recording.structure
        self.results = Results(recording, share)
        self.left, self.bound = [t for t, *_ in recording.grads], [t for t, *_ in recording.arrays]
        self.cleared = [t for t in trace.graded.values() if all(t is not other for other in self.left)]
        self.added, self.descents = list(trace.added.values()), trace.descents
        inputs = [v for v in trace.values if v.kind == "input"] + [given(was) for _, was, _ in recording.arrays]
        self.recorded = Program(trace.calls, inputs, self.results.outputs, into, self.results.lent)
        self.overlap = Overlap(self.recorded)
        self.changes = bool(self.overlap) or any(call.effect for call in trace.calls)
        self.program, scaled = optimized(self.recorded, (*without, *REORDERING) if exact else without, seed)
        self.seed, self.rate = seed, None
        self.scaled = [(array, array.copy()) for array in scaled]
        size = largest_product(self.program)
        self.pinned = count() > 1 and not exact and one_is_better(size)
        self.copy, self.threads = copy, count() if self.pinned or not threaded(size) else 1
        self.code = Code(self.program, copy, self.threads)
        self.state = [entry for key, entry in trace.tensors.items() if key not in trace.rebound]
        self.forms = [(t, v.shape, v.dtype, v.strides, t.requires_grad) for t, v in
                      zip(self.bound, inputs[len(inputs) - len(self.bound) :], strict=True)]  # fmt: skip
        self.own = None  # an Own, where it matters whether an argument is what the function uses itself
        self.steady = number_guard(self.recorded, trace.frozen)
        self.idle = [self.code.function]

    def holds(self):
        """Return whether every Tensor from outside still has the array that the program uses."""
        for t, array, wanted, hooks in self.state:
            if (
                t.data is not array
                or t.requires_grad is not wanted
                or (t.watch is not hooks and (t.watch or None) != hooks)
            ):
                return self.moved()
        for descent in self.descents:
            if descent.optimizer._flats is not descent.flats:
                return False
        return not self.forms or self.alike()

    def moved(self):
        """Return whether all is as before once optimizers have moved values given to parameters to where they lie."""
        if any(descent.tangled([array for _, array, *_ in self.state]) for descent in self.descents):
            return False
        for descent in self.descents:
            if descent.holds():
                descent.bind()
        return (
            all(descent.holds() for descent in self.descents)
            and all(t.data is array and t.requires_grad is wanted and (t.watch or None) == hooks
                    for t, array, wanted, hooks in self.state)
            and self.alike()
        )  # fmt: skip

    def alike(self):
        """Return whether the Tensors that are given another array at each run have one of the same kind."""
        for t, shape, dtype, strides, wanted in self.forms:
            data = t.data
            if data.shape != shape or data.dtype != dtype or data.strides != strides or t.requires_grad is not wanted:
                return False
        return True

    def scale(self, by):
        """Set what the program multiplies all gradients by."""
        for array, one in self.scaled:
            np.multiply(one, by, out=array)
        self.seed[...] = by

    def __call__(self, inputs, given=()):
        """Run on a list of arrays and return what the function would; ``given`` are the arguments as they came."""
        for t in self.added:
            if t.grad is not None:
                raise stale_grad_error(t)
        return self.rebuilt(self.run(*inputs), given)

    def run(self, *inputs):
        """Return the outputs for these arrays, as the program leaves them."""
        if self.bound:
            inputs = (*inputs, *[t.data for t in self.bound])
        found = self.free(inputs)
        if self.bound or self.left or self.cleared:
            found = self.handed_over(found)
        return found

    def free(self, inputs):
        """Run in the program's buffers, or in others made for it where these are in use.

        By another thread, that is, by a signal's handler that broke in, or by a thread that a fork has left behind.
        """
        try:
            function = self.idle.pop()
        except IndexError:
            function = Code(self.program, self.copy, self.threads).function
        try:
            if not self.pinned:
                return function(*inputs)
            with one_blas_thread():
                return function(*inputs)
        finally:
            self.idle.append(function)

    def handed_over(self, found):
        """Give Tensors from outside their gradients and arrays; return what the function's results are made of."""
        for t in self.cleared:
            t.grad = None
        for t, place, make in self.results.left:
            t.grad = make(found[place])
        for t, place, make in self.results.bound:
            t.data = make(found[place])
        return found[: self.results.end]

    def rebuilt(self, arrays, given):
        """Return arrays in the structure that the function returned: Tensors, arrays, numbers."""
        return unflatten(self.structure, iter(self.results.of(arrays)), given)

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
        return profiled(self.code, (*inputs, *[t.data for t in self.bound]), n)

    def save(self, path):
        """Write the program as a script that needs NumPy alone, its arrays beside it: ``step.py`` and ``step.npz``."""
        save(self.code, path)

    def __str__(self):
        return str(self.program)

    def draw(self, direction="TB"):
        """Return the program as a Picture: one box for each call, captured arrays coloured, writes as bold arrows."""
        from ..draw import draw  # which imports ``program``

        return draw(self, direction=direction)


def given(was):
    """Return the Value of a Tensor's array as an input: what the Tensor has is asked anew at each run."""
    v = was.node
    v.kind, v.root, v.array = "input", v, None
    return v
