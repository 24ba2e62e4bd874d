"""Cuts: stretches of a program that treat each row by itself, to be run in blocks of rows by several threads."""

import numpy as np

from .actions import cast
from .kernels import contiguous
from .program import Value
from .statements import elementwise, has_out, reduction

#: What a stretch must take before it is cut, in ns: handing a block to another thread takes 20 µs and more.
WORTH = 200_000
#: What a block takes at least, in ns.
BLOCK = 60_000
#: ns of an entry of an elementwise call, and of a multiplication in a product: a core's usual order of magnitude.
ENTRY, PRODUCT = 0.15, 0.01
#: Entries of an array that a block holds at most, so that what one call writes is in the cache for the next.
CACHED = 1 << 16
#: Up to so many multiplications OpenBLAS itself takes one thread.
SMALL_PRODUCT = 1 << 18


class Cut:
    """A stretch of calls over the same rows.

    calls:          the calls, in order
    rows:           how many rows their results have
    sliced:         ``{call: operands of which it takes some rows at a time}``
    written, whole: roots of what is written in it, row by row, and of what is read otherwise than row by row
    """

    def __init__(self, call, rows):
        self.calls, self.rows, self.errors = [], rows, call.errors
        self.sliced: dict = {}
        self.written: set[Value] = set()
        self.whole: set[Value] = set()
        self.cost, self.width, self.multiplies = 0.0, 1, False

    def takes(self, call, rows, sliced, root):
        """Return whether the call can follow in blocks: it reads in rows what the stretch writes, and over the same."""
        whole = {root(x) for x in call.operands if x not in sliced}
        views = {root(x) for x in sliced if root(x) is not x}
        return rows == self.rows and call.errors == self.errors and not (whole | views) & self.written

    def add(self, call, sliced, root):
        v = call.output
        self.calls.append(call)
        self.sliced[call] = sliced
        self.written.add(root(v))
        self.whole |= {root(x) for x in call.operands if x not in sliced or root(x) is not x}
        self.width = max(self.width, v.size // self.rows)
        self.multiplies |= call.function is np.dot
        self.cost += multiplications(call) * PRODUCT if call.function is np.dot else size_of(call) * ENTRY

    def step(self, threads):
        """Return how many rows a block has: few enough for every thread and the cache, enough to be worth it."""
        step = -(-self.rows // max(1, min(4 * threads, int(self.cost // BLOCK))))
        if self.multiplies:  # a product packs its right side anew for each block
            return step
        return max(1, min(step, CACHED // self.width))


def size_of(call):
    return max([v.size for v in (call.output, *call.operands)])


def multiplications(call):
    """Return how many multiplications a product takes; 0 for other calls."""
    if call.function not in (np.dot, np.matmul) or not isinstance(call.output, Value):
        return 0
    return call.output.size * call.args[0].shape[-1] if call.args[0].shape else 0


def rowwise(call, exact):
    """Return ``(rows, operands to be cut)`` of a call whose result is computed row by row, or None.

    A product is, but BLAS may add up fewer rows in another order.
    """
    v = call.output
    if (
        not has_out(call)
        or not v.shape
        or v.shape[0] < 2
        or not contiguous(v)
        or call.kwargs.keys() - {"axis", "keepdims"}
    ):
        return None
    rows, f = v.shape[0], call.function
    if f is np.dot and not exact:
        a, b = call.args
        return (rows, {a}) if len(a.shape) == 2 and a is not b else None
    if elementwise(call) or f in (cast, np.copy):
        cut = {x for x in call.operands if len(x.shape) == len(v.shape) and x.shape[0] == rows}
        return (rows, cut) if not call.kwargs else None
    if reduction(call) and f.__name__ == "reduce" and len(call.args) == 1:
        (x,) = call.args
        last = len(x.shape) == 2 and call.kwargs.get("axis", 0) in (1, -1)
        return (rows, {x}) if last else None
    return None


def cuts(program, bound, threads, exact=False):
    """Return the Cuts of a program, none with a single thread; ``bound`` tells of a call that makes no statement."""
    if threads < 2:
        return []
    roots, found, current = program.roots, [], None

    def root(v):
        return roots.get(v, v.root)

    for call in program.calls:
        if bound(call):
            continue
        able = rowwise(call, exact)
        if able is None:
            current = None
            continue
        rows, sliced = able
        if current is None or not current.takes(call, rows, sliced, root):
            current = Cut(call, rows)
            found.append(current)
        current.add(call, sliced, root)
    return [cut for cut in found if cut.cost >= WORTH and cut.step(threads) < cut.rows]
