"""Functions of NumPy's that are no ufuncs: how a trace writes down a call of one."""

from functools import cache

import numpy as np

from ...core.tensor import StandIn
from ...errors import TraceError
from ...graph.origins import line_of_user
from ..ir.program import mapped
from .in_place import check_target, out_call
from .refusals import NEEDS_VALUES, QUERIES, REAL_OR_COMPLEX, TELLS_APART, needs_array, needs_value
from .trace_array import TraceArray, without_defaults

#: Functions that write into the first of their arguments, and what they call it.
WRITERS = {
    np.copyto: "dst", np.put: "a", np.place: "arr", np.putmask: "a", np.fill_diagonal: "a", np.put_along_axis: "arr",
}  # fmt: skip
#: Functions that are a ufunc's ``reduce``, in three times its time.
REDUCTIONS = {
    np.sum: np.add, np.prod: np.multiply, np.max: np.maximum, np.min: np.minimum, np.all: np.logical_and,
    np.any: np.logical_or,
}  # fmt: skip
#: Where ``out`` stands for those that do not tell before NumPy 2.4.
OUT = {np.dot: 2, np.concatenate: 2}


def function_call(trace, function, args, kwargs):
    """Write down a call of ``function`` and return what it returns."""
    if function in QUERIES:
        plain, settings = mapped((args, kwargs), StandIn, lambda t: t.value)
        return function(*plain, **settings)
    if function in TELLS_APART:
        raise needs_array(f"np.{function.__name__}()")
    if function in NEEDS_VALUES:
        raise needs_value(f"np.{function.__name__}()", (args, kwargs))
    if function in REAL_OR_COMPLEX and args and args[0].dtype.kind != "c":
        remedy = "whether the result is complex depends on it; cast it to complex, x.astype(complex)"
        raise needs_value(f"np.{function.__name__}()", args, remedy)
    kwargs = without_defaults(kwargs)
    if function is np.repeat and holds_stand_in((args[1:], kwargs)):
        raise needs_value("np.repeat()", (args[1:], kwargs))
    if function in WRITERS:
        return written_call(trace, function, args, kwargs)
    if function is np.take_along_axis:
        return along_axis(*args, **kwargs)
    if function is np.nan_to_num and not (args[1] if len(args) > 1 else kwargs.get("copy", True)):
        return in_place(trace, function, args, kwargs)
    if kwargs.get("overwrite_input"):
        raise TraceError(f"{line_of_user()}: overwrite_input=True leaves an array in an order that no program knows")
    if function in REDUCTIONS and args and isinstance(args[0], TraceArray):
        return reduced(REDUCTIONS[function], args[0], named(function, args, kwargs))
    if function is np.mean and plain_mean(args, kwargs):
        return mean(*args, **kwargs)
    args, kwargs, out = apart_from_out(function, args, kwargs)
    if out is None:
        return trace.call(function, args, kwargs)
    return out_call(trace, function, args, kwargs, out)


def holds_stand_in(x):
    """Return whether a stand-in is among nested arguments."""
    found: list = []
    mapped(x, StandIn, found.append)
    return bool(found)


def apart_from_out(function, args, kwargs):
    """Return arguments without ``out``, and it."""
    kwargs = dict(kwargs)
    if "out" in kwargs:
        return args, kwargs, kwargs.pop("out")
    place = place_of_out(function)
    if place is None or len(args) <= place:
        return args, kwargs, None
    names = names_of(function)[place + 1 :]
    kwargs.update(zip(names, args[place + 1 :], strict=False))
    return args[:place], kwargs, args[place]


@cache
def names_of(function):
    """Return the names of the arguments of a function that may be given by position."""
    from inspect import Parameter, signature  # 5 ms of import, for those who compile

    try:
        parameters = signature(function).parameters.values()
    except ValueError:  # pragma: no cover  (before NumPy 2.4 functions written in C do not tell)
        return (*[f"x{i}" for i in range(OUT[function])], "out") if function in OUT else ()
    return tuple([p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)])


def place_of_out(function):
    """Return the position of ``out`` among a function's arguments, or None."""
    names = names_of(function)
    return names.index("out") if "out" in names else None


def written_call(trace, function, args, kwargs):
    """Write down a call that changes its first argument."""
    name = WRITERS[function]
    if name in kwargs:
        kwargs = dict(kwargs)
        args = (kwargs.pop(name), *args)
    target = check_target(args[0])
    trace.save(target)
    trace.call(function, args, kwargs, written=(target,))


def in_place(trace, function, args, kwargs):
    """Write down a call that changes its first argument and returns it."""
    target = check_target(args[0])
    trace.save(target)
    trace.call(function, args, kwargs, written=(target,))
    return target if target.ndim else target[()]


def named(function, args, kwargs):
    """Return the settings of a call, those given by position too."""
    return without_defaults(dict(zip(names_of(function)[1:], args[1:], strict=False)) | kwargs)


def reduced(ufunc, x, settings):
    """``np.sum(x)`` and its like: all axes unless told otherwise."""
    return ufunc.reduce(x, **{"axis": None, **settings})


def plain_mean(args, kwargs):
    """Return whether ``np.mean`` is a sum divided by a number, which takes a third of its time."""
    single = len(args) == 1 and isinstance(args[0], TraceArray) and args[0].size and args[0].ndim
    return bool(single) and args[0].dtype.char in "fd" and not kwargs.keys() - {"axis", "keepdims"}


def mean(x, axis=None, keepdims=False):
    """``np.mean(x)`` of single or double floats."""
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size // total.size)


def along_axis(x, indices, axis=-1):
    """``np.take_along_axis`` as one indexing: its Python code would run at every replay."""
    if axis is None:
        x, axis = x.reshape(-1), 0
    places = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    places[axis] = indices
    return x[tuple(places)]
