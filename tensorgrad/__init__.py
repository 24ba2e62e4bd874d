"""tensorgrad: autograd and neural networks in pure Python and NumPy.

Tensor, Parameter              an array that remembers how it was made; a weight
exp, sum, matmul, ...          NumPy's functions, differentiable; np.exp(t) is the same
linalg, fft                    the same of np.linalg and np.fft
no_grad, enable_grad           whether calls are recorded
gradcheck, draw                gradients against numbers; the graph as a picture
trace_numerics, why_no_grad    where nan came from; why a gradient is missing
check_gradients, exercises     the same for gradients written by hand in NumPy; backwards to write, graded
play, backward_steps           backpropagation one op at a time: as a page, in Python
grad, vmap, jacobian, ...      functions of functions: derivatives of any order, a function over a batch (transforms)
elementwise, linear, bilinear, constant, primitive      how an op of one's own is declared
layers, models, losses, metrics, optimizers, activations, initializers, callbacks, utils      as in Keras
"""

import builtins
from typing import TYPE_CHECKING

from . import (
    activations,
    callbacks,
    fft,
    initializers,
    layers,
    linalg,
    losses,
    methods,
    metrics,
    models,
    nn,
    ops,
    optimizers,
    special,
    utils,
)
from .check import gradcheck
from .compile import compile as compile  # not in __all__: Python has one too
from .config import epsilon, floatx, set_epsilon, set_floatx
from .core.declare import bilinear, constant, elementwise, linear, primitive
from .core.modes import enable_grad, no_grad
from .core.op import REGISTRY, Op
from .core.tensor import Parameter, Tensor
from .debug import partial_graph, trace_numerics, why_no_grad
from .draw import backward_steps, draw, play
from .errors import (
    DataError,
    GradcheckError,
    GradientError,
    NotReadyError,
    NumericsError,
    OptionError,
    RenderError,
    ShapeError,
    TensorgradError,
    UnknownNameError,
)
from .models import Sequential
from .ops import *  # noqa: F403  (ops/__init__.py lists them)
from .seeding import set_random_seed

if TYPE_CHECKING:
    from . import exercises, testing, transforms
    from . import numpy as numpy
    from .check import check_gradients
    from .transforms import (
        GradientTape,
        checkpoint,
        custom_gradient,
        elementwise_grad,
        grad,
        hessian,
        hvp,
        jacfwd,
        jacobian,
        jacrev,
        jvp,
        linearize,
        stop_gradient,
        value_and_grad,
        vjp,
        vmap,
    )

#: Imported when they are first asked for: few programs need them, and importing tensorgrad stays quick.
_AT_FIRST_USE = {"exercises": ".exercises", "numpy": ".numpy", "testing": ".testing", "transforms": ".transforms"}
#: The same for what lies in a module.
_INSIDE = {"check_gradients": ".check.handwritten"} | dict.fromkeys((
    "GradientTape", "checkpoint", "custom_gradient", "elementwise_grad", "grad", "hessian", "hvp", "jacfwd",
    "jacobian", "jacrev", "jvp", "linearize", "stop_gradient", "value_and_grad", "vjp", "vmap",
), ".transforms")  # fmt: skip


if not TYPE_CHECKING:  # to which every name would be there then

    def __getattr__(name):
        path = _AT_FIRST_USE.get(name) or _INSIDE.get(name)
        if path is None:
            raise AttributeError(f"module 'tensorgrad' has no attribute {name!r}")
        from importlib import import_module

        module = import_module(path, __name__)
        return getattr(module, name) if name in _INSIDE else module


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__version__ = "0.1.0"

__all__ = [
    "REGISTRY",
    "DataError",
    "GradcheckError",
    "GradientError",
    "GradientTape",
    "NotReadyError",
    "NumericsError",
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
    "check_gradients",
    "checkpoint",
    "constant",
    "custom_gradient",
    "draw",
    "elementwise",
    "elementwise_grad",
    "enable_grad",
    "epsilon",
    "exercises",
    "fft",
    "floatx",
    "grad",
    "gradcheck",
    "hessian",
    "hvp",
    "initializers",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "layers",
    "linalg",
    "linear",
    "linearize",
    "losses",
    "methods",
    "metrics",
    "models",
    "nn",
    "no_grad",
    "ops",
    "optimizers",
    "partial_graph",
    "play",
    "primitive",
    "set_epsilon",
    "set_floatx",
    "set_random_seed",
    "special",
    "stop_gradient",
    "testing",
    "trace_numerics",
    "transforms",
    "utils",
    "value_and_grad",
    "vjp",
    "vmap",
    "why_no_grad",
]
if not TYPE_CHECKING:  # which cannot read a computed list
    __all__ += [name for name in ops.__all__ if not hasattr(builtins, name)]  # a star hides none of Python's own
