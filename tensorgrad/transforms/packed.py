"""An op of one call: it is given what it computed, and the rule that goes with it."""

from math import prod

import numpy as np

from ..core.dispatch import record
from ..core.op import Op
from ..core.tensor import Tensor
from ..ops.movement import reshape

__all__ = ["attach", "pieces"]


def attach(name, arrays, inputs, rule):
    """Return ``arrays`` as Tensors that one op made of ``inputs``.

    rule: ``rule(g, xs, wrt)`` -> the gradient by ``xs[wrt]``, from one gradient for each of ``arrays``, which are
          ``pieces(g, rule.shapes)``

    The op's result is one array, in which several lie one behind the other; the Tensors are slices of it.
    """
    rule.shapes = [x.shape for x in arrays]

    def row(g, y, *x, wrt):
        return rule(g, x, wrt)

    op = Op(name, name, ["x"], rules=[row], variadic=True, registered=False)
    whole = arrays[0] if len(arrays) == 1 else np.concatenate([np.ravel(x) for x in arrays])
    made = pieces(record(op, whole, tuple(inputs), {}), rule.shapes)
    return [t if t.dtype == x.dtype else t.astype(x.dtype) for t, x in zip(made, arrays, strict=True)]


def pieces(whole, shapes):
    """Return what lies in ``whole`` one behind the other, in these shapes; a single one is ``whole`` itself."""
    if len(shapes) == 1:
        return [whole]
    found, start = [], 0
    for shape in shapes:
        end = start + prod(shape)
        part = whole[start:end]
        found.append(reshape(part, shape=shape) if isinstance(part, Tensor) else part.reshape(shape))
        start = end
    return found
