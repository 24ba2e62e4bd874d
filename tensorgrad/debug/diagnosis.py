"""Find why a Tensor gets no gradient: from the finished graph, or from a run in which its values are followed."""

import numpy as np

from ..core.tensor import Parameter, Tensor
from ..errors import describe, printable_text
from ..graph.origins import where
from ..graph.steps import recorded_steps
from .cut_paths import INDEX, METHODS, cut_words, find_cuts
from .taint_tracker import TaintTracker, tensor_name
from .zero_gradients import arriving_gradient, zero_reasons

#: The values of ``Diagnosis.reason``, and what they mean. A way out of the graph, as ".numpy()", is its own word.
REASONS = {
    "integer": "p holds integers, which have no gradients",
    "frozen": "p.requires_grad is False",
    "not a leaf": "p is the result of an op, and only leaves keep a gradient",
    "overwritten": "p was written in place after the loss was computed",
    "unused": "the loss was computed without p",
    "unconnected": "the finished graph of the loss does not lead to p",
    "lost": "p's values left the graph, and where they went cannot be seen",
    "no_grad": "an op ran inside no_grad()",
    "constant": "an op whose derivative is zero: a comparison, a rounding, argmax",
    "no rule": "an op that has no derivative with respect to this input",
    "backward()": "gradients were used of a backward that was not recorded",
    **dict.fromkeys(METHODS, "a model's method, which gives arrays"),
    "zero": "a gradient arrives, and it is exactly 0",
    **dict.fromkeys(
        (".data", ".numpy()", ".detach()", ".item()", ".tolist()", "float()", "np.asarray()", "a copy",
         "Tensor(...)"),
        "p's values were taken out of the graph so",
    ),
}  # fmt: skip


class Diagnosis:
    """Why there is no gradient: it prints as sentences, and is true if there is a reason.

    reason: a word of REASONS, None if a gradient arrives
    cuts:   the places that cut the paths, as ``(word, line, layer)``
    line:   the line of the first cut, None if it is not known
    """

    def __init__(self, reason, *lines, cuts=()):
        self.reason, self.cuts, self._lines = reason, list(cuts), [line for line in lines if line]
        self.line = self.cuts[0][1] if self.cuts else None

    def __bool__(self):
        return self.reason is not None

    def __str__(self):
        return "\n  ".join(self._lines)

    __repr__ = __str__


def diagnose(loss, p):
    """Return the Diagnosis for ``p``; ``loss`` is a Tensor or a function that computes it."""
    check_loss_and_tensor(loss, p)
    tracker = None
    if not isinstance(loss, Tensor):
        with TaintTracker(p) as tracker:
            loss = loss()
            end = tracker.step_of(loss)  # a Tensor, or a number that came out of one
        if not isinstance(loss, (Tensor, float, int, np.ndarray, np.generic)):
            raise TypeError(f"why_no_grad(f, p): f must return the loss, a Tensor, got {describe(loss)}")
    found = diagnose_tensor(p, tracker)
    if found is None and isinstance(loss, Tensor) and is_connected(recorded_steps(loss), loss, p):
        return diagnose_arrival(loss, p, tracker)
    if found is None:
        found = diagnose_run(loss, p, tracker, end) if tracker else diagnose_graph(loss, p)
    return found


def check_loss_and_tensor(loss, p):
    """Raise TypeError if ``p`` is no Tensor, or ``loss`` neither Tensor nor function."""
    if not isinstance(p, Tensor):
        remedy = "; pass one of its weights, such as layer.kernel" if hasattr(p, "weights") else ""
        raise TypeError(f"why_no_grad(loss, p): p must be a Tensor, got {describe(p)}{remedy}")
    if not isinstance(loss, Tensor) and not callable(loss):
        raise TypeError(
            f"why_no_grad(loss, p): loss is {describe(loss)}, which does not know how it was computed; pass a function "
            "that computes it, e.g. lambda: loss_of(x, y)"
        )


