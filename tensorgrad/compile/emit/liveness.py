"""Liveness: in which memory each value of a program lies, and which call is the last that needs it."""

from ..ir.array_ops import append_row
from ..ir.program import is_packed
from ..ir.statements import has_out


class Liveness:
    """Where the values of a program lie, and until when they are needed.

    A view lies in the memory of its root; what is no view is its own root.

    placed: the results that can be written into a buffer
    views:  the calls that make a view of memory that is the same at every run: made once, before the first run
    last:   ``{root: index of the last call that needs it}``; the number of calls for what is an output
    """

    def __init__(self, program):
        self.program, self.roots = program, program.roots
        self.placed = {call.output for call in program.calls if has_out(call) and is_packed(call.output)}
        self.views = self._constant_views()
        self.last = self._last_uses()

    def root(self, v):
        """Return the Value in whose memory ``v`` lies."""
        return self.roots.get(v, v.root)

    def is_fixed(self, v):
        """Return whether ``v`` lies in the same memory at every run, so that views of it can be made once."""
        root = self.root(v)
        return root.kind in ("captured", "constant") or root in self.placed

    def _constant_views(self):
        views, varying = set(), set()
        for call in self.program.calls:
            if call.view is None:
                continue
            constant = call.function is append_row or all(v is call.view or v.kind == "constant" for v in call.operands)
            if constant and self.is_fixed(call.view) and call.view not in varying:
                views.add(call)
            else:
                varying.update(call.results)
        return views

    def _last_uses(self):
        last = {}
        for i, call in enumerate(self.program.calls):
            for v in call.operands:
                last[self.root(v)] = i
        for v in self.program.outputs:
            last[self.root(v)] = len(self.program.calls)
        return last
