"""Find where nan came from, why a Tensor gets no gradient, and what was computed before an error.

Nothing of it costs anything until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .diagnosis import Diagnosis


__all__ = ["partial_graph", "trace_numerics", "why_no_grad"]


def trace_numerics(*, raise_exception: bool = True) -> Any:
    """Return a block in which the first op, forward or backward, that makes nan or inf raises NumericsError.

    raise_exception: False collects instead: ``findings`` of the block's target lists each op once, in order

    The error says the op, forward or backward, the layer, the line, the range of the inputs, and what to do about it;
    its ``finding`` has them as attributes. An input that holds nan before any op is reported as data or as a
    weight. Intended infinities are not reported: a number, ``np.where(mask, x, -np.inf)``, or -inf in an array.

    Compiled functions and ``fit`` run their Python at every step inside the block, and a step takes 2 to 10 times as
    long; afterwards they go on as before. NumPy's own warnings are off. Blocks nest; a block watches only the
    thread or task that opened it.

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

    loss: a Tensor, whose finished graph is examined; or a function without arguments that computes it, which runs
          once while all values that come from ``p`` are followed: then the Diagnosis names the lines too
    p:    the Tensor whose gradient is missing

    ``.reason`` is a word, one of ``tensorgrad.debug.diagnosis.REASONS``, or None; ``.cuts`` are the places, as
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
    """Return a PartialGraph: what had been computed when an op or a layer raised ``error``.

    error: the caught exception; by default the last one that reached the prompt

    It prints as a listing, and ``.picture`` can be saved. It comes from the error's traceback and keeps no Tensor
    alive.
    """
    from .error_graph import find_partial_graph  # for those who debug

    return find_partial_graph(error)
