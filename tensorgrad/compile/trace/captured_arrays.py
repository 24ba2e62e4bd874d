"""Arrays from outside that a traced function uses: each has one stand-in, and a program keeps them by reference."""

from weakref import ref

import numpy as np

from ...errors import TraceError, describe
from .refusals import check_plain
from .trace_array import TraceArray


class CapturedArrays:
    """The stand-ins of the arrays from outside that a trace has met.

    known: ``{id of an array: its stand-in}``
    roots: ``{id of an array that owns memory: its Value}``, which all its views share
    used:  ``{id of a plain array: (it, what it held when it was first used)}``
    """

    def __init__(self, trace):
        self._trace = ref(trace)  # which holds this: each would keep the other
        self.known, self.roots, self.used = {}, {}, {}

    @property
    def trace(self):
        """The trace that met the arrays."""
        return self._trace()

    def stand_in(self, array, name=None):
        """Return the stand-in of an array; arrays in the same memory share a root."""
        found = self.known.get(id(array))
        if found is None:
            base = array
            while isinstance(base.base, np.ndarray):
                base = base.base
            root = self.roots.get(id(base))
            if root is None:
                root = self.roots[id(base)] = self.trace.value(base, "captured", keep=True)
            v = root if base is array else self.trace.value(array, "captured", root, name, True)
            found = self.known[id(array)] = TraceArray(self.trace, v, array)
        if name and found.node.name is None:
            found.node.name = name
        return found

    def stand_in_for_use(self, array):
        """Return the stand-in of an array that the function uses as it is: a read-only number never changes."""
        check_plain(array)
        self.used.setdefault(id(array), (array, array.tobytes()))
        if array.ndim or array.flags.writeable or array.base is not None:
            return self.stand_in(array)
        if id(array) not in self.known:
            constant = self.trace.value(array, "constant", name=str(array), keep=True)
            self.known[id(array)] = TraceArray(self.trace, constant, array)
        return self.known[id(array)]

    def check_unchanged(self):
        """Raise if a plain array that was used holds something else now: a program would use that throughout."""
        for array, held in self.used.values():
            if array.tobytes() != held:
                raise TraceError(
                    f"a compiled function uses {describe(array)}, a plain array, and then writes into it; "
                    "make it with np.zeros_like(x) or np.empty(shape, like=x), or write into a copy"
                )

    def forget(self):
        """Forget the stand-ins, which know their trace: it is freed with the last of them."""
        self.known.clear()
