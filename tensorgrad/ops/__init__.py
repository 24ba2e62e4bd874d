"""The derivative table: every op with its rules, one file per family.

Public names are the ops themselves: ``ops.exp`` is a function, ``ops.exp.op`` its row.
"""

from .activation import elu, erf, erfc, log_softmax, relu, sigmoid, softmax, softplus, sparsemax
from .arithmetic import (
    absolute,
    add,
    cbrt,
    ceil,
    div,
    divmod,
    floor,
    floor_divide,
    fmod,
    hypot,
    mul,
    neg,
    positive,
    power,
    product,
    ratio,
    reciprocal,
    remainder,
    rint,
    round,
    sign,
    sqrt,
    square,
    sub,
    trunc,
)
from .compare import (
    allclose,
    array_equal,
    bitwise_and,
    bitwise_or,
    bitwise_xor,
    clip,
    eq,
    fmax,
    fmin,
    ge,
    gt,
    invert,
    isclose,
    isfinite,
    isinf,
    isnan,
    le,
    left_shift,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    lt,
    maximum,
    minimum,
    ne,
    right_shift,
    signbit,
    where,
)
from .cross_entropy import (
    binary_cross_entropy,
    cross_entropy,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_cross_entropy,
    sparse_softmax_cross_entropy,
)
from .einsum import einsum
from .exponential import exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2, logsumexp
from .indexing import assign, getitem, scatter, setitem, sort, take, take_along_axis
from .joining import (
    append,
    array_split,
    column_stack,
    concatenate,
    dsplit,
    dstack,
    hsplit,
    hstack,
    pad,
    repeat,
    split,
    stack,
    tile,
    unstack,
    vsplit,
    vstack,
)
from .linalg import dot, inner, kron, matmul, matvec, norm, outer, tensordot, vdot, vecdot, vecmat
from .movement import (
    astype,
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_arrays,
    broadcast_to,
    copy,
    diag,
    diagonal,
    expand_dims,
    flip,
    fliplr,
    flipud,
    matrix_transpose,
    moveaxis,
    ravel,
    reshape,
    roll,
    rot90,
    squeeze,
    swapaxes,
    trace,
    transpose,
    tril,
    triu,
)
from .queries import argsort, full_like, nonzero, ones_like, zeros_like
from .reduce import all, any, argmax, argmin, count_nonzero, cumprod, cumsum, max, mean, min, prod, ptp, std, sum, var
from .trigonometric import (
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctan2,
    arctanh,
    cos,
    cosh,
    deg2rad,
    rad2deg,
    sin,
    sinh,
    tan,
    tanh,
)

__all__ = [
    "append", "array_split", "assign", "astype", "atleast_1d", "atleast_2d", "atleast_3d",
    "binary_cross_entropy", "broadcast_arrays", "broadcast_to", "column_stack", "concatenate", "copy",
    "cross_entropy", "diag", "diagonal", "dot", "dsplit", "dstack", "einsum", "elu", "erf", "erfc",
    "expand_dims", "flip", "fliplr", "flipud", "getitem", "hsplit", "hstack", "inner", "kron", "log_softmax",
    "matmul", "matrix_transpose", "matvec", "moveaxis", "norm", "outer", "pad",
    "ravel", "relu", "repeat", "reshape", "roll", "rot90", "scatter", "setitem", "sigmoid", "sigmoid_cross_entropy",
    "softmax", "softmax_cross_entropy", "softplus", "sort", "sparse_cross_entropy", "sparse_softmax_cross_entropy",
    "sparsemax", "split", "squeeze", "stack", "swapaxes", "take", "take_along_axis", "tensordot",
    "tile", "trace", "transpose", "tril", "triu", "unstack", "vdot", "vecdot", "vecmat", "vsplit", "vstack",
]  # fmt: skip
__all__ += [  # arithmetic
    "absolute", "add", "cbrt", "ceil", "div", "divmod", "floor", "floor_divide", "fmod", "hypot", "mul", "neg",
    "positive", "power", "product", "ratio", "reciprocal", "remainder", "rint", "round", "sign", "sqrt", "square",
    "sub", "trunc",
]  # fmt: skip
__all__ += [  # compare
    "allclose", "array_equal", "bitwise_and", "bitwise_or", "bitwise_xor", "clip", "eq", "fmax", "fmin", "ge", "gt",
    "invert", "isclose", "isfinite", "isinf", "isnan", "le", "left_shift", "logical_and", "logical_not",
    "logical_or", "logical_xor", "lt", "maximum", "minimum", "ne", "right_shift", "signbit", "where",
]  # fmt: skip
__all__ += [  # exponential
    "exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "logaddexp", "logaddexp2", "logsumexp",
]  # fmt: skip
__all__ += [  # queries
    "argsort", "full_like", "nonzero", "ones_like", "zeros_like",
]  # fmt: skip
__all__ += [  # reduce
    "all", "any", "argmax", "argmin", "count_nonzero", "cumprod", "cumsum", "max", "mean", "min", "prod", "ptp",
    "std", "sum", "var",
]  # fmt: skip
__all__ += [  # trigonometric
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh", "deg2rad", "rad2deg",
    "sin", "sinh", "tan", "tanh",
]  # fmt: skip
