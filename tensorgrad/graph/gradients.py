"""The gradients that arrive at each Tensor of a graph, not at its leaves alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..backward import gradients
from ..core.tensor import Tensor
from .steps import array_of, recorded_steps

#: Where ``hooking`` puts its hooks: before those of the user and after them.
FIRST, LAST = object(), object()


class listening:
    """Inside the block a backward notes each Tensor's gradient in ``found``, by id, and the user's hooks rest.

    steps: what ``recorded_steps`` returned; leaves are not noted, as the backward itself returns theirs
    """

    def __init__(self, steps: Any, found: Any) -> None:
        leaves = {id(x): x for _, inputs in steps for x in inputs if isinstance(x, Tensor)}
        self.tensors = list({**leaves, **{id(t): t for t, _ in steps}}.values())
        self.found = found

    def __enter__(self) -> None:
        self.saved = [t.watch for t in self.tensors]
        for t in self.tensors:
            t.watch = None if t.op is None else {FIRST: self.noter(id(t))}

    def noter(self, key: Any) -> Any:
        def note(g: Any) -> None:
            self.found[key] = g

        return note

    def __exit__(self, *exception: Any) -> None:
        for t, watch in zip(self.tensors, self.saved, strict=True):
            t.watch = watch


class hooking:
    """Inside the block a backward runs hooks of ours around the user's.

    steps:       what ``recorded_steps`` returned
    first, last: ``first(t, inputs)`` gives the hook of ``t`` that runs before the user's, ``last`` the one after them
    """

    def __init__(self, steps: Any, first: Any, last: Any) -> None:
        self.steps, self.first, self.last = steps, first, last

    def __enter__(self) -> None:
        for t, inputs in self.steps:
            t.watch = {FIRST: self.first(t, inputs), **(t.watch or {}), LAST: self.last(t, inputs)}

    def __exit__(self, *exception: Any) -> None:
        for t, _ in self.steps:
            t.watch = {key: hook for key, hook in (t.watch or {}).items() if key not in (FIRST, LAST)} or None


def gradient_arrays(root: Tensor) -> dict[int, Any]:
    """Return ``{id of a Tensor: its gradient's array}`` under ``root``, leaving every ``.grad`` and hook as it was.

    Of a ``root`` that is no scalar, these are the gradients of its sum.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor(3.0, requires_grad=True)
    >>> h = x * x
    >>> found = gradient_arrays(h * 2)
    >>> float(found[id(h)]), float(found[id(x)])
    (2.0, 12.0)
    """
    found: dict[Any, Any] = {}
    with listening(recorded_steps(root), found):
        pairs = list(gradients(root, np.ones_like(root.data)))
    return {key: array_of(g) for key, g in found.items()} | {id(leaf): g for leaf, g in pairs}
