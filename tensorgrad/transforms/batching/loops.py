"""What has no rule of its own: one example after the other, and the results stacked."""

import numpy as np

from ...errors import ShapeError
from ...pytree import map_leaves, rebuild
from .batched import RULES, Batched, is_at, ndim_of, shape_of, size_of


def loop(depth, function, args, kwargs):
    """Call a function once for each example: right, and slower than a rule."""
    results = []
    for i in range(size_of((args, kwargs), depth)):
        one_args, one_kwargs = example((args, kwargs), depth, i)
        results.append(function(*one_args, **one_kwargs))
    try:
        return stack_all(depth, results)
    except ValueError:
        raise ShapeError(
            f"vmap: {function.__name__}() gives results of different shapes for the examples of a batch, which cannot "
            "be one; use what keeps the shape, such as np.where(mask, x, 0)"
        ) from None


def example(x, depth, i):
    """Return nested arguments as those of the ``i``-th example."""
    return map_leaves(lambda leaf: leaf.value[i] if is_at(leaf, depth) else leaf, x)


def stack_all(depth, results):
    """Return the results of all examples as one, of which each array is Batched."""
    first = results[0]
    if isinstance(first, (tuple, list)):
        return rebuild(first, [stack_all(depth, part) for part in zip(*results, strict=True)])
    if isinstance(first, (np.ndarray, np.generic, bool, int, float, complex)) or hasattr(first, "ndim"):
        return Batched(depth, np.stack(list(results)))
    return first


def ufunc_loop(name):
    def rule(depth, ufunc, inputs, kwargs):
        return loop(depth, getattr(ufunc, name), inputs, kwargs)

    return rule


def outer(depth, ufunc, inputs, kwargs):
    """``np.add.outer(a, b)``: every entry of ``a`` with every entry of ``b``."""
    a, b = inputs
    return ufunc(np.reshape(a, (*shape_of(a), *[1] * ndim_of(b))), b, **kwargs)


RULES.update({"loop": loop, "outer": outer, "reduceat": ufunc_loop("reduceat"), "at": ufunc_loop("at")})
__all__ = ["loop", "stack_all"]
