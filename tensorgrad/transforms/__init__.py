"""Transforms: functions that take a function and return one that computes its derivatives, or runs it over a batch.

grad, value_and_grad, elementwise_grad, vjp      reverse mode
jvp, linearize                                   forward mode
jacobian, jacrev, jacfwd, hessian, hvp           all derivatives; a Hessian times a vector
vmap                                             a function of one example on all of a batch at once
GradientTape                                     what a block computes, to be differentiated afterwards
checkpoint, custom_gradient, stop_gradient       how a function is differentiated
"""

from .checkpointing import checkpoint
from .custom import custom_gradient, stop_gradient
from .forward_mode import jvp, linearize
from .gradient_tape import GradientTape
from .jacobians import hessian, hvp, jacfwd, jacobian, jacrev
from .reverse import elementwise_grad, grad, value_and_grad, vjp
from .vectorize import vmap

__all__ = [
    "GradientTape", "checkpoint", "custom_gradient", "elementwise_grad", "grad", "hessian", "hvp", "jacfwd",
    "jacobian", "jacrev", "jvp", "linearize", "stop_gradient", "value_and_grad", "vjp", "vmap",
]  # fmt: skip
