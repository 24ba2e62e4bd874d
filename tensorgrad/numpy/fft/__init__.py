"""``numpy.fft``, giving Tensors; ``fftfreq`` and ``rfftfreq`` take a ``dtype``, as the Array API standard has it.

>>> import tensorgrad.numpy as np
>>> np.fft.rfftfreq(4, dtype="float32")
Tensor([0.  , 0.25, 0.5 ], dtype=float32)
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from ...core.tensor import Tensor
from ...ops.lifting import lift_namespace


def fftfreq(n: Any, d: Any = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies that ``fft`` gives for ``n`` samples ``d`` apart."""
    return Tensor(np.fft.fftfreq(n, d, device=device), dtype=dtype)


def rfftfreq(n: Any, d: Any = 1.0, *, dtype: Any = None, device: Any = None) -> Tensor:
    """The frequencies that ``rfft`` gives for ``n`` samples ``d`` apart."""
    return Tensor(np.fft.rfftfreq(n, d, device=device), dtype=dtype)


if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...

else:
    __all__ = np.fft.__all__
    __getattr__, __dir__ = lift_namespace(np.fft, globals())
