"""Trial: a traced function runs once as it is, and a program is made of its trace only if both came to the same.

What stands for an array can be told from one, by ``type(x)`` or ``repr(x)``, and a function may ask a clock or draw
from a generator that no guard knows. Whatever it is, it shows where the two runs differ.
"""

import numpy as np

from ..core.tensor import Tensor
from ..errors import TraceError, printable
from ..pytree import items_of, leaves_of
from .call_structure import unflatten
from .guards.function_code import owner_of_module
from .guards.watched_places import is_same


class Trial:
    """What a trace came to, to be compared with what the function comes to when it runs as it is.

    Made while all is as the trace left it, before that is undone.

    given: what of the arguments the function may return itself
    """

    def __init__(self, recording, given=()):
        leaves = [Form(leaf.value()) if leaf.varies else leaf.thing for leaf in recording.leaves]
        self.result = unflatten(recording.structure, iter(leaves), given)
        trace = recording.trace
        moved = [(p, p.data) for descent in trace.descents for p in descent.params]
        vectors = {
            id(v) for descent in trace.descents for flat in descent.flats for v in (flat.w, *flat.slots.values())
        }
        self.grads = [(t, Form(g.value)) for t, g, _ in recording.grads]
        self.data = [(t, Form(data)) for t, data in [*((t, now.value) for t, _, now in recording.arrays), *moved]]
        self.written = [(array, Form(array)) for array, _ in trace.rollback.saved.values() if id(array) not in vectors]

    def check(self, result):
        """Raise a TraceError unless the function has come to the same."""
        if not alike(result, self.result):
            raise made_anew(result) or unlike("its result is")
        for t, grad in self.grads:
            if not alike(t.grad, grad):
                raise unlike(f"the gradient of {printable(t.name or 'a Tensor')} is")
        for t, data in self.data:
            if not alike(t, data):
                raise unlike(f"the values of {printable(t.name or 'a Tensor')} are")
        if not all(alike(array, held) for array, held in self.written):
            raise unlike("what it writes is")


class Form:
    """What an array, a Tensor or a number is, to the last bit: its kind, shape and bytes.

    >>> Form(np.float64(2.0)) == Form(2.0), Form(np.ones(2)) == Form(np.array([1.0, 1.0]))
    (False, True)
    """

    __slots__ = ("parts",)

    def __init__(self, x):
        x = x.data if isinstance(x, Tensor) else x
        kind = np.ndarray if isinstance(x, np.ndarray) else type(x)
        held = (x.dtype, x.shape, x.tobytes()) if isinstance(x, (np.ndarray, np.generic)) else (repr(x),)
        self.parts = kind, *held

    def __eq__(self, other):
        return self.parts == other.parts

    __hash__ = None  # type: ignore[assignment]


def alike(found, expected):
    """Return whether something is what was expected: the same structure, of things that are the same or have a Form."""
    if isinstance(expected, Form):
        return Form(found) == expected
    wanted, items = items_of(expected), items_of(found)
    if wanted is None or items is None or type(found) is not type(expected) or found is expected:
        return is_same(found, expected)
    return len(items) == len(wanted) and all(
        is_same(key, other) and alike(a, b) for (key, a), (other, b) in zip(items, wanted, strict=True)
    )


def made_anew(result):
    """Return the error for a function that makes an object of a class at each call, or None if its result is none."""
    found = [x for x in leaves_of(result, is_object) if is_object(x)]
    if not found:
        return None
    name = printable(type(found[0]).__name__)
    return TraceError(
        f"it returns a new {name}, of which no program can make one; return its parts in a tuple or a dict"
    )


def is_object(x):
    """Return whether ``x`` is an object of a class that is neither ours, Python's nor NumPy's."""
    return not isinstance(x, (tuple, list, dict)) and owner_of_module(type(x).__module__) in ("user", "installed")


def unlike(what):
    """Return the error for a function of which no program can be made."""
    return TraceError(
        f"{what} another one while the program is written: it draws or reads something anew at each call, as from a "
        "generator without a seed or a clock, or it asks what an array is, by type(x), id(x) or repr(x), where "
        "isinstance(x, np.ndarray) would do"
    )
