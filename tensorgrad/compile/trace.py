"""Trace: run a function once on stand-ins for arrays, and write down every NumPy call it makes."""

import operator

import numpy as np

from ..core.tensor import tick
from ..errors import TraceError, describe
from .actions import accumulated, assigned, cast, drawn, spread
from .arrays import NEEDS_VALUES, QUERIES, TraceArray, needs_value
from .descent import descend
from .origin import Origins, line_of_user
from .program import Call, Value, mapped


class Trace:
    """The calls written down so far, and the arrays they were given.

    tensors:  ``{id: (Tensor, its array, requires_grad)}`` of every Tensor from outside that was read
    descents: the optimizers' steps
    """

    def __init__(self):
        self.calls, self.values, self.known = [], [], {}
        self.bases, self.tensors, self.seen, self.graded = {}, {}, set(), {}
        self.drawn, self.saved, self.put_back, self.descents = {}, {}, [], []
        self.origins = Origins()
        self.errors = np.geterr()
        self.open = True
        self.start = tick()

    def value(self, array, kind, root=None, name=None, keep=False):
        """Return a new Value like ``array``."""
        v = Value(len(self.values), array, kind, root, array if keep else None, name)
        self.values.append(v)
        return v

    def input(self, array, name, weak=None):
        """Return the stand-in of an argument."""
        return TraceArray(self, self.value(array, "input", name=name), array, weak)

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
        if array.ndim or array.flags.writeable or array.base is not None:
            return self.captured(array)
        if id(array) not in self.known:
            self.known[id(array)] = TraceArray(self, self.value(array, "constant", name=str(array), keep=True), array)
        return self.known[id(array)]

    def of_tensor(self, t, array):
        """Return the stand-in of the array of a Tensor from outside."""
        if id(t) not in self.tensors:
            self.tensors[id(t)] = (t, array, t.requires_grad)
        return self.captured(array, t.name)

    def lifted(self, args):
        """Return arguments with arrays as stand-ins; Python numbers among the inputs take the others' dtype."""
        args = mapped(args, np.ndarray, self.given)
        found: list[TraceArray] = []
        mapped(args, TraceArray, found.append)
        weak = [t for t in found if t.weak]
        strong = [t.dtype for t in found if not t.weak]
        if not weak or not strong:
            return args, bool(weak)
        cast_to = {id(t): self.fitted(t, strong) for t in weak}
        return mapped(args, TraceArray, lambda t: cast_to.get(id(t), t)), False

    def fitted(self, t, dtypes):
        """Return a Python number as an array of the dtype it takes beside arrays of these dtypes."""
        dtype = np.result_type(*dtypes, t.weak(1))
        return t if dtype == t.dtype else self.call(cast, (TraceArray(self, t.node, t.value), dtype))

    def call(self, function, args, kwargs=None, *, written=None, effect=False):
        """Run ``function`` and write the call down; return stand-ins for what it returns."""
        self.check_open()
        (args, kwargs), weak = self.lifted((tuple(args), kwargs or {}))
        plain, settings = mapped((args, kwargs), TraceArray, lambda t: t.value)
        result = function(*plain, **settings)
        stands = self.stand_ins(result, (args, kwargs), function) if written is None else None
        if isinstance(stands, TraceArray) and weak and stands.ndim == 0 and stands.dtype.kind in "fi":
            stands.weak = float if stands.dtype.kind == "f" else int
        self.note(function, args, kwargs, stands, () if written is None else (written,), effect)
        return stands

    def note(self, function, args, kwargs, stands, written=(), effect=False):
        """Append a call that gave ``stands``, or that wrote into each of ``written``."""
        args, kwargs, output = mapped((args, kwargs, stands), TraceArray, lambda t: t.node)
        errors = {kind: how for kind, how in np.geterr().items() if how != self.errors[kind]} or None
        call = Call(function, args, kwargs, output, writes=tuple([t.node for t in written]), effect=effect,
                    errors=errors, origin=self.origins.here())  # fmt: skip
        lent = next((v.root for v in call.results if v.root is not v), None)
        call.view = next((v for v in call.operands if v.root is lent), None)
        self.calls.append(call)

    def stand_ins(self, result, args, function):
        """Return the stand-ins of a result: an array, or a tuple of arrays."""
        if isinstance(result, (tuple, list)):
            return tuple([self.stand_ins(item, args, function) for item in result])
        if isinstance(result, np.generic):
            result = np.asarray(result)
        if not isinstance(result, np.ndarray):
            raise needs_value(f"np.{function.__name__}()", args)
        root = self.root_of(result, args)
        return TraceArray(self, self.value(result, "result", root), result)

    def root_of(self, result, args):
        """Return the root of the argument whose memory ``result`` lies in, or None."""
        found: list[TraceArray] = []
        mapped(args, TraceArray, found.append)
        for t in found:
            if np.may_share_memory(result, t.value):
                self.seen.add(t.node.root)
                return t.node.root
        return None

    def owned(self, t):
        """Return whether ``t`` is memory that only the trace knows, under one name: then a write is a new value."""
        v = t.node
        return v.kind == "result" and v.root is v and v not in self.seen

    def ufunc(self, ufunc, method, inputs, kwargs):
        """Write down a ufunc's call."""
        out = kwargs.pop("out", None)
        if method == "at":
            return self.at(ufunc, *inputs)
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if method == "reduce":
            inputs, kwargs = inputs[:1], one_way(inputs, kwargs)
        if out is None:
            return self.call(function, inputs, kwargs)
        target = out[0] if isinstance(out, tuple) else out
        if not isinstance(target, TraceArray):
            raise outside_write(target)
        if not self.owned(target):
            self.save(target)
            self.call(function, inputs, {**kwargs, "out": target}, written=target)
            return target
        (args, kwargs), _ = self.lifted((inputs, kwargs))
        plain, settings = mapped((args, kwargs), TraceArray, lambda t: t.value)
        function(*plain, **settings, out=target.value)
        new = TraceArray(self, self.value(target.value, "result"), target.value)
        self.note(function, args, kwargs, new)
        target.node = new.node
        return target

    def at(self, ufunc, x, index, *v):
        """Write down ``ufunc.at``."""
        if not isinstance(x, TraceArray):
            raise outside_write(x)
        if not self.owned(x):
            self.save(x)
            self.call(ufunc.at, (x, index, *v), written=x)
        else:
            x.become(self.call(accumulated, (x, index, *v, ufunc)))

    def setitem(self, x, index, v):
        """Write down ``x[index] = v``."""
        mask = index[0] if type(index) is tuple and len(index) == 1 else index
        if isinstance(mask, TraceArray) and mask.dtype.kind == "b":
            if np.size(getattr(v, "value", v)) != 1:
                raise needs_value("x[mask] = array", (x, mask), "write a number, or use np.where(mask, values, x)")
            self.save(x)
            mask = mask.reshape(mask.shape + (1,) * (x.ndim - mask.ndim))
            self.function(np.copyto, (x, v), {"where": mask})
        elif not self.owned(x):
            self.save(x)
            self.call(operator.setitem, (x, index, v), written=x)
        elif index is Ellipsis or (type(index) is slice and index == slice(None)):
            order = "C" if x.flags.c_contiguous else "F"
            x.become(self.call(spread, (v, x.shape, x.dtype, order)))
        else:
            x.become(self.call(assigned, (x, index, v)))

    def getitem(self, x, index):
        """Write down ``x[index]``; one entry stays an array of no axes, so that it can be a view."""
        parts = index if type(index) is tuple else (index,)
        for part in parts:
            if isinstance(part, TraceArray) and part.dtype.kind == "b":
                raise needs_value("x[mask]", (x, part), "its shape depends on the mask; use np.where(mask, x, 0)")
        if not any(part is Ellipsis or hasattr(part, "shape") or type(part) is list for part in parts):
            index = (*parts, Ellipsis) if len(parts) - parts.count(None) == x.ndim else index
        return self.call(operator.getitem, (x, index))

    def function(self, function, args, kwargs):
        """Write down a function of NumPy's that is no ufunc."""
        if function in QUERIES:
            return function(*mapped(args, TraceArray, lambda t: t.value),
                            **mapped(kwargs, TraceArray, lambda t: t.value))  # fmt: skip
        if function in NEEDS_VALUES:
            raise needs_value(f"np.{function.__name__}()", (args, kwargs))
        if function in WRITERS:
            if not isinstance(args[0], TraceArray):
                raise outside_write(args[0])
            self.save(args[0])
            self.call(function, args, kwargs, written=args[0])
            return None
        if function is np.take_along_axis:
            return along_axis(*args, **kwargs)
        if function in REDUCTIONS:
            return reduced(REDUCTIONS[function], *args, **kwargs)
        kwargs = {key: value for key, value in kwargs.items() if value is not np._NoValue}
        if function is np.mean and plain_mean(args, kwargs):
            return mean(*args, **kwargs)
        out = kwargs.pop("out", None)
        result = self.call(function, args, kwargs)
        if out is None:
            return result
        if not isinstance(out, TraceArray):
            raise outside_write(out)
        out[...] = result
        return out

    def draw(self, method, y, settings):
        """Write down that ``method`` of a generator fills ``y``; each replay draws anew."""
        rng = method.__self__
        if id(rng) not in self.drawn:
            self.drawn[id(rng)] = rng, rng.bit_generator.state
        y.become(self.call(drawn, (method, y.shape, y.dtype, settings), effect=True))
        return y

    def descend(self, optimizer, grads, params):
        """Write down an optimizer's step."""
        descend(self, optimizer, grads, params)

    def save(self, t):
        """Keep what a captured array holds before the trace writes into it, in case the trace fails."""
        if t.node.root.array is not None:
            self.keep(t.node.root.array)

    def keep(self, array):
        """Keep what an array from outside holds now."""
        if id(array) not in self.saved:
            self.saved[id(array)] = array, array.copy()

    def undo(self):
        """Put back what the trace changed: arrays from outside, generators, optimizers."""
        for array, old in self.saved.values():
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


