"""Errors for what a program cannot do, such as use the value of an array in Python: it differs from run to run."""

import numpy as np

from ...core.tensor import StandIn
from ...errors import TraceError, describe
from ...graph.origins import line_of_user
from ..ir.program import map_kind

#: Functions that need shapes and dtypes only: they run at once and are not written down.
QUERIES = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj,
    np.common_type,
}  # fmt: skip
#: Functions that give something else for an array than for its stand-in.
TELLS_APART = {np.may_share_memory, np.shares_memory, np.array_repr, np.array_str, np.array2string}
#: Functions whose result has a shape, or is a Python value, that depends on an array's values.
NEEDS_VALUES = {
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.compress, np.extract, np.setdiff1d, np.union1d,
    np.intersect1d, np.array_equal, np.array_equiv, np.allclose, np.trim_zeros, np.bincount, np.histogram,
}  # fmt: skip
#: What they return of real arrays is real or complex, as the values are.
REAL_OR_COMPLEX = {np.linalg.eig, np.linalg.eigvals}

SCALARS = {"__bool__": "if, and, or, not or bool()", "__float__": "float()", "__int__": "int()",
           "__index__": "int() or range()", "__complex__": "complex()"}  # fmt: skip


def needs_value_error(what, where, remedy=None):
    """Return the error for code that needs the value of an array in Python."""
    found: list = []
    map_kind(where, StandIn, found.append)
    name = f"{found[0].node.name} " if found and found[0].node.name else ""
    shown = f"the number {name}".rstrip() if found and found[0].node.python else None
    shown = shown or (f"{name}{describe(found[0])}" if found else "an array")
    return TraceError(
        f"{line_prefix()}{what} needs the value of {shown}, which "
        "differs from run to run of a compiled function; "
        + (remedy or "choose with np.where, pass what decides as a static argument, or run without compiling")
    )


def needs_array_error(what):
    """Return the error for code that asks what an array has and its stand-in has not."""
    return TraceError(
        f"{line_prefix()}{what} tells of an array what may differ from run to run of a program; "
        "decide by its shape or dtype, or run without compiling"
    )


def refusing_method(what):
    """Return a method that raises: ``what`` needs the value of the array."""

    def refuse(self, *args, **kwargs):
        raise needs_value_error(what, self)

    return refuse


def check_plain(array):
    """Raise unless a program can hold such an array: numbers, in NumPy's own class of arrays."""
    if isinstance(array, np.ndarray) and type(array) not in (np.ndarray, np.memmap):
        raise TraceError(
            f"{line_prefix()}a compiled function was given or made a {type(array).__name__}, of which it would keep "
            "the numbers only; pass np.asarray of it (and a mask as an array of its own), or run without compiling"
        )
    if array.dtype.kind not in "biufcmM":
        raise TypeError(f"{line_prefix()}a compiled function holds numbers, got {describe(array)}")


def line_prefix():
    """Return the user's line and a colon, to begin a message with, or ``""``."""
    line = line_of_user()
    return f"{line}: " if line else ""
