"""Program: a function as a list of NumPy calls on numbered values."""

from typing import Any, NamedTuple

import numpy as np

from ...errors import describe, printable_text
from ...graph.origins import Origin
from ...pytree import map_leaves


class Value:
    """An operand or a result of a call: its shape, dtype and layout, and where its memory comes from.

    kind:    "input"; "captured" (an array of the user's, by reference); "constant"; "result" (of a call)
    root:    the Value whose memory this one is a view of, as it was in the trace; itself if it is no view
    array:   the array of a captured value or a constant
    address: where the memory began in the trace
    python:  ``int``, ``float``, ``complex`` or ``bool`` if this is a Python number; None if it is an array
    """

    __slots__ = ("_root", "address", "array", "dtype", "kind", "name", "number", "python", "shape", "strides")

    def __init__(self, number, example, kind="result", root=None, array=None, name=None):
        self.number, self.kind, self.array, self.name = number, kind, array, name
        self.python = type(example) if type(example) in NUMBERS else None
        like = NUMBER if self.python else example
        self.shape, self.dtype, self.strides = like.shape, np.dtype(self.python or like.dtype), like.strides
        self.root = root
        self.address = example.__array_interface__["data"][0] if isinstance(example, np.ndarray) else None

    @property
    def root(self):
        return self if self._root is None else self._root

    @root.setter
    def root(self, root):
        self._root = None if root is self else root  # no cycle, so that arrays are freed with the program

    @property
    def size(self):
        n = 1
        for length in self.shape:
            n *= length
        return n

    @property
    def nbytes(self):
        return self.size * self.dtype.itemsize

    def __repr__(self):
        return f"%{self.number}:{self.python.__name__ if self.python else describe(self)}"


#: The types of Python numbers.
NUMBERS = {int, float, complex, bool}


class ArraySpec(NamedTuple):
    """The shape, dtype and strides of an array, to make a Value of where there is no array."""

    shape: tuple
    dtype: Any
    strides: tuple


NUMBER = ArraySpec((), np.dtype(float), ())


def row_major(shape, dtype):
    """Return the ArraySpec of an array that lies in memory row by row.

    >>> import numpy as np
    >>> row_major((2, 3), np.dtype("float32")).strides
    (12, 4)
    """
    steps, step = [], dtype.itemsize
    for length in reversed(shape):
        steps.append(step)
        step *= length
    return ArraySpec(tuple(shape), dtype, tuple(reversed(steps)))


def transpose_spec(x):
    """Return the ArraySpec of the transpose of ``x``."""
    return ArraySpec(x.shape[::-1], x.dtype, x.strides[::-1])


class Call:
    """``output = function(*args, **kwargs)``, with Values among the arguments.

    operands: the Values among the arguments, each as often as it occurs
    view:   the Value that the result is a view of, or None
    writes: the Values whose memory the call changes, a tuple
    effect: whether the call does more than compute: a random draw advances its generator
    errors: the arguments of the ``np.errstate`` around the call; None for the caller's
    """

    __slots__ = ("args", "effect", "errors", "function", "kwargs", "operands", "origin", "output", "view", "writes")

    def __init__(self, function, args, kwargs, output, *, view=None, writes=(), effect=False, errors=None,
                 origin=None):  # fmt: skip
        self.function, self.args, self.kwargs, self.output, self.view = function, args, kwargs, output, view
        self.writes, self.effect, self.errors, self.origin = writes, effect, errors, origin or Origin()
        self.operands = operands_of(args, kwargs)

    def replace(self, **changes):
        """Return a call like this one but for ``changes``."""
        new = Call.__new__(Call)
        for slot in Call.__slots__:
            setattr(new, slot, changes[slot] if slot in changes else getattr(self, slot))
        if "args" in changes or "kwargs" in changes:
            new.operands = operands_of(new.args, new.kwargs)
        return new

    @property
    def pure(self):
        """Whether the call only computes one array from others: then passes may replace it."""
        if self.writes or self.effect or not isinstance(self.output, Value) or self.output.python:
            return False
        return not any(v.python for v in self.operands)

    @property
    def results(self):
        """The Values that the call returns, a tuple."""
        if self.output is None:
            return ()
        return self.output if isinstance(self.output, tuple) else (self.output,)


def operands_of(args, kwargs):
    """Return the Values among arguments, each as often as it occurs."""
    found: list[Value] = []
    for x in (*args, *kwargs.values()):
        if isinstance(x, Value):
            found.append(x)
        elif isinstance(x, (tuple, list, dict, slice)):
            map_kind(x, Value, found.append)
    return found


