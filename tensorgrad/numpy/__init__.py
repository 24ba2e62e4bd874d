"""NumPy's namespace, taking and giving Tensors: ``import tensorgrad.numpy as np`` makes a NumPy script run on them.

Every name of ``numpy`` is here, and keeps its meaning. A function gives Tensors in place of arrays; where a Tensor
that requires a gradient comes in, the op records it that answers for the function, and TypeError says so where there
is none. ``np.ndarray`` is Tensor. The Array API standard is met to its versions 2024.12 and 2025.12, so this is also
what ``Tensor.__array_namespace__()`` returns.

>>> import tensorgrad.numpy as np
>>> x = np.linspace(0.0, 1.0, 3)
>>> np.sin(x) ** 2 + np.cos(x) ** 2
Tensor([1., 1., 1.])
>>> np.random.default_rng(0).normal(size=2)
Tensor([ 0.12573022, -0.13210486])
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import __array_namespace_info__ as __array_namespace_info__
from numpy import __version__ as __version__

from ..core.tensor import Tensor as ndarray  # noqa: F401  # what arrays are here
from ..ops.creation import array as array
from ..ops.creation import asanyarray as asanyarray
from ..ops.creation import asarray as asarray
from ..ops.creation import ascontiguousarray as ascontiguousarray
from ..ops.creation import full as full
from ..ops.creation import linspace as linspace
from ..ops.lifting import lift_namespace
from . import fft as fft
from . import linalg as linalg
from . import random as random
from .index_tricks import c_ as c_
from .index_tricks import mgrid as mgrid
from .index_tricks import ogrid as ogrid
from .index_tricks import r_ as r_
from .limits import finfo as finfo
from .limits import iinfo as iinfo
from .standard import argsort as argsort
from .standard import clip as clip
from .standard import from_dlpack as from_dlpack
from .standard import sort as sort
from .vectorized import vectorize as vectorize

__array_api_version__ = "2025.12"

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...

else:
    __all__ = sorted({*np.__all__, "isdtype"} - {"asmatrix", "matrix", "bmat", "test"})
    __getattr__, __dir__ = lift_namespace(np, globals())
