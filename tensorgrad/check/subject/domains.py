"""Random inputs for an op, from the domain that its row names, away from its kinks."""

import numpy as np

from ...core.tensor import Tensor
from ...errors import GradientError, printable_text

#: The shape of every input: square, which products, solves and sums along any axis all take.
SHAPE = (3, 3)


def draw_inputs(op, seed=0):
    """Return a tuple of random float64 arrays that ``op`` takes.

    Raises GradientError for an op that has no derivative, or that does not take square matrices of floats.

    >>> import tensorgrad as tg
    >>> [x.shape for x in draw_inputs(tg.ops.multiply.op)]
    [(3, 3), (3, 3)]
    """
    if op.kind == "constant":
        raise GradientError(f"gradcheck: op {op.name!r} is declared constant; it has no gradient to check")
    rng = np.random.default_rng(seed)
    names = op.args * (2 if op.variadic else 1)
    domains = [op.domain.get(name, "real") if isinstance(op.domain, dict) else op.domain for name in names]
    inputs = tuple(avoid_kinks(op.kinks, draw_array(domain, rng)) for domain in domains)
    try:
        op.call(*[Tensor(x, requires_grad=True) for x in inputs]).sum().backward()
    except Exception as error:  # an op may raise anything if the shapes do not fit
        given = ", ".join(map(printable_text, op.args))
        raise GradientError(
            f"gradcheck: inputs of {op!r} cannot be drawn ({type(error).__name__}: {error}); pass them, and settings "
            f"in a lambda: gradcheck(lambda {given}: {printable_text(op.name)}({given}, ...), inputs)"
        ) from None
    return inputs


def draw_array(domain, rng):
    """Return a random array from a named domain, away from its edges."""
    x = rng.uniform(0.3, 1.7, SHAPE)
    if domain in ("unit", "open unit"):
        x = (x - 0.2) / 1.7
    elif domain == "above one":
        x = 1 + x
    return x if domain in ("positive", "open unit", "above one") else x * rng.choice([-1.0, 1.0], SHAPE)


def avoid_kinks(kinks, x):
    """Return ``x`` with the entries near one of the ``kinks`` moved away from it."""
    for kink in kinks:
        x = np.where(np.abs(x - kink) < 0.1, kink + 0.2 * np.where(x < kink, -1, 1), x)
    return x
