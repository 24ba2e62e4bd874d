"""Follow one Tensor's values through a run: every op, every way out of the graph, every way back into it."""

import gc
import sys
from contextlib import ExitStack

import numpy as np

from ..backward import backward, gradients, run_hooks
from ..core.dispatch import NUMPY
from ..core.modes import is_recording, no_compile
from ..core.tensor import Tensor, make_leaf
from ..errors import printable_text
from ..graph.code import EXITS, arguments, gives_arrays, is_own_code, is_user_frame, model_method, outermost_frame
from ..graph.observer import DATA, Observer, observing
from ..graph.origins import origin
from ..ops import queries
from ..pytree import leaves_of
from .cut_paths import INDEX
from .taint import TaintedArray, active_tracker, array_step, array_steps, taint, untaint

#: Functions whose results depend on the shape of their argument, not on its values.
SHAPE_ONLY = {
    function.__code__
    for function in (queries.zeros_like, queries.ones_like, queries.full_like, queries.filled, NUMPY[np.empty_like])
}
#: Functions of the backward that make a Tensor of a gradient, which the tracker ignores.
HIDDEN = {gradients.__code__, run_hooks.__code__}


class TaintStep:
    """One operation on values that come from the followed Tensor.

    what:  an op's name, or the user's code: ``.numpy()``, ``Tensor(...)``
    line, layer: where it ran
    edges: ``[(the step before, None or the word that says why no gradient flows back to it)]``
    live:  whether a gradient would flow back from here
    """

    __slots__ = ("edges", "layer", "line", "live", "what")

    def __init__(self, what, line, layer, edges):
        self.what, self.line, self.layer, self.edges = what, line, layer, edges
        self.live = not edges or any(before.live and cut is None for before, cut in edges)


