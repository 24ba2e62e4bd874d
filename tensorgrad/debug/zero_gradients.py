"""Find why a gradient is exactly 0: the ops that make it 0, each with the reason."""

import numpy as np

from ..backward import visit
from ..errors import printable_text
from ..graph.gradients import gradient_arrays
from ..graph.origins import where
from ..graph.steps import array_of, recorded_steps


def arriving_gradient(loss, p):
    """Return the gradient of ``loss``, or of its sum, with respect to ``p``, an array; no ``.grad`` changes."""
    return gradient_arrays(loss)[id(p)]


def zero_reasons(loss, p, tracker):
    """Return sentences on the ops that a gradient reaches, and that pass none of it on towards ``p``."""
    steps, at = recorded_steps(loss), gradient_arrays(loss)
    near, found = {id(p)}, []
    for t, inputs in steps:
        ours = [x for x in inputs if id(x) in near]
        if not ours:
            continue
        near.add(id(t))
        g = at.get(id(t))
        if g is not None and g.any() and not passes_gradient(t, g, ours):
            step = tracker.step_of(t) if tracker else None
            place = where(step.line, step.layer) if step else ""
            found.append(
                f"{printable_text(t.op.name)}{place} lets nothing through: {zero_reason(t, inputs, ours[0], g != 0)}"
            )
    return found or ["what reaches it along several ways adds up to 0"]


def passes_gradient(t, g, ours):
    """Return whether the rules of ``t`` turn ``g`` into a gradient that is not 0 for any of the inputs ``ours``."""
    through = []
    wanted = {id(x) for x in ours}
    visit(t, np.asarray(g), t.seq, False, lambda x, gx: through.append(id(x) in wanted and bool(np.any(gx))))
    return any(through)


def zero_reason(t, inputs, x, reached):
    """Return why the derivative of ``t`` with respect to its input ``x`` is 0 in the ``reached`` entries."""
    name, n = t.op.name, int(reached.sum())
    everywhere = f"in all {n} entries" if n > 1 else "there"
    if n < reached.size:
        everywhere = f"in {n} of {reached.size} entries, all that a gradient reaches"
    if name in SATURATING and x.shape == reached.shape:
        low, high = x.data[reached].min(), x.data[reached].max()
        return f"it is saturated {everywhere}, where its input goes from {low:.4g} to {high:.4g}: scale the input down"
    if name == "softmax" and not np.isin(t.data, (0, 1)).all():
        return "its results sum to 1, and the gradient that arrives is the same for all of them"
    if name == "setitem":
        written = x is not inputs[0]
        return "no gradient reaches what was written" if written else "what a gradient reaches was overwritten"
    if name == "matmul" and not any(np.any(array_of(v)) for v in inputs if v is not x):
        return "the other matrix is 0"
    if t.op.kind == "elementwise":
        return FLAT.get(name, "its derivative is 0 {}").format(everywhere)
    return "its rule makes 0 of the gradient that arrives"


SATURATING = {"sigmoid", "tanh", "erf", "erfc"}
FLAT = {
    "relu": "its input is at most 0 {} (dead units: a smaller learning rate, or leaky_relu)",
    "clip": "its input lies outside of the bounds {}",
    "where": "the condition takes the other branch {}",
    "maximum": "the other argument is the larger one {}",
    "minimum": "the other argument is the smaller one {}",
    "multiply": "the other factor is 0 {}",
}
