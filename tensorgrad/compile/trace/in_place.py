"""Writes: how ``x[i] = v``, ``out=``, ``where=`` and their like are written down.

A write into memory that only the trace knows, under one name, becomes a call that returns a new value, so that passes
may move and merge calls. Any other write is written down as it is, into the same memory.
"""

import operator

import numpy as np

from ...core.tensor import StandIn
from ...errors import TraceError, describe
from ...graph.origins import line_of_user
from ..ir.array_ops import broadcast_fill, set_index, ufunc_at
from ..ir.program import is_packed, map_kind
from .refusals import needs_value_error
from .trace_array import TraceArray, traced_value


def set_item(trace, x, index, v):
    """Write down ``x[index] = v``."""
    if isinstance(x.value, np.generic):
        raise TypeError(f"'numpy.{x.dtype.name}' object does not support item assignment")
    index = check_index(index)
    mask = index[0] if type(index) is tuple and len(index) == 1 else index
    if isinstance(mask, TraceArray) and mask.dtype.kind == "b":
        set_masked(trace, x, mask, v)
    elif not trace.owns(x):
        trace.rollback.keep_target(x)
        trace.call(operator.setitem, (x, index, v), written=(x,))
    elif is_full_index(index) and not isinstance(v, (list, tuple)):
        order = "C" if x.flags.c_contiguous else "F" if x.flags.f_contiguous else None
        if order is None:
            x.become(trace.call(set_index, (x, index, v)))
        else:
            x.become(trace.call(broadcast_fill, (v, x.shape, x.dtype, order)))
    else:
        x.become(trace.call(set_index, (x, index, v)))


def is_full_index(index):
    """Return whether an index selects all of an array."""
    return index is Ellipsis or (type(index) is slice and index == slice(None))


def concrete_slices(index):
    """Return an index whose slices hold numbers, not stand-ins, since the shape of the result depends on them.

    Raises if a slice depends on the value of an array.
    """
    if isinstance(index, tuple):
        return tuple(map(concrete_slices, index))
    if not isinstance(index, slice):
        return index
    found: list = []
    map_kind(index, TraceArray, found.append)
    if found:
        raise needs_value_error("a slice", found, "the length of its result would differ; pass it as a static argument")
    return map_kind(index, StandIn, lambda n: n.concrete_value())


def check_index(index):
    """Return the index of a write; raise if it has a mask beside other indices."""
    index = concrete_slices(index)
    parts = index if isinstance(index, tuple) else (index,)
    masks = [part for part in parts if isinstance(part, TraceArray) and part.dtype.kind == "b"]
    if len(parts) > 1 and masks:
        raise needs_value_error("x[mask, ...] = values", masks, "use np.where(mask, values, x)")
    return index


def set_masked(trace, x, mask, v):
    """Write down ``x[mask] = v``, for one number v."""
    value = getattr(v, "value", v)
    if np.size(value) != 1:
        raise needs_value_error("x[mask] = array", (x, mask), "write a number, or use np.where(mask, values, x)")
    if mask.shape != x.shape[: mask.ndim]:
        raise IndexError(f"a mask {describe(mask)} does not fit {describe(x)}")
    trace.rollback.keep_target(x)
    mask = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))
    if np.ndim(value):
        v = v.reshape(()) if hasattr(v, "reshape") else np.asarray(v).reshape(())
    trace.call(np.copyto, (x, v), {"casting": "unsafe", "where": mask}, written=(x,))


def out_call(trace, function, args, kwargs, out):
    """Write down a call that writes its results into ``out``, an array or a tuple of them, and return ``out``."""
    outs = out if isinstance(out, tuple) else (out,)
    targets = [check_target(t) for t in outs if t is not None]
    if not targets:
        return trace.call(function, args, kwargs)
    if len(outs) != len(targets):
        raise TraceError(f"{line_of_user()}: in a compiled function, out= has to name an array for each result")
    alone = len(outs) == 1 and isinstance(function, np.ufunc) and "where" not in kwargs and trace.owns(targets[0])
    if not (alone and renew_target(trace, function, args, kwargs, targets[0])):
        for t in targets:
            trace.rollback.keep_target(t)
        trace.call(function, args, {**kwargs, "out": outs if isinstance(out, tuple) and len(outs) > 1 else outs[0]},
                   written=tuple(targets))  # fmt: skip
    return out if isinstance(out, tuple) and len(outs) > 1 else outs[0]


def renew_target(trace, function, args, kwargs, target):
    """Write down a ufunc's call that fills memory of the trace's own, and make that a new value.

    Returns False, and does nothing, unless the ufunc makes an array of that shape and dtype by itself.
    """
    trace.check_open()
    args, kwargs = trace.lift((tuple(args), kwargs))
    plain, settings = map_kind((args, kwargs), StandIn, traced_value)
    made = function(*plain, **settings)
    if made.dtype != target.dtype or made.shape != target.shape or not is_packed(target.node):
        return False
    target.value[...] = made
    new = TraceArray(trace, trace.value(target.value, "result"), target.value)
    trace.note(function, args, kwargs, new)
    target.node = new.node
    return True


def check_target(target):
    """Return ``target``, or raise unless it is an array that the trace knows."""
    if isinstance(target, TraceArray) and not isinstance(target.value, np.generic):
        return target
    if isinstance(target, StandIn):
        raise TypeError("return arrays must be of ArrayType")
    raise outside_write_error(target)


def accumulate(trace, ufunc, x, index, *v):
    """Write down ``ufunc.at``."""
    check_target(x)
    index = check_index(index)
    if not x.value.flags.writeable:
        raise TraceError(f"{line_of_user()}: a compiled function writes into a read-only array")
    if not trace.owns(x):
        trace.rollback.keep_target(x)
        trace.call(ufunc.at, (x, index, *v), written=(x,))
    else:
        x.become(trace.call(ufunc_at, (x, index, ufunc, *v)))


def outside_write_error(target):
    """Return the error for a write into an array that no Tensor holds."""
    return TraceError(
        f"{line_of_user()}: a compiled function writes into {describe(target)}, which is no Tensor's: what else is "
        "done to it would not be seen; keep what changes in a Tensor and write into t.data, make it in the function "
        "with np.zeros_like(x) or np.empty(shape, like=x), or return it"
    )