def diagnose_tensor(p, tracker):
    """Return the Diagnosis of a Tensor that can have no gradient from any loss, else None."""
    name = tensor_name(p)
    if p.dtype.kind != "f":
        return Diagnosis(
            "integer",
            f"{name} gets no gradient: it is {describe(p)}, and only floats have gradients",
            "make it of floats: 2.0 instead of 2, or dtype='float32'",
        )
    if p.requires_grad:
        return None
    user = first_use(tracker)
    remedy = f"set {name}.requires_grad = True before computing, or make it with requires_grad=True"
    if isinstance(p, Parameter):
        layer = f"its layer {user.layer!r}" if user and user.layer else "its layer"
        remedy = f"if {layer} was frozen, set layer.trainable = True; else set {name}.requires_grad = True"
    then = f", and was when it was used{where(user.line, user.layer)}" if user else ""
    return Diagnosis("frozen", f"{name} gets no gradient: its requires_grad is False{then}", remedy)


def first_use(tracker):
    """Return the first step that used the followed Tensor, or None."""
    steps = tracker.all if tracker else ()
    return next((s for s in steps if any(before is tracker.start for before, _ in s.edges)), None)


def is_connected(steps, loss, p):
    """Return whether a gradient of ``loss`` reaches ``p``: along inputs that require one, through rules that exist."""
    reached = {id(loss)}
    for t, inputs in reversed(steps):
        if id(t) in reached:
            reached.update(
                id(x) for i, x in enumerate(inputs)
                if isinstance(x, Tensor) and x.requires_grad and t.op.rule(i) is not None
            )  # fmt: skip
    return id(p) in reached


def diagnose_arrival(loss, p, tracker):
    """Return the Diagnosis of a Tensor that a gradient reaches: the gradient may be 0, or may not be kept."""
    name, g = tensor_name(p), arriving_gradient(loss, p)
    zeros, size = int((g == 0).sum()), g.size
    if zeros == size and size:
        return Diagnosis(
            "zero", f"{name} gets a gradient of exactly 0, in all {size} entries",
            *zero_reasons(loss, p, tracker),
        )  # fmt: skip
    parts = f"{zeros} of {size} entries are exactly 0" if zeros else ""
    if not np.isfinite(g).all():
        parts = "it is not finite: with tg.trace_numerics(): loss.backward() names the op"
    came = f"a gradient of {describe(g)} reaches {name} from the loss"
    if p.op is not None and "retain" not in (p.watch or {}):
        return Diagnosis(
            "not a leaf",
            f"{name} keeps no gradient: it is the result of {printable_text(p.op.name)}, and only leaves keep theirs",
            f"{came}; {name}.retain_grad() before backward() keeps it",
            "an update that rebinds the name, w = w - rate * w.grad, makes such a result: write w.data -= ... instead",
        )
    missing = f"{name}.grad is None: call backward(), and read it before optimizer.step() clears it"
    return Diagnosis(None, came, parts, missing if p.grad is None else "")


def diagnose_run(loss, p, tracker, end):
    """Return the Diagnosis of a run in which the values of ``p`` were followed; ``end`` is the step of the loss."""
    name = tensor_name(p)
    if end is None:
        return diagnose_overwrite(loss, p) or diagnose_lost(loss, p, tracker)
    found = find_cuts(end)
    if not found:
        return diagnose_overwrite(loss, p) or diagnose_graph(loss, p)
    word, cut, path = found[0]
    texts = list(dict.fromkeys(cut_words(w, c)[0] + where(c.line, c.layer) for w, c, _ in found))
    lines = [f"{name} gets no gradient: {texts[0]} cuts the way to the loss", path]
    lines += [f"another way is cut by {other}" for other in texts[1:]]
    cuts = list(dict.fromkeys((w, c.line, c.layer) for w, c, _ in found))
    if not isinstance(loss, Tensor):
        lines.append(f"the function returned {describe(loss)}: let it return the Tensor")
    remedy = (
        "an index has no gradient: it chooses, and is not computed with" if INDEX in path else cut_words(word, cut)[1]
    )
    return Diagnosis(word, *lines, remedy, cuts=cuts)


