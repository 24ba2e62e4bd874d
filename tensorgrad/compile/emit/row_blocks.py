"""Row loops: calls of a program that treat each row by itself, run in blocks of rows by several threads."""

import numpy as np

from ..ir.array_ops import cast
from ..ir.program import Value
from ..ir.statements import has_out, is_reduction, is_ufunc_like
from ..passes.kernels import is_contiguous

#: What a loop must take to be worth it, in ns: handing a block to another thread takes 20 to 50 µs.
WORTH = 300_000
#: The least that a block takes, in ns.
BLOCK = 80_000
#: The usual time for one entry of a call, in ns.
ENTRY = 0.08
#: The most entries of an array in a block, so that the cache keeps what one call writes for the next.
CACHED = 1 << 17


class RowLoop:
    """Calls in a row that work on the same rows, block by block.

    calls:          the calls, in order
    rows:           how many rows their results have
    sliced:         ``{call: operands of which it takes some rows at a time}``
    written, whole: roots of what the loop writes, row by row, and of what it reads not row by row
    """

    def __init__(self, call, rows):
        self.calls, self.rows, self.errors = [], rows, call.errors
        self.sliced: dict = {}
        self.written: set[Value] = set()
        self.whole: set[Value] = set()
        self.cost, self.width = 0.0, 1

    def accepts(self, call, rows, sliced, root):
        """Return whether a call can join the loop: it has as many rows, and reads by rows what the loop writes."""
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
        self.cost += max([x.size for x in (v, *call.operands)]) * ENTRY

    def step(self, threads):
        """Return the number of rows in a block: few enough for all threads and the cache, enough to be worth it."""
        blocks = max(1, min(4 * threads, int(self.cost // BLOCK)))
        return max(1, min(-(-self.rows // blocks), CACHED // self.width))


def row_operands(call):
    """Return ``(rows, operands to slice)`` of a call whose result is computed row by row, or None.

    Products are left out: BLAS's own threads are faster, for they pack the right side only once.
    """
    v = call.output
    if (
        not has_out(call)
        or not v.shape
        or v.shape[0] < 2
        or not is_contiguous(v)
        or call.kwargs.keys() - {"axis", "keepdims"}
    ):
        return None
    rows, f = v.shape[0], call.function
    if is_ufunc_like(call) or f in (cast, np.copy):
        sliced = {x for x in call.operands if len(x.shape) == len(v.shape) and x.shape[0] == rows}
        return (rows, sliced) if not call.kwargs else None
    if is_reduction(call) and f.__name__ == "reduce" and len(call.args) == 1:
        (x,) = call.args
        last = len(x.shape) == 2 and call.kwargs.get("axis", 0) in (1, -1)
        return (rows, {x}) if last else None
    return None


def row_loops(program, views, threads):
    """Return the RowLoops of a program, none with a single thread; ``views`` are calls without a statement."""
    if threads < 2:
        return []
    roots, found, current = program.roots, [], None

    def root(v):
        return roots.get(v, v.root)

    for call in program.calls:
        if call in views:
            continue
        able = row_operands(call)
        if able is None:
            current = None
            continue
        rows, sliced = able
        if current is None or not current.accepts(call, rows, sliced, root):
            current = RowLoop(call, rows)
            found.append(current)
        current.add(call, sliced, root)
    return [loop for loop in found if loop.cost >= WORTH and loop.step(threads) < loop.rows]