WRITERS = {np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis}

#: Functions that are a ufunc's ``reduce``, in three times its time.
REDUCTIONS = {np.sum: np.add, np.prod: np.multiply, np.max: np.maximum, np.min: np.minimum}


def reduced(ufunc, x, axis=None, **settings):
    """``np.sum(x)`` and its like: all axes unless told otherwise."""
    return ufunc.reduce(x, axis=axis, **{k: v for k, v in settings.items() if v is not np._NoValue})


def plain_mean(args, kwargs):
    """Return whether ``np.mean`` is a sum divided by a number, which takes a third of its time."""
    single = len(args) == 1 and isinstance(args[0], TraceArray) and args[0].size
    return bool(single) and args[0].dtype.char in "fd" and not kwargs.keys() - {"axis", "keepdims"}


def mean(x, axis=None, keepdims=False):
    """``np.mean(x)`` of single or double floats."""
    total = np.add.reduce(x, axis=axis, keepdims=keepdims)
    return total / (x.size // total.size)


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


def along_axis(x, indices, axis=-1):
    """``np.take_along_axis`` as one indexing: its Python code would run at every replay."""
    if axis is None:
        x, axis = x.reshape(-1), 0
    places = list(np.ogrid[tuple(slice(n) for n in x.shape)])
    places[axis] = indices
    return x[tuple(places)]


def outside_write(target):
    """Return the error for a write into an array that no Tensor holds."""
    return TraceError(
        f"{line_of_user()}: a compiled function writes into {describe(target)}, which is no Tensor's: what else is "
        "done to it would not be seen; keep what changes in a Tensor and write into t.data, or return it"
    )