class TaintTracker(Observer):
    """A block that follows the values of ``p``, in this thread or task.

    all:    every step, in order
    arrays: weak references to the tainted arrays
    """

    def __init__(self, p):
        self.p, self.start = p, TaintStep(tensor_name(p), None, None, [])
        self.start.live = p.requires_grad
        self.steps, self.numbers, self.all, self.arrays = {}, {}, [], []

    def __enter__(self):
        self.blocks = ExitStack()
        token = active_tracker.set(self)
        self.blocks.callback(active_tracker.reset, token)
        self.blocks.callback(self.restore_arrays)
        self.blocks.enter_context(no_compile())
        self.blocks.enter_context(observing(self))
        self.remember(self.p, self.start)
        return self

    def __exit__(self, *exception):
        self.blocks.close()

    def restore_arrays(self):
        """Give every Tensor its plain array back, also those whose ``.data`` the user assigned."""
        arrays = [array for ref in self.arrays if (array := ref()) is not None]
        for holder in gc.get_referrers(*arrays) if arrays else ():
            if isinstance(holder, Tensor):
                holder.data = untaint(holder.data)

    def remember(self, t, step):
        """Remember the step of a Tensor."""
        self.steps[id(t)] = t, step  # keeping t alive keeps its id unique

    def step_of(self, x):
        """Return the step that made a Tensor, an array or a number, or None if it does not come from ``p``."""
        if isinstance(x, Tensor):
            known = self.steps.get(id(x))
            return known[1] if known else array_step(x.data)
        if isinstance(x, np.ndarray):
            return array_step(x)
        return self.numbers.get(id(x), (None, None))[1]

    def nested_steps(self, x):
        """Return the steps of everything in a nested structure."""
        return [step for leaf in leaves_of(x) if (step := self.step_of(leaf)) is not None]

    def add_step(self, what, edges, frame):
        """Return a new TaintStep of the code in ``frame``; None without edges."""
        if not edges:
            return None
        found = origin(frame)
        self.all.append(TaintStep(what, found.line, found.layer, edges))
        return self.all[-1]

    def exit_step(self, step, how, frame):
        """Return the step in which values leave the graph: ``how`` is ``.data``, ``.numpy()``, ..."""
        return self.add_step(how, [(step, how if step.live else None)], frame)

    def numpy_call(self, what, steps):
        """Return the step of a NumPy function whose arguments come from ``steps``."""
        return self.add_step(what, [(step, None) for step in steps], sys._getframe(1))

    def on_read(self, t, array, frame):
        """Return a tainted array to the user's code, and to functions that take values out of the graph."""
        known, how = self.steps.get(id(t)), ".data"
        if known is None or not isinstance(array, np.ndarray):
            return array
        code = frame.f_code
        if code in EXITS:
            how, frame = EXITS[code], frame.f_back
        elif code in gives_arrays:
            how = model_method_name(frame) or how
        elif not is_user_frame(frame):
            return array
        return taint(array, self.exit_step(known[1], how, frame))

    def on_write(self, t, array):
        return untaint(array) if id(t) in self.steps else array

    def on_op(self, t, op, inputs, frame):
        self.record(t, self.op_step(t, op, inputs, frame))

    def on_replace(self, t, other):
        self.record(t, self.step_of(other))

    def on_leaf(self, t, frame):
        self.record(t, self.wrapping_step(t, frame))

    def record(self, t, step):
        """Remember the ``step`` that made ``t``, and give ``t`` plain arrays."""
        array = DATA.__get__(t)
        if isinstance(array, TaintedArray):
            step = step or array.step
            DATA.__set__(t, untaint(array))
        if any(isinstance(x, TaintedArray) for x in t.inputs):
            t.inputs = tuple([untaint(x) for x in t.inputs])
        if step is not None:
            self.remember(t, step)

    def wrapping_step(self, t, frame):
        """Return the step that made ``t`` from values, or None if none of them comes from ``p``."""
        if frame.f_code is Tensor.__init__.__code__:
            return self.entry_step(f"{type(t).__name__}(...)", "Tensor(...)", arguments(frame)[1], frame)
        if frame.f_code is not make_leaf.__code__ or isinstance(t.data, TaintedArray):
            return None
        return self.function_step(frame.f_back)

    def op_step(self, t, op, inputs, frame):
        edges, what = [], printable_text(op.name)
        for i, x in enumerate(inputs):
            step = self.step_of(x)
            if step is not None:
                edges.append((step, cut_word(t, op, i, frame) if step.live else None))
        if t.settings and any(array_steps(v) for v in t.settings.values()):
            edges += [(step, None) for step in array_steps(t.settings)]
            t.settings, what = untaint(t.settings), f"{what}{INDEX}"
        return self.add_step(what, edges, frame)

    def entry_step(self, what, word, data, frame):
        """Return the step in which values become a Tensor."""
        return self.add_step(what, [(s, word if s.live else None) for s in self.nested_steps(data)], frame)

    def function_step(self, frame):
        """Return the step of one of our functions that computes from values, as argsort or astype(int)."""
        code = frame.f_code
        if code in HIDDEN or code in SHAPE_ONLY or not is_own_code(code):
            return None
        given = arguments(frame, named=True)
        if code is backward.__code__:
            return self.entry_step("backward()", "backward()", given[0], frame)
        what = "Tensor(...)" if code.co_name.startswith("_") else code.co_name  # a layer makes a Tensor of its input
        return self.entry_step(what, "constant", given, frame)


def cut_word(t, op, i, frame):
    """Return why no gradient flows from ``t`` back to the ``i``-th input of ``op``, or None if it does."""
    if op.kind == "constant":
        return "constant"
    if t.op is None:
        return "constant" if is_recording() else model_method_name(frame) or "no_grad"
    return "no rule" if op.rule(i) is None else None


def model_method_name(frame):
    """Return ``"predict()"`` or another running method of a model that gives arrays; None if none runs."""
    found = outermost_frame(frame, model_method)
    return None if found is None else f"{found.f_code.co_name}()"


def tensor_name(p):
    return printable_text(p.name or "p")
