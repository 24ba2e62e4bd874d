"""Results: they make what a function returns out of the outputs of its program.

Arrays that shared memory share it again: the program outputs the whole memory once, and each array is a view of it.
"""

from collections import Counter
from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor, make_leaf
from ..errors import TraceError
from .ir.program import is_packed
from .trace.captures import is_outside
from .trace.tracer import check_plain


class Leaf:
    """One thing that a function returned.

    thing: its stand-in, or the thing itself if it is the same in each run
    make:  ``make(output)`` makes a Tensor, an array or a number of the program's output
    of:    what the function returned in the trace
    """

    __slots__ = ("make", "of", "thing", "varies", "writeable")

    def __init__(self, trace, x):
        thing: Any = x.data if isinstance(x, Tensor) and not is_outside(x, trace) else x
        plain = isinstance(thing, np.ndarray) and not isinstance(thing, StandIn)
        if plain:
            check_plain(thing)
        self.of = x
        self.thing: Any = trace.captured.stand_in(thing) if plain else thing
        self.varies = isinstance(self.thing, StandIn)
        self.writeable = not isinstance(getattr(self.thing, "value", None), np.ndarray) or bool(
            self.thing.value.flags.writeable
        )
        if not self.varies or self.thing.node.python:
            self.make = same_value  # a Tensor from outside is returned itself
        elif isinstance(x, Tensor):
            self.make = as_tensor
        else:
            self.make = as_scalar if self.thing.is_scalar else np.asarray

    def value(self):
        """Return its value in the traced run."""
        return self.make(self.thing.value) if self.varies else self.thing


def as_tensor(array):
    return make_leaf(np.asarray(array))


def as_scalar(array):
    return array[()] if type(array) is np.ndarray else array


def make_read_only(make):
    """Return a function like ``make`` that first makes the array read-only, as ``np.broadcast_to`` does."""

    def make_and_lock(array):
        array.flags.writeable = False
        return make(array)

    return make_and_lock


def same_value(x):
    return x


class Results:
    """The outputs of a program, and how the function's results are made of them.

    outputs: the Values that the program returns
    lent:    the places of outputs that lie in the caller's memory and are returned without a copy
    made:    ``(place, make, fixed)`` of each result: ``make(outputs[place])``, or ``fixed`` if place is None
    pattern: for each returned thing its place in ``made``; None if all differ
    left, bound: ``[(Tensor, place, make)]`` of gradients and of arrays that the function left in Tensors from outside;
             places count from the end, since earlier outputs may be written into arrays of the caller
    """

    def __init__(self, recording, share):
        if share and recording.trace.twice:
            raise TraceError("a compiled function returns one list, tuple or dict in two places; return a copy")
        self.outputs: list = []
        self.lent, self.shared = set(), set()
        self.pattern: list[int] | None
        leaves, self.pattern = (recording.leaves, None) if not share else distinct_results(recording.leaves)
        left = [(t, g) for t, g, _ in recording.grads]
        bound = [(t, now) for t, _, now in recording.arrays]
        if share:
            free = [leaf.thing for leaf in leaves if leaf.varies and not recording.lends(leaf.thing)]
            self.shared = shared_roots([*free, *[t for _, t in (*left, *bound)]])
        gradients = {id(grad): t for t, _, grad in recording.grads} if share else {}
        self.made: list = []
        for leaf in leaves:
            if id(leaf.of) in gradients:
                self.made.append((slice(0), gradient_getter(gradients[id(leaf.of)]), None))  # of no output
            elif leaf.varies:
                lent = recording.lends(leaf.thing)
                make = leaf.make if leaf.writeable or lent or not share else make_read_only(leaf.make)
                place, make = self.place(leaf.thing, make, lent)
                self.made.append((place, make, None))
            else:
                self.made.append((None, None, leaf.thing))
        count = len(self.outputs)
        left = [(t, self.place(g, as_tensor)) for t, g in left]
        bound = [(t, self.place(now, as_scalar if now.is_scalar else np.asarray)) for t, now in bound]
        n = len(self.outputs)
        self.left = [(t, place - n, make) for t, (place, make) in left]
        self.bound = [(t, place - n, make) for t, (place, make) in bound]
        self.end = count - n or None

    def place(self, t, make, lent=False):
        """Return ``(place, make)``: from which output ``t`` is made, and the function that makes it."""
        v = t.node
        if not lent and v.root in self.shared and not t.is_scalar:
            if v.root not in self.outputs:
                self.outputs.append(v.root)
            return self.outputs.index(v.root), make if v is v.root else RootView(v, make)
        if lent:
            self.lent.add(len(self.outputs))
        self.outputs.append(v)
        return len(self.outputs) - 1, make

    def leaves(self, found):
        """Return the leaves of what the function returns."""
        leaves = [fixed if place is None else make(found[place]) for place, make, fixed in self.made]
        return leaves if self.pattern is None else [leaves[i] for i in self.pattern]


class RootView:
    """``view(root array)`` gives the view of it that a Value was in the trace."""

    def __init__(self, v, make):
        self.v, self.root, self.make = v, v.root, make
        self.offset = v.address - v.root.address
        if not is_packed(self.root) and self.root.size:
            raise TraceError(
                "a compiled function returns arrays that share memory which has gaps; return a copy of one of them"
            )

    def __call__(self, whole):
        flat = whole.ravel(order="K").view(np.uint8)
        return self.make(np.ndarray(self.v.shape, self.v.dtype, flat, self.offset, self.v.strides))


def gradient_getter(t):
    """Return a function that returns the gradient that a run has just left in ``t``."""
    return lambda _: t.grad


def distinct_results(leaves):
    """Return the different leaves, and for each leaf its place among them, or None if all differ."""
    places: dict = {}
    pattern = [places.setdefault(id(leaf.of), len(places)) for leaf in leaves]
    return [leaves[pattern.index(i)] for i in range(len(places))], pattern if len(places) < len(leaves) else None


def shared_roots(stands):
    """Return the roots that several of these arrays are views of, or one with gaps that a copy would close."""
    arrays = [t.node for t in stands if t.node.python is None and not t.is_scalar]
    scattered = {v.root for v in arrays if v is not v.root and not is_packed(v) and is_packed(v.root)}
    return scattered | {root for root, n in Counter(v.root for v in arrays).items() if n > 1}
