"""tensorgrad: autograd and neural networks in NumPy."""

from . import methods
from .core.declare import bilinear, constant, elementwise, linear, primitive
from .core.mode import enable_grad, no_grad
from .core.tensor import Parameter, Tensor
from .ops import *
