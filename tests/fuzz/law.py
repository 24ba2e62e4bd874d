"""The law as cases: each is run as it is and compiled, in a world it makes itself; all that it yields is compared."""

import random

import numpy as np

import tensorgrad as tg
from tensorgrad.errors import TraceError

from .compare import difference
from .judge import INTERNAL
from .run import quiet
from .snapshot import snapshot
from .ways import as_it_is


class Law:
    """Cases: generator functions of what compiles; those that ``may_refuse`` may raise a TraceError instead."""

    def __init__(self):
        self.cases, self.lenient = {}, set()

    def case(self, f):
        """Add a case."""
        self.cases[f.__name__] = f
        return f

    def may_refuse(self, f):
        """Add a case that may be refused."""
        self.lenient.add(f.__name__)
        return self.case(f)

    def hold(self, name):
        """Assert that a case yields the same compiled as it does as it is."""
        refusal = None
        with quiet():
            expected = seen(self.cases[name], as_it_is)
            try:
                found = seen(self.cases[name], tg.compile)
            except TraceError as error:
                refusal = str(error)
        if refusal is not None:
            assert name in self.lenient, f"refused without need: {refusal}"
            assert not INTERNAL.search(refusal)
            return
        for number, (a, b) in enumerate(zip(expected, found, strict=True)):
            unlike = difference(a, b)
            assert unlike is None, f"at yield {number}: {unlike[2]}"


def seen(case, compiled):
    """Return the snapshots of what ``case(compiled)`` yields."""
    tg.set_random_seed(0)
    np.random.seed(0)  # noqa: NPY002  (a case may draw from it; ``quiet`` puts it back)
    random.seed(0)
    return [snapshot(["result"], {"result": found}) for found in case(compiled)]


def floats(*shape, dtype="float64", seed=0):
    """Return random floats."""
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def weight(*shape, dtype="float64", seed=1):
    """Return a random Tensor that wants a gradient."""
    return tg.Tensor(floats(*shape, dtype=dtype, seed=seed), requires_grad=True)
