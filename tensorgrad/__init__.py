"""tensorgrad: autograd and neural networks in pure Python and NumPy.

Tensor, Parameter              an array that remembers how it was made; a weight
exp, sum, matmul, ...          NumPy's functions, differentiable; np.exp(t) is the same
no_grad, enable_grad           whether calls are recorded
gradcheck, draw                gradients against numbers; the graph as a picture
play, backward_steps           backpropagation one op at a time: as a page, in Python
elementwise, linear, bilinear, constant, primitive      how an op of one's own is declared
layers, models, losses, metrics, optimizers, activations, initializers, callbacks, utils      as in Keras
"""

from . import activations, callbacks, initializers, layers, losses, methods, metrics, models, ops, optimizers, utils
from .check import gradcheck
from .compile import compile as compile  # not in __all__: Python has one too
from .config import epsilon, floatx, set_epsilon, set_floatx
from .core.declare import bilinear, constant, elementwise, linear, primitive
from .core.mode import enable_grad, no_grad
from .core.op import REGISTRY, Op
from .core.tensor import Parameter, Tensor
from .draw import backward_steps, draw, play
from .errors import (
    DataError,
    GradcheckError,
    GradientError,
    NotReadyError,
    OptionError,
    RenderError,
    ShapeError,
    TensorgradError,
    UnknownNameError,
)
from .models import Sequential
from .ops import *  # noqa: F403  (ops/__init__.py lists them)
from .seeding import set_random_seed

__version__ = "0.1.0"

__all__ = [
    "REGISTRY",
    "DataError",
    "GradcheckError",
    "GradientError",
    "NotReadyError",
    "Op",
    "OptionError",
    "Parameter",
    "RenderError",
    "Sequential",
    "ShapeError",
    "Tensor",
    "TensorgradError",
    "UnknownNameError",
    "activations",
    "backward_steps",
    "bilinear",
    "callbacks",
    "constant",
    "draw",
    "elementwise",
    "enable_grad",
    "epsilon",
    "floatx",
    "gradcheck",
    "initializers",
    "layers",
    "linear",
    "losses",
    "methods",
    "metrics",
    "models",
    "no_grad",
    "ops",
    "optimizers",
    "play",
    "primitive",
    "set_epsilon",
    "set_floatx",
    "set_random_seed",
    "utils",
    *(name for name in ops.__all__ if name not in ("all", "any", "divmod", "max", "min", "round", "sum")),  # builtins
]
