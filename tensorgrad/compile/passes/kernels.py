"""Kernels: passes that compute the same with another call of NumPy's that is faster.

All but ``add_by_products`` and ``average_by_products`` keep every bit.
"""

from collections import Counter
from typing import Any

import numpy as np

from ..ir.program import Call, Value

#: Ufuncs in which a Python number takes the dtype of the array beside it.
BINARY = {
    np.add, np.subtract, np.multiply, np.true_divide, np.power, np.maximum, np.minimum, np.fmax, np.fmin, np.remainder,
    np.floor_divide, np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal, np.arctan2, np.hypot,
}  # fmt: skip
#: A full array of bounds has at most this many bytes: the second-level cache holds it beside the operands.
MOST_BOUNDS = 1 << 18
#: BLAS adds up rows of at most this length: it adds one entry after the other, while NumPy adds pairwise.
LONGEST_ROW = 4096


def convert_numbers(program):
    """Pass 0-d arrays to ufuncs instead of Python numbers, whose conversion takes 0.2 to 1 µs in each call."""
    made: dict = {}
    number = next_number(program)
    kept = []
    for call in program.calls:
        if call.function in BINARY and call.pure and len(call.args) == 2 and any(map(is_plain_number, call.args)):
            dtypes = operand_dtypes(call)
            args = []
            for x, dtype in zip(call.args, dtypes, strict=True):
                array = as_dtype(x, dtype) if is_plain_number(x) else None
                if array is not None:
                    key = array.tobytes(), array.dtype
                    if key not in made:
                        made[key] = Value(number + len(made), array, "constant", array=array, name=repr(x))
                    x = made[key]
                args.append(x)
            call = call.replace(args=tuple(args))
        kept.append(call)
    return program.replace(kept)


def operand_dtypes(call):
    """Return the dtypes to which a ufunc converts its two operands, None where that is not known."""
    if call.kwargs.keys() & {"dtype", "signature"}:  # these choose another
        return None, None
    given = [type(x) if type(x) in (int, float) else x.dtype for x in call.args]
    try:
        return call.function.resolve_dtypes((*given, None))[:2]
    except TypeError:  # a comparison with an int that no array of the dtype can hold
        return None, None


def as_dtype(x, dtype):
    """Return a number as an array of ``dtype``, or None if ``dtype`` cannot hold it."""
    if isinstance(x, np.generic):
        return np.asarray(x)
    if dtype is None:
        return None
    try:
        return np.asarray(dtype.type(x)) if dtype.kind in "fc" else np.asarray(x, dtype)
    except OverflowError:
        return None


def shrink_constants(program):
    """Pass one number to a ufunc instead of a constant array full of it, if the shape of the result stays the same."""
    kept = []
    for call in program.calls:
        if (
            call.function in BINARY
            and call.pure
            and len(call.args) == 2
            and all(isinstance(x, Value) for x in call.args)
        ):
            for i, other in ((0, call.args[1]), (1, call.args[0])):
                x = call.args[i]
                if x.kind == "constant" and x.shape and other.shape == call.output.shape and is_uniform(x.array):
                    array = x.array.reshape(-1)[:1].reshape(())
                    number = Value(x.number, array, "constant", array=array)
                    call = call.replace(args=(number, other) if i == 0 else (other, number))
                    break
        kept.append(call)
    return program.replace(kept)


def expand_bounds(program):
    """Pass ``maximum`` and ``minimum`` an array of bounds instead of one bound: only then NumPy uses vector code.

    On 32×64 floats that takes 0.4 instead of 0.9 µs, on 128×512 5 instead of 20.
    """
    made: dict = {}
    number, kept = next_number(program), []
    for call in program.calls:
        x, bound = operand_and_bound(call)
        if (
            bound is not None
            and call.pure
            and not call.kwargs
            and x.shape == call.output.shape
            and 0 < call.output.nbytes <= MOST_BOUNDS
        ):
            like = call.output
            key = (like.shape, like.dtype, like.strides, bound.array.tobytes())
            if key not in made:
                array = np.empty_like(example_array(like))
                array[...] = bound.array
                made[key] = Value(number + len(made), array, "constant", array=array, name=bound.name)
            call = call.replace(args=tuple([made[key] if arg is bound else arg for arg in call.args]))
        kept.append(call)
    return program.replace(kept)


def operand_and_bound(call):
    """Return the array and the constant bound of a ``maximum`` or ``minimum``; ``(None, None)`` for other calls."""
    plain = call.function in (np.maximum, np.minimum) and call.pure and not call.kwargs
    if plain and all(isinstance(x, Value) for x in call.args):
        for x, bound in (call.args, call.args[::-1]):
            if bound.kind == "constant" and not bound.shape and bound.dtype == x.dtype and x.dtype.char in "fd":
                return x, bound
    return None, None


def add_by_products(program):
    """Add up rows or columns by a product with ones, which takes a third to a tenth of the time of ``np.add.reduce``.

    BLAS adds in another order, so the last bits may differ. The gradient of every bias is such a sum.
    """
    ones: dict = {}
    kept: list = []
    number = next_number(program)

    def some_ones(shape, dtype):
        key = shape, dtype
        if key not in ones:
            array = np.ones(shape, dtype)
            ones[key] = Value(number + len(ones), array, "constant", array=array, name=f"ones_{max(shape)}")
        return ones[key]

    for call in program.calls:
        axis = summed_axis(call)
        if axis is not None:
            (x,), v = call.args, call.output
            n, keep = x.shape[axis], call.kwargs.get("keepdims")
            if axis == 0:
                args = some_ones((1, n) if keep else (n,), x.dtype), x
            else:
                args = x, some_ones((n, 1) if keep else (n,), x.dtype)
            call = Call(np.dot, args, {}, v, errors=call.errors, origin=call.origin)
        kept.append(call)
    return program.replace(kept)


