"""Entry by entry: the axes of one example are aligned at the end, and the batch axis stays in front."""

from typing import Any

import numpy as np

from ...errors import ShapeError
from ...pytree import leaves_of, map_leaves
from .batched import RULES, Batched, is_at, lift, ndim_of, needs_one, shape_of, size_of, spread, wrap_all

#: Functions of NumPy's, no ufuncs, that compute entry by entry of all their arrays.
ELEMENTWISE = (
    np.clip, np.round, np.around, np.nan_to_num, np.real, np.imag, np.angle, np.isclose, np.sinc, np.i0, np.fix,
    np.iscomplex, np.isreal, np.isposinf, np.isneginf, np.copy, np.astype,
)  # fmt: skip
#: Answered from shape and dtype.
QUERIES = (np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj, np.common_type)
FACTS = {np.shape: shape_of, np.ndim: ndim_of, np.size: lambda x: x.size}
#: An array like another: with ``shape``, of one example.
LIKE: tuple[Any, ...] = (np.zeros_like, np.ones_like, np.empty_like)
#: An array of which only ``like=`` says where it goes.
CREATE: tuple[Any, ...] = (np.zeros, np.ones, np.empty, np.full, np.eye, np.arange)


def elementwise(depth, function, args, kwargs):
    """Compute entry by entry."""
    if not kwargs and isinstance(function, np.ufunc):
        ndim = max([x.ndim for x in args if hasattr(x, "ndim")])
        result = function(*[lift(x, depth, ndim) for x in args])
        return Batched(depth, result) if hasattr(result, "ndim") else wrap_all(depth, result)
    ndim = max(ndim_of(x) for x in leaves_of((args, kwargs)) if hasattr(x, "ndim"))
    args, kwargs = map_leaves(lambda x: lift(x, depth, ndim), (args, kwargs))
    return wrap_all(depth, function(*args, **kwargs))


def ufunc_call(depth, ufunc, inputs, kwargs):
    """Call a ufunc; ``x += y`` of an array ``x`` that was the same for all examples makes a new one."""
    out = kwargs.pop("out", None)
    if ufunc.signature is not None:
        result = RULES["core"](depth, ufunc, inputs, kwargs)
    else:
        result = elementwise(depth, ufunc, inputs, kwargs)
    if out is None or (len(out) == 1 and out[0] is inputs[0] and not isinstance(out[0], Batched)):
        return result
    return write_out(depth, out, result)


def write_out(depth, out, result):
    """Write the results of a ufunc into ``out``, and return it."""
    for target, x in zip(out, result if isinstance(result, tuple) else (result,), strict=True):
        if not is_at(target, depth):
            raise needs_one("writing into out=, an array that all examples share,", x, "use what is returned")
        target[...] = x
    return out[0] if len(out) == 1 else out


def where(depth, function, args, kwargs):
    """Choose entry by entry; without branches the result's shape would depend on values."""
    if len(args) == 1:
        raise ShapeError("vmap: np.where(c) has another shape for each example; use np.where(c, a, b)")
    return elementwise(depth, function, args, kwargs)


def query(depth, function, args, kwargs):
    """Answer for one example."""
    if function in FACTS and len(args) == 1 and not kwargs:
        return FACTS[function](args[0])
    arrays = map_leaves(lambda x: np.empty(x.shape, x.dtype) if isinstance(x, Batched) else x, (args, kwargs))
    return function(*arrays[0], **arrays[1])


def like(depth, function, args, kwargs):
    """Make an array like another, one for each example."""
    x, *rest = args
    shape = kwargs.pop("shape", None)
    if shape is not None:
        shape = tuple(shape) if hasattr(shape, "__len__") else (shape,)
        kwargs["shape"] = (len(x.value), *shape)
    return Batched(depth, function(x.value, *rest, **kwargs))


def full_like(depth, function, args, kwargs):
    """Make an array full of one number, or one for each example."""
    x, value, *rest = args if len(args) > 1 else (*args, kwargs.pop("fill_value"))
    size = size_of((x, value), depth)
    shape = kwargs.pop("shape", None)
    shape = shape_of(x) if shape is None else tuple(shape) if hasattr(shape, "__len__") else (shape,)
    made = function(spread(x, depth, size), 0, *rest, shape=(size, *shape), **kwargs)
    made[...] = lift(value, depth, len(shape))
    return Batched(depth, made)


def create_like(depth, function, args, kwargs):
    """Answer ``np.zeros(shape, like=x)``: one array for each example is only made when one is written."""
    return function(*args, **kwargs)


def show(depth, function, args, kwargs):
    """Answer ``np.array2string``, with which a Tensor is shown."""
    return repr(args[0])


RULES.update(dict.fromkeys(ELEMENTWISE, elementwise))
RULES.update(dict.fromkeys(QUERIES, query))
RULES.update(dict.fromkeys(LIKE, like))
RULES.update(dict.fromkeys(CREATE, create_like))
RULES.update({"__call__": ufunc_call, np.where: where, np.full_like: full_like, np.array2string: show})
