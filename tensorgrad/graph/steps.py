"""The recorded graph as a list, for code that reads it without differentiating it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.tensor import Tensor
from ..core.views import version


def recorded_steps(root: Any, after: Any = -1) -> Any:
    """Return ``[(tensor, inputs)]`` for every Tensor an op made on the way to ``root``, oldest first.

    ``inputs`` are what the op was given: a Tensor written in place since stands there as it was. Tensors whose
    sequence number is not above ``after`` are taken as leaves. No recursion; linear in ops and edges.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor(3.0, requires_grad=True)
    >>> [t.op.name for t, inputs in recorded_steps(x * x + 1.0)]
    ['multiply', 'add']
    """
    return merged_steps([root], after)


def merged_steps(roots: Any, after: Any = -1) -> Any:
    """Return ``recorded_steps`` of several roots as one list, each Tensor once."""
    found, waiting = {}, list(roots)
    while waiting:
        t = waiting.pop()
        if t.op is None or t.seq in found or t.seq <= after:
            continue
        inputs = tuple([version(x, t.seq) if isinstance(x, Tensor) else x for x in t.inputs])
        found[t.seq] = (t, inputs)
        waiting.extend(x for x in inputs if isinstance(x, Tensor))
    return [found[seq] for seq in sorted(found)]


def array_of(x: Any) -> Any:
    """Return the array of a Tensor, else ``x`` itself: an array or a number."""
    return x.data if isinstance(x, Tensor) else x


def is_number(x: Any) -> Any:
    """Return whether ``x`` is a nameless number, which is drawn as itself."""
    return np.ndim(array_of(x)) == 0 and not (isinstance(x, Tensor) and (x.requires_grad or x.name))