def average_by_products(program):
    """Compute means by one product: scale the ones of ``add_by_products`` instead of the sum."""
    kept: list = []
    number = next_number(program)
    uses = Counter(v for call in program.calls for v in call.operands)
    uses.update(program.outputs)
    makers = {call.output: call for call in program.calls if call.function is np.dot and ones_operand(call)}
    place: dict = {}
    for call in program.calls:
        operands: Any = call.args if len(call.args) == 2 else (None, None)
        total, factor = operands
        maker = makers.get(total) if isinstance(total, Value) else None
        scales = call.function in (np.true_divide, np.multiply) and not call.kwargs and call.pure
        if maker is not None and scales and uses[total] == 1 and is_moderate(factor, call.output.dtype):
            ones = ones_operand(maker)
            array = call.function(ones.array, factor.array)
            weights = Value(number, array, "constant", array=array, name=f"over_{ones.name}")
            number += 1
            args = tuple([weights if x is ones else x for x in maker.args])
            kept[place[total]] = maker.replace(args=args, output=call.output)
            continue
        if call.output in makers:
            place[call.output] = len(kept)
        kept.append(call)
    return program.replace(kept)


def ones_operand(call):
    """Return the constant ones among the operands of a product, or None."""
    return next(
        (x for x in call.args if isinstance(x, Value) and x.kind == "constant" and (x.name or "").startswith("ones_")),
        None,
    )


def is_moderate(x, dtype):
    """Return whether ``x`` is a constant number by which ones can be scaled without leaving the range of the dtype."""
    number = isinstance(x, Value) and x.kind == "constant" and not x.shape and x.dtype == dtype
    return number and 1e-20 < abs(float(x.array)) < 1e20


def summed_axis(call):
    """Return the axis of a sum over one axis of a vector or a matrix, if BLAS can compute it; else None."""
    if call.function != np.add.reduce or len(call.args) != 1 or call.kwargs.keys() - {"axis", "keepdims"}:
        return None
    if not call.pure or not isinstance(call.args[0], Value) or not call.args[0].shape:
        return None
    (x,), v, axis = call.args, call.output, call.kwargs.get("axis", 0)
    keep = call.kwargs.get("keepdims", False)
    if len(x.shape) == 1 and axis in (None, 0) and not keep:
        fits = x.strides == (x.dtype.itemsize,) and x.size > 1
        axis = 0
    else:
        fits = len(x.shape) == 2 and axis in (0, 1) and has_blas_layout(x) and is_contiguous(v)
    alike = x.dtype == v.dtype and x.dtype.char in "fd"
    short = (len(x.shape) == 2 and axis == 0) or x.shape[-1] <= LONGEST_ROW
    return axis if fits and alike and short else None


def next_number(program):
    """Return a number above those of all Values of the program."""
    known = [v for call in program.calls for v in (*call.results, *call.operands)]
    return 1 + max([v.number for v in (*known, *program.inputs, *program.outputs)], default=0)


def example_array(v):
    """Return a constant's array, or for another Value any array of its shape, dtype and layout."""
    if v.array is not None and v.kind == "constant":
        return v.array
    order = sorted(range(len(v.shape)), key=lambda i: -abs(v.strides[i]))
    inverse = [order.index(i) for i in range(len(order))]
    return np.empty([v.shape[i] for i in order], v.dtype).transpose(inverse)


def is_uniform(array):
    """Return whether every entry has the same bits."""
    return array.size > 0 and array.tobytes() == array.reshape(-1)[:1].tobytes() * array.size


def is_plain_number(x):
    """Return whether ``x`` is a number of Python's or NumPy's."""
    return type(x) in (int, float) or isinstance(x, np.generic)


def choose_kernels(program):
    """Multiply matrices by ``np.dot``, which takes 0.4 µs less than ``np.matmul``; both call the same BLAS."""
    return program.replace([
        call.replace(function=np.dot) if call.function is np.matmul and is_blas_product(call) else call
        for call in program.calls
    ])  # fmt: skip


def is_blas_product(call):
    """Return whether both operands are matrices of one float dtype that BLAS reads without a copy."""
    a, b = call.args[:2]
    return (
        not call.kwargs
        and call.pure
        and isinstance(a, Value)
        and isinstance(b, Value)
        and a.dtype == b.dtype == call.output.dtype
        and a.dtype.char in "fd"
        and len(a.shape) == len(b.shape) == 2
        and has_blas_layout(a)
        and has_blas_layout(b)
        and is_contiguous(call.output)
    )


def has_blas_layout(v):
    """Return whether BLAS reads a matrix without a copy; for one row or column NumPy calls another function."""
    return min(v.shape) > 1 and v.dtype.itemsize in v.strides and min(v.strides) > 0


def is_contiguous(v):
    """Return whether ``v`` lies in memory row by row."""
    step = v.dtype.itemsize
    for length, stride in zip(v.shape[::-1], v.strides[::-1], strict=True):
        if length != 1 and stride != step:
            return False
        step *= length
    return True
