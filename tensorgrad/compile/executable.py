"""Replay: the program of a traced function, ready to run on new values."""

import numpy as np

from ..core.tensor import Tensor
from ..errors import TraceError
from .call_structure import unflatten
from .emit.blas import largest_product, one_blas_thread, prefers_one_thread, uses_threads
from .emit.codegen import Code
from .emit.script import profile_layers, save_script
from .emit.threads import thread_count
from .guards.number_guards import number_guard
from .guards.overlap import Overlap
from .ir.program import Program
from .passes.optimize import REORDERING, optimize
from .results import Results
from .trace.captures import stale_grad_error


class Replay:
    """A program, ready to run.

    program: the Program after the passes; ``print(replay)`` shows it
    source:  the program as Python
    state:   what the program uses of Tensors from outside; it is valid while these are the same
    """

    def __init__(self, recording, *, into=None, copy=True, exact=False, without=(), seed=None, share=False):
        trace, self.structure = recording.trace, recording.structure
        self.results = Results(recording, share)
        self.left, self.bound = [t for t, *_ in recording.grads], [t for t, *_ in recording.arrays]
        self.cleared = [t for t in trace.graded.values() if all(t is not other for other in self.left)]
        self.added, self.descents = list(trace.added.values()), trace.descents
        inputs = [v for v in trace.values if v.kind == "input"] + [program_input(was) for _, was, _ in recording.arrays]
        self.recorded = Program(trace.calls, inputs, self.results.outputs, into, self.results.lent)
        self.overlap = Overlap(self.recorded)
        self.changes = bool(self.overlap) or any(call.effect for call in trace.calls)
        self.program, scaled = optimize(self.recorded, (*without, *REORDERING) if exact else without, seed)
        self.seed, self.rate = seed, None
        self.scaled = [(array, array.copy()) for array in scaled]
        size = largest_product(self.program)
        self.pinned = thread_count() > 1 and not exact and prefers_one_thread(size)
        self.copy, self.threads = copy, thread_count() if self.pinned or not uses_threads(size) else 1
        self.code = Code(self.program, copy, self.threads)
        self.state = [entry for key, entry in trace.tensors.items() if key not in trace.rebound]
        self.forms = [(t, v.shape, v.dtype, v.strides, t.requires_grad) for t, v in
                      zip(self.bound, inputs[len(inputs) - len(self.bound) :], strict=True)]  # fmt: skip
        self.captured = None  # CapturedObjects, if it matters whether an argument is one of them
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
                return self.holds_after_move()
        for descent in self.descents:
            if descent.optimizer._flats is not descent.flats:
                return False
        return not self.forms or self.has_bound_forms()

    def holds_after_move(self):
        """Let optimizers move new values of parameters into their vectors; return whether all is then as before."""
        if any(descent.cannot_bind([array for _, array, *_ in self.state]) for descent in self.descents):
            return False
        for descent in self.descents:
            if descent.holds():
                descent.bind()
        return (
            all(descent.holds() for descent in self.descents)
            and all(t.data is array and t.requires_grad is wanted and (t.watch or None) == hooks
                    for t, array, wanted, hooks in self.state)
            and self.has_bound_forms()
        )  # fmt: skip

    def has_bound_forms(self):
        """Return whether each Tensor that gets a new array in every run has one of the same kind."""
        for t, shape, dtype, strides, wanted in self.forms:
            data = t.data
            if data.shape != shape or data.dtype != dtype or data.strides != strides or t.requires_grad is not wanted:
                return False
        return True

    def scale(self, by):
        """Set the number by which the program multiplies all gradients."""
        for array, one in self.scaled:
            np.multiply(one, by, out=array)
        self.seed[...] = by

    def __call__(self, inputs, given=()):
        """Return what the function returns for a list of arrays; ``given`` are the arguments that it may return."""
        for t in self.added:
            if t.grad is not None:
                raise stale_grad_error(t)
        return self.rebuild(self.run(*inputs), given)

    def run(self, *inputs):
        """Return the outputs for these arrays, as the program leaves them."""
        if self.bound:
            inputs = (*inputs, *[t.data for t in self.bound])
        found = self.run_free(inputs)
        if self.bound or self.left or self.cleared:
            found = self.hand_over(found)
        return found

    def run_free(self, inputs):
        """Run in the program's buffers, or in new ones while these are in use.

        They are in use by another thread, by code that a signal interrupted, or by a thread that a fork left behind.
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

    def hand_over(self, found):
        """Give Tensors from outside their gradients and arrays; return the outputs that make up the results."""
        for t in self.cleared:
            t.grad = None
        for t, place, make in self.results.left:
            t.grad = make(found[place])
        for t, place, make in self.results.bound:
            t.data = make(found[place])
        return found[: self.results.end]

    def rebuild(self, arrays, given):
        """Return arrays in the structure that the function returned: Tensors, arrays, numbers."""
        return unflatten(self.structure, iter(self.results.leaves(arrays)), given)

    @property
    def source(self):
        """The program as Python: a function of NumPy calls over buffers made beforehand."""
        return self.code.source

    @property
    def memory(self):
        """``{"planned": bytes of the buffers, "naive": bytes if each result had its own}``."""
        return {"planned": self.code.plan.planned_bytes, "naive": self.code.plan.naive}

    def profile(self, *inputs, n=100):
        """Return ``[(µs, layer, op)]``, the slowest first: means of ``n`` runs on these arrays, call by call."""
        return profile_layers(self.code, (*inputs, *[t.data for t in self.bound]), n)

    def save(self, path):
        """Write the program as a script that needs NumPy only, and its arrays: ``step.py`` and ``step.npz``."""
        save_script(self.code, path)

    def __str__(self):
        return str(self.program)

    def draw(self, direction="TB"):
        """Return a Picture: a box for each call, coloured boxes for captured arrays, bold arrows for writes."""
        from ..draw import draw  # which imports ``program``

        return draw(self, direction=direction)


def program_input(was):
    """Make the Value of a Tensor's array an input of the program, and return it."""
    v = was.node
    v.kind, v.root, v.array = "input", v, None
    return v


class CapturedObjects:
    """The objects that a function uses from outside, to find out whether an argument is one of them.

    That matters if the function compares by ``is``, or is given a list.

    things:     Tensors and arrays; None if the function never compares by ``is``
    containers: the ids of lists, dicts, sets and tuples
    """

    def __init__(self, used, guards):
        self.things = [*used, *guards.arrays(), *guards.tensors()] if guards.compares else None
        self.containers = {id(x) for x in guards.containers()}

    def has_alias(self, leaves, containers):
        """Return whether an argument is one of these objects, or two arguments share an array."""
        if containers and not self.containers.isdisjoint(map(id, containers)):
            return True
        if self.things is None:
            return False
        ids = object_ids(leaves)
        return len(set(ids)) < len(ids) or not set(object_ids(self.things)).isdisjoint(ids)

    def check(self, leaves, containers):
        """Raise a TraceError if there is an alias."""
        if self.has_alias(leaves, containers):
            raise TraceError("it is given a thing twice, or what it uses itself, and asks by 'is' or changes it")


def object_ids(things):
    """Return the ids of Tensors, of their arrays, and of arrays."""
    return [id(x) for x in things] + [id(x.data) for x in things if isinstance(x, Tensor)]
