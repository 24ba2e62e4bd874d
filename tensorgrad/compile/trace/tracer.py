"""Trace: run a function once on stand-ins for arrays, and write down every NumPy call it makes."""

import operator

import numpy as np

from ...core.tensor import StandIn, tick
from ...errors import TraceError
from ...pytree import map_leaves
from ..guards.watched_places import Attribute
from ..ir.array_ops import draw_random, scalar_operator
from ..ir.program import NUMBERS, Call, Value, map_kind
from .captured_arrays import CapturedArrays
from .in_place import set_item
from .numpy_functions import function_call, get_item, ufunc_call
from .optimizer_call import descend
from .refusals import check_plain, needs_value_error
from .rollback import Rollback
from .trace_array import TraceArray, numpy_scalar, traced_value
from .trace_number import TraceNumber
from .trace_origins import Origins


class Trace:
    """The calls written down so far, and all that a program needs to know of the run.

    calls:    the Calls, and ``values`` all that they compute or use
    captured: the arrays from outside
    rollback: what the trace has changed outside
    tensors:  ``{id: (Tensor, its array, requires_grad, its hooks)}`` of every Tensor from outside that was read
    rebound:  ``{id: (Tensor, the stand-in of its array)}`` of those whose ``data`` was given another array
    graded:   ``{id: Tensor}`` of the Tensors from outside whose ``grad`` was set; ``added``: whose ``grad`` was read
    descents: the optimizers' steps
    frozen:   ``[(calls before, Value, number)]`` of the Python numbers whose value the program is for
    noted:    the attributes that the program depends on
    seen:     the roots of which the function has made views
    """

    def __init__(self):
        self.calls, self.values, self.descents = [], [], []
        self.captured, self.rollback = CapturedArrays(self), Rollback()
        self.tensors, self.rebound, self.graded, self.added = {}, {}, {}, {}
        self.seen: set = set()
        self.open, self.start = True, tick()
        self.raised = None  # the last error of a call: if the trace goes on, the function has handled it
        self.twice = False  # whether the function returned one list in two places
        self.frozen: list = []
        self.noted: list = []
        self.origins = Origins()
        self.errors: dict = {**np.geterr()}

    def value(self, array, kind, root=None, name=None, keep=False):
        """Return a new Value like ``array``."""
        v = Value(len(self.values), array, kind, root, array if keep else None, name)
        self.values.append(v)
        return v

    def input(self, given, name):
        """Return the stand-in of an argument: an array, a number of NumPy's or of Python's."""
        node = self.value(given, "input", name=name)
        return TraceNumber(self, node, given) if type(given) in NUMBERS else TraceArray(self, node, given)

    def tensor_stand_in(self, t, array):
        """Return the stand-in of the array of a Tensor from outside."""
        if id(t) not in self.tensors:
            check_plain(array)
            self.tensors[id(t)] = (t, array, t.requires_grad, dict(t.watch) if t.watch else None)
        return self.captured.stand_in(array, t.name)

    def lift(self, args):
        """Return arguments with arrays as stand-ins."""
        return map_kind(args, np.ndarray, self.captured.stand_in_for_use)

    def call(self, function, args, kwargs=None, *, written=(), effect=False):
        """Run ``function`` and write the call down; return stand-ins for what it returns.

        written: stand-ins whose memory the call changes, and then nothing is returned
        """
        self.check_open()
        args, kwargs = self.lift((tuple(args), kwargs or {}))
        given = args, kwargs
        if not returns_new_memory(function):
            args, kwargs = map_kind(given, TraceArray, self.as_array)
        plain, settings = map_kind((args, kwargs), StandIn, traced_value)
        try:
            result = function(*plain, **settings)
        except Exception as error:  # the function may handle any error
            self.raised = error
            raise
        if isinstance(result, np.ndarray) and not written:
            same = [t for t in args if isinstance(t, TraceArray) and t.value is result]
            if same:  # as np.atleast_1d returns what has an axis
                return same[0]
        stands = None if written else stand_ins_of_result(self, result, (args, kwargs), function)
        self.note(function, args, kwargs, stands, written, effect)
        if args is not given[0] and isinstance(stands, TraceArray) and not stands.ndim and not stands.is_scalar:
            return self.match_scalar(stands, function, given)
        return stands

    def match_scalar(self, stands, function, given):
        """Return a result without axes as a number, if the function returns a number for numbers."""
        plain, settings = map_kind(given, StandIn, traced_value)
        if isinstance(function(*plain, **settings), np.generic):
            return numpy_scalar(self.call(np.copy, (stands,)))
        return stands

    def note(self, function, args, kwargs, stands, written=(), effect=False):
        """Append a call that gave ``stands``, or that wrote into each of ``written``."""
        args, kwargs, output = map_kind((args, kwargs, stands), StandIn, lambda t: t.node)
        output = tuple(output) if isinstance(output, list) else output
        set_now: dict = {**np.geterr()}
        errors = {kind: how for kind, how in set_now.items() if how != self.errors[kind]} or None
        call = Call(function, args, kwargs, output, writes=tuple([t.node for t in written]), effect=effect,
                    errors=errors, origin=self.origins.current_origin())  # fmt: skip
        lent = next((v.root for v in call.results if v.root is not v), None)
        call.view = next((v for v in call.operands if v.root is lent), None)
        self.calls.append(call)

    def owns(self, t):
        """Return whether only the trace knows the memory of ``t``, under one name: then a write is a new value."""
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

    def ufunc(self, ufunc, method, inputs, kwargs):
        """Write down a ufunc's call."""
        return ufunc_call(self, ufunc, method, inputs, kwargs)

    def function(self, function, args, kwargs):
        """Write down a function of NumPy's that is no ufunc."""
        return function_call(self, function, args, kwargs)

    def setitem(self, x, index, v):
        """Write down ``x[index] = v``."""
        set_item(self, x, index, v)

    def getitem(self, x, index):
        """Write down ``x[index]``."""
        return get_item(self, x, index)

    def as_array(self, t):
        """Return a number of NumPy's as a copy: a program holds an array, and its reshape would be a view of it."""
        return self.call(np.copy, (t,)) if t.is_scalar else t

    def draw(self, method, y, settings):
        """Write down that ``method`` of a generator fills ``y``; each replay draws anew."""
        self.rollback.keep_state(method.__self__)
        y.become(self.call(draw_random, (method, y.shape, y.dtype, settings), effect=True))
        return y

    def descend(self, optimizer, grads, params):
        """Write down an optimizer's step."""
        descend(self, optimizer, grads, params)

    def undo(self):
        """Put back what the trace changed: arrays from outside, generators, optimizers."""
        self.rollback.undo()

    def check_open(self):
        """Raise if the function has run to its end."""
        if not self.open:
            raise TraceError(
                "an array of a compiled function was used after the function had run; return it instead of keeping it"
            )