class Program:
    """Calls in the order in which they run.

    inputs:   the Values that each run is given
    outputs:  the Values that each run returns
    into:     ``{place of an output: array that it is written to}``
    lent:     the places of outputs that lie in the caller's memory and are returned without a copy
    """

    def __init__(self, calls, inputs, outputs, into=None, lent=()):
        self.calls, self.inputs, self.outputs, self.into = list(calls), list(inputs), list(outputs), into or {}
        self.lent = lent

    def replace(self, calls, outputs=None):
        """Return a program like this one with other calls."""
        return Program(calls, self.inputs, self.outputs if outputs is None else outputs, self.into, self.lent)

    @property
    def roots(self):
        """``{result: root}``: the Value in whose memory the result lies."""
        found: dict = {}
        for call in self.calls:
            for v in call.results:
                found[v] = v if call.view is None else found.get(call.view, call.view.root)
        return found

    def written_roots(self, roots):
        """Return the roots of all memory that some call writes to."""
        return {roots.get(v, v.root) for call in self.calls for v in call.writes}

    def __len__(self):
        return len(self.calls)

    def __str__(self):
        lines = [f"{v!r} = {printable_text(v.name)}  # input" for v in self.inputs]
        shown = set(self.inputs)
        for call in self.calls:
            for v in call.operands:
                if v not in shown and v.kind != "result":
                    shown.add(v)
                    lines.append(f"{v!r} = {printable_text(v.name or v.kind)}  # {v.kind}")
            lines.append(call_text(call))
        lines.append(f"return {', '.join(f'%{v.number}' for v in self.outputs)}")
        return "\n".join(lines)


def call_text(call):
    """Return a call as a line: ``%5:float32[32, 64] = maximum(%4, 0)  # relu, hidden, model.py:12``."""
    shown = [argument_text(x) for x in call.args] + [f"{k}={argument_text(x)}" for k, x in call.kwargs.items()]
    left = ", ".join([f"%{v.number}" for v in call.writes] or map(repr, call.results))
    note = f"  # {printable_text(call.origin)}" if str(call.origin) else ""
    return f"{left or '-'} {'<-' if call.writes else '='} {function_name(call.function)}({', '.join(shown)}){note}"


def argument_text(x):
    """Return an argument as the listing shows it."""
    if isinstance(x, Value):
        return f"%{x.number}"
    if isinstance(x, (tuple, list)):
        inside = ", ".join(map(argument_text, x))
        return f"[{inside}]" if isinstance(x, list) else f"({inside}{',' if len(x) == 1 else ''})"
    if isinstance(x, slice):
        return ":".join(
            "" if part is None else argument_text(part) for part in (x.start, x.stop, x.step)[: 3 if x.step else 2]
        )
    if x is Ellipsis:
        return "..."
    return repr(x) if isinstance(x, (str, bytes, int, float, complex, bool, type(None))) else getattr(
        x, "__name__", type(x).__name__)  # fmt: skip


def function_name(function):
    """Return a function's name as the listing shows it.

    >>> import numpy as np
    >>> function_name(np.add), function_name(np.add.reduce), function_name(np.where)
    ('add', 'add.reduce', 'where')
    """
    owner: Any = getattr(function, "__self__", None)
    prefix = f"{owner.__name__}." if hasattr(owner, "nin") else ""
    return prefix + printable_text(function.__name__)


def substitute(call, same):
    """Return ``call`` with ``same[v]`` in place of each Value v that is in ``same``."""
    if not any(v in same for v in call.operands):
        return call
    args, kwargs = map_kind((call.args, call.kwargs), Value, lambda v: same.get(v, v))
    return call.replace(args=args, kwargs=kwargs, view=same.get(call.view, call.view),
                         writes=tuple([same.get(v, v) for v in call.writes]))  # fmt: skip


def map_kind(x: Any, kind: Any, change: Any) -> Any:
    """Return a structure with ``change(x)`` in place of each x of type ``kind``, in slices too."""

    def is_kind(leaf):
        return issubclass(type(leaf), kind)  # not isinstance: stand-ins pass for arrays

    def change_leaf(item):
        if is_kind(item):
            return change(item)
        if type(item) is slice:
            return slice(*[map_kind(part, kind, change) for part in (item.start, item.stop, item.step)])
        return item

    return map_leaves(change_leaf, x, is_kind)


def is_packed(v):
    """Return whether ``v`` fills its memory without gaps, in any order of its axes."""
    step = v.dtype.itemsize
    if v.python:
        return False
    for stride, length in sorted(zip(v.strides, v.shape, strict=True)):
        if length != 1 and stride != step:
            return False
        step *= length
    return v.size > 0
