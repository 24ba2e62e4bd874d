"""What a Tensor can do: every operator and method is an op under NumPy's name, in one visible block."""

import numpy as np

from . import ops
from .backward import backward, register_hook, retain_grad
from .core.dispatch import UFUNC_METHODS
from .core.tensor import Tensor


def swapped(op):
    """Return ``op`` with its arguments the other way round: ``2 - t`` is ``sub(2, t)``."""
    return lambda self, other: op(other, self)


def reshape(self, *shape):
    return ops.reshape(self, shape=shape[0] if len(shape) == 1 and not hasattr(shape[0], "__index__") else shape)


Tensor.__add__ = Tensor.__radd__ = ops.add
Tensor.__sub__, Tensor.__rsub__ = ops.sub, swapped(ops.sub)
Tensor.__mul__ = Tensor.__rmul__ = ops.mul
Tensor.__truediv__, Tensor.__rtruediv__ = ops.div, swapped(ops.div)
Tensor.__matmul__, Tensor.__rmatmul__ = ops.matmul, swapped(ops.matmul)
Tensor.__neg__ = ops.neg
Tensor.__pos__ = ops.positive

Tensor.reshape = reshape
Tensor.astype = ops.astype
Tensor.sum = ops.sum

Tensor.backward = backward
Tensor.register_hook = register_hook
Tensor.retain_grad = retain_grad


def reducer(op):
    """Return ``op`` as a ufunc's ``reduce``, which reduces the first axis unless told otherwise."""
    return lambda x, axis=0, dtype=None, out=None, keepdims=False, **rest: op(x, axis=axis, keepdims=keepdims)


UFUNC_METHODS[np.add, "reduce"] = reducer(ops.sum)
