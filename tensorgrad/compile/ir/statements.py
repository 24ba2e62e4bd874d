"""Statements: the NumPy source of a call, which writes its result into a buffer or makes a new array."""

import operator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from .array_ops import append_ones, append_row, broadcast_fill, cast, draw_random, set_index, ufunc_at
from .program import Value

#: NumPy 2.4 deprecates a third positional argument of these.
BY_KEYWORD = {np.maximum, np.minimum}
REDUCTIONS = ("axis", "dtype", "out", "keepdims")
#: Up to this size two ``np.copyto`` are faster than ``np.where``, which has no ``out``.
SMALL = 256
WITH_OUT = {np.concatenate, np.stack, np.clip}


def is_ufunc_like(call):
    """Return whether a call is one of a ufunc with one result, entry by entry."""
    f = call.function
    return isinstance(f, np.ufunc) and f.nout == 1 and f.signature is None and not call.writes


def is_reduction(call):
    """Return whether a call is a ufunc's ``reduce`` or ``accumulate``."""
    f = call.function
    return isinstance(getattr(f, "__self__", None), np.ufunc) and f.__name__ in ("reduce", "accumulate")


def has_out(call):
    """Return whether a call can write its result into a buffer."""
    if not isinstance(call.output, Value) or call.view is not None or call.writes or "out" in call.kwargs:
        return False
    f = call.function
    if f is np.where:
        mask = call.args[0]
        masked = isinstance(mask, Value) and mask.dtype.kind == "b" and len(call.args) == 3
        return masked and call.output.size <= SMALL and all(can_copy(x, call.output.dtype) for x in call.args[1:])
    own = (broadcast_fill, set_index, ufunc_at, cast, draw_random, np.dot, np.matmul, np.copy, np.empty_like, *WITH_OUT)
    return is_ufunc_like(call) or (is_reduction(call) and not call.kwargs.keys() & {"initial", "where"}) or f in own


def can_copy(x, dtype):
    """Return whether ``np.copyto`` writes ``x`` into ``dtype`` as ``np.where`` does: it refuses 300 for an int8."""
    if isinstance(x, Value):
        return not x.python
    return dtype.kind in "fc" or isinstance(x, np.generic)


def donors(call):
    """Return the operands whose memory the result may reuse if no later call needs them."""
    if is_ufunc_like(call):
        return [x for x in call.args if isinstance(x, Value)]
    if call.function in (set_index, ufunc_at):
        return [call.args[0]]
    if call.function is np.where and all(x is not call.args[2] for x in call.args[:2]):
        return [x for x in call.args[2:] if isinstance(x, Value)]
    return []


#: The operators of Python numbers.
SYMBOLS = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.eq: "==", operator.ne: "!=", operator.lt: "<", operator.le: "<=",
    operator.gt: ">", operator.ge: ">=", operator.and_: "&", operator.or_: "|", operator.xor: "^",
    operator.lshift: "<<", operator.rshift: ">>",
}  # fmt: skip
SIGNS = {operator.neg: "-", operator.pos: "+", operator.invert: "~"}


