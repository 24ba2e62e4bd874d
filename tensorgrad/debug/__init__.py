"""Where nan came from, why there is no gradient, and what was computed before an error: nothing of it costs anything
until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnosis import Diagnosis


__all__ = ["partial_graph", "trace_numerics", "why_no_grad"]


def trace_numerics(*, raise_exception: bool = True) -> Any:
    """Return a block in which the first op, forward or backward, that makes nan or inf raises NumericsError.

    raise_exception: False collects instead: ``findings`` of what the block gives lists each op once, the first first

    The error says the op, forward or backward, the layer, the line, the range of the inputs, and what to do about it;
    its ``finding`` has them as attributes. An input that holds nan before any op is reported as what it is, data or a
    weight. Not reported are infinities that were meant: a number, ``np.where(mask, x, -np.inf)``, or -inf in an array.

    Compiled functions and ``fit`` run their Python at every step inside the block, and a step takes 2 to 10 times as
    long; afterwards they go on as before. NumPy's own warnings rest. Blocks nest; only the thread or task that opened
    one is watched.

    >>> import numpy as np, tensorgrad as tg
    >>> with tg.trace_numerics(raise_exception=False) as seen:
    ...     y = np.sqrt(tg.Tensor([0.0, 0.5, -1.0], name="x"))
    >>> seen.findings[0].op, seen.findings[0].phase, str(seen.findings[0].inputs[0])
    ('sqrt', 'forward', 'x  float64[3]  from -1 to 0.5, 1 zero, 1 negative')
    >>> seen.findings[0].remedy
    'the root of a negative number is nan: np.sqrt(np.maximum(x, 0))'
    """
    from .nonfinite import Tracer  # 5 ms of import, for those who debug

    return Tracer(raise_exception)


def why_no_grad(loss: Any, p: Any) -> Diagnosis:
    """Return why ``p`` gets no gradient from ``loss``: a Diagnosis, which prints as sentences and is true if there is a
    reason.

    loss: a Tensor, of whose graph is told what can be known afterwards; or a function without arguments that computes
          it, which is run once while everything is watched that is done with what comes from ``p``: then the lines are
          told too
    p:    the Tensor whose gradient is missing

    ``.reason`` is it in a word, one of ``tensorgrad.debug.diagnosis.REASONS``, or None; ``.cuts`` are the places, as
    ``(word, line, layer)``. No gradient is changed; a function that draws random numbers draws them.

    >>> import numpy as np, tensorgrad as tg
    >>> w = tg.Parameter([1.0, 2.0], name="w")
    >>> tg.why_no_grad(lambda: tg.Tensor(w.numpy() * 2).sum(), w).reason
    '.numpy()'
    >>> print(tg.why_no_grad(w.sum(), tg.Tensor([1, 2], name="n")))
    n gets no gradient: it is int64[2], and only floats have gradients
      make it of floats: 2.0 instead of 2, or dtype='float32'
    """
    from .diagnosis import diagnose  # 5 ms of import, for those who debug

    return diagnose(loss, p)


def partial_graph(error: Any = None) -> Any:
    """Return what had been computed when ``error`` was raised in an op or a layer: a PartialGraph.

    error: the exception, caught; the last one that reached the prompt unless given

    It prints as a listing, and ``.picture`` can be saved; it is read off the error's traceback and keeps no Tensor
    alive.
    """
    from .partial_graph import find_partial_graph  # for those who debug

    return find_partial_graph(error)
