"""GradientTape: what a block computes, differentiated afterwards, as in TensorFlow."""

from math import prod

import numpy as np

from ..core.tensor import Tensor, as_numeric_array, make_leaf
from ..errors import GradientError, OptionError, ShapeError, describe
from ..pytree import leaves_of, map_leaves
from .tape import Tape
from .vectorize import over_batch

__all__ = ["GradientTape"]


class GradientTape(Tape):
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
        made = iter([make_leaf(np.zeros_like(x.data)) if g is None and zero else g
                     for g, x in zip(found, wanted, strict=True)])  # fmt: skip
        return map_leaves(lambda x: next(made), sources)

    def jacobian(self, target, sources, unconnected_gradients="none"):
        """Return the derivatives of each entry of ``target`` by each entry of the ``sources``, in their structure.

        A target of shape ``s`` and a source of shape ``x`` have a Jacobian of shape ``(*s, *x)``.
        """
        wanted = self._sources("jacobian", sources, unconnected_gradients)
        y = one_target("jacobian", target)
        eye = np.eye(y.size, dtype=y.dtype).reshape((y.size, *y.shape))
        shapes = [(*y.shape, *x.shape) for x in wanted]
        found = iter(self._rows(y, eye, wanted, shapes, unconnected_gradients))
        return map_leaves(lambda x: next(found), sources)

    def batch_jacobian(self, target, source, unconnected_gradients="none"):
        """Return the Jacobian of each example, where example ``i`` of ``target`` depends on that of ``source`` alone.

        A target of shape ``(n, *s)`` and a source of shape ``(n, *x)`` have one of shape ``(n, *s, *x)``.
        """
        (x,) = self._sources("batch_jacobian", [source], unconnected_gradients)
        y = one_target("batch_jacobian", target)
        if not y.ndim or not x.ndim or len(y) != len(x):
            raise ShapeError(f"GradientTape.batch_jacobian: the first axes of target {describe(y)} and source "
                             f"{describe(x)} must be the examples")  # fmt: skip
        n, shape = len(y), y.shape[1:]
        eye = np.eye(prod(shape), dtype=y.dtype).reshape((prod(shape), 1, *shape))
        rows = np.broadcast_to(eye, (len(eye), *y.shape))
        (found,) = self._rows(y, rows, [x], [(len(eye), n, *x.shape[1:])], unconnected_gradients)
        return found if found is None else np.moveaxis(found, 0, 1).reshape((n, *shape, *x.shape[1:]))

    def _rows(self, y, rows, sources, shapes, unconnected):
        """Return the gradients by each source for a batch of cotangents, in these shapes, by one backward."""
        self._use()
        with self._watching():
            found = over_batch(lambda g: self._pull([y], [g], sources), [(rows, 0)], len(rows)).arrange(0, True)
        zero = unconnected == "zero"
        return [make_leaf(np.zeros(shape, y.dtype)) if g is None and zero else g if g is None else g.reshape(shape)
                for g, shape in zip(found, shapes, strict=True)]  # fmt: skip

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


def one_target(method, target):
    """Return the target of a Jacobian, or raise TypeError."""
    if not isinstance(target, Tensor):
        raise TypeError(f"GradientTape.{method}: target must be one Tensor, got {describe(target)}")
    return target


def start(y, g):
    """Return the cotangent of a target: ones, or what was given."""
    if g is None:
        return np.ones_like(y.data)
    g = g if isinstance(g, Tensor) else as_numeric_array(g)
    if g.shape != y.shape:
        raise GradientError(
            f"GradientTape.gradient: output_gradients {describe(g)} must have the shape of {describe(y)}"
        )
    return g if g.dtype == y.dtype else g.astype(y.dtype)
