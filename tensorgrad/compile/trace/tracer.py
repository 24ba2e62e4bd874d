"""Trace: run a function once on stand-ins for arrays, and write down every NumPy call it makes."""

import operator

import numpy as np

from ...core.tensor import StandIn, tick
from ...errors import TraceError, describe
from ...graph.origins import line_of_user
from ...pytree import map_leaves
from ..guards.watched_places import Attribute
from ..ir.array_ops import draw_random, scalar_operator
from ..ir.program import NUMBERS, Call, Value, map_kind
from .in_place import accumulate, out_call, set_item, sliced
from .numpy_functions import function_call
from .optimizer_call import descend
from .refusals import needs_value
from .trace_array import TraceArray
from .trace_number import TraceNumber
from .trace_origins import Origins


class Trace:
    """The calls written down so far, and the arrays they were given.

    tensors:  ``{id: (Tensor, its array, requires_grad, its hooks)}`` of every Tensor from outside that was read
    rebound:  ``{id: (Tensor, the stand-in of its array)}`` of those whose ``data`` was given another array
    descents: the optimizers' steps
    """

    def __init__(self):
        self.calls, self.values, self.known = [], [], {}
        self.bases, self.tensors, self.rebound, self.seen = {}, {}, {}, set()
        self.graded, self.added = {}, {}
        self.drawn, self.saved, self.put_back, self.descents = {}, {}, [], []
        self.raised = None  # what a call raised last: if the trace goes on, the function has handled it
        self.twice = False  # whether the function returned one list in two places
        self.frozen: list[tuple] = []
        self.used: dict = {}  # id of a plain array -> (it, what it held when it was first used)
        self.noted: list = []
        self.origins = Origins()
        self.errors: dict = {**np.geterr()}
        self.open = True
        self.start = tick()

    def value(self, array, kind, root=None, name=None, keep=False):
        """Return a new Value like ``array``."""
        v = Value(len(self.values), array, kind, root, array if keep else None, name)
        self.values.append(v)
        return v

    def input(self, given, name):
        """Return the stand-in of an argument: an array, a number of NumPy's or of Python's."""
        node = self.value(given, "input", name=name)
        return TraceNumber(self, node, given) if type(given) in NUMBERS else TraceArray(self, node, given)

    def captured(self, array, name=None):
        """Return the stand-in of an array from outside, kept by reference; arrays in the same memory share a root."""
        found = self.known.get(id(array))
        if found is None:
            base = array
            while isinstance(base.base, np.ndarray):
                base = base.base
            root = self.bases.get(id(base))
            if root is None:
                root = self.bases[id(base)] = self.value(base, "captured", keep=True)
            v = root if base is array else self.value(array, "captured", root, name, True)
            found = self.known[id(array)] = TraceArray(self, v, array)
        if name and found.node.name is None:
            found.node.name = name
        return found

    def given(self, array):
        """Return the stand-in of an array that the function uses as it is: a read-only number never changes."""
        check_plain(array)
        self.used.setdefault(id(array), (array, array.tobytes()))
        if array.ndim or array.flags.writeable or array.base is not None:
            return self.captured(array)
        if id(array) not in self.known:
            self.known[id(array)] = TraceArray(self, self.value(array, "constant", name=str(array), keep=True), array)
        return self.known[id(array)]

    def of_tensor(self, t, array):
        """Return the stand-in of the array of a Tensor from outside."""
        if id(t) not in self.tensors:
            check_plain(array)
            self.tensors[id(t)] = (t, array, t.requires_grad, dict(t.watch) if t.watch else None)
        return self.captured(array, t.name)

    def lifted(self, args):
        """Return arguments with arrays as stand-ins."""
        return map_kind(args, np.ndarray, self.given)

    def call(self, function, args, kwargs=None, *, written=(), effect=False):
        """Run ``function`` and write the call down; return stand-ins for what it returns.

        written: stand-ins whose memory the call changes, and then nothing is returned
        """
        self.check_open()
        args, kwargs = self.lifted((tuple(args), kwargs or {}))
        given = args, kwargs
        if not computes(function):
            args, kwargs = map_kind(given, TraceArray, self.as_array)
        plain, settings = map_kind((args, kwargs), StandIn, real)
        try:
            result = function(*plain, **settings)
        except Exception as error:  # whatever it is, the function may handle it
            self.raised = error
            raise
        if isinstance(result, np.ndarray) and not written:
            same = [t for t in args if isinstance(t, TraceArray) and t.value is result]
            if same:  # as np.atleast_1d returns what has an axis
                return same[0]
        stands = None if written else self.stand_ins(result, (args, kwargs), function)
        self.note(function, args, kwargs, stands, written, effect)
        if args is not given[0] and isinstance(stands, TraceArray) and not stands.ndim and not stands.is_scalar:
            return self.like_numpys(stands, function, given)
        return stands

    def like_numpys(self, stands, function, given):
        """Return a result of no axes as the number of NumPy's that the function makes of numbers, if it does."""
        plain, settings = map_kind(given, StandIn, real)
        if isinstance(function(*plain, **settings), np.generic):
            return self.as_scalar(self.call(np.copy, (stands,)))
        return stands

    def note(self, function, args, kwargs, stands, written=(), effect=False):
        """Append a call that gave ``stands``, or that wrote into each of ``written``."""
        args, kwargs, output = map_kind((args, kwargs, stands), StandIn, lambda t: t.node)
        output = tuple(output) if isinstance(output, list) else output
        set_now: dict = {**np.geterr()}
        errors = {kind: how for kind, how in set_now.items() if how != self.errors[kind]} or None
        call = Call(function, args, kwargs, output, writes=tuple([t.node for t in written]), effect=effect,
                    errors=errors, origin=self.origins.here())  # fmt: skip
        lent = next((v.root for v in call.results if v.root is not v), None)
        call.view = next((v for v in call.operands if v.root is lent), None)
        self.calls.append(call)

    def stand_ins(self, result, args, function):
        """Return the stand-ins of a result: an array, a number, or several of them."""
        if isinstance(result, (tuple, list)):
            return map_leaves(lambda leaf: self.stand_ins(leaf, args, function), result)
        if type(result) in NUMBERS and function in PYTHON:
            return TraceNumber(self, self.value(result, "result"), result)
        if not isinstance(result, (np.ndarray, np.generic)):
            raise needs_value(f"np.{function.__name__}()", args)
        check_plain(result)
        root = self.root_of(result, args) if isinstance(result, np.ndarray) else None
        return TraceArray(self, self.value(result, "result", root), result)

    def root_of(self, result, args):
        """Return the root of the argument whose memory ``result`` lies in, or None."""
        found: list[TraceArray] = []
        map_kind(args, TraceArray, found.append)
        for t in found:
            if isinstance(t.value, np.ndarray) and np.may_share_memory(result, t.value):
                self.seen.add(t.node.root)
                return t.node.root
        return None

    def owned(self, t):
        """Return whether ``t`` is memory that only the trace knows, under one name: then a write is a new value."""
        v = t.node
        return v.kind == "result" and v.root is v and v not in self.seen

    def depend(self, owner, name, path):
        """Note that the function has read an attribute on which a program depends from then on."""
        self.noted.append(Attribute(owner, name, path))

    def freeze(self, number):
        """Return the value of a Python number: the program is for this value alone."""
        self.check_open()
        self.frozen.append((len(self.calls), number.node, number.value))
        return number.value

    def number(self, function, *args):
        """Write down arithmetic of Python numbers, which runs as Python's at each replay."""
        return self.call(function, args)

    def ufunc(self, ufunc, method, inputs, kwargs):
        """Write down a ufunc's call."""
        out = kwargs.pop("out", None)
        if method == "at":
            return accumulate(self, ufunc, *inputs)
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if method == "reduce":
            inputs, kwargs = inputs[:1], one_way(inputs, kwargs)
        if out is None:
            return self.call(function, inputs, kwargs)
        return out_call(self, function, inputs, kwargs, out)

    def function(self, function, args, kwargs):
        """Write down a function of NumPy's that is no ufunc."""
        return function_call(self, function, args, kwargs)

    def setitem(self, x, index, v):
        """Write down ``x[index] = v``."""
        set_item(self, x, index, v)

    def getitem(self, x, index):
        """Write down ``x[index]``; one entry is a number of its own, which later writes into x leave alone."""
        index = sliced(index)
        parts = index if isinstance(index, tuple) else (index,)
        for part in parts:
            if isinstance(part, TraceArray) and part.dtype.kind == "b":
                raise needs_value("x[mask]", (x, part), "its shape depends on the mask; use np.where(mask, x, 0)")
        simple = not any(part is Ellipsis or hasattr(part, "shape") or isinstance(part, (list, bool)) for part in parts)
        if not simple or isinstance(x.value, np.generic) or len(parts) - parts.count(None) != x.ndim or None in parts:
            return self.call(operator.getitem, (x, index))
        entry = self.call(operator.getitem, (x, (*parts, Ellipsis)))
        return self.as_scalar(self.call(np.copy, (entry,))) if entry.ndim == 0 else entry

    def as_array(self, t):
        """Return a number of NumPy's as an array: in a program it is one, of which a reshape would be a view."""
        return self.call(np.copy, (t,)) if t.is_scalar else t

    def as_scalar(self, t):
        """Return a stand-in of no axes as that of a number of NumPy's, which cannot be written to."""
        return TraceArray(self, t.node, t.value[()])

    def draw(self, method, y, settings):
        """Write down that ``method`` of a generator fills ``y``; each replay draws anew."""
        rng = method.__self__
        if id(rng) not in self.drawn:
            self.drawn[id(rng)] = rng, rng.bit_generator.state
        y.become(self.call(draw_random, (method, y.shape, y.dtype, settings), effect=True))
        return y

    def descend(self, optimizer, grads, params):
        """Write down an optimizer's step."""
        descend(self, optimizer, grads, params)

    def save(self, t):
        """Keep what a captured array holds before the trace writes into it, in case the trace fails."""
        root = t.node.root
        if root.array is not None:
            self.keep(root.array)
        elif root.kind == "input":
            self.keep(t.value)

    def keep(self, array):
        """Keep what an array from outside holds now."""
        if id(array) not in self.saved:
            self.saved[id(array)] = array, array.copy()

    def check_used(self):
        """Raise if a plain array that was used holds something else now: a program would use that throughout."""
        for array, held in self.used.values():
            if array.tobytes() != held:
                raise TraceError(
                    f"a compiled function uses {describe(array)}, a plain array, and then writes into it; "
                    "make it with np.zeros_like(x) or np.empty(shape, like=x), or write into a copy"
                )

    def undo(self):
        """Put back what the trace changed: arrays from outside, generators, optimizers."""
        for array, old in reversed(self.saved.values()):
            if array.flags.writeable:  # or the write that it was kept for has failed
                array[...] = old
        for rng, state in self.drawn.values():
            rng.bit_generator.state = state
        for put_back in reversed(self.put_back):
            put_back()

    def check_open(self):
        if not self.open:
            raise TraceError(
                "an array of a compiled function was used after the function had run; return it instead of keeping it"
            )


