"""Trace a function: run it on stand-ins of its arguments, and record what it returned and left behind."""

import warnings

import numpy as np

from ..core.tensor import Parameter, Tensor, make_leaf
from ..errors import TraceError, describe
from ..graph.code import trace_root
from .call_structure import flatten
from .guards.overlap import owner_of
from .results import Leaf
from .trace.captures import arrays_left, gradients_left, show_stand_ins
from .trace.tracer import Trace


class TraceResult:
    """What a traced function returned and left behind, as stand-ins.

    structure, leaves: what it returned; each leaf is a ``Leaf``
    grads:  ``[(Tensor, stand-in, Tensor)]``: a Tensor from outside, its new gradient, and the Tensor that holds this
    arrays: ``[(Tensor, stand-in, stand-in)]``: a Tensor that has another array now, its old array, the new one
    """

    def __init__(self, trace, structure, leaves, grads, arrays):
        self.trace, self.structure, self.leaves, self.grads, self.arrays = trace, structure, leaves, grads, arrays
        self.known = [array for _, array, *_ in trace.tensors.values()]
        self.owners = {id(owner_of(array)) for array in self.known}

    def add_known(self, arrays):
        """Add arrays that existed before the function ran: it returns these themselves, and no copies."""
        self.known += arrays
        self.owners.update(id(owner_of(array)) for array in arrays)

    def used_objects(self):
        """Return the Tensors and arrays from outside that the function used."""
        return [entry[0] for entry in self.trace.tensors.values()] + [
            v.array for v in self.trace.values if v.kind == "captured"
        ]

    def lends(self, t):
        """Return whether a result lies in the caller's memory."""
        root = t.node.root
        if root.kind != "captured" or id(owner_of(root.array)) in self.owners:
            return root.kind in ("input", "captured")
        return any(np.may_share_memory(root.array, array) for array in self.known)  # np.nditer tells of no owner


@trace_root
def trace_function(function, leaves, names, known=dict):
    """Run ``function`` on stand-ins of ``leaves`` and return the TraceResult.

    known: ``known()`` -> ``{id: structure}`` of things that are not flattened when the function returns them

    What the function wrote stays until ``recording.trace.undo()``; if it raises, that is undone at once.
    """
    trace = Trace()
    try:
        stands = [stand_in(trace, leaf, name) for leaf, name in zip(leaves, names, strict=True)]
        numbers = [t.seq for t in stands if isinstance(t, Tensor)]
        with show_stand_ins(trace), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the run as it is warns
            warnings.filterwarnings("error", "you are shuffling a 'Trace")  # it takes rows for copies
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
            trace.captured.forget()  # stand-ins know their trace: it is to be freed with the last of them
    except BaseException:
        gradients_left(trace)
        trace.undo()
        raise
    return TraceResult(trace, structure, values, grads, arrays)


def check_arguments(stands, numbers):
    """Raise if the function changed an argument in a way that would not reach the caller's Tensor."""
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
    """Return the stand-in of an argument."""
    if isinstance(leaf, Tensor):
        if leaf.__class__ not in (Tensor, Parameter):  # an outdated view is a Tensor when it is asked
            raise TypeError(f"nothing stands for a {type(leaf).__name__}, which may have more to it than a Tensor")
        t = make_leaf(trace.input(leaf.data, name), leaf.name, type(leaf))
        t.requires_grad = leaf.requires_grad
        return t
    return trace.input(leaf, name)
