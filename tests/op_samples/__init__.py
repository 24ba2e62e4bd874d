"""Inputs for every op: the only place they are written. A new op without samples fails the suite.

Each module here is a family with its ``SAMPLES``, from the op's name to its samples.
"""

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Sample(NamedTuple):
    """Inputs for one call of an op, and its settings.

    An input is a shape, to be drawn from the op's domain, or the value itself: a list or an array becomes an array, a
    Python number stays one.
    """

    inputs: tuple
    settings: dict[str, Any] = {}  # noqa: RUF012  (a NamedTuple's default; never written)


#: 0-d, empty, and ordinary.
SHAPES = [(), (3,), (2, 3), (0,), (2, 0)]

#: Every direction of broadcasting, 0-d and empty arrays, and Python numbers on either side.
PAIRS = [
    ((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((), (2, 3)), ((2, 3), ()), ((3,), (2, 3)), ((2, 3), (3,)),
    ((2, 1), (1, 3)), ((1, 3), (2, 1)), ((1,), (2, 3)), ((2, 3, 1), (3, 4)), ((0, 3), (3,)), ((1,), (2, 0)),
    ((2, 3), 1.25), (0.75, (2, 3)), ((), 2), (2, (3,)),
]  # fmt: skip


def unary(*more):
    """Return samples of a function of one array: every shape, and the inputs in ``more``."""
    return [Sample((x,)) for x in (*SHAPES, *more)]


def binary(*more):
    """Return samples of a function of two arrays: every pair of shapes, and the pairs in ``more``."""
    return [Sample(pair) for pair in (*PAIRS, *more)]


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
        "above one": 1 + x,
    }[domain]


def arrays(op, sample, seed=0):
    """Return the sample's inputs as arrays and Python numbers, the same for the same seed."""
    rng = np.random.default_rng(seed)
    drawn = []
    for i, x in enumerate(sample.inputs):
        name = op.args[0 if op.variadic else i]
        domain = op.domain.get(name, "real") if isinstance(op.domain, dict) else op.domain
        if isinstance(x, tuple):
            x = np.asarray(draw(domain, x, rng))
        drawn.append(x if isinstance(x, (int, float)) else np.array(x))
    return drawn


def collect():
    """Return the samples of all families in this folder, by the op's name."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem != "__init__":
            family = import_module(f"{__name__}.{path.stem}").SAMPLES
            assert not found.keys() & family.keys(), f"sampled twice: {found.keys() & family.keys()}"
            found.update(family)
    return found
