"""Passes: each is a function from a Program to an equal Program that does less.

Only those in ``REORDERING`` change bits of results.
"""

import operator
from typing import Any

import numpy as np

from ..ir.array_ops import broadcast_fill, cast
from ..ir.program import Program, Value, map_kind, substitute
from ..ir.statements import has_out, is_reduction, is_ufunc_like
from .algebra import equal_operand
from .fuse_bias import fuse_biases
from .kernels import (
    add_by_products,
    average_by_products,
    choose_kernels,
    convert_numbers,
    example_array,
    expand_bounds,
    shrink_constants,
)
from .layout import transpose_chains

#: Functions that use only the shape and dtype of an array.
SHAPED = {np.zeros_like, np.ones_like, np.full_like}


def drop_copies(program):
    """Drop copies if no call writes to the copy or to the original."""
    roots = program.roots
    written = program.written_roots(roots)
    same: dict[Value, Value] = {}
    kept = []
    for call in program.calls:
        call = substitute(call, same)
        x: Any = call.args[0] if call.args else None
        y = call.output
        if (
            may_be_copy(call)
            and (x.shape, x.dtype, x.strides) == (y.shape, y.dtype, y.strides)
            and roots.get(x, x.root) not in written
            and roots[y] not in written
        ):
            same[y] = x
        else:
            kept.append(call)
    return program.replace(kept, [same.get(v, v) for v in program.outputs])


def may_be_copy(call):
    """Return whether a call may return an equal copy of its argument."""
    if not call.pure or not call.args or not isinstance(call.args[0], Value):
        return False
    f = call.function
    return f in (np.positive, np.copy, cast, np.reshape) or (f is operator.getitem and call.args[1] is Ellipsis)


def simplify_algebra(program):
    """Replace ``x * 1``, ``x - 0``, ``-(-x)`` and ``x.T.T`` by x: see ``algebra``."""
    roots = program.roots
    written = program.written_roots(roots)
    same: dict[Value, Value] = {}
    makers: dict[Value, object] = {}
    kept = []
    for call in program.calls:
        call = substitute(call, same)
        x, y = equal_operand(call, makers), call.output
        if (
            x is not None
            and (x.shape, x.dtype, x.strides) == (y.shape, y.dtype, y.strides)
            and not {roots.get(x, x.root), roots[y]} & written
        ):
            same[y] = x
        else:
            kept.append(call)
            makers.update(dict.fromkeys(call.results, call))
    return program.replace(kept, [same.get(v, v) for v in program.outputs])


def fold_constants(program):
    """Compute calls that have only constants as operands, and replace them by their results."""
    written = program.written_roots(program.roots)
    same: dict[Value, Value] = {}
    kept = []
    for call in program.calls:
        call = substitute(call, same)
        v = call.output
        if not call.pure or v in written or not is_constant(call):
            kept.append(call)
            continue
        args, kwargs = map_kind((call.args, call.kwargs), Value, example_array)
        with np.errstate(all="ignore"):
            array = np.asarray(call.function(*args, **kwargs))
        same[v] = constant_value(v, array)
    return program.replace(kept, [same.get(v, v) for v in program.outputs])


def is_constant(call):
    """Return whether a call gives the same in every run."""
    if call.function in SHAPED:
        return all(not isinstance(x, Value) or x.kind == "constant" for x in (*call.args[1:], *call.kwargs.values()))
    return all(v.kind == "constant" for v in call.operands) and call.function is not np.empty_like


def merge_common(program):
    """Compute common subexpressions once: calls of one function on the same values."""
    roots = program.roots
    written = program.written_roots(roots)
    same: dict[Value, Value] = {}
    done: dict = {}
    version = dict.fromkeys(written, 0)
    kept = []
    for call in program.calls:
        call = substitute(call, same)
        for v in call.writes:
            version[roots.get(v, v.root)] += 1
        if not call.pure or (call.view is None and call.output in written) or call.function is np.empty_like:
            kept.append(call)
            continue
        arguments = hashable_key((call.args, call.kwargs), lambda v: (v.number, version.get(roots.get(v, v.root))))
        key = (call.function, call.output.dtype, call.output.strides, arguments)
        first = done.setdefault(key, call.output)
        if first is call.output:
            kept.append(call)
        else:
            same[call.output] = first
    return program.replace(kept, [same.get(v, v) for v in program.outputs])


