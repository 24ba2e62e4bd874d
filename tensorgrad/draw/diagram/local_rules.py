"""The local rules of a recorded backward: for each forward op, what it gives to each of its inputs."""

from ...core.tensor import Tensor
from ..text.formula import LONGEST, Formula
from ..text.rule_source import formula, formula_of, used_in
from .backward_diagram import memory_span
from .diagram import input_kind


class Rules:
    """What each forward op's rule did in a Backprop.

    arrivals: ``{id of a Tensor: [(t, i), ...]}``: the uses that sent it a gradient, in the order in which they did
    shares:   ``{(id(t), i): what the rule of t gave to its input i}``, recorded Tensors
    """

    def __init__(self, backprop, name_of):
        self.backprop, self.name_of = backprop, name_of
        self.inputs = {id(t): inputs for t, inputs in backprop.forward}
        self.steps = {id(t): (t, inputs) for t, inputs in backprop.steps}
        self.arrivals: dict = {}
        self.shares: dict = {}
        self.wanted = ids_on_path(backprop)
        for t, inputs in reversed(backprop.forward):
            if id(t) in self.wanted:
                self.note(t, inputs)
        for key, arrivals in self.arrivals.items():
            parts = self.parts(backprop.gradient[key], len(arrivals))
            for (t, i), part in zip(arrivals, parts, strict=False):
                self.shares[id(t), i] = part

    def note(self, t, inputs):
        """Enter the inputs to which ``t`` sends a gradient, in the backward's order: the last of two first."""
        order = range(len(inputs))
        for i in reversed(order) if len(inputs) == 2 and t.settings is None else order:
            x = inputs[i]
            if isinstance(x, Tensor) and t.op.rule(i) and id(x) in self.wanted:
                self.arrivals.setdefault(id(x), []).append((t, i))

    def parts(self, total, n):
        """Return the ``n`` gradients that were added up to ``total``, the first to arrive first."""
        parts: list[str] = []
        while len(parts) < n - 1 and id(total) in self.steps and self.steps[id(total)][0].op.name == "add":
            total, last = self.steps[id(total)][1]
            parts.append(last)
        return [total, *reversed(parts)]

    def formula(self, t, i, view_of):
        """Return ``(text, used)`` of what ``t`` gives to its input ``i``: ``('xᵀ @ g', {id(x): x})``."""
        inputs, share = self.inputs[id(t)], self.shares.get((id(t), i))
        args = [t.op.args[0] + str(k) if t.op.variadic else t.op.args[k] for k in range(len(inputs))]
        named = [self.short_name(x) for x in inputs]
        called = [arg if name in ("", "g") else name for name, arg in zip(named, args, strict=True)]  # g arrives
        known = {id(x): name for x, name in zip(inputs, called, strict=True) if input_kind(x) != "constant"}
        arriving = id(self.backprop.gradient[id(t)])
        known |= {id(t): self.short_name(t) or "y", arriving: "g"}
        found = Formula(share, known, self.steps, view_of)
        used = {key: x for key, x in found.used.items() if key != arriving}
        if found.unknown or len(found.text) > LONGEST:
            by_name = dict(zip(("g", "y", *args), (None, t, *inputs), strict=True))
            names = used_in(t.op.rule(i))
            used |= {id(by_name[n]): by_name[n] for n in names if by_name.get(n) is not None}
            text = formula(t.op, i) if formula_of(t.op.rule(i)) else ""
            if 0 < len(text) <= LONGEST:
                return text, used
        if len(found.text) > LONGEST:
            return f"f({', '.join(['g', *(known[key] for key in known if key in used)])})", used
        return found.text, used

    def short_name(self, x):
        """Return what ``x`` is called inside its layer."""
        return self.name_of(x).rpartition("/")[2]


def ids_on_path(backprop):
    """Return the ids of the Tensors on the way of a gradient to a leaf that one is asked for."""
    found = {id(leaf) for leaf in backprop.leaves}
    for t, inputs in backprop.forward:
        if id(t) in backprop.gradient and any(id(x) in found for x in inputs):
            found.add(id(t))
    return found


def views_in(backprop):
    """Return ``view_of(x)``: the input or parameter of the forward in whose memory an array lies, or None."""
    leaves = [x for _, inputs in backprop.forward for x in inputs if input_kind(x) in ("input", "parameter")]
    places = {memory_span(x): x for x in leaves if memory_span(x) is not None}
    return lambda x: places.get(memory_span(x)) if memory_span(x) is not None else None
