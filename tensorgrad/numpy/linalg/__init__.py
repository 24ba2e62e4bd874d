"""``numpy.linalg``, giving Tensors.

>>> import tensorgrad.numpy as np
>>> np.linalg.det([[2.0, 0.0], [0.0, 3.0]])
Tensor(6.)
"""

from typing import TYPE_CHECKING

import numpy as np

from ...ops.lifting import lift_namespace

if TYPE_CHECKING:
    from typing import Any

    def __getattr__(name: str) -> Any: ...

else:
    __all__ = np.linalg.__all__
    __getattr__, __dir__ = lift_namespace(np.linalg, globals())
