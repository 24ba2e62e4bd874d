"""Backpropagation one op at a time: the chain rule of ``backward()``, slowed down to be looked at."""

from collections import Counter

import numpy as np

from ...backward import fit, initial_cotangent, visit
from ...core.tensor import Tensor, every_example
from ...errors import describe
from ...graph.scopes import Frames
from ...graph.steps import recorded_steps
from ...shapes import broadcast_axes, broadcasts
from ..text.array_summary import values_of
from ..text.format import clean
from ..text.names import TensorNames, expression, names_by_id
from ..text.rule_source import formula, substitute_names


class GradientPart:
    """What one input of an op gets: ``value``, added to ``before``, which had arrived by other ways, gives ``total``.

    arg:    the letter under which the op's rule knows the input; ``index`` its place
    input:  the Tensor; ``name`` what it is called
    rule:   the rule as text, in names where they are short: ``'g × w'``
    value:  what the rule gives for the upstream gradient, in the shape of the input
    fitted: ``'summed over axis 0'`` where that took a sum or a spread, else ''
    before: the sum so far, None if nothing had arrived
    total:  the sum with this part
    nth, of: it is the nth of so many parts

    >>> import tensorgrad as tg
    >>> w = tg.Parameter(3.0, name="w")
    >>> step = next(tg.backward_steps(w * 2.0))
    >>> step.parts
    [GradientPart('a', to='w', value=2, total=2)]
    """

    __slots__ = ("_values", "_y", "arg", "before", "fitted", "index", "input", "name", "nth", "of", "op", "rule",
                 "settings", "total", "value")  # fmt: skip

    def __init__(self, t, inputs, index, names, fitted, value, before, total, nth, of):
        self.op, self.settings, self._y, self._values = t.op, t.settings or {}, t.data, inputs
        self.index, self.input, self.name = index, inputs[index], names.name_of(inputs[index])
        self.arg, self.rule = rule_text(t, inputs, index, names)
        self.fitted = fitted
        self.value, self.total = read_only_view(value), read_only_view(total)
        self.before = None if before is None else read_only_view(before)
        self.nth, self.of = nth, of

    @property
    def local(self):
        """The local derivative ∂y/∂x, by which an elementwise op multiplies the upstream gradient; else None."""
        if self.op.kind != "elementwise":
            return None
        values = [x.data if isinstance(x, Tensor) else x for x in self._values]
        with np.errstate(all="ignore"):  # an infinite slope is what is to be seen
            found = self.op.rules[self.index](np.ones_like(self._y), self._y, *values, **self.settings)
        return read_only_view(found)

    def __repr__(self):
        value, total = first_line(self.value), first_line(self.total)
        return f"GradientPart({self.arg!r}, to={self.name!r}, value={value}, total={total})"


class BackwardStep:
    """One op of the backward: its upstream gradient is complete, and each input gets its part.

    index:       1 for the first, which is the newest op
    op, symbol:  the op's row, and how it is drawn
    layer:       ``'outer/inner'``, '' outside of layers
    name:        what the op's output is called: its own name, or ``'t3'``
    expression:  the forward: ``'w × x'``
    output:      the Tensor that the op made; ``inputs`` are what it was given
    upstream:    ∂loss/∂output, a read-only array
    parts:       a Part for each input that gets a gradient, in the order in which they are added
    """

    __slots__ = ("expression", "index", "inputs", "layer", "name", "output", "parts", "upstream")

    def __init__(self, index, output, inputs, layer, names, upstream, parts):
        self.index, self.output, self.inputs, self.layer = index, output, inputs, layer
        self.name, self.expression = names.name_of(output), expression(output, inputs, names)
        self.upstream, self.parts = upstream, parts

    @property
    def op(self):
        return self.output.op

    @property
    def symbol(self):
        return self.output.op.symbol

    def __repr__(self):
        to = ", ".join(part.name for part in self.parts)
        return f"<Step {self.index}: {clean(self.op.name)}, {describe(self.upstream)} to {to}>"

    def __str__(self):
        where = f", layer {clean(self.layer)}" if self.layer else ""
        lines = [f"{self.index}. {self.name} = {self.expression}   ({clean(self.op.name)}{where})"]
        lines.append(f"   g = ∂{self.name} = {first_line(self.upstream)}   {describe(self.upstream)}")
        return "\n".join([*lines, *(f"   {part_line(part)}" for part in self.parts)])


def first_line(array):
    """Return a small array in full, a large one as its spread and range."""
    return values_of(array)[0]


