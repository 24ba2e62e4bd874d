"""A gradient that is exactly 0: which ops let nothing through, and why."""

import numpy as np

from ..backward import gradients, visit
from ..core.tensor import Tensor
from ..errors import counted
from ..walk import listening, recorded
from .observe import where


def gradient_of(loss, p):
    """Return the gradient that reaches ``p``, an array; of a ``loss`` that is no scalar, of its sum. No ``.grad``
    changes.
    """
    found = gradients_at(loss)
    g = found[id(p)]
    return g.data if isinstance(g, Tensor) else g


def gradients_at(loss):
    """Return ``{id of a Tensor: its gradient}`` for everything the loss was computed from."""
    found = {}
    with listening(recorded(loss), found):
        leaves = gradients(loss, np.ones_like(loss.data))
    found.update({id(leaf): g for leaf, g in leaves})
    return found


def zero_reasons(loss, p, follower):
    """Return sentences about the ops that a gradient reaches and lets none of it through on the way to ``p``."""
    steps, at = recorded(loss), gradients_at(loss)
    near, found = {id(p)}, []
    for t, inputs in steps:
        ours = [x for x in inputs if id(x) in near]
        if not ours:
            continue
        near.add(id(t))
        g = at.get(id(t))
        if g is not None and g.data.any() and not passed(t, g.data, ours):
            step = follower.step_of(t) if follower else None
            found.append(sentence(t, inputs, ours, step))
    return found or ["what reaches it along several ways adds up to 0"]


def passed(t, g, ours):
    """Return whether the rules of ``t`` make anything but 0 of ``g`` for the inputs ``ours``."""
    through = []
    wanted = {id(x) for x in ours}
    visit(t, np.asarray(g), t.seq, False, lambda x, gx: through.append(id(x) in wanted and bool(np.any(gx))))
    return any(through)


def sentence(t, inputs, ours, step):
    """Return which op lets nothing through, where, and why."""
    place = where(step.line, step.layer) if step else ""
    return f"{t.op.name}{place} lets nothing through: {why(t, inputs, ours[0])}"


def why(t, inputs, x):
    """Return why the derivative of ``t`` with respect to its input ``x`` is 0."""
    name, n = t.op.name, x.size
    values = f"all {counted(n, 'value')}" if n > 1 else "its value"
    if name == "relu":
        return f"{values} of its input {'are' if n > 1 else 'is'} at most 0 (dead units: a smaller rate, or leaky_relu)"
    if name in ("sigmoid", "tanh", "softmax", "erf"):
        return f"it is saturated, its input goes from {x.data.min():.4g} to {x.data.max():.4g}: scale the input down"
    if name in FIXED:
        return FIXED[name]
    if name == "mul":
        return "the other factor is 0"
    if name == "matmul":
        return "the other matrix is 0"
    return f"its derivative is 0 for {values} of its input"


FIXED = {
    "clip": "all of its input lies outside of the bounds",
    "where": "the condition takes the other branch everywhere",
    "setitem": "every entry was overwritten",
    "maximum": "the other argument is the larger one everywhere",
    "minimum": "the other argument is the smaller one everywhere",
    "getitem": "the index selects nothing",
}
