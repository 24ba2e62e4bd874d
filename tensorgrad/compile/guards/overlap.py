"""Overlap: whether the inputs of a program share memory with what it writes to.

The passes assume that different arrays lie in different memory. Where they do not, the function runs as it is.
"""

import numpy as np


class Overlap:
    """What is compared before a run.

    written: the places of inputs that the program writes to
    owners:  ``{id: owner}`` of the memory from outside that it writes to
    arrays:  the arrays in it
    """

    def __init__(self, program):
        roots = {v.root for call in program.calls for v in call.writes}
        self.written = [i for i, v in enumerate(program.inputs) if v in roots]
        self.arrays = [v.array for v in roots if v.kind == "captured"]
        self.owners = {id(owner): owner for owner in map(owner_of, self.arrays)}
        self.read = [v.array for call in program.calls for v in call.operands if v.kind == "captured"]

    def __bool__(self):
        return bool(self.written or self.arrays)

    def has_overlap(self, inputs):
        """Return whether the memory of these inputs overlaps memory that the program writes to."""
        arrays = [x for x in inputs if isinstance(x, np.ndarray)]
        for x in arrays:
            owner = owner_of(x)
            known = id(owner) in self.owners or not isinstance(owner, np.ndarray)
            if known and any(np.may_share_memory(x, array) for array in self.arrays):
                return True
        for i in self.written:
            x = inputs[i]
            if any(y is not x and np.may_share_memory(x, y) for y in arrays):
                return True
            if any(np.may_share_memory(x, y) for y in self.read):
                return True
        return False


def owner_of(x):
    """Return the object whose memory an array lies in."""
    while getattr(x, "base", None) is not None:
        x = x.base
    return x
