"""f run once more under Python's trace hook: which line made each Tensor, cut the graph, or wrote into an array.

Only a check that failed does this. Tensors do not store their line, so that recording one costs nothing.
"""

import sys
from typing import NamedTuple

import numpy as np

from ..compile.origin import DISPATCH, LAYER, outside
from ..core.mode import no_grad
from ..core.tensor import Tensor
from ..errors import printable
from ..ops.indexing import setitem

#: What takes values out of the graph, and what it is called.
CUTS = {
    Tensor.detach.__code__: ".detach()",
    Tensor.numpy.__code__: ".numpy()",
    Tensor.item.__code__: ".item()",
    Tensor.tolist.__code__: ".tolist()",
    Tensor.__array__.__code__: "np.asarray()",
    Tensor.__float__.__code__: "float()",
    no_grad.__enter__.__code__: "no_grad()",
}


class Place(NamedTuple):
    """A line of the user, and the layer it is in; a layer of ours has no line of the user inside."""

    line: str
    layer: str = ""

    def __str__(self):
        return ", ".join([self.line] * bool(self.line) + [f"layer {self.layer!r}"] * bool(self.layer))


class Trace:
    """The places of everything that ``call`` recorded.

    places: sequence number of a Tensor -> its Place
    cuts:   ``(".detach()", place)``, in the order they ran
    writes: sequence number of a Tensor -> the Place that wrote into its array, or into one it was computed from
    """

    def __init__(self, call, watch_arrays=False):
        self.places, self.cuts, self.writes = {}, [], {}
        self.watch, self.kept, self.last = watch_arrays, [], None
        before = sys.gettrace()
        sys.settrace(self.entered)
        try:
            self.result = call()
        finally:
            sys.settrace(before)
        self.compare()

    def place(self, t):
        """Return where ``t`` was made, as text; '' if that is not known."""
        return str(self.places.get(t.seq, ""))

    def nth(self, t, steps):
        """Return where the Tensor was made that takes the place of ``t`` in another recording, ``steps``."""
        k = [u.seq for u, _ in steps].index(t.seq)
        places = [self.places[seq] for seq in sorted(self.places)]
        return str(places[k]) if len(places) == len(steps) else ""

    def entered(self, frame, event, arg):
        """A frame begins: decide what of it is worth following."""
        code = frame.f_code
        if code in CUTS:
            self.note_cut(frame, CUTS[code])
            return None
        module = frame.f_globals.get("__name__", "")
        if (module == DISPATCH and code.co_name in ("call", "record")) or code is setitem.__code__:
            frame.f_trace_lines = False
            return self.made
        return self.moved if self.watch and outside(module) else None

    def note_cut(self, frame, what):
        value = frame.f_locals.get("self")
        if not isinstance(value, Tensor) or value.requires_grad:
            self.cuts.append((what, place_of(frame.f_back)))

    def made(self, frame, event, arg):
        """An op returns: note where its result comes from."""
        if event == "return":
            t = frame.f_locals.get("self") if arg is None else arg
            if isinstance(t, Tensor) and t.op is not None:
                self.places[t.seq] = place_of(frame)
                if self.watch:
                    self.keep(t)
        return self.made

    def keep(self, t):
        """Remember the arrays of ``t`` and of what it was computed from, as they are now."""
        self.kept.append((t.seq, t.data, t.data.copy()))
        for x in t.inputs:
            array = x.data if isinstance(x, Tensor) else x
            if isinstance(array, np.ndarray) and not (isinstance(x, Tensor) and x.op):
                self.kept.append((t.seq, array, array.copy()))

    def moved(self, frame, event, arg):
        """The user's code goes on to another line: see what the last one has written."""
        self.compare()
        if event == "line":
            self.last = place_of(frame)
        return self.moved

    def compare(self):
        """Note which arrays have changed, for the line that ran last."""
        for seq, array, copy in self.kept:
            if seq not in self.writes and not np.array_equal(array, copy, equal_nan=True):
                self.writes[seq] = self.last


def place_of(frame):
    """Return the Place of a frame: the innermost line of the user, up to the innermost layer."""
    line = layer = ""
    while frame is not None and not layer:
        module, code = frame.f_globals.get("__name__", ""), frame.f_code
        if module == LAYER and code.co_name == "__call__":
            layer = frame.f_locals["self"].name
        elif not line and outside(module):
            line = printable(f"{code.co_filename.rpartition('/')[2]}:{frame.f_lineno}")
        frame = frame.f_back
    return Place(line, layer)
