"""Trial: compare a trace with a run of the function as it is; only if both give the same may there be a program.

They differ if the function tells stand-ins from arrays, by ``type(x)`` or ``repr(x)``, or if it reads a clock or a
generator that no guard watches.
"""

import numpy as np

from ..core.tensor import Tensor
from ..errors import TraceError, printable_text
from ..pytree import items_of, leaves_of
from .call_structure import unflatten
from .guards.function_code import owner_of_module
from .guards.watched_places import is_same


class Trial:
    """What a trace gave, to be compared with what the function gives when it runs as it is.

    It is made before ``trace.undo()``.

    given: the arguments that the function may return
    """

    def __init__(self, recording, given=()):
        leaves = [Fingerprint(leaf.value()) if leaf.varies else leaf.thing for leaf in recording.leaves]
        self.result = unflatten(recording.structure, iter(leaves), given)
        trace = recording.trace
        moved = [(p, p.data) for descent in trace.descents for p in descent.params]
        vectors = {
            id(v) for descent in trace.descents for flat in descent.flats for v in (flat.w, *flat.slots.values())
        }
        self.grads = [(t, Fingerprint(g.value)) for t, g, _ in recording.grads]
        self.data = [
            (t, Fingerprint(data)) for t, data in [*((t, now.value) for t, _, now in recording.arrays), *moved]
        ]
        self.written = [
            (array, Fingerprint(array)) for array, _ in trace.rollback.saved.values() if id(array) not in vectors
        ]

    def check(self, result):
        """Raise a TraceError unless the function, run as it is, gave the same."""
        if not matches(result, self.result):
            raise new_object_error(result) or difference_error("its result is")
        for t, grad in self.grads:
            if not matches(t.grad, grad):
                raise difference_error(f"the gradient of {printable_text(t.name or 'a Tensor')} is")
        for t, data in self.data:
            if not matches(t, data):
                raise difference_error(f"the values of {printable_text(t.name or 'a Tensor')} are")
        if not all(matches(array, held) for array, held in self.written):
            raise difference_error("what it writes is")


class Fingerprint:
    """The kind, shape and bytes of an array, a Tensor or a number: equal if these are the same to the last bit.

    >>> Fingerprint(np.float64(2.0)) == Fingerprint(2.0), Fingerprint(np.ones(2)) == Fingerprint(np.array([1.0, 1.0]))
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


def matches(found, expected):
    """Return whether ``found`` has the structure of ``expected``, with equal items and Fingerprints."""
    if isinstance(expected, Fingerprint):
        return Fingerprint(found) == expected
    wanted, items = items_of(expected), items_of(found)
    if wanted is None or items is None or type(found) is not type(expected) or found is expected:
        return is_same(found, expected)
    return len(items) == len(wanted) and all(
        is_same(key, other) and matches(a, b) for (key, a), (other, b) in zip(items, wanted, strict=True)
    )


def new_object_error(result):
    """Return the error for a function that returns a new object of a user's class, or None if it does not."""
    found = [x for x in leaves_of(result, is_object) if is_object(x)]
    if not found:
        return None
    name = printable_text(type(found[0]).__name__)
    return TraceError(
        f"it returns a new {name}, of which no program can make one; return its parts in a tuple or a dict"
    )


def is_object(x):
    """Return whether the class of ``x`` is neither tensorgrad's, Python's nor NumPy's."""
    return not isinstance(x, (tuple, list, dict)) and owner_of_module(type(x).__module__) in ("user", "installed")


def difference_error(what):
    """Return the error for a function whose trace differs from its run."""
    return TraceError(
        f"{what} another one while the program is written: it draws or reads something anew at each call, as from a "
        "generator without a seed or a clock, or it asks what an array is, by type(x), id(x) or repr(x), where "
        "isinstance(x, np.ndarray) would do"
    )
