"""Run f once more and note which line made each Tensor, cut the graph, or wrote into an array.

Only a check that failed does this: Tensors do not store their line, so that recording costs nothing.
"""

from contextlib import nullcontext
from typing import NamedTuple

import numpy as np

from ...core.tensor import Tensor
from ...errors import printable_text
from ...graph.code import EXITS
from ...graph.lines import stepping
from ...graph.observer import Observer, observing
from ...graph.origins import origin


class Location(NamedTuple):
    """A line of the user's code, and the layer that ran; inside our own layers there is no line of the user."""

    line: str
    layer: str = ""

    def __str__(self):
        return ", ".join([self.line] * bool(self.line) + [f"layer {self.layer!r}"] * bool(self.layer))


class CallTrace(Observer):
    """The locations of everything that ``call`` recorded.

    places: sequence number of a Tensor -> its Location
    cuts:   ``(".detach()", location)``, in the order they ran
    writes: sequence number of a Tensor -> the Location that wrote into its array or into an input's array
    """

    def __init__(self, call, watch_arrays=False):
        self.places, self.cuts, self.writes = {}, [], {}
        self.watch, self.kept, self.last = watch_arrays, [], None
        with observing(self), stepping(self.next_line) if watch_arrays else nullcontext():
            self.result = call()
        self.compare()

    def place(self, t):
        """Return as text where ``t`` was made; '' if that is not known."""
        return str(self.places.get(t.seq, ""))

    def matching_place(self, t, steps):
        """Return as text where the Tensor was made that has the position of ``t`` in ``steps``, another recording."""
        k = [u.seq for u, _ in steps].index(t.seq)
        places = [self.places[seq] for seq in sorted(self.places)]
        return str(places[k]) if len(places) == len(steps) else ""

    def on_op(self, t, op, inputs, frame):
        if t.op is not None:
            self.places[t.seq] = frame_location(frame)
            if self.watch:
                self.keep(t)

    def on_read(self, t, array, frame):
        if frame.f_code in EXITS and t.requires_grad:
            self.cuts.append((EXITS[frame.f_code], frame_location(frame.f_back)))
        return array

    def on_no_grad(self, frame):
        self.cuts.append(("no_grad()", frame_location(frame)))

    def keep(self, t):
        """Copy the arrays of ``t`` and of its inputs."""
        self.kept.append((t.seq, t.data, t.data.copy()))
        for x in t.inputs:
            array = x.data if isinstance(x, Tensor) else x
            if isinstance(array, np.ndarray) and not (isinstance(x, Tensor) and x.op):
                self.kept.append((t.seq, array, array.copy()))

    def next_line(self, frame):
        """Compare the arrays: the user's code goes on to another line."""
        self.compare()
        if frame is not None:
            self.last = frame_location(frame)

    def compare(self):
        """Note which arrays the line that ran last has changed."""
        for seq, array, copy in self.kept:
            if seq not in self.writes and not np.array_equal(array, copy, equal_nan=True):
                self.writes[seq] = self.last


def frame_location(frame):
    """Return the Location of a frame."""
    found = origin(frame, inside=True)
    return Location(printable_text(found.line or ""), found.layer or "")
