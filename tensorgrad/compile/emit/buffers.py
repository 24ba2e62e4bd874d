"""Plan: the buffer of each result. Values that are not needed at the same time share one."""

import numpy as np

from ..ir.array_ops import append_ones
from ..ir.descent import Descent
from ..ir.program import Value
from ..ir.statements import donors, has_out
from ..passes.kernels import is_contiguous
from .liveness import Liveness
from .row_blocks import row_loops

ALIGNMENT = 64


class Plan:
    """The buffers of a program.

    slots:    ``{root: buffer number}``; each run makes a new array for a result without one
    external: ``{root: array}`` of results that are computed in arrays of the caller or an optimizer
    in_place: the calls that write their result over an operand
    loop_of:  ``{call: its RowLoop}`` of calls that run in blocks of rows
    extended: results with a row of ones behind them in memory; they share their buffer with no other
    naive:    the bytes that one buffer for each result would take
    """

    def __init__(self, program, threads=1):
        self.program, self.live, self.pool = program, Liveness(program), BufferPool()
        self.slots: dict[Value, int] = {}
        self.in_place: set = set()
        self.extended = {call.args[0] for call in program.calls if call.function is append_ones}
        self.external = external_arrays(program, self.live)
        self.loops = row_loops(program, self.live.views, threads)
        self.loop_of = {call: loop for loop in self.loops for call in loop.calls}
        self.taken_over: set[Value] = set()
        self.naive = 0
        self._assign()
        self.buffered = self.slots.keys() | self.external.keys()

    @property
    def planned_bytes(self):
        """The bytes of all buffers together."""
        return sum(self.pool.sizes)

    def is_computed_in(self, v, array):
        """Return whether ``v`` is computed right into ``array``."""
        found = self.external.get(self.live.root(v))
        return found is not None and np.shares_memory(found, array)

    def _assign(self):
        """Give each result its buffer, in the order of the calls."""
        live = self.live
        waiting: list[int] = []  # they become free at the end of a RowLoop: each of its blocks runs all its calls
        for i, call in enumerate(self.program.calls):
            v = call.output
            if v in live.placed and v not in self.external:
                self.naive += v.nbytes
                self._place(call, i)
            for root in {live.root(x) for x in (*call.operands, *call.results)}:
                kept = root in self.taken_over or root in self.extended
                if root in self.slots and live.last.get(root, i) == i and not kept:
                    waiting.append(self.slots[root])
            loop = self.loop_of.get(call)
            if loop is None or call is loop.calls[-1]:
                self.pool.free += waiting
                waiting = []

    def _place(self, call, i):
        """Give the result of call number ``i`` the buffer of an operand that dies here, or another."""
        v, donor = call.output, self._donor(call, i)
        if v in self.extended:
            self.slots[v] = self.pool.add(v.nbytes + v.nbytes // v.shape[0])
        elif donor is not None:
            self.slots[v] = self.slots[donor]
            self.taken_over.add(donor)
            self.in_place.add(call)
        else:
            self.slots[v] = self.pool.take(v.nbytes)

    def _donor(self, call, i):
        """Return the root of an operand that dies here if the result can be written over it, entry by entry."""
        v, loop, live = call.output, self.loop_of.get(call), self.live
        for x in donors(call):
            root = live.root(x)
            if root in self.extended or (loop is not None and root in loop.whole):
                continue
            if call.function is np.where and any(isinstance(y, Value) and live.root(y) is root for y in call.args[:2]):
                continue  # it would be written while it is read
            alike = (x.shape, x.strides, x.dtype, root.nbytes) == (v.shape, v.strides, v.dtype, v.nbytes)
            if root in self.slots and live.last[root] == i and alike and root not in self.taken_over:
                return root
        return None

    def arrays(self):
        """Make the buffers; return ``{root: array}``."""
        memory = [aligned_bytes(size) for size in self.pool.sizes]
        for root in self.extended:
            memory[self.slots[root]].view(root.dtype)[root.size : root.size + root.shape[1]] = 1
        found = {
            root: np.ndarray(root.shape, root.dtype, memory[slot], 0, root.strides) for root, slot in self.slots.items()
        }
        return found | self.external


class BufferPool:
    """Buffers by number: ``sizes`` are the bytes of each, ``free`` the numbers of those that are not in use."""

    def __init__(self):
        self.sizes: list[int] = []
        self.free: list[int] = []

    def take(self, nbytes):
        """Return the number of a free buffer of at most four times the size needed, or of a new one."""
        size = max(ALIGNMENT, -(-nbytes // ALIGNMENT) * ALIGNMENT)
        fits = [slot for slot in self.free if size <= self.sizes[slot] <= 4 * size]
        if fits:
            best = min(
                reversed(fits), key=self.sizes.__getitem__
            )  # of equal ones the last used: it may be in the cache
            self.free.remove(best)
            return best
        return self.add(size)

    def add(self, nbytes):
        """Return the number of a new buffer."""
        self.sizes.append(-(-nbytes // ALIGNMENT) * ALIGNMENT)
        return len(self.sizes) - 1


def external_arrays(program, live):
    """Return ``{root: array}`` of results that can be computed in their destinations."""
    makers = {call.output: call for call in program.calls if has_out(call)}
    found = {}
    for v, array in destinations(program, live):
        root = live.root(v)
        whole = v.nbytes == root.nbytes and is_contiguous(v) and is_contiguous(root)
        if root in makers and root not in found and whole and root.dtype == v.dtype == array.dtype:
            found[root] = array.reshape(root.shape)
    return found


def destinations(program, live):
    """Yield ``(value, array)`` for each value that is to be written into an array of the caller or an optimizer.

    An optimizer changes its gradients, so only those that no later call needs count. If it takes several steps, none
    count: one gradient would overwrite another before its step.
    """
    for place, array in program.into.items():
        yield program.outputs[place], array
    steps = [(i, call) for i, call in enumerate(program.calls) if isinstance(call.function, Descent)]
    for i, call in steps:
        if sum(other.function.optimizer is call.function.optimizer for _, other in steps) == 1:
            yield from [(v, a) for v, a in call.function.gradients(call) if live.last[live.root(v)] == i]


def aligned_bytes(nbytes):
    """Return bytes that begin at a multiple of 64: a cache line, and a vector register."""
    raw = np.empty(nbytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + nbytes]
