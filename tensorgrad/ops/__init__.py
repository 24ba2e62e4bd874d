"""The derivative table: every op with its rules, one file per family, whose ``__all__`` lists what is public.

Public names are the ops themselves: ``ops.exp`` is a function, ``ops.exp.op`` its row.
"""

from typing import TYPE_CHECKING

from .activation import *
from .arithmetic import *
from .arrangement import *
from .assignment import *
from .bessel import *
from .compare import *
from .complex_numbers import *
from .cross_entropy import *
from .einsum import *
from .entropy import *
from .exponential import *
from .floating import *
from .gamma import *
from .indexing import *
from .joining import *
from .linalg import *
from .movement import *
from .normal import *
from .polynomials import *
from .queries import *
from .reduce import *
from .reduction_settings import *
from .scaled import *
from .selection import *
from .slopes import *
from .solve import *
from .statistics import *
from .trigonometric import *
from .writers import *

#: The short names that some ops had first; they stay, beside NumPy's.
sub, mul, div, neg = subtract, multiply, divide, negative
eq, ne, lt, le, gt, ge = equal, not_equal, less, less_equal, greater, greater_equal

if not TYPE_CHECKING:  # to type checkers all that is imported by a star is public; they cannot read a computed list
    __all__ = sorted(name for name, value in globals().items() if callable(value) and not name.startswith("_"))
