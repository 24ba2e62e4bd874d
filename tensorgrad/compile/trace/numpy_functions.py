"""Calls of NumPy: how a trace writes down a ufunc, another function, and ``x[i]``."""

import operator
from functools import cache

import numpy as np

from ...core.tensor import StandIn
from ...errors import TraceError
from ...graph.origins import line_of_user
from ..ir.program import map_kind
from .in_place import accumulate, check_target, concrete_slices, out_call
from .refusals import NEEDS_VALUES, QUERIES, REAL_OR_COMPLEX, TELLS_APART, needs_array_error, needs_value_error
from .trace_array import TraceArray, numpy_scalar, traced_value

#: Functions that write into their first argument, and the name of that argument.
WRITERS = {
    np.copyto: "dst", np.put: "a", np.place: "arr", np.putmask: "a", np.fill_diagonal: "a", np.put_along_axis: "arr",
}  # fmt: skip
#: Functions that do what a ufunc's ``reduce`` does, but take three times as long.
REDUCTIONS = {
    np.sum: np.add, np.prod: np.multiply, np.max: np.maximum, np.min: np.minimum, np.all: np.logical_and,
    np.any: np.logical_or,
}  # fmt: skip
#: The position of ``out`` for functions that have no signature before NumPy 2.4.
OUT = {np.dot: 2, np.concatenate: 2}


def ufunc_call(trace, ufunc, method, inputs, kwargs):
    """Write down a ufunc's call and return what it returns."""
    out = kwargs.pop("out", None)
    if method == "at":
        return accumulate(trace, ufunc, *inputs)
    function = ufunc if method == "__call__" else getattr(ufunc, method)
    if method == "reduce":
        inputs, kwargs = inputs[:1], reduce_settings(inputs, kwargs)
    if out is None:
        return trace.call(function, inputs, kwargs)
    return out_call(trace, function, inputs, kwargs, out)


def reduce_settings(inputs, kwargs):
    """Return the settings of a ``reduce`` in a canonical form, so that equal ones compare as equal."""
    given = dict(zip(("axis", "dtype", "out", "keepdims", "initial", "where"), inputs[1:], strict=False)) | kwargs
    axis = given.pop("axis", 0)
    if type(axis) is tuple and len(axis) == 1:
        (axis,) = axis
    if type(axis) is int and axis < 0 and hasattr(inputs[0], "ndim"):
        axis += inputs[0].ndim
    usual = {"dtype": None, "keepdims": False, "initial": np._NoValue, "where": True}
    return {"axis": axis} | {k: v for k, v in given.items() if k not in usual or v is not usual[k]}


def function_call(trace, function, args, kwargs):
    """Write down a call of ``function`` and return what it returns."""
    if function in QUERIES:
        plain, settings = map_kind((args, kwargs), StandIn, traced_value)
        return function(*plain, **settings)
    if function in TELLS_APART:
        raise needs_array_error(f"np.{function.__name__}()")
    if function in NEEDS_VALUES:
        raise needs_value_error(f"np.{function.__name__}()", (args, kwargs))
    if function in REAL_OR_COMPLEX and args and args[0].dtype.kind != "c":
        remedy = "whether the result is complex depends on it; cast it to complex, x.astype(complex)"
        raise needs_value_error(f"np.{function.__name__}()", args, remedy)
    kwargs = drop_defaults(kwargs)
    if function is np.repeat and has_stand_in((args[1:], kwargs)):
        raise needs_value_error("np.repeat()", (args[1:], kwargs))
    if function in WRITERS:
        return writing_call(trace, function, args, kwargs)
    if function is np.take_along_axis:
        return trace_index_along_axis(*args, **kwargs)
    if function is np.nan_to_num and not (args[1] if len(args) > 1 else kwargs.get("copy", True)):
        return call_in_place(trace, function, args, kwargs)
    if kwargs.get("overwrite_input"):
        raise TraceError(f"{line_of_user()}: overwrite_input=True leaves an array in an order that no program knows")
    if function in REDUCTIONS and args and isinstance(args[0], TraceArray):
        return reduce_axes(REDUCTIONS[function], args[0], settings_by_name(function, args, kwargs))
    if function is np.mean and is_plain_mean(args, kwargs):
        return mean_of_floats(*args, **kwargs)
    args, kwargs, out = split_out(function, args, kwargs)
    if out is None:
        return trace.call(function, args, kwargs)
    return out_call(trace, function, args, kwargs, out)


