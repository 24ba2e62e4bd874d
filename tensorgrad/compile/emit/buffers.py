"""Where each result lies: buffers are shared by values that are not needed at the same time."""

import numpy as np

from ..ir.array_ops import stacked, with_ones
from ..ir.descent import Descent
from ..ir.program import Value, packed
from ..ir.statements import donors, has_out
from ..passes.kernels import contiguous
from .row_blocks import cuts

ALIGNMENT = 64


class Plan:
    """The buffers of a program.

    slots:    ``{root: buffer number}``; a result without one is made anew at each run
    external: ``{root: array}`` of outputs that are written where the caller wants them
    cut_of:   ``{call: its Cut}``: what runs in blocks of rows
    extended: results behind which there is a row of ones, in buffers of their own
    sizes:    the bytes of each buffer
    naive:    the bytes that one buffer for each result would take
    """

    def __init__(self, program, threads=1):
        self.program, self.roots = program, program.roots
        self.slots: dict[Value, int] = {}
        self.in_place: set = set()  # calls whose result begins as what an operand holds, in its memory
        self.placed = {call.output for call in program.calls if has_out(call) and packed(call.output)}
        self.once = self._made_once()
        self.last = self._last_uses()
        self.extended = {call.args[0] for call in program.calls if call.function is with_ones}
        self.external = self._external()
        self.cuts = cuts(program, self.bound, threads)
        self.cut_of = {call: cut for cut in self.cuts for call in cut.calls}
        self.sizes: list[int] = []
        self.taken_over: set[Value] = set()
        self.naive = 0
        self._assign()
        self.buffered = self.slots.keys() | self.external.keys()

    @property
    def planned(self):
        """The bytes of all buffers together."""
        return sum(self.sizes)

    def root(self, v):
        return self.roots.get(v, v.root)

    def fixed(self, v):
        """Return whether ``v`` lies in the same memory at every run, so that views of it can be made once."""
        root = self.root(v)
        return root.kind in ("captured", "constant") or root in self.placed

    def bound(self, call):
        """Return whether a call is a view that is made once, before the first run."""
        return call in self.once

    def _made_once(self):
        """Return the calls that make a view of memory that is there beforehand, the same at every run."""
        once, varying = set(), set()
        for call in self.program.calls:
            if call.view is None:
                continue
            constant = call.function is stacked or all(v is call.view or v.kind == "constant" for v in call.operands)
            if constant and self.fixed(call.view) and call.view not in varying:
                once.add(call)
            else:
                varying.update(call.results)
        return once

    def _external(self):
        """Return the roots that can lie in the array to which an output is to be written."""
        makers = {call.output: call for call in self.program.calls if has_out(call)}
        found = {}
        for v, array in self._wanted():
            root = self.root(v)
            whole = v.nbytes == root.nbytes and contiguous(v) and contiguous(root)
            if root in makers and root not in found and whole and root.dtype == v.dtype == array.dtype:
                found[root] = array.reshape(root.shape)
        return found

    def _wanted(self):
        """Yield ``(value, array)`` for what is to end up in an array of the caller's or an optimizer's.

        An optimizer changes its gradients, so theirs are those that nobody needs later; and if it takes several steps,
        one gradient must not be written before another was used.
        """
        for place, array in self.program.into.items():
            yield self.program.outputs[place], array
        steps = [(i, call) for i, call in enumerate(self.program.calls) if isinstance(call.function, Descent)]
        for i, call in steps:
            if sum(other.function.optimizer is call.function.optimizer for _, other in steps) == 1:
                yield from [(v, a) for v, a in call.function.gradients(call) if self.last[self.root(v)] == i]

    def lies(self, v, array):
        """Return whether ``v`` is computed right into ``array``."""
        found = self.external.get(self.root(v))
        return found is not None and np.shares_memory(found, array)

    def _last_uses(self):
        last = {}
        for i, call in enumerate(self.program.calls):
            for v in call.operands:
                last[self.root(v)] = i
        for v in self.program.outputs:
            last[self.root(v)] = len(self.program.calls)
        return last

    def _assign(self):
        free: list = []
        last = self.last
        waiting: list[int] = []  # to become free at the end of a Cut, whose blocks each go through all of its calls
        for i, call in enumerate(self.program.calls):
            v = call.output
            if v in self.placed and v not in self.external:
                self.naive += v.nbytes
                donor = self._donor(call, last, i)
                if v in self.extended:
                    self.slots[v] = self._new_slot(v.nbytes + v.nbytes // v.shape[0])
                elif donor is not None:
                    self.slots[v] = self.slots[donor]
                    self.taken_over.add(donor)
                    self.in_place.add(call)
                else:
                    self.slots[v] = self._slot(v.nbytes, free)
            for root in {self.root(x) for x in (*call.operands, *call.results)}:
                kept = root in self.taken_over or root in self.extended
                if root in self.slots and last.get(root, i) == i and not kept:
                    waiting.append(self.slots[root])
            cut = self.cut_of.get(call)
            if cut is None or call is cut.calls[-1]:
                free += waiting
                waiting = []

    def _donor(self, call, last, i):
        """Return the root that dies here and whose memory the result can lie in, entry upon entry."""
        v, cut = call.output, self.cut_of.get(call)
        for x in donors(call):
            root = self.root(x)
            if root in self.extended or (cut is not None and root in cut.whole):
                continue
            if call.function is np.where and any(isinstance(y, Value) and self.root(y) is root for y in call.args[:2]):
                continue  # it would be written while it is read
            alike = (x.shape, x.strides, x.dtype, root.nbytes) == (v.shape, v.strides, v.dtype, v.nbytes)
            if root in self.slots and last[root] == i and alike and root not in self.taken_over:
                return root
        return None

    def _slot(self, nbytes, free):
        """Return a free buffer of at most four times the size that is needed, or a new one."""
        size = max(ALIGNMENT, -(-nbytes // ALIGNMENT) * ALIGNMENT)
        fits = [slot for slot in free if size <= self.sizes[slot] <= 4 * size]
        if fits:
            best = min(reversed(fits), key=self.sizes.__getitem__)  # of equals the last used, which the cache may hold
            free.remove(best)
            return best
        return self._new_slot(size)

    def _new_slot(self, nbytes):
        self.sizes.append(-(-nbytes // ALIGNMENT) * ALIGNMENT)
        return len(self.sizes) - 1

    def arrays(self):
        """Return ``{root: array}`` with the buffers made."""
        memory = [aligned(size) for size in self.sizes]
        for root in self.extended:
            memory[self.slots[root]].view(root.dtype)[root.size : root.size + root.shape[1]] = 1
        found = {
            root: np.ndarray(root.shape, root.dtype, memory[slot], 0, root.strides) for root, slot in self.slots.items()
        }
        return found | self.external


def aligned(nbytes):
    """Return bytes that begin at a multiple of 64: a cache line, and a vector register."""
    raw = np.empty(nbytes + ALIGNMENT, np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + nbytes]
