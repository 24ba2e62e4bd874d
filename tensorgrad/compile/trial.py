"""Trial: a traced function runs once as it is, and a program is made of its trace only if both came to the same.

What stands for an array can be told from one, by ``type(x)`` or ``repr(x)``, and a function may ask a clock or draw
from a generator that no guard knows. Whatever it is, it shows where the two runs differ.
"""

import numpy as np

from ..core.tensor import Tensor
from ..errors import TraceError, printable
from .tree import flatten


class Trial:
    """What a trace came to, to be compared with what the function comes to when it runs as it is.

    Made while all is as the trace left it, before that is undone.
    """

    def __init__(self, recording):
        self.structure, self.results = recording.structure, [form(leaf.value()) for leaf in recording.leaves]
        trace = recording.trace
        given = [t for t, *_ in recording.arrays] + [p for descent in trace.descents for p in descent.params]
        self.grads = [(t, form(g.value)) for t, g, _ in recording.grads]
        self.data = [(t, form(now.value)) for t, _, now in recording.arrays]
        self.data += [(p, form(p.data)) for p in given[len(self.data) :]]
        vectors = {
            id(v) for descent in trace.descents for flat in descent.flats for v in (flat.w, *flat.slots.values())
        }
        self.written = [(array, form(array)) for array, _ in trace.saved.values() if id(array) not in vectors]

    def check(self, result, known):
        """Raise a TraceError unless the function has come to the same.

        known: ``{id: structure}`` of what is not taken apart, as for the trace
        """
        leaves: list = []
        if flatten(result, leaves, None, known) != self.structure or list(map(form, leaves)) != self.results:
            raise unlike("its result is")
        for t, grad in self.grads:
            if t.grad is None or form(t.grad) != grad:
                raise unlike(f"the gradient of {printable(t.name or 'a Tensor')} is")
        for t, data in self.data:
            if form(t) != data:
                raise unlike(f"the values of {printable(t.name or 'a Tensor')} are")
        if any(form(array) != held for array, held in self.written):
            raise unlike("what it writes is")


def form(x):
    """Return what can be compared of an array, a Tensor or a number: its kind, shape and bits.

    >>> form(np.float64(2.0)) == form(np.array(2.0)), form(2.0) == form(2)
    (False, False)
    """
    x = x.data if isinstance(x, Tensor) else x
    if isinstance(x, np.ndarray):
        return x.dtype, x.shape, x.tobytes()
    return (type(x), x.dtype, x.tobytes()) if isinstance(x, np.generic) else (type(x), repr(x))


def unlike(what):
    """Return the error for a function of which no program can be made."""
    return TraceError(
        f"{what} another one while the program is written: it draws or reads something anew at each call, as from a "
        "generator without a seed or a clock, or it asks what an array is, by type(x), id(x) or repr(x), where "
        "isinstance(x, np.ndarray) would do"
    )
