"""The compiled step: a function is traced once, and from then on runs as a flat program of NumPy calls."""

from __future__ import annotations

from typing import Any

__all__ = ["compile"]


def compile(function: Any = None, *, static: Any = (), exact: bool = True) -> Any:
    """Return a CompiledFunction: ``function`` runs once as it is, and from then on as a flat program of NumPy calls.

    static: names or positions of hashable arguments, such as flags, that are part of the program: each value has its
            own program
    exact:  the results are the function's to the last bit; with False the program may add up sums in another order
            where that is faster, as ``fit`` does

    Arguments and results are arrays, Tensors, numbers, and tuples, lists and dicts of them. Each combination of shapes,
    dtypes, layouts and structure has its own program. The program uses Tensors from outside, such as weights, where
    they are: it sees their changes, and its changes to them last. It freezes all other Python: branches, loops,
    attributes, plain arrays from outside.

    Raises TraceError, with the line, where Python needs a value: ``if x > 0``, ``float(x)``, ``x[mask]``.

    >>> import numpy as np
    >>> step = compile(lambda x: np.exp(x) / np.exp(x).sum())
    >>> step(np.array([0.0, 0.0])), step(np.array([1.0, 1.0]))
    (array([0.5, 0.5]), array([0.5, 0.5]))
    >>> step.cache_info()
    CacheInfo(hits=1, misses=1, maxsize=64, currsize=1)
    """
    from .compiled_function import CompiledFunction  # 3 ms of import, for those who compile

    if function is None:
        return lambda function: CompiledFunction(function, static, exact)
    return CompiledFunction(function, static, exact)
