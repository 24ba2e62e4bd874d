"""Fuse biases into the products with their kernels.

An optimizer's vector holds each bias right behind its kernel. So ``[W; b]`` is one matrix, and with a row of ones under
the transposed inputs h of a layer, ``[W; b]ᵀ [h; 1]`` is the product plus the bias, and ``[h; 1] g`` is the gradient of
both, side by side in memory as the optimizer has them.
"""

import operator
from collections import Counter
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..ir.array_ops import append_ones, append_row
from ..ir.program import Call, Program, Value, row_major, transpose_spec
from ..ir.statements import has_out, is_ufunc_like
from .algebra import is_matrix_transpose
from .kernels import is_contiguous, next_number, ones_operand


def fuse_biases(program):
    """Return a program in which products of transposed chains add their biases too."""
    return BiasFusion(program).fuse()


class BiasFusion:
    """Makes one matrix of each kernel and its bias, if they lie side by side in memory.

    extended: ``{h: the Value of [h; 1]}``
    """

    def __init__(self, program):
        self.old, self.number = program, next_number(program)
        self.makers = {v: call for call in program.calls for v in call.results}
        self.uses = Counter(v for call in program.calls for v in call.operands)
        self.uses.update(program.outputs)
        self.written = program.written_roots(program.roots)
        self.extended, self.calls = {}, []

    def fuse(self):
        """Return the new program."""
        sums = {call.output: found for call in self.old.calls if (found := self.match_bias(call))}
        dropped = {product for product, *_ in sums.values()}
        for call in self.old.calls:
            if call.output in sums:
                self.fuse_forward(call, *sums[call.output])
            elif call not in dropped:
                self.calls.append(call)
        return self.fuse_backward() if self.extended else self.old

    def match_bias(self, call):
        """Return ``(product, W, b, h)`` if a call adds to ``Wᵀ h`` the bias that lies behind W in memory, else None."""
        if call.function is not np.add or call.kwargs or not all(isinstance(x, Value) for x in call.args):
            return None
        for z, column in (call.args, call.args[::-1]):
            product, b = self.makers.get(z), self.bias_vector(column)
            if product is None or product.function is not np.dot or b is None or self.uses[z] != 1:
                continue
            W, h = self.kernel_matrix(product.args[0]), product.args[1]
            if W is not None and lies_behind(W, b) and W.root not in self.written and self.has_room(h):
                return product, W, b, h
        return None

    def bias_vector(self, column):
        """Return the captured vector that ``column`` is a view of, or None."""
        maker = self.makers.get(column)
        if maker is None or maker.function is not operator.getitem or maker.args[1] != (slice(None), None):
            return None
        return maker.args[0] if maker.args[0].kind == "captured" else None

    def kernel_matrix(self, x):
        """Return the captured matrix that ``x`` is the transpose of, or None."""
        maker: Any = self.makers.get(x)
        turning = maker is not None and isinstance(maker.output, Value) and is_matrix_transpose(maker)
        return maker.args[0] if turning and maker.args[0].kind == "captured" else None

    def has_room(self, h):
        """Return whether the buffer of the matrix ``h`` can have room for a row of ones."""
        maker = self.makers.get(h)
        return maker is not None and is_ufunc_like(maker) and has_out(maker) and is_contiguous(h)

    def new_value(self, form, root=None):
        """Return a new result."""
        self.number += 1
        return Value(self.number - 1, form, "result", root)

    def fuse_forward(self, call, product, W, b, h):
        """Add the product that also adds the bias."""
        both = self.new_value(row_major((W.shape[0] + 1, W.shape[1]), W.dtype), W.root)
        left = self.new_value(transpose_spec(both), W.root)
        self.calls.append(Call(append_row, (W, b), {}, both, view=W))
        self.calls.append(Call(np.ndarray.transpose, (both,), {}, left, view=both))
        if h not in self.extended:
            self.extended[h] = self.new_value(row_major((h.shape[0] + 1, h.shape[1]), h.dtype), h.root)
            self.calls.append(Call(append_ones, (h,), {}, self.extended[h], view=h))
        self.calls.append(product.replace(args=(left, self.extended[h]), output=call.output))

    def fuse_backward(self):
        """Return the program that computes the gradient of each kernel and its bias together."""
        outputs, into = self.old.outputs, self.old.into
        wanted = {outputs[place]: array for place, array in into.items() if outputs.count(outputs[place]) == 1}
        sums = {call.args[1]: call.output for call in self.calls if call.output in wanted and self.is_row_sum(call)}
        joined, dropped = {}, set()
        for i, call in enumerate(self.calls):
            total = sums.get(call.args[1]) if call.output in wanted and call.function is np.dot else None
            h: Any = call.args[0] if total is not None else None
            if h in self.extended and self.is_adjacent(wanted[call.output], wanted[total]):
                both = self.new_value(row_major((h.shape[0] + 1, call.output.shape[1]), h.dtype))
                joined[call.output] = both, as_strided(wanted[call.output], both.shape)
                dropped.add(total)
                self.calls[i] = call.replace(args=(self.extended[h], call.args[1]), output=both)
        calls = [call for call in self.calls if call.output not in dropped]
        pairs = [joined.get(v, (v, into.get(i))) for i, v in enumerate(outputs) if v not in dropped]
        into = {i: array for i, (_, array) in enumerate(pairs) if array is not None}
        return Program(calls, self.old.inputs, [v for v, _ in pairs], into, self.old.lent)

    def is_row_sum(self, call):
        """Return whether a call is the sum of all rows of a matrix."""
        return call.function is np.dot and ones_operand(call) is call.args[0] and len(call.args[0].shape) == 1

    def is_adjacent(self, kernel, bias):
        """Return whether the gradients of a kernel and a bias lie side by side, so that one product can write both."""
        return is_next_to(kernel, bias) and kernel.shape[1:] == bias.shape


def lies_behind(W, b):
    """Return whether the captured vector ``b`` lies in memory where the next row of the captured matrix ``W`` would."""
    return (
        len(W.shape) == 2
        and is_contiguous(W)
        and W.dtype == b.dtype
        and W.shape[1:] == b.shape
        and is_next_to(W.array, b.array)
    )


def is_next_to(a, b):
    """Return whether array ``b`` begins where ``a``, of the same array, ends."""
    same = a.base is not None and a.base is b.base
    return same and a.flags.c_contiguous and a.ctypes.data + a.nbytes == b.ctypes.data
