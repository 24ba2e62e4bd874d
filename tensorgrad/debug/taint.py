"""Values on their way out of a graph: arrays that remember where they were taken from.

NumPy makes no secret of what it computes: an ndarray's subclass is asked about every ufunc and function. So what was
taken out of a Tensor can be followed through plain NumPy to where it comes back.
"""

import ctypes
import weakref
from contextvars import ContextVar

import numpy as np

from ..core.tensor import Tensor

#: Who follows the values of this thread or task, a Follower, or None.
active_tracker: ContextVar = ContextVar("following", default=None)


class TaintedArray(np.ndarray):
    """An array with ``step``, how it came out of a graph; ``source`` is the array it shows, None for a view of one."""

    step = source = None

    def __array_finalize__(self, parent):
        self.step = getattr(parent, "step", None)
        tracker = active_tracker.get()
        if tracker is not None:
            tracker.arrays.append(weakref.ref(self))

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if any(isinstance(x, Tensor) for x in inputs):
            return NotImplemented
        out = kwargs.get("out")
        if out is not None:
            kwargs["out"] = untaint(out)
        result = getattr(ufunc, method)(*untaint(inputs), **untaint(kwargs))
        if out is not None:
            return out[0] if isinstance(out, tuple) and len(out) == 1 else out
        return taint_result(result, ufunc, (inputs, kwargs))

    def __array_function__(self, function, types, args, kwargs):
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        return taint_result(function(*untaint(args), **untaint(kwargs)), function, (args, kwargs))

    def __getitem__(self, index):
        return taint(untaint(self)[untaint(index)], self.step)  # one entry too, which NumPy would make a scalar

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def item(self, *index):
        return taint_numbers(untaint(self).item(*index), self.step)

    def __float__(self):
        return taint_numbers(float(untaint(self)), self.step)

    def tolist(self):
        return taint_numbers(untaint(self).tolist(), self.step)


def taint_result(result, function, given):
    """Return what NumPy's ``function`` made of what it was ``given``, so that it can be followed further."""
    tracker, steps = active_tracker.get(), array_steps(given)
    if tracker is None or not steps:
        return result
    return taint(result, tracker.numpy_call(getattr(function, "__name__", "NumPy"), steps))


def taint_numbers(x, step):
    """Note that a Python number, or those in nested lists, came out of ``step``, and return ``x``."""
    tracker = active_tracker.get()
    if isinstance(x, list):
        return [taint_numbers(item, step) for item in x]
    if type(x) is float and step is not None and tracker is not None:  # small ints are shared by everyone
        tracker.numbers[id(x)] = x, step
    return x


def taint(x, step):
    """Return what NumPy gave with ``step`` on every array of it; a NumPy scalar as an array of no axes."""
    if isinstance(x, (tuple, list)):
        return type(x)([taint(item, step) for item in x]) if type(x) in (tuple, list) else x
    if not isinstance(x, (np.ndarray, np.generic)) or np.asarray(x).dtype.kind not in "fiub":
        return x
    if active_tracker.get() is None:
        return x
    source = np.asarray(x)
    array = tainted_view(source)
    array.step, array.source = step, source
    return array


def tainted_view(array):
    """Return a Taken in the memory of ``array``, such that np.asarray of it, a view, still leads to it.

    A view's base is never a Taken with an ndarray below it: NumPy takes that ndarray instead. So below it is ctypes'.
    """
    if not (array.flags.c_contiguous and array.flags.writeable and array.size):
        return array.view(TaintedArray)
    memory = (ctypes.c_char * array.nbytes).from_buffer(array.reshape(-1).view("u1"))
    return np.ndarray.__new__(TaintedArray, array.shape, array.dtype, memory)


def untaint(x):
    """Return ``x`` with the arrays in it as NumPy made them."""
    if isinstance(x, TaintedArray):
        return x.view(np.ndarray) if x.source is None else x.source
    if type(x) in (tuple, list):
        return type(x)([untaint(item) for item in x])
    return {key: untaint(item) for key, item in x.items()} if type(x) is dict else x


def array_step(x):
    """Return the step of an array, or None; np.asarray of one that has a step is a view of it."""
    while x is not None and not isinstance(x, TaintedArray):
        x = x.base if isinstance(x.base, np.ndarray) else None
    return None if x is None else x.step


def array_steps(x):
    """Return the steps of all arrays in nested lists, tuples and dicts, each once."""
    if isinstance(x, np.ndarray):
        step = array_step(x)
        return [] if step is None else [step]
    x = x.values() if isinstance(x, dict) else x if isinstance(x, (list, tuple)) else ()
    return list({id(step): step for item in x for step in array_steps(item)}.values())