def diagnose_lost(loss, p, tracker):
    """Return the Diagnosis if no value of ``p`` could be followed into the loss."""
    name = tensor_name(p)
    ends = [(word, s) for s in tracker.all for before, word in s.edges if word and before.live]
    if ends:
        texts = [f"{cut_words(word, s)[0]}{where(s.line, s.layer)}" for word, s in ends]
        return Diagnosis(
            "lost", f"{name} gets no gradient: the loss is computed from no Tensor that comes from it",
            f"its values left the graph by {', '.join(dict.fromkeys(texts))}; "
            "where they went from there cannot be seen",
            cuts=dict.fromkeys((word, s.line, s.layer) for word, s in ends),
        )  # fmt: skip
    used = first_use(tracker)
    if used is None:
        return Diagnosis(
            "unused", f"{name} gets no gradient: the function does not use it",
            related_input(recorded_steps(loss) if isinstance(loss, Tensor) else [], p)
            or "if it seems to, it uses another Tensor: one from before a model or a weight was made anew",
        )  # fmt: skip
    use = f"{used.what} uses it{where(used.line, used.layer)}"
    return Diagnosis("unused", f"{name} gets no gradient: {use}, but the loss is not computed from that")


def diagnose_graph(loss, p):
    """Return the Diagnosis from a finished graph that does not lead to ``p``."""
    name, steps = tensor_name(p), recorded_steps(loss)
    found = diagnose_overwrite(loss, p) or diagnose_missing_rule(steps, p)
    if found is not None:
        return found
    if loss.op is None:
        first = f"{name} gets no gradient: the loss was made by no recorded op, so it depends on nothing"
    else:
        first = f"{name} gets no gradient: the graph of the loss, {len(steps)} ops, does not lead to it"
    again = "which place cuts the way is not kept in a graph; pass a function that computes the loss and it is told"
    return Diagnosis("unconnected", first, related_input(steps, p), again)


def diagnose_overwrite(loss, p):
    """Return the Diagnosis if the loss was computed from an old value of ``p``, overwritten since, else None."""
    old, steps = p, recorded_steps(loss) if isinstance(loss, Tensor) else []
    while getattr(old, "past", None) is not None:
        old = old.past
        if is_connected(steps, loss, old):
            name = tensor_name(p)
            return Diagnosis(
                "overwritten",
                f"{name} gets no gradient: {name}[...] = was written after the loss was computed from its old value",
                "compute the loss again, or write into a copy",
            )
    return None


def diagnose_missing_rule(steps, p):
    """Return the Diagnosis if ``p`` enters the loss only through inputs that have no rule, else None."""
    near = {id(p)}
    for t, inputs in steps:
        for i, x in enumerate(inputs):
            if id(x) in near and t.op.rule(i) is None:
                op, arg = printable_text(t.op.name), t.op.args[0 if t.op.variadic else i]
                cause = f"{op} has no derivative with respect to {printable_text(arg)}"
                return Diagnosis(
                    "no rule", f"{tensor_name(p)} gets no gradient: {cause}",
                    "" if t.op.module.startswith("tensorgrad.") else f"declare it: @{op}.vjp({arg!r})",
                    cuts=[("no rule", None, None)],
                )  # fmt: skip
            if id(x) in near:
                near.add(id(t))
    return None


def related_input(steps, p):
    """Return a sentence on an input of the graph that shares the memory, the name or the values of ``p``; else ''."""
    name = tensor_name(p)
    given = {id(x): (t, x) for t, inputs in steps for x in inputs if not isinstance(x, Tensor) or x.op is None}
    arrays = [(t, x, x.data if isinstance(x, Tensor) else x) for t, x in given.values()]
    arrays = [(t, x, a) for t, x, a in arrays if isinstance(a, np.ndarray) and x is not p]
    for t, _, a in arrays:
        if np.shares_memory(a, p.data):
            op = printable_text(t.op.name)
            return f"{op} was given its memory without its graph: its .data, or the array that {name} was made of"
    for t, x, _ in arrays:
        if p.name and getattr(x, "name", None) == p.name:
            op = printable_text(t.op.name)
            return f"{op} was given another Tensor of the name {name}: was a model or a weight made anew?"
    for t, _, a in arrays:
        if a.shape == p.shape and a.size > 1 and np.array_equal(a, p.data):
            return (
                f"{printable_text(t.op.name)} was given an array with the same values: perhaps it is a copy of {name}"
            )
    return ""
