"""Transforms: functions that take a function and return one that computes its derivatives, or runs it over a batch.

grad, value_and_grad, elementwise_grad, vjp      reverse mode
jvp, linearize                                   forward mode
GradientTape                                     what a block computes, to be differentiated afterwards
checkpoint, custom_gradient, stop_gradient       how a function is differentiated
"""

from .checkpointing import checkpoint
from .custom import custom_gradient, stop_gradient
from .forward_mode import jvp, linearize
from .gradient_tape import GradientTape
from .reverse import elementwise_grad, grad, value_and_grad, vjp

__all__ = [
    "GradientTape", "checkpoint", "custom_gradient", "elementwise_grad", "grad", "jvp", "linearize", "stop_gradient",
    "value_and_grad", "vjp",
]  # fmt: skip
