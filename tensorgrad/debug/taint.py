"""Arrays that remember where they left the graph.

NumPy asks a subclass of ndarray about every ufunc and function. So values that were taken out of a Tensor can be
followed through NumPy until they come back.
"""

import ctypes
import weakref
from contextvars import ContextVar

import numpy as np

from ..core.tensor import Tensor
from ..pytree import leaves_of, map_leaves

#: The TaintTracker of this thread or task, or None.
active_tracker: ContextVar = ContextVar("following", default=None)


class TaintedArray(np.ndarray):
    """An array with the ``step`` that took it out of the graph; ``source`` is the plain array, None for a view."""

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
        return taint(untaint(self)[untaint(index)], self.step)  # also for one entry, of which NumPy makes a scalar

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def item(self, *index):
        return taint_numbers(untaint(self).item(*index), self.step)

    def __float__(self):
        return taint_numbers(float(untaint(self)), self.step)

    def tolist(self):
        return taint_numbers(untaint(self).tolist(), self.step)


def taint_result(result, function, given):
    """Return the ``result`` of NumPy's ``function``, tainted if an argument in ``given`` was."""
    tracker, steps = active_tracker.get(), array_steps(given)
    if tracker is None or not steps:
        return result
    return taint(result, tracker.numpy_call(getattr(function, "__name__", "NumPy"), steps))


def taint_numbers(x, step):
    """Remember that a Python number, or those in nested lists, came out of ``step``, and return ``x``."""
    tracker = active_tracker.get()
    for number in leaves_of(x) if step is not None and tracker is not None else ():
        if type(number) is float:  # small ints are shared objects
            tracker.numbers[id(number)] = number, step
    return x


def taint(x, step):
    """Return a result of NumPy with ``step`` on every array in it; a NumPy scalar becomes an array without axes."""
    return x if active_tracker.get() is None else map_leaves(lambda leaf: taint_array(leaf, step), x)


def taint_array(x, step):
    """Return an array of numbers with ``step``; anything else as it is."""
    if not isinstance(x, (np.ndarray, np.generic)) or np.asarray(x).dtype.kind not in "fiub":
        return x
    source = np.asarray(x)
    array = tainted_view(source)
    array.step, array.source = step, source
    return array


def tainted_view(array):
    """Return a TaintedArray in the memory of ``array``, such that np.asarray of it is a view with this base.

    NumPy would skip it as the base of a view if its memory belonged to an ndarray. So it gets the memory from ctypes.
    """
    if not (array.flags.c_contiguous and array.flags.writeable and array.size):
        return array.view(TaintedArray)
    memory = (ctypes.c_char * array.nbytes).from_buffer(array.reshape(-1).view("u1"))
    return np.ndarray.__new__(TaintedArray, array.shape, array.dtype, memory)


def untaint(x):
    """Return ``x`` with the arrays in it as NumPy made them."""
    return map_leaves(untaint_array, x)


def untaint_array(x):
    """Return the plain array of a TaintedArray; anything else as it is."""
    if not isinstance(x, TaintedArray):
        return x
    return x.view(np.ndarray) if x.source is None else x.source


def array_step(x):
    """Return the step of an array, or of the array whose view it is; None without one."""
    while x is not None and not isinstance(x, TaintedArray):
        x = x.base if isinstance(x.base, np.ndarray) else None
    return None if x is None else x.step


def array_steps(x):
    """Return the steps of all arrays in a nested structure, each once."""
    steps = [array_step(leaf) for leaf in leaves_of(x) if isinstance(leaf, np.ndarray)]
    return list({id(step): step for step in steps if step is not None}.values())
