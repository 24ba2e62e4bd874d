"""Following one Tensor's values through a run: every op, every way out of the graph, every way back into it."""

import gc
import sys
from contextlib import ExitStack

import numpy as np

from ..backward import backward, gradients, watched
from ..core.dispatch import NUMPY
from ..core.modes import is_recording, plainly
from ..core.tensor import Tensor, type_tensor
from ..errors import printable
from ..graph.code import EXITS, arguments, gives_arrays, is_own_code, is_user_frame, model_method, outermost_frame
from ..graph.observer import DATA, Observer, observing
from ..graph.origins import origin
from ..ops import queries
from .cut_paths import INDEX
from .taint import Taken, first_step, following, plain, steps_in, taken

#: Functions whose results have the shape of their argument, and nothing of its values.
SHAPED = {function.__code__ for function in (queries.zeros_like, queries.ones_like, queries.full_like, queries.filled,
                                             NUMPY[np.empty_like])}  # fmt: skip
#: Functions of the backward that make a Tensor of a gradient, to be seen by nobody.
INSIDE = {gradients.__code__, watched.__code__}


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
        self.blocks.enter_context(plainly())
        self.blocks.enter_context(observing(self))
        self.note(self.p, self.start)
        return self

    def __exit__(self, *exception):
        self.blocks.close()

    def put_back(self):
        """Give every Tensor its plain array again, those too that were only given new data."""
        arrays = [array for ref in self.arrays if (array := ref()) is not None]
        for holder in gc.get_referrers(*arrays) if arrays else ():
            if isinstance(holder, Tensor):
                holder.data = plain(holder.data)

    def note(self, t, step):
        """Remember the step of a Tensor."""
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
        found = origin(frame)
        self.all.append(Step(what, found.line, found.layer, edges))
        return self.all[-1]

    def left(self, step, how, frame):
        """Return the step in which values leave the graph: ``how`` is ``.data``, ``.numpy()``, ..."""
        return self.step(how, [(step, how if step.live else None)], frame)

    def numpy_call(self, what, steps):
        """Return the step of a NumPy function, called on arrays that ``steps`` made."""
        return self.step(what, [(step, None) for step in steps], sys._getframe(1))

    def read(self, t, array, frame):
        """Give the user's code, and what takes values out of the graph, an array that remembers."""
        known, how = self.steps.get(id(t)), ".data"
        if known is None or not isinstance(array, np.ndarray):
            return array
        code = frame.f_code
        if code in EXITS:
            how, frame = EXITS[code], frame.f_back
        elif code in gives_arrays:
            how = method_of(frame) or how
        elif not is_user_frame(frame):
            return array
        return taken(array, self.left(known[1], how, frame))

    def written(self, t, array):
        return plain(array) if id(t) in self.steps else array

    def made(self, t, op, inputs, frame):
        self.enter(t, self.through(t, op, inputs, frame))

    def became(self, t, other):
        self.enter(t, self.step_of(other))

    def wrapped(self, t, frame):
        self.enter(t, self.how_wrapped(t, frame))

    def enter(self, t, step):
        """Note the ``step`` that made ``t``, and let it hold plain arrays."""
        array = DATA.__get__(t)
        if isinstance(array, Taken):
            step = step or array.step
            DATA.__set__(t, plain(array))
        if any(isinstance(x, Taken) for x in t.inputs):
            t.inputs = tuple([plain(x) for x in t.inputs])
        if step is not None:
            self.note(t, step)

    def how_wrapped(self, t, frame):
        """Return the step that made ``t`` of values, or None if none of them comes from ``p``."""
        if frame.f_code is Tensor.__init__.__code__:
            return self.taken_in(f"{type(t).__name__}(...)", "Tensor(...)", arguments(frame)[1], frame)
        if frame.f_code is not type_tensor.__code__ or isinstance(t.data, Taken):
            return None
        return self.computed(frame.f_back)

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

    def computed(self, frame):
        """Return the step of a function of ours that computed from values: argsort, astype(int)."""
        code = frame.f_code
        if code in INSIDE or code in SHAPED or not is_own_code(code):
            return None
        given = arguments(frame, named=True)
        if code is backward.__code__:
            return self.taken_in("backward()", "backward()", given[0], frame)
        what = "Tensor(...)" if code.co_name.startswith("_") else code.co_name  # a layer, of what it is called on
        return self.taken_in(what, "constant", given, frame)


def why_cut(t, op, i, frame):
    """Return why no gradient flows from ``t`` back to the ``i``-th input of ``op``, or None if it does."""
    if op.kind == "constant":
        return "constant"
    if t.op is None:
        return "constant" if is_recording() else method_of(frame) or "no_grad"
    return "no rule" if op.rule(i) is None else None


def method_of(frame):
    """Return ``"predict()"`` or what else of a model's methods, which take and give arrays, runs; None if none does."""
    found = outermost_frame(frame, model_method)
    return None if found is None else f"{found.f_code.co_name}()"


def name_of(p):
    return printable(p.name or "p")
