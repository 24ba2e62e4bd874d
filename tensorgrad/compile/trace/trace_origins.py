"""The origin of each call of a trace: a call of the backward gets the layer and the line of its op."""

import sys
from bisect import bisect_left

from ...core.tensor import tick
from ...graph.origins import Origin, origin


class Origins:
    """The origins of one trace.

    node: the Tensor whose gradient rules run, None outside of a backward
    """

    def __init__(self):
        self.seqs, self.marks, self.node = [], [], None

    def current_origin(self):
        """Return the Origin of the call that the trace writes down now."""
        found = origin(sys._getframe(2))
        if self.node is not None:
            op = self.node.op.name if self.node.op else found.op
            at = bisect_left(self.seqs, self.node.seq) - 1
            forward = self.marks[at] if at >= 0 else Origin()
            return Origin(f"∂{op}" if op else None, forward.layer, forward.line, backward=bool(op))
        self.seqs.append(tick())
        self.marks.append(found)
        return found
