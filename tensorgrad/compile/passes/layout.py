"""Layout: compute a chain of layers transposed, a column for each sample, if BLAS multiplies faster that way.

In row order the product with ``W.T`` in the backward is the slowest of three; transposed it needs no ``.T``. And a bias
that lies behind its kernel in memory becomes a row of it: see ``fuse_bias``.
"""

import operator

import numpy as np

from ..ir.program import ArraySpec, Call, Value, row_major, substitute, transpose_spec
from ..ir.statements import has_out, is_reduction, is_ufunc_like
from .algebra import is_matrix_transpose
from .kernels import is_contiguous, next_number

PRODUCTS = {np.dot, np.matmul}


def transpose_chains(program):
    """Return a program that computes chains of products and elementwise calls transposed."""
    chosen = chain_results(program)
    return ChainTransposer(program, chosen).transpose_program() if chosen else program


def chain_results(program):
    """Return the results to compute transposed: none unless most multiplications would be faster."""
    makers = {v: call for call in program.calls for v in call.results}
    able = candidates(program, makers)
    groups = UnionFind()
    for v in able:
        for x in full_operands(makers[v], v):
            if x.kind == "result":
                groups.union(v, x)
    bad = {groups.find(x) for x in groups.parent if x not in able}
    found = {v for v in able if groups.find(v) not in bad}
    useful = {groups.find(v) for v in found if is_product(makers[v])}
    found = {v for v in found if groups.find(v) in useful}
    inner = outer = 0
    for v in found:
        if is_product(makers[v]):
            a = makers[v].args[0]
            cost = v.size * a.shape[1]
            inner, outer = (inner + cost, outer) if a in found else (inner, outer + cost)
    return found if inner >= outer and inner else set()


def candidates(program, makers):
    """Return the results that can be computed transposed: matrices that only such calls make and use."""
    roots = program.roots
    fixed = {roots.get(v, v.root) for v in (program.outputs[place] for place in program.into)}
    able = {
        v for v, call in makers.items()
        if is_matrix(v) and v not in fixed and roots[v] is v and (is_product(call) or is_transposable(call))
    }  # fmt: skip
    others = [call for call in program.calls if call.output not in able and not ignores_layout(call)]
    while others:  # what such a call uses is no candidate, so the call that makes it is another such call
        for x in others.pop().operands:
            if x in able:
                able.remove(x)
                others += [] if ignores_layout(makers[x]) else [makers[x]]
    return able


def is_matrix(v):
    return len(v.shape) == 2 and min(v.shape) > 1 and is_contiguous(v) and v.dtype.char in "fd?"


def is_transposable(call):
    """Return whether a call is elementwise, on numbers, rows, columns and matrices of its result's shape."""
    n, m = call.output.shape
    alike = all(x.shape in ((), (m,), (1, m), (n, 1), (n, m)) for x in call.operands)
    return alike and is_ufunc_like(call) and has_out(call) and not call.kwargs


def ignores_layout(call):
    """Return whether a call gives the same for every layout of its operands."""
    if call.writes or call.effect:
        return False
    picks = call.function is operator.getitem and call.view is None and not is_matrix(call.output)
    return is_matrix_transpose(call) or picks or (has_out(call) and (call.function in PRODUCTS or is_reduction(call)))


def is_product(call):
    """Return whether a call multiplies two matrices."""
    if call.function not in PRODUCTS or call.kwargs or not has_out(call):
        return False
    return all(isinstance(x, Value) and len(x.shape) == 2 for x in call.args)


def full_operands(call, v):
    """Return the operands of an elementwise call that have the shape of its result ``v``."""
    return [] if is_product(call) else [x for x in call.operands if x.shape == v.shape]


class UnionFind:
    """Groups of Values that must have the same layout."""

    def __init__(self):
        self.parent = {}

    def find(self, x):
        self.parent.setdefault(x, x)
        while self.parent[x] is not x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def union(self, x, y):
        self.parent[self.find(x)] = self.find(y)


class ChainTransposer:
    """Computes the ``chosen`` results of a program transposed: ``turned[v]``, the transpose, takes the place of v."""

    def __init__(self, program, chosen):
        self.old, self.chosen = program, chosen
        self.number, self.calls, self.makers, self.now = next_number(program), [], {}, None
        self.turned, self.views, self.same = {}, {}, {}

    def transpose_program(self):
        """Return the new program."""
        for call in self.old.calls:
            self.translate(call)
        self.now = None
        outputs = [self.original_order(v) for v in self.old.outputs]
        return self.old.replace(self.calls, outputs)

    def new_value(self, form, root=None):
        """Return a new result."""
        self.number += 1
        return Value(self.number - 1, form, "result", root)

    def translate(self, call):
        v, self.now = call.output, call
        if isinstance(v, Value) and v in self.chosen:
            self.turned[v] = self.new_value(row_major(v.shape[::-1], v.dtype))
            if is_product(call):
                a, b = call.args
                call = call.replace(function=np.dot, args=(self.transpose_of(b), self.transpose_of(a)))
            else:
                call = call.replace(
                    args=tuple([self.transpose_operand(x) if isinstance(x, Value) else x for x in call.args])
                )
            self.add(call.replace(output=self.turned[v]))
        elif isinstance(v, Value) and is_matrix_transpose(call) and call.args[0] in self.chosen:
            self.same[v] = self.turned[call.args[0]]
        else:
            given = {x: self.original_order(x) for x in call.operands if x in self.chosen or x in self.same}
            self.add(substitute(call, given))

    def original_order(self, v):
        """Return a Value that equals ``v``, not transposed."""
        if v in self.chosen:
            return self.transpose_view(self.turned[v])
        return self.same.get(v, v)

    def transpose_operand(self, x):
        """Return an operand of an elementwise call as the transposed call needs it."""
        if not x.shape:
            return x
        if len(x.shape) == 1:
            return self.view(
                x, ArraySpec((*x.shape, 1), x.dtype, (*x.strides, 0)), operator.getitem, (slice(None), None)
            )
        return self.transpose_of(x)

    def transpose_of(self, x):
        """Return the transpose of ``x``: a result that takes its place, a constant, or a view."""
        if x in self.turned:
            return self.turned[x]
        if x in self.same:
            return self.transpose_view(self.same[x])
        if x.kind == "constant":
            if (x, "T") not in self.views:
                array = np.ascontiguousarray(x.array.T)
                self.views[x, "T"] = Value(self.number, array, "constant", array=array, name=x.name)
                self.number += 1
            return self.views[x, "T"]
        return self.transpose_view(x)

    def transpose_view(self, x):
        """Return a transposed view of ``x``; if ``x`` is one itself, what it is a view of."""
        maker = self.makers.get(x)
        if maker is not None and isinstance(maker.output, Value) and is_matrix_transpose(maker):
            return maker.args[0]
        return self.view(x, transpose_spec(x), np.ndarray.transpose)

    def view(self, x, form, function, *args):
        """Return a view of ``x``; each view is made once."""
        key = x, function.__name__
        if key not in self.views:
            v = self.views[key] = self.new_value(form, x.root)
            errors = None if self.now is None else self.now.errors  # so that it stays in the same np.errstate
            self.add(Call(function, (x, *args), {}, v, view=x, errors=errors))
        return self.views[key]

    def add(self, call):
        self.calls.append(call)
        self.makers.update(dict.fromkeys(call.results, call))
