"""Biases: added, and summed up for, by the products of their kernels.

An optimizer's vector holds each bias right behind its kernel. So ``[W; b]`` is one matrix, and with a row of ones under
the transposed inputs h of a layer, ``[W; b]ᵀ [h; 1]`` is the product with the bias added, and ``[h; 1] g`` are the
gradients of both, side by side as the optimizer wants them.
"""

import operator
from collections import Counter
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..ir.array_ops import stacked, with_ones
from ..ir.program import Call, Program, Value, rows, turned
from ..ir.statements import elementwise, has_out
from .algebra import turns
from .kernels import contiguous, first_number, of_ones


def biases_in_products(program):
    """Return a program in which products of transposed chains take their biases along."""
    return Joined(program).program()


class Joined:
    """A program with kernels and biases as one matrix each, where they lie so and it pays.

    extended: ``{h: the Value of [h; 1]}``
    """

    def __init__(self, program):
        self.old, self.number = program, first_number(program)
        self.makers = {v: call for call in program.calls for v in call.results}
        self.uses = Counter(v for call in program.calls for v in call.operands)
        self.uses.update(program.outputs)
        self.written = program.written(program.roots)
        self.extended, self.calls = {}, []

    def program(self):
        """Return the new program."""
        sums = {call.output: found for call in self.old.calls if (found := self.biased(call))}
        dropped = {product for product, *_ in sums.values()}
        for call in self.old.calls:
            if call.output in sums:
                self.forward(call, *sums[call.output])
            elif call not in dropped:
                self.calls.append(call)
        return self.backward() if self.extended else self.old

    def biased(self, call):
        """Return ``(product, W, b, h)`` if a call adds to ``Wᵀ h`` the bias that lies behind W; else None."""
        if call.function is not np.add or call.kwargs or not all(isinstance(x, Value) for x in call.args):
            return None
        for z, column in (call.args, call.args[::-1]):
            product, b = self.makers.get(z), self.whole(column)
            if product is None or product.function is not np.dot or b is None or self.uses[z] != 1:
                continue
            W, h = self.straight(product.args[0]), product.args[1]
            if W is not None and behind(W, b) and W.root not in self.written and self.roomy(h):
                return product, W, b, h
        return None

    def whole(self, column):
        """Return the captured vector of which ``column`` is a view, or None."""
        maker = self.makers.get(column)
        if maker is None or maker.function is not operator.getitem or maker.args[1] != (slice(None), None):
            return None
        return maker.args[0] if maker.args[0].kind == "captured" else None

    def straight(self, x):
        """Return the captured matrix whose transpose ``x`` is, or None."""
        maker: Any = self.makers.get(x)
        turning = maker is not None and isinstance(maker.output, Value) and turns(maker)
        return maker.args[0] if turning and maker.args[0].kind == "captured" else None

    def roomy(self, h):
        """Return whether there can be room for ones behind ``h``: a matrix that has a buffer of its own."""
        maker = self.makers.get(h)
        return maker is not None and elementwise(maker) and has_out(maker) and contiguous(h)

    def value(self, form, root=None):
        """Return a new result."""
        self.number += 1
        return Value(self.number - 1, form, "result", root)

    def forward(self, call, product, W, b, h):
        """Enter the product that adds the bias."""
        both = self.value(rows((W.shape[0] + 1, W.shape[1]), W.dtype), W.root)
        left = self.value(turned(both), W.root)
        self.calls.append(Call(stacked, (W, b), {}, both, view=W))
        self.calls.append(Call(np.ndarray.transpose, (both,), {}, left, view=both))
        if h not in self.extended:
            self.extended[h] = self.value(rows((h.shape[0] + 1, h.shape[1]), h.dtype), h.root)
            self.calls.append(Call(with_ones, (h,), {}, self.extended[h], view=h))
        self.calls.append(product.replaced(args=(left, self.extended[h]), output=call.output))

    def backward(self):
        """Return the program with the gradients of kernels and biases computed together."""
        outputs, into = self.old.outputs, self.old.into
        wanted = {outputs[place]: array for place, array in into.items() if outputs.count(outputs[place]) == 1}
        sums = {call.args[1]: call.output for call in self.calls if call.output in wanted and self.sums_rows(call)}
        joined, dropped = {}, set()
        for i, call in enumerate(self.calls):
            total = sums.get(call.args[1]) if call.output in wanted and call.function is np.dot else None
            h: Any = call.args[0] if total is not None else None
            if h in self.extended and self.adjacent(wanted[call.output], wanted[total]):
                both = self.value(rows((h.shape[0] + 1, call.output.shape[1]), h.dtype))
                joined[call.output] = both, as_strided(wanted[call.output], both.shape)
                dropped.add(total)
                self.calls[i] = call.replaced(args=(self.extended[h], call.args[1]), output=both)
        calls = [call for call in self.calls if call.output not in dropped]
        pairs = [joined.get(v, (v, into.get(i))) for i, v in enumerate(outputs) if v not in dropped]
        into = {i: array for i, (_, array) in enumerate(pairs) if array is not None}
        return Program(calls, self.old.inputs, [v for v, _ in pairs], into, self.old.lent)

    def sums_rows(self, call):
        """Return whether a call is the sum of all rows of a matrix."""
        return call.function is np.dot and of_ones(call) is call.args[0] and len(call.args[0].shape) == 1

    def adjacent(self, kernel, bias):
        """Return whether gradients of a kernel and a bias belong side by side, so that one product may write both."""
        return next_to(kernel, bias) and kernel.shape[1:] == bias.shape


def behind(W, b):
    """Return whether the captured vector ``b`` lies right behind the captured matrix ``W``, as its next row would."""
    return (
        len(W.shape) == 2
        and contiguous(W)
        and W.dtype == b.dtype
        and W.shape[1:] == b.shape
        and next_to(W.array, b.array)
    )


def next_to(a, b):
    """Return whether array ``b`` begins where ``a``, of the same array, ends."""
    same = a.base is not None and a.base is b.base
    return same and a.flags.c_contiguous and a.ctypes.data + a.nbytes == b.ctypes.data
