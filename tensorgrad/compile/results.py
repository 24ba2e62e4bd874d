"""Results: how what a function returns is made of what its program hands out.

Arrays that shared memory share it again: the program hands out the whole of it once, and each is a view of that.
"""

from collections import Counter
from typing import Any

import numpy as np

from ..core.tensor import StandIn, Tensor, type_tensor
from ..errors import TraceError
from .ir.program import packed
from .trace.captures import is_outside
from .trace.refusals import check_plain


class Leaf:
    """One thing that a function returned.

    thing: a stand-in, or what is the same at each run
    make:  the function that makes of a program's output what the function returns: a Tensor, an array, a number
    of:    what the function returned itself
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
            self.make = as_it_is  # a Tensor from outside is returned itself
        elif isinstance(x, Tensor):
            self.make = as_tensor
        else:
            self.make = as_scalar if self.thing.is_scalar else np.asarray

    def value(self):
        """Return what it was in the traced run."""
        return self.make(self.thing.value) if self.varies else self.thing


def as_tensor(array):
    return type_tensor(np.asarray(array))


def as_scalar(array):
    return array[()] if type(array) is np.ndarray else array


def read_only(make):
    """Return ``make`` for an array that cannot be written to, as ``np.broadcast_to`` returns it."""

    def made(array):
        array.flags.writeable = False
        return make(array)

    return made


def as_it_is(x):
    return x


class Results:
    """What a program hands out, and what is made of it.

    outputs: the Values that it hands out
    lent:    the places of those that lie in memory of the caller's, which are handed out as they are
    made:    for each thing that the function returned ``(place, make, fixed)``: ``make(output)``, or ``fixed``
    pattern: for each thing that it returned its place in ``made``, or None where all differ
    left, bound: ``[(Tensor, place, make)]`` of gradients and arrays that it left in Tensors from outside; their places
             count from the end, since some of the others may be written where the caller wants them
    """

    def __init__(self, recording, share):
        if share and recording.trace.twice:
            raise TraceError("a compiled function returns one list, tuple or dict in two places; return a copy")
        self.outputs: list = []
        self.lent, self.shared = set(), set()
        self.pattern: list[int] | None
        leaves, self.pattern = (recording.leaves, None) if not share else once_each(recording.leaves)
        left = [(t, g) for t, g, _ in recording.grads]
        bound = [(t, now) for t, _, now in recording.arrays]
        if share:
            free = [leaf.thing for leaf in leaves if leaf.varies and not recording.lends(leaf.thing)]
            self.shared = shared_roots([*free, *[t for _, t in (*left, *bound)]])
        gradients = {id(grad): t for t, _, grad in recording.grads} if share else {}
        self.made: list = []
        for leaf in leaves:
            if id(leaf.of) in gradients:
                self.made.append((0, gradient_of(gradients[id(leaf.of)]), None))
            elif leaf.varies:
                lent = recording.lends(leaf.thing)
                make = leaf.make if leaf.writeable or lent or not share else read_only(leaf.make)
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
        """Return the place of the output that ``t`` is made of, and how."""
        v = t.node
        if not lent and v.root in self.shared and not t.is_scalar:
            if v.root not in self.outputs:
                self.outputs.append(v.root)
            return self.outputs.index(v.root), make if v is v.root else Part(v, make)
        if lent:
            self.lent.add(len(self.outputs))
        self.outputs.append(v)
        return len(self.outputs) - 1, make

    def of(self, found):
        """Return the leaves of what the function returns."""
        leaves = [fixed if place is None else make(found[place]) for place, make, fixed in self.made]
        return leaves if self.pattern is None else [leaves[i] for i in self.pattern]


class Part:
    """``part(whole)``: the view of an array that a Value was of its root."""

    def __init__(self, v, make):
        self.v, self.root, self.make = v, v.root, make
        self.offset = v.address - v.root.address
        if not packed(self.root) and self.root.size:
            raise TraceError(
                "a compiled function returns arrays that share memory which has gaps; return a copy of one of them"
            )

    def __call__(self, whole):
        flat = whole.ravel(order="K").view(np.uint8)
        return self.make(np.ndarray(self.v.shape, self.v.dtype, flat, self.offset, self.v.strides))


def gradient_of(t):
    """Return the function that gives the gradient that a run has just left in ``t``."""
    return lambda _: t.grad


def once_each(leaves):
    """Return the different ones of what a function returned, and for each its place among them, None if all differ."""
    places: dict = {}
    pattern = [places.setdefault(id(leaf.of), len(places)) for leaf in leaves]
    return [leaves[pattern.index(i)] for i in range(len(places))], pattern if len(places) < len(leaves) else None


def shared_roots(stands):
    """Return the roots in whose memory several of these lie, or one with gaps, which a copy would close."""
    arrays = [t.node for t in stands if t.node.python is None and not t.is_scalar]
    scattered = {v.root for v in arrays if v is not v.root and not packed(v) and packed(v.root)}
    return scattered | {root for root, n in Counter(v.root for v in arrays).items() if n > 1}