def computes(function):
    """Return whether what a function returns is never a view."""
    ufunc = isinstance(function, np.ufunc) or isinstance(getattr(function, "__self__", None), np.ufunc)
    return ufunc or function in PYTHON or function in (np.copy, np.array, scalar_operator)


def real(t):
    """Return what a stand-in stands for."""
    return t.value


def check_plain(array):
    """Raise unless a program can hold such an array: numbers, in NumPy's own class of arrays."""
    if isinstance(array, np.ndarray) and type(array) not in (np.ndarray, np.memmap):
        raise TraceError(
            f"{at_line()}a compiled function was given or made a {type(array).__name__}, of which it would keep the "
            "numbers only; pass np.asarray of it (and a mask as an array of its own), or run without compiling"
        )
    if array.dtype.kind not in "biufcmM":
        raise TypeError(f"{at_line()}a compiled function holds numbers, got {describe(array)}")


#: What a program computes with numbers as Python does.
PYTHON = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.neg, operator.pos, operator.abs, operator.eq, operator.ne, operator.lt, operator.le, operator.gt,
    operator.ge, operator.invert, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift, round,
}  # fmt: skip


def at_line():
    line = line_of_user()
    return f"{line}: " if line else ""


def one_way(inputs, kwargs):
    """Return the settings of a ``reduce`` in one of the ways to write them, so that equal ones are seen to be equal."""
    given = dict(zip(("axis", "dtype", "out", "keepdims", "initial", "where"), inputs[1:], strict=False)) | kwargs
    axis = given.pop("axis", 0)
    if type(axis) is tuple and len(axis) == 1:
        (axis,) = axis
    if type(axis) is int and axis < 0 and hasattr(inputs[0], "ndim"):
        axis += inputs[0].ndim
    usual = {"dtype": None, "keepdims": False, "initial": np._NoValue, "where": True}
    return {"axis": axis} | {k: v for k, v in given.items() if k not in usual or v is not usual[k]}