def has_stand_in(x):
    """Return whether a stand-in is among nested arguments."""
    found: list = []
    map_kind(x, StandIn, found.append)
    return bool(found)


def split_out(function, args, kwargs):
    """Return ``(args, kwargs, out)``: the arguments without ``out``, and ``out`` or None."""
    kwargs = dict(kwargs)
    if "out" in kwargs:
        return args, kwargs, kwargs.pop("out")
    place = out_position(function)
    if place is None or len(args) <= place:
        return args, kwargs, None
    names = positional_names(function)[place + 1 :]
    kwargs.update(zip(names, args[place + 1 :], strict=False))
    return args[:place], kwargs, args[place]


@cache
def positional_names(function):
    """Return the names of the arguments of a function that may be given by position."""
    from inspect import Parameter, signature  # 5 ms of import, for those who compile

    try:
        parameters = signature(function).parameters.values()
    except ValueError:  # pragma: no cover  (before NumPy 2.4 functions written in C have no signature)
        return (*[f"x{i}" for i in range(OUT[function])], "out") if function in OUT else ()
    return tuple([p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)])


def out_position(function):
    """Return the position of ``out`` among a function's arguments, or None."""
    names = positional_names(function)
    return names.index("out") if "out" in names else None


def writing_call(trace, function, args, kwargs):
    """Write down a call that changes its first argument."""
    name = WRITERS[function]
    if name in kwargs:
        kwargs = dict(kwargs)
        args = (kwargs.pop(name), *args)
    target = check_target(args[0])
    trace.rollback.keep_target(target)
    trace.call(function, args, kwargs, written=(target,))


def call_in_place(trace, function, args, kwargs):
    """Write down a call that changes its first argument and returns it."""
    target = check_target(args[0])
    trace.rollback.keep_target(target)
    trace.call(function, args, kwargs, written=(target,))
    return target if target.ndim else target[()]


def drop_defaults(kwargs):
    """Return keyword arguments without those that have their default value."""
    return {
        key: value for key, value in kwargs.items()
        if value is not np._NoValue and not (key == "out" and value is None) and not (key == "where" and value is True)
    }  # fmt: skip


def settings_by_name(function, args, kwargs):
    """Return all settings of a call by name, also those given by position."""
    return drop_defaults(dict(zip(positional_names(function)[1:], args[1:], strict=False)) | kwargs)


def reduce_axes(ufunc, x, settings):
    """Return ``np.sum(x)`` or its like by ``ufunc.reduce``: over all axes by default."""
    return ufunc.reduce(x, **{"axis": None, **settings})


def is_plain_mean(args, kwargs):
    """Return whether a call of ``np.mean`` can be a sum and a division, which take a third of its time."""
    single = len(args) == 1 and isinstance(args[0], TraceArray) and args[0].size and args[0].ndim
    return bool(single) and args[0].dtype.char in "fd" and not kwargs.keys() - {"axis", "keepdims"}


def mean_of_floats(x, axis=None, keepdims=False):
    """Return ``np.mean(x)`` of float32 or float64 as a sum and a division."""
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size // total.size)


def trace_index_along_axis(x, indices, axis=-1):
    """Return ``np.take_along_axis`` as one indexing; its own Python code would run at every replay."""
    if axis is None:
        x, axis = x.reshape(-1), 0
    places = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    places[axis] = indices
    return x[tuple(places)]


def get_item(trace, x, index):
    """Write down ``x[index]``; a single entry is copied, as NumPy does: later writes into x do not change it."""
    index = concrete_slices(index)
    parts = index if isinstance(index, tuple) else (index,)
    for part in parts:
        if isinstance(part, TraceArray) and part.dtype.kind == "b":
            raise needs_value_error("x[mask]", (x, part), "its shape depends on the mask; use np.where(mask, x, 0)")
    simple = not any(part is Ellipsis or hasattr(part, "shape") or isinstance(part, (list, bool)) for part in parts)
    if not simple or isinstance(x.value, np.generic) or len(parts) - parts.count(None) != x.ndim or None in parts:
        return trace.call(operator.getitem, (x, index))
    entry = trace.call(operator.getitem, (x, (*parts, Ellipsis)))
    return numpy_scalar(trace.call(np.copy, (entry,))) if entry.ndim == 0 else entry
