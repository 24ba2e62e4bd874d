"""The derivative table: every op with its rules, one file per family, whose ``__all__`` lists what is public.

Public names are the ops themselves: ``ops.exp`` is a function, ``ops.exp.op`` its row.
"""

from typing import TYPE_CHECKING

import numpy as np

from ..core.dispatch import NUMPY
from . import fourier as fourier  # its names are those of tensorgrad.fft
from .activation import *
from .arithmetic import *
from .arrangement import *
from .assignment import *
from .bessel import *
from .class_losses import *
from .compare import *
from .complex_numbers import *
from .control_flow import *
from .conversion import *
from .creation import *
from .cross_entropy import *
from .determinant import *
from .eigen import *
from .einsum import *
from .encoding import *
from .entropy import *
from .exponential import *
from .factor import *
from .floating import *
from .gamma import *
from .indexing import *
from .joining import *
from .linalg import *
from .movement import *
from .nan_reductions import *
from .nonlinearities import *
from .norm import *
from .normal import *
from .normalization import *
from .polynomials import *
from .queries import *
from .reduce import *
from .reduction_settings import *
from .scaled import *
from .segments import *
from .selection import *
from .short_forms import *
from .slopes import *
from .solve import *
from .statistics import *
from .trigonometric import *
from .writers import *

#: The short names that some ops had first; they stay, beside NumPy's.
sub, mul, div, neg = subtract, multiply, divide, negative
eq, ne, lt, le, gt, ge = equal, not_equal, less, less_equal, greater, greater_equal

#: All other names that NumPy has for what is answered here: ``abs``, ``amax``, ``acos``, ``true_divide``, ``isin``, ...
globals().update({
    name: NUMPY[function]
    for name, function in vars(np).items()
    if callable(function) and function in NUMPY and name not in globals()
})  # fmt: skip

if not TYPE_CHECKING:  # to type checkers all that is imported by a star is public; they cannot read a computed list
    __all__ = sorted(name for name, value in globals().items() if callable(value) and not name.startswith("_"))