def hashable_key(x, of_value):
    """Return a hashable key of nested arguments; 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    if isinstance(x, Value):
        return of_value(x)
    if type(x) in (tuple, list):
        return type(x).__name__, tuple([hashable_key(item, of_value) for item in x])
    if type(x) is dict:
        return tuple([(key, hashable_key(item, of_value)) for key, item in x.items()])
    if type(x) is slice:
        return "slice", hashable_key((x.start, x.stop, x.step), of_value)
    return type(x), repr(x) if isinstance(x, (bool, int, float, complex, str, np.dtype, type(None))) else id(x)


def drop_dead(program):
    """Drop calls whose results are not used. Random draws stay, since later draws depend on them."""
    roots = program.roots
    needed = set(program.outputs)
    memory = {roots.get(v, v.root) for v in needed}
    kept = []
    for call in reversed(program.calls):
        changed = [roots.get(v, v.root) for v in call.writes]
        alive = call.effect or may_raise(call) or any(v in needed for v in call.results)
        alive = alive or any(root in memory or root.kind != "result" for root in changed)
        if alive:
            kept.append(call)
            needed.update(call.operands)
            memory.update(roots.get(v, v.root) for v in call.operands)
    return program.replace(kept[::-1])


#: Functions that raise for no values.
HARMLESS = {
    np.where, np.zeros_like, np.ones_like, np.full_like, np.array, np.broadcast_to, np.reshape, np.clip, np.copy,
    np.take_along_axis, np.argmax, np.argmin, np.cumsum, np.cumprod, np.sum, np.mean, np.var, np.std, np.argsort,
    np.sort, np.tensordot, np.outer, np.inner, np.einsum, np.real, np.imag, np.tril, np.triu, np.isclose, np.round,
    np.flip, np.roll,
}  # fmt: skip


def may_raise(call):
    """Return whether a call may raise for some values, such as a Cholesky that is there to check a matrix."""
    if call.view is not None or call.writes:
        return False
    if any(v.python for v in call.operands):
        return True  # 2**70 beside an int8
    return not (is_ufunc_like(call) or is_reduction(call) or has_out(call) or call.function in HARMLESS)


def constant_value(v, array):
    """Return a constant that takes the place of the Value ``v``."""
    return Value(v.number, array, "constant", array=array)


def fold_seed(program, seed):
    """Compute what is linear in the captured array ``seed`` for a seed of 1; return the program and these arrays.

    For another seed each of these arrays is multiplied by it.
    """
    roots = program.roots
    written = program.written_roots(roots)
    same: dict[Value, Value] = {}
    scaled: set[Value] = set()
    kept = []
    for call in program.calls:
        call = substitute(call, same)
        v = call.output
        seeds = [x for x in call.operands if x in scaled or x.array is seed]
        others = [x for x in call.operands if x not in seeds]
        if not call.pure:
            kept.append(call)
            continue
        linear = call.function in LINEAR or getattr(call.function, "__name__", "") == "reduce"
        divides = call.function is np.true_divide and call.args[0] not in seeds
        constants = all(x.kind == "constant" for x in others)
        if len(seeds) != 1 or not linear or divides or not constants or v in written:
            kept.append(call)
            continue
        one = {x: np.ones_like(seed) if x.array is seed else x.array for x in seeds}
        args, kwargs = map_kind((call.args, call.kwargs), Value, lambda x: one.get(x, x.array))  # noqa: B023  (called before the loop goes on)
        array = np.array(call.function(*args, **kwargs), order="K")
        same[v] = constant_value(v, array)
        scaled.add(same[v])
    used = {x for call in kept for x in call.operands}
    return program.replace(kept), [v.array for v in scaled if v in used]


#: Functions that are linear in their array operand if the others are numbers.
LINEAR = {
    broadcast_fill,
    np.true_divide,
    np.multiply,
    np.negative,
    np.positive,
    np.reshape,
    np.broadcast_to,
    np.expand_dims,
}


#: In the order in which they run.
PASSES = {
    "copies": drop_copies,
    "merge": merge_common,
    "fold": fold_constants,
    "algebra": simplify_algebra,
    "kernels": choose_kernels,
    "numbers": convert_numbers,
    "constants": shrink_constants,
    "bounds": expand_bounds,
    "sums": add_by_products,
    "means": average_by_products,
    "dead": drop_dead,
    "layout": transpose_chains,
    "biases": fuse_biases,
    "leftovers": drop_dead,
}
#: Passes that add up in another order, so that last bits differ from the function's.
REORDERING = ("sums", "means", "layout", "biases")


def optimize(program: Program, without=(), seed=None):
    """Return ``program`` after all passes but those named in ``without``, and the arrays that scale with ``seed``."""
    scaled: list = []
    for name, change in PASSES.items():
        if name not in without:
            program = change(program)
        if name == "algebra" and seed is not None:  # no sooner: what scales with the seed is 1 only now
            program, scaled = fold_seed(program, seed)
    return program, scaled
