"""The compiled step: a function is traced once, and from then on runs as a flat program of NumPy calls."""

from __future__ import annotations

from typing import Any

__all__ = ["compile"]


def compile(function: Any = None, *, static: Any = (), exact: bool = True) -> Any:
    """Return ``function`` as a CompiledFunction: it runs once as it is, then as a flat program of NumPy calls.

    static: names or positions of arguments that are part of the program, such as flags: hashable, a program for each
    exact:  the results are the function's to the last bit; with False sums may be added up in another order, where
            that is faster: as ``fit`` has it

    Arguments and results are arrays, Tensors, numbers, and tuples, lists and dicts of them. There is a program for each
    combination of shapes, dtypes, layouts and structure. Tensors the function uses from outside, such as weights, are
    used where they are, so that a change of theirs is seen, and changes made to them last. Frozen into the program is
    all other Python: branches, loops, attributes, what a plain array from outside was computed from.

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
