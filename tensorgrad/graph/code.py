"""What a frame on the stack is, known by its code object and never by a name.

The call of an op carries its op. Other functions that matter are marked where they are defined: ``@layer_call``. All
other code is ours, NumPy's or the user's by the file it lies in.
"""

from __future__ import annotations

import contextlib
import copy
import os
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.dispatch import op_of
from ..core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


class Mark(list[Any]):
    """A kind of functions, as their code objects: a decorator, and ``frame.f_code in mark`` asks.

    A list, as they are few, and to hash a code object takes longer than to find it.

    >>> import sys
    >>> entry = Mark()
    >>> @entry
    ... def solve():
    ...     return sys._getframe().f_code in entry
    >>> solve(), op_of in entry
    (True, False)
    """

    def __call__(self, function: F) -> F:
        """Mark a function, and those defined in it, and return it."""
        waiting = [function.__code__]
        while waiting:
            code = waiting.pop()
            self.append(code)
            waiting.extend(inner for inner in code.co_consts if isinstance(inner, CodeType))
        return function


#: The call of a layer; the layer is its first argument.
layer_call = Mark()
#: A layer tried on zeros, for the shape of its output.
trial = Mark()
#: A model's method that gives arrays: ``predict``.
model_method = Mark()
#: What makes the arrays of a model's method out of Tensors.
gives_arrays = Mark()
#: What runs a function to write it down: who called it is not where the function's calls come from.
trace_root = Mark()

#: The methods of a Tensor by which values leave the graph -> what reports call them.
EXITS = {
    Tensor.numpy.__code__: ".numpy()",
    Tensor.detach.__code__: ".detach()",
    Tensor.item.__code__: ".item()",
    Tensor.tolist.__code__: ".tolist()",
    Tensor.__float__.__code__: "float()",
    Tensor.__array__.__code__: "np.asarray()",
    Tensor.__deepcopy__.__code__: "a copy",
}

OURS = os.path.dirname(os.path.dirname(op_of.__code__.co_filename)) + os.sep
NUMPYS = os.path.dirname(np.__file__) + os.sep
#: Files whose code calls back into ours on the user's behalf.
BETWEEN = {contextlib.contextmanager.__code__.co_filename, copy.copy.__code__.co_filename}


def is_own_code(code: CodeType) -> bool:
    """Return whether code belongs to this package."""
    return code.co_filename.startswith(OURS)


def is_user_frame(frame: FrameType) -> bool:
    """Return whether the code that runs in ``frame`` is the user's.

    What Cython compiled has the name of a file that is not there; its module has one.
    """
    file, module = frame.f_code.co_filename, str(frame.f_globals.get("__file__"))
    return not file.startswith((OURS, NUMPYS)) and not module.startswith(NUMPYS) and file not in BETWEEN


def arguments(frame: FrameType, named: bool = False) -> Any:
    """Return the positional arguments of the function that runs in ``frame``, as it has them now.

    named: those given by name too

    >>> import sys
    >>> def f(a, /, *more, scale=1, **others):
    ...     return arguments(sys._getframe()), arguments(sys._getframe(), named=True)
    >>> f(1, 2, 3, shift=4)
    ((1, 2, 3), (1, 2, 3, 1, 4))
    """
    code, values = frame.f_code, frame.f_locals
    names, n, k = code.co_varnames, code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    several = bool(code.co_flags & VARARGS)
    found = [values[name] for name in names[:n]] + (list(values[names[k]]) if several else [])
    if named:
        found += [values[name] for name in names[n:k]]
        found += values[names[k + several]].values() if code.co_flags & VARKEYWORDS else ()
    return tuple(found)


#: Bits of ``co_flags``, as ``inspect`` names them, without its 5 ms of import.
VARARGS, VARKEYWORDS = 0x04, 0x08


def outermost_frame(frame: FrameType | None, mark: Any) -> Any:
    """Return the outermost frame with a mark, from ``frame`` outwards, or None."""
    found = None
    while frame is not None:
        if frame.f_code in mark:
            found = frame
        frame = frame.f_back
    return found
