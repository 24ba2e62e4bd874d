"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..options import fraction, option
from .base import Optimizer
from .update_rule import rate_or_schedule


class SGD(Optimizer):
    """Gradient descent with momentum: ``m = μ·m − lr·g``; ``w += m``, or with ``nesterov``: ``w += μ·m − lr·g``.

    Without momentum: ``w −= lr·g``. The rate is inside ``m``, as in Keras; PyTorch has it outside.
    Sutskever et al., "On the importance of initialization and momentum in deep learning" (2013), section 2.

    >>> SGD(0.1, momentum=0.9)
    SGD(learning_rate=0.1, momentum=0.9)
    """

    learning_rate: Any = option(default=0.01, check=rate_or_schedule)
    momentum: float = option(default=0.0, check=fraction)
    nesterov: bool = False

    @property
    def proportional(self) -> bool:  # type: ignore[override]  # nobody sets it
        changed = self.momentum or self.weight_decay or self.clipnorm or self.clipvalue or self.global_clipnorm
        return not changed and type(self).update is SGD.update

    def slots(self) -> dict[str, float]:
        return {"momentum": 0.0} if self.momentum else {}

    def update(self, w: Any, g: Any, rate: Any, step: Any, spare: Any, momentum: Any = None) -> None:
        g *= rate
        if momentum is None:
            w -= g
            return
        momentum *= self.momentum
        momentum -= g
        if self.nesterov:
            np.multiply(momentum, self.momentum, out=spare)
            spare -= g
            w += spare
        else:
            w += momentum
