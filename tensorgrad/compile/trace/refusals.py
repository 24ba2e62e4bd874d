"""What a program cannot do: answer from the value of an array, which differs from run to run."""

import numpy as np

from ...core.tensor import StandIn
from ...errors import TraceError, describe
from ...graph.origins import line_of_user
from ..ir.program import mapped

#: Answered from shapes and dtypes, or only to be looked at: not written down.
QUERIES = {
    np.shape, np.ndim, np.size, np.result_type, np.can_cast, np.iscomplexobj, np.isrealobj,
    np.common_type,
}  # fmt: skip
#: What they tell of an array says nothing of what stands for it.
TELLS_APART = {np.may_share_memory, np.shares_memory, np.array_repr, np.array_str, np.array2string}
#: What they return has a shape that depends on values.
NEEDS_VALUES = {
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.compress, np.extract, np.setdiff1d, np.union1d,
    np.intersect1d, np.array_equal, np.array_equiv, np.allclose, np.trim_zeros, np.bincount, np.histogram,
}  # fmt: skip
#: What they return of real arrays is real or complex, as the values are.
REAL_OR_COMPLEX = {np.linalg.eig, np.linalg.eigvals}

SCALARS = {"__bool__": "if, and, or, not or bool()", "__float__": "float()", "__int__": "int()",
           "__index__": "int() or range()", "__complex__": "complex()"}  # fmt: skip


def needs_value(what, where, remedy=None):
    """Return the error for something that needs an array's value in Python."""
    found: list = []
    mapped(where, StandIn, found.append)
    line = line_of_user()
    name = f"{found[0].node.name} " if found and found[0].node.name else ""
    shown = f"the number {name}".rstrip() if found and found[0].node.python else None
    shown = shown or (f"{name}{describe(found[0])}" if found else "an array")
    return TraceError(
        f"{line + ': ' if line else ''}{what} needs the value of {shown}, which "
        "differs from run to run of a compiled function; "
        + (remedy or "choose with np.where, pass what decides as a static argument, or run without compiling")
    )


def needs_array(what):
    """Return the error for something that only the array itself can tell, not what stands for it."""
    line = line_of_user()
    return TraceError(
        f"{line + ': ' if line else ''}{what} tells of an array what may differ from run to run of a program; "
        "decide by its shape or dtype, or run without compiling"
    )


def refused(what):
    def refuse(self, *args, **kwargs):
        raise needs_value(what, self)

    return refuse
