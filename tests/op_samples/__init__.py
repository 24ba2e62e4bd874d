"""Inputs for every op: the only place they are written. A new op without samples fails the suite."""

from typing import Any, NamedTuple

import numpy as np


class Sample(NamedTuple):
    """Inputs for one call of an op: shapes, drawn from the op's domain, or the arrays themselves; and its settings."""

    inputs: tuple
    settings: dict[str, Any] = {}  # noqa: RUF012  (a NamedTuple's default; never written)


def draw(domain, shape, rng):
    """Return a float64 array of ``shape`` from a named domain, a margin away from its edges."""
    x = rng.uniform(0.3, 1.7, shape)
    sign = rng.choice([-1.0, 1.0], shape)
    return {
        "real": sign * x,
        "positive": x,
        "nonzero": sign * x,
        "unit": sign * (x - 0.2) / 1.7,
        "open unit": (x - 0.2) / 1.7,
    }[domain]


def arrays(op, sample, seed=0):
    """Return the sample's inputs as arrays, the same for the same seed."""
    rng = np.random.default_rng(seed)
    drawn = []
    for i, x in enumerate(sample.inputs):
        name = op.args[0 if op.variadic else i]
        domain = op.domain.get(name, "real") if isinstance(op.domain, dict) else op.domain
        drawn.append(draw(domain, x, rng) if isinstance(x, tuple) else np.array(x))
    return drawn
