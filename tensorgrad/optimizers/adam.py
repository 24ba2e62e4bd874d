"""Adam: steps scaled by running moments of the gradient."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from ..options import fraction, option, positive_number
from .base import Optimizer
from .update_rule import rate_or_schedule


class Adam(Optimizer):
    """Adaptive moments: ``m += (1−β₁)(g − m)``, ``v += (1−β₂)(g² − v)``, ``w −= α·m / (√v + ε)``.

    ``α = lr·√(1−β₂ᵗ) / (1−β₁ᵗ)`` at step t: ε is added before the bias correction, as in Keras; PyTorch adds it after.
    Kingma and Ba, "Adam" (2015), section 2; ``amsgrad`` divides by the largest v so far: Reddi et al. (2018).
    As in Keras, the slots of m, v and the largest v are called momentum, velocity and velocity_hat.

    >>> Adam(0.01)
    Adam(learning_rate=0.01)
    """

    learning_rate: Any = option(default=0.001, check=rate_or_schedule)
    beta_1: float = option(default=0.9, check=fraction)
    beta_2: float = option(default=0.999, check=fraction)
    epsilon: float = option(default=1e-7, check=positive_number)
    amsgrad: bool = False

    def slots(self) -> dict[str, float]:
        slots = {"momentum": 0.0, "velocity": 0.0}
        return slots | {"velocity_hat": 0.0} if self.amsgrad else slots

    def update(
        self, w: Any, g: Any, rate: Any, step: Any, spare: Any, momentum: Any, velocity: Any, velocity_hat: Any = None
    ) -> None:
        np.subtract(g, momentum, out=spare)
        spare *= 1 - self.beta_1
        momentum += spare
        np.multiply(g, g, out=spare)
        spare -= velocity
        spare *= 1 - self.beta_2
        velocity += spare
        if velocity_hat is not None:
            velocity = np.maximum(velocity_hat, velocity, out=velocity_hat)
        np.sqrt(velocity, out=spare)
        spare += self.epsilon
        np.divide(momentum, spare, out=spare)
        spare *= rate * sqrt(1 - self.beta_2**step) / (1 - self.beta_1**step)
        w -= spare
