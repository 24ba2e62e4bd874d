"""Forward mode, one op at a time: how small changes of an op's inputs change its output.

Most rows need no forward-mode rule of their own. Where the Jacobian is diagonal the reverse rule serves both ways, and
a linear op is its own; for the rest, the reverse rule ``g -> Jᵀg`` is linear in ``g``, so its derivative is ``J``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .backward import conjugate_gradient, gradients
from .core.modes import enable_grad
from .core.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable

    from .core.op import Op


def pushforward(op: Op, tangents: Any, y: Any, inputs: Any, settings: dict[str, Any] | None = None) -> Any:
    """Return the Jacobian-vector product of one op, ``Σᵢ (∂y/∂xᵢ) tᵢ``, in the shape of ``y``.

    tangents: one array per input, of its shape; None for an input that does not change
    y:        the op's output for these ``inputs`` and ``settings``

    Arrays give an array; with Tensors among them the product is recorded, and can be differentiated.

    >>> import numpy as np, tensorgrad as tg
    >>> a, b = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    >>> pushforward(tg.ops.multiply.op, [np.ones(2), None], a * b, [a, b])
    array([5., 7.])
    """
    settings = settings or {}
    total = np.zeros_like(y)
    with np.errstate(divide="ignore", invalid="ignore"):  # as in backward
        for i, t in enumerate(tangents):
            if t is not None and op.rule(i) is not None:
                given = {**settings, "wrt": i} if op.variadic else settings
                tangent = op.tangents[0 if op.variadic else i]
                change = (tangent or transpose_rule(op.rule(i)))(t, y, *inputs, **given)
                total = total + (np.real(change) if y.dtype.kind != "c" else change)
    return total


def transpose_rule(rule: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``t -> J t`` from the rule ``g -> Jᵀg``: the derivative by ``g`` of ``⟨Jᵀg, t⟩ = ⟨g, J t⟩``."""

    def tangent(t: Any, y: Any, *inputs: Any, **settings: Any) -> Any:
        g = Tensor(np.ones_like(y), requires_grad=True)
        with enable_grad():
            product = np.sum(rule(g, y, *inputs, **settings) * t)  # broadcasts as the engine would sum or spread
            product = np.real(product)
        if not isinstance(product, Tensor) or not product.requires_grad:
            return np.zeros_like(y)
        keep = any(isinstance(x, Tensor) for x in (t, y, *inputs))
        found = (conjugate_gradient(gx) for leaf, gx in gradients(product, create_graph=keep) if leaf is g)
        return next(found, np.zeros_like(y))

    return tangent