class Statements:
    """Write calls as source: ``name(v)`` names a Value, ``names`` everything else."""

    def __init__(self, name, names):
        self.name, self.names = name, names

    def buffer_statements(self, call, same):
        """Return the statements that write a call's result into its buffer.

        same: whether the buffer is an operand's memory and already holds the values to start from
        """
        f, out = call.function, self.name(call.output)
        if f is draw_random:
            draw, _, _, settings = call.args
            given = self.argument_list((), {**settings, "out": call.output})
            return [f"{self.names.keep(draw.__self__, 'rng')}.{draw.__name__}({given})"]
        if is_reduction(call):
            return [self.reduction_statement(call, out)]
        if f is np.empty_like:
            return []
        args, copy = [self.source(x) for x in call.args], self.names.function_name(np.copyto)
        if f is np.where:
            start = [] if same else [f"{copy}({out}, {args[2]})"]
            return [*start, f"{copy}({out}, {args[1]}, where={args[0]})"]
        if f in (set_index, ufunc_at):
            start = [] if same else [f"{copy}({out}, {args[0]})"]
            if f is ufunc_at:
                return [*start, f"{self.names.function_name(call.args[2])}.at({', '.join([out, args[1], *args[3:]])})"]
            return [*start, f"{out}[{self.index_text(call.args[1])}] = {args[2]}"]
        if f in (broadcast_fill, np.copy, cast):
            unsafe = "" if f is np.copy else ', casting="unsafe"'
            return [f"{copy}({out}, {args[0]}{unsafe})"]
        positional = isinstance(f, np.ufunc) and f not in BY_KEYWORD and not call.kwargs
        if positional or f is np.dot:
            return [f"{self.names.function_name(f)}({', '.join([*args, out])})"]
        return [f"{self.names.function_name(f)}({self.argument_list(call.args, {**call.kwargs, 'out': call.output})})"]

    def reduction_statement(self, call, out):
        """Return ``np.add.reduce(x, axis, None, out)``: by position, which saves 0.1 µs."""
        given = dict(zip(REDUCTIONS, call.args[1:], strict=False)) | call.kwargs
        parts = [
            self.source(call.args[0]),
            self.source(given.get("axis", 0)),
            self.source(given.get("dtype")),
            out,
        ]
        if given.get("keepdims"):
            parts.append("True")
        return f"{self.names.function_name(call.function)}({', '.join(parts)})"

    def new_array_statement(self, call):
        """Return the statement that makes a new array, or changes one in place."""
        f, args = call.function, call.args
        if f is operator.setitem:
            return f"{self.source(args[0])}[{self.index_text(args[1])}] = {self.source(args[2])}"
        left = ", ".join(self.name(v) for v in call.results)
        left += "," if isinstance(call.output, tuple) and len(call.output) == 1 else ""
        return f"{left} = {self.expression(call)}" if left else self.expression(call)

    def expression(self, call):
        """Return the right side of the statement of a call that makes an array, a view or a number."""
        f, args = call.function, call.args
        if f is operator.getitem:
            return f"{self.source(args[0])}[{self.index_text(args[1])}]"
        if f in SYMBOLS:
            return f"{self.source(args[0])} {SYMBOLS[f]} {self.source(args[1])}"
        if f in SIGNS:
            return f"{SIGNS[f]}{self.source(args[0])}"
        if f is append_row:
            return f"{self.names.function_name(np.vstack)}(({self.source(args[0])}, {self.source(args[1])}))"
        if f is append_ones:
            rows, columns = args[0].shape
            return f"{self.names.function_name(as_strided)}({self.source(args[0])}, ({rows + 1}, {columns}))"
        if f is cast:
            return f"{self.source(args[0])}.astype({self.source(args[1])})"
        if f is np.expand_dims and type(args[1]) is int:
            before = args[1] % (len(args[0].shape) + 1)
            return f"{self.source(args[0])}[{':, ' * before}None]"  # 0.1 µs; the function takes 1.4
        if f is np.ndarray.transpose and len(args) == 1:
            return f"{self.source(args[0])}.T"
        return f"{self.names.function_name(f)}({self.argument_list(args, call.kwargs)})"

    def argument_list(self, args, kwargs):
        """Return arguments as they are written in a call."""
        return ", ".join(
            [self.source(x) for x in args] + [self.names.keyword_text(k, self.source(x)) for k, x in kwargs.items()]
        )

    def index_text(self, x):
        """Return an index as it is written in brackets."""
        if type(x) is tuple and x:
            return ", ".join(self.index_part_text(part) for part in x) + ("," if len(x) == 1 else "")
        return self.index_part_text(x)

    def index_part_text(self, x):
        if type(x) is not slice:
            return self.source(x)
        parts = ["" if part is None else self.source(part) for part in (x.start, x.stop, x.step)]
        return ":".join(parts if x.step is not None else parts[:2])

    def source(self, x):
        """Return the source of an argument."""
        if isinstance(x, Value):
            return self.name(x)
        if type(x) is tuple:
            return f"({', '.join(map(self.source, x))}{',' if len(x) == 1 else ''})"
        if type(x) is list:
            return f"[{', '.join(map(self.source, x))}]"
        if type(x) is slice:
            return f"slice({self.source(x.start)}, {self.source(x.stop)}, {self.source(x.step)})"
        if type(x) is dict and any(isinstance(item, Value) for item in x.values()):
            return f"{{{', '.join(f'{self.source(k)}: {self.source(item)}' for k, item in x.items())}}}"
        if callable(x) and not isinstance(x, type):
            return self.names.function_name(x)
        return self.names.literal(x)