def rule_text(t, inputs, index, names):
    """Return ``(letter of an op's input, its rule as text)``."""
    rule = clean(formula(t.op, index))
    if t.op.variadic:
        return clean(f"{t.op.args[0]}{index}"), rule
    called = {arg: names.name_of(x) for arg, x in zip(t.op.args, inputs, strict=True)}
    return clean(t.op.args[index]), substitute_names(rule, {**called, "y": names.name_of(t)})


def part_line(part):
    """Return a part as a line: ``'∂w += g × b = 3   (2 so far, 5 with it)'``."""
    rule = f"{part.rule}, {part.fitted}," if part.fitted else part.rule
    text = f"∂{part.name} {'=' if part.before is None else '+='} {rule} = {first_line(part.value)}"
    return text if part.before is None else f"{text}   (now {first_line(part.total)})"


def iterate_steps(loss, gradient, names, scopes):
    """Return the iterator that ``backward_steps`` is asked for."""
    if not isinstance(loss, Tensor):
        raise TypeError(f"backward_steps: expected a Tensor, such as a loss, got {describe(loss)}")
    seed = initial_cotangent(loss, gradient)
    steps = recorded_steps(loss)
    return walk_backward(
        steps, loss, seed.data if isinstance(seed, Tensor) else seed, TensorNames(names_by_id(names), steps), scopes
    )


def walk_backward(steps, root, seed, names, scopes, inputs=()):
    """Yield the Steps; ``steps`` is what ``recorded_steps`` returned for ``root``, and is used up.

    inputs: ids of leaves to which no gradient is to go, though they require one
    """
    frames, idle = Frames(scopes), idlers(steps, inputs)
    seen: Counter = Counter()
    expected, sums, index = arrivals(steps, root, idle), {root.seq: seed}, 0
    while steps:
        t, inputs = steps.pop()
        g = sums.pop(t.seq, None)
        if g is None or t.seq in idle:
            continue  # no gradient comes here
        parts = []
        for i, value, fitted in has_shared_memory(t, inputs, g):
            x = inputs[i]
            if x.seq in idle:
                continue
            before = sums.get(x.seq)
            total = sums[x.seq] = value if before is None else before + value
            seen[x.seq] += 1
            parts.append(GradientPart(t, inputs, i, names, fitted, value, before, total, seen[x.seq], expected[x.seq]))
        index += 1
        layer = "/".join(name for _, name in frames.path(t.seq))
        yield BackwardStep(index, t, inputs, layer, names, read_only_view(g), parts)


def has_shared_memory(t, inputs, g):
    """Return ``[(i, gradient, how it was fitted)]`` for each input that gets one, in the order of their adding."""
    found = []

    def add(x, gx):
        plain = gx.shape == x.shape and gx.dtype is x.dtype
        found.append((gx if plain else fit(gx, x.data, t, x, False), fit_text(gx.shape, x.shape)))

    with np.errstate(divide="ignore", invalid="ignore"):  # as in backward
        visit(t, g, t.seq, False, add)
    pairs = [(i, *pair) for i, pair in zip(receivers(t, inputs), found, strict=True)]
    return pairs[::-1] if len(inputs) == 2 and t.settings is None else pairs  # the sweep takes b before a


def receivers(t, inputs):
    """Return the places of an op's inputs that get a gradient."""
    return [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad and t.op.rule(i) is not None]


def idlers(steps, inputs):
    """Return the sequence numbers of ``inputs``, and of all that is computed from nothing else that gets a gradient."""
    idle: set = set()
    for t, given in steps if inputs else ():
        idle.update(x.seq for x in given if id(x) in inputs)
        if all(given[i].seq in idle for i in receivers(t, given)):
            idle.add(t.seq)
    return idle


def arrivals(steps, root, idle):
    """Return, by sequence number, how many gradients will reach each Tensor."""
    count = Counter({root.seq: 1} if root.seq not in idle else ())
    for t, inputs in reversed(steps):
        if t.seq in count:
            count.update([inputs[i].seq for i in receivers(t, inputs) if inputs[i].seq not in idle])
    return count


def fit_text(given, wanted):
    """Return what brings a gradient of one shape into another.

    >>> fit_text((32, 10), (10,)), fit_text((), (3,)), fit_text((3,), (3,))
    ('summed over axis 0', 'spread over (3,)', '')
    """
    if given == wanted:
        return ""
    if not broadcasts(wanted, given):
        return f"spread over {wanted}"
    axes = broadcast_axes(given, wanted)
    return f"summed over {'axis' if len(axes) == 1 else 'axes'} {', '.join(map(str, axes))}"


def read_only_view(array):
    """Return a view of ``array`` that cannot be written to: it may share memory with the graph."""
    view = np.asarray(every_example(array)).view()  # a rule may give a NumPy scalar
    view.flags.writeable = False
    return view
