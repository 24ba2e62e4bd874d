"""Algebra that is exact in floating point: it finds calls whose result is one of their operands, bit for bit."""

import numpy as np

from ..ir.program import Value

#: The neutral elements on the left and on the right, None if there is none. ``x + 0.0`` is not x if x is -0.0.
NEUTRAL: dict = {
    np.multiply: (1, 1),
    np.true_divide: (None, 1),
    np.add: (-0.0, -0.0),
    np.subtract: (None, 0.0),
}
TRANSPOSES = {np.transpose, np.ndarray.transpose, np.swapaxes, np.ndarray.swapaxes}


def equal_operand(call, makers):
    """Return the Value that a call returns unchanged, or None. ``makers``: ``{Value: the call that made it}``."""
    if call.kwargs or not call.pure:
        return None
    if call.function in NEUTRAL and call.output.dtype.kind == "f":
        a, b = call.args
        left, right = NEUTRAL[call.function]
        if isinstance(a, Value) and is_filled_with(b, right, call.output.dtype):
            return a
        return b if isinstance(b, Value) and is_filled_with(a, left, call.output.dtype) else None
    return original_operand(call, makers)


def original_operand(call, makers):
    """Return x if a call computes ``-(-x)`` or ``x.T.T``, else None."""
    inner = makers.get(call.args[0]) if call.args and isinstance(call.args[0], Value) else None
    if inner is None or inner.kwargs or inner.effect or inner.writes:
        return None
    negated = call.function is inner.function is np.negative
    transposed = call.function in TRANSPOSES and inner.function in TRANSPOSES
    if negated or (transposed and [axis_order(inner)[i] for i in axis_order(call)] == sorted(axis_order(inner))):
        return inner.args[0]
    return None


def axis_order(call):
    """Return the order into which a transpose puts the axes."""
    axes = list(range(len(call.output.shape)))
    given = [axis for axis in call.args[1:] if axis is not None]
    if call.function in (np.swapaxes, np.ndarray.swapaxes):
        a, b = given
        axes[a], axes[b] = axes[b], axes[a]
        return axes
    if not given:
        return axes[::-1]
    return [axes[i] for i in (given[0] if isinstance(given[0], (tuple, list)) else given)]


def is_matrix_transpose(call):
    """Return whether a call is the transpose of a matrix."""
    return call.function in TRANSPOSES and len(call.output.shape) == 2 and axis_order(call) == [1, 0]


def is_filled_with(x, wanted, dtype):
    """Return whether ``x`` is a number or a constant array of which each entry has the bits of ``wanted``."""
    if isinstance(x, Value):
        x = x.array if x.kind == "constant" else None
    if wanted is None or x is None or not isinstance(x, (int, float, np.ndarray, np.generic)) or not np.size(x):
        return False
    array = np.asarray(x, dtype)
    return array.tobytes() == np.full(array.shape, wanted, dtype).tobytes()
