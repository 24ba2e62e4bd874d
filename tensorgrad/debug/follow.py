"""Following one Tensor's values through a run: every op, every way out of the graph, every way back into it."""

import gc
import sys
from contextlib import ExitStack

import numpy as np

from ..backward import backward
from ..compile.origin import BACKWARD, PACKAGE, look
from ..core.mode import is_recording
from ..core.tensor import Tensor
from ..errors import printable
from .observe import Observer, call_of, observing, writing
from .paths import INDEX
from .taken import TENSOR, Taken, first_step, following, method_of, plain, steps_in, unwatch, watch

#: What puts gradients, as Tensors without a graph, into ``.grad``.
BACKWARD_CODE = backward.__code__
#: Functions whose results have the shape of their argument, and nothing of its values.
SHAPED = {"zeros_like", "ones_like", "full_like", "empty_like"}


class Step:
    """One thing done with values that come from the Tensor followed.

    what:  an op's name, or what the user wrote: ``.numpy()``, ``Tensor(...)``
    line, layer: where
    edges: ``[(the step before, None or the word for why no gradient flows back to it)]``
    live:  whether a gradient would flow back from here
    """

    __slots__ = ("edges", "layer", "line", "live", "what")

    def __init__(self, what, line, layer, edges):
        self.what, self.line, self.layer, self.edges = what, line, layer, edges
        self.live = not edges or any(before.live and cut is None for before, cut in edges)


class Follower(Observer):
    """A block in which the values of ``p`` are followed, in this thread or task.

    all:    every step taken, the first first
    arrays: references to the arrays handed out
    """

    def __init__(self, p):
        self.p, self.start = p, Step(name_of(p), None, None, [])
        self.start.live = p.requires_grad
        self.steps, self.numbers, self.all, self.arrays = {}, {}, [], []

    def __enter__(self):
        self.blocks = ExitStack()
        token = following.set(self)
        self.blocks.callback(following.reset, token)
        self.blocks.callback(self.put_back)
        self.blocks.enter_context(observing(self))
        self.note(self.p, self.start)
        return self

    def __exit__(self, *exception):
        self.blocks.close()

    def put_back(self):
        """Give every Tensor its class and its plain array again, those too that were only given new data."""
        for t, _ in self.steps.values():
            unwatch(t)
        arrays = [array for ref in self.arrays if (array := ref()) is not None]
        for holder in gc.get_referrers(*arrays) if arrays else ():
            if isinstance(holder, Tensor):
                holder.data = plain(holder.data)

    def note(self, t, step):
        """Remember the step of a Tensor, and have it tell when its array is read."""
        if id(t) not in self.steps:
            watch(t)
        self.steps[id(t)] = t, step  # kept, so that no other Tensor is given its id

    def step_of(self, x):
        """Return the step that made a Tensor, an array or a number, or None if it does not come from ``p``."""
        if isinstance(x, Tensor):
            known = self.steps.get(id(x))
            return known[1] if known else first_step(x.data)
        if isinstance(x, np.ndarray):
            return first_step(x)
        return self.numbers.get(id(x), (None, None))[1]

    def steps_in(self, x):
        """Return the steps of everything in nested lists, tuples and dicts."""
        if isinstance(x, dict):
            x = list(x.values())
        if isinstance(x, (list, tuple)):
            return [step for item in x for step in self.steps_in(item)]
        step = self.step_of(x)
        return [] if step is None else [step]

    def step(self, what, edges, frame):
        """Return a new Step, made by the code running in ``frame``; None without edges."""
        if not edges:
            return None
        _, _, layer, line = look(frame)
        self.all.append(Step(what, line, layer, edges))
        return self.all[-1]

    def left(self, step, how, frame):
        """Return the step in which values leave the graph: ``how`` is ``.data``, ``.numpy()``, ..."""
        return self.step(how, [(step, how if step.live else None)], frame)

    def numpy_call(self, what, steps):
        """Return the step of a NumPy function, called on arrays that ``steps`` made."""
        return self.step(what, [(step, None) for step in steps], sys._getframe(1))

    def made(self, t, frame):
        step = self.how_made(t, frame)
        if isinstance(t.data, Taken):
            step = step or t.data.step
            t.data = plain(t.data)
        if any(isinstance(x, Taken) for x in t.inputs):
            t.inputs = tuple([plain(x) for x in t.inputs])
        if step is not None:
            self.note(t, step)

    def how_made(self, t, frame):
        """Return the step that made ``t``, or None if nothing in it comes from ``p``."""
        same, call = writing(frame), call_of(frame)
        if same is not None:
            return self.step_of(same)
        if call is not None:
            return self.through(t, *call, frame)
        if frame.f_globals.get("__name__") != TENSOR:
            return None
        if frame.f_code.co_name == "__init__":
            return self.taken_in(f"{type(t).__name__}(...)", "Tensor(...)", frame.f_locals["data"], frame)
        return None if isinstance(t.data, Taken) else self.wrapped(frame.f_back)

    def through(self, t, op, inputs, frame):
        edges, what = [], printable(op.name)
        for i, x in enumerate(inputs):
            step = self.step_of(x)
            if step is not None:
                edges.append((step, why_cut(t, op, i, frame) if step.live else None))
        if t.settings and any(steps_in(v) for v in t.settings.values()):
            edges += [(step, None) for step in steps_in(t.settings)]
            t.settings, what = plain(t.settings), f"{what}{INDEX}"
        return self.step(what, edges, frame)

    def taken_in(self, what, word, data, frame):
        """Return the step in which a Tensor is made of values."""
        return self.step(what, [(s, word if s.live else None) for s in self.steps_in(data)], frame)

    def wrapped(self, frame):
        """Return the step of a function of ours that computed from values: argsort, astype(int)."""
        module, names = frame.f_globals.get("__name__", ""), frame.f_locals
        code = frame.f_code
        if module == BACKWARD:
            return self.taken_in("backward()", "backward()", names["self"], frame) if code is BACKWARD_CODE else None
        if not module.startswith(PACKAGE):
            return None
        what = getattr(names.get("function"), "__name__", code.co_name)
        given = [names.get(name) for name in code.co_varnames[: code.co_argcount + 2] if name != "self"]
        if what in SHAPED:
            return None
        if what.startswith("_"):  # a layer makes a Tensor of what it is called on
            what = "Tensor(...)"
        return self.taken_in(what, "constant", given, frame)


def why_cut(t, op, i, frame):
    """Return why no gradient flows from ``t`` back to the ``i``-th input of ``op``, or None if it does."""
    if op.kind == "constant":
        return "constant"
    if t.op is None:
        return "constant" if is_recording() else method_of(frame) or "no_grad"
    return "no rule" if op.rule(i) is None else None


def name_of(p):
    return printable(p.name or "p")