#: Operators that a program computes on numbers as Python does.
PYTHON_OPERATORS = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.neg, operator.pos, operator.abs, operator.eq, operator.ne, operator.lt, operator.le, operator.gt,
    operator.ge, operator.invert, operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift, round,
}  # fmt: skip


def stand_ins_of_result(trace, result, args, function):
    """Return the stand-ins of a result: an array, a number, or several of them."""
    if isinstance(result, (tuple, list)):
        return map_leaves(lambda leaf: stand_ins_of_result(trace, leaf, args, function), result)
    if type(result) in NUMBERS and function in PYTHON_OPERATORS:
        return TraceNumber(trace, trace.value(result, "result"), result)
    if not isinstance(result, (np.ndarray, np.generic)):
        raise needs_value_error(f"np.{function.__name__}()", args)
    check_plain(result)
    root = shared_root(trace, result, args) if isinstance(result, np.ndarray) else None
    return TraceArray(trace, trace.value(result, "result", root), result)


def shared_root(trace, result, args):
    """Return the root of the argument whose memory ``result`` lies in, or None."""
    found: list[TraceArray] = []
    map_kind(args, TraceArray, found.append)
    for t in found:
        if isinstance(t.value, np.ndarray) and np.may_share_memory(result, t.value):
            trace.seen.add(t.node.root)
            return t.node.root
    return None


def returns_new_memory(function):
    """Return whether a function never returns a view."""
    ufunc = isinstance(function, np.ufunc) or isinstance(getattr(function, "__self__", None), np.ufunc)
    return ufunc or function in PYTHON_OPERATORS or function in (np.copy, np.array, scalar_operator)
