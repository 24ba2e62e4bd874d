"""What a network needs between its weights: nonlinearities, softmax, normalization, class encodings, losses.

They are the functions of ``tg.ops``, gathered. All take and give arrays or Tensors; ``gelu`` is the tanh approximation
unless ``approximate=False``, as in ``keras.ops``.

>>> import numpy as np, tensorgrad as tg
>>> tg.nn.softmax(np.zeros(2))
array([0.5, 0.5])
>>> tg.nn.relu is tg.ops.relu
True
"""

from .ops import activation, class_losses, encoding, nonlinearities, normalization
from .ops.activation import *
from .ops.class_losses import *
from .ops.encoding import *
from .ops.nonlinearities import *
from .ops.normalization import *

__all__ = [
    name for family in (activation, class_losses, encoding, nonlinearities, normalization) for name in family.__all__
]
