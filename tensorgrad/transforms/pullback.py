"""Gradients of some results by some Tensors: what every transform of reverse mode asks of the engine."""

from ..backward import pull
from ..core.tensor import Tensor, make_leaf
from ..core.views import version

__all__ = ["Outputs", "connects", "frontier", "gradients_of", "sever"]


class Outputs:
    """What stands for an op at the root of a backward from several results: ``g`` is one gradient for each."""

    name, variadic, rules = "outputs", True, (lambda g, y, *x, wrt: g[wrt],)


def gradients_of(roots, cotangents, sources, keep, since=-1):
    """Return the gradient by each of ``sources``, which are leaves: an array, with ``keep`` a Tensor, or None.

    roots:      Tensors; their ``cotangents`` are arrays of their shapes, with ``keep`` Tensors
    since:      what is older than this sequence number does not depend on ``sources``
    """
    pairs = [(y, g) for y, g in zip(roots, cotangents, strict=True) if y.requires_grad and y.seq >= since]
    if not pairs:
        return [None] * len(sources)
    if len(pairs) == 1:
        root, g = pairs[0]
    else:
        root, g = outputs([y for y, _ in pairs]), [g for _, g in pairs]
    found = {id(leaf): g for leaf, g in pull(root, g, keep, since=since)}
    return [found.get(id(x)) for x in sources]


def outputs(tensors):
    """Return a Tensor from which a backward reaches all of ``tensors``."""
    root = make_leaf(tensors[0].data)
    root.op = Outputs  # type: ignore[assignment]  # it answers to what a backward asks of one
    root.inputs, root.settings = tuple(tensors), {}
    return root


class sever:
    """Inside the block these Tensors are leaves that require a gradient, whatever they were made of.

    hooks: whether their hooks run
    """

    def __init__(self, tensors, hooks=True):
        self.tensors, self.hooks = tensors, hooks

    def __enter__(self):
        self.states = [(t, t.op, t.inputs, t.requires_grad, t.watch) for t in self.tensors]
        for t in self.tensors:
            t.op, t.inputs, t.requires_grad = None, (), True
            t.watch = t.watch if self.hooks else None

    def __exit__(self, *exception):
        for t, op, inputs, requires_grad, watch in self.states:
            t.op, t.inputs, t.requires_grad, t.watch = op, inputs, requires_grad, watch


def frontier(roots, since):
    """Yield the Tensors that require a gradient and that ``roots`` were made of, without what made these.

    They are older than ``since``, or leaves.
    """
    waiting, seen = list(roots), set()
    while waiting:
        t = waiting.pop()
        if not t.requires_grad or t.seq in seen:
            continue
        seen.add(t.seq)
        if t.seq < since or t.op is None:
            yield t
        else:
            waiting.extend(version(x, t.seq) for x in t.inputs if isinstance(x, Tensor))


def connects(roots, since):
    """Return whether ``roots`` depend on a Tensor that requires a gradient and is older than ``since``, or a leaf."""
    return next(frontier(roots, since), None) is not None
