"""Backpropagation: the chain rule, applied once to every recorded op, newest first.

Each Tensor carries a sequence number, and an input's is always smaller than its result's. So when the newest
unfinished Tensor is taken first, all gradients into it have arrived: no recursion, no second pass over the graph,
time linear in ops and edges.
"""

from __future__ import annotations

import weakref
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np

from .core.tensor import Tensor, make_leaf
from .core.upcast import upcast
from .core.views import version
from .errors import GradientError, ShapeError, describe, printable_text
from .shapes import broadcast_axes, broadcasts

if TYPE_CHECKING:
    from collections.abc import Callable, ValuesView


def backward(self: Any, gradient: Any = None, *, create_graph: bool = False) -> None:
    """Add d(self)/d(leaf) to ``.grad`` of every leaf that requires a gradient.

    gradient:     the cotangent to start from, of this Tensor's shape; a scalar may leave it out, and starts from 1
    create_graph: record the backward too, so that the gradients can be differentiated again

    Raises GradientError if nothing here requires a gradient, or if a non-scalar is given no cotangent.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor(3.0, requires_grad=True)
    >>> (x * x).backward()
    >>> x.grad
    Tensor(6.)
    """
    for leaf, g in gradients(self, gradient, create_graph):  # all at the end, so that an error changes nothing
        g = g if create_graph else make_leaf(g)
        leaf.grad = g if leaf.grad is None else leaf.grad + g


def gradients(root: Tensor, gradient: Any = None, create_graph: bool = False) -> ValuesView[list[Any]]:
    """Return ``[leaf, gradient]`` for each leaf under ``root``: arrays, or Tensors with ``create_graph``."""
    seed = initial_cotangent(root, gradient)
    if create_graph:
        seed = seed if isinstance(seed, Tensor) else make_leaf(seed)
    elif isinstance(seed, Tensor):
        seed = seed.data
    found = pull(root, conjugate_gradient(seed), create_graph)
    for pair in found:
        pair[1] = conjugate_gradient(pair[1])
    return found


def pull(root: Any, g: Any, keep: bool, **settings: Any) -> ValuesView[list[Any]]:
    """Return what ``sweep`` does, without NumPy's warnings: rules mask their own 1/0."""
    with np.errstate(divide="ignore", invalid="ignore"):  # 0.7 µs
        return sweep(root, g, keep, **settings)


def conjugate_gradient(g: Any) -> Any:
    """Return a gradient as a cotangent, or back: a gradient is ``∂L/∂Re z + i ∂L/∂Im z``, a cotangent its conjugate."""
    if isinstance(g, list):  # of several outputs at once
        return [conjugate_gradient(part) for part in g]
    return g if g.dtype.kind != "c" else np.conjugate(g)


def initial_cotangent(root: Any, gradient: Any) -> Any:
    """Return the cotangent to start from: a Tensor of the root's shape, or the number 1 as an array."""
    if not root.requires_grad:
        raise GradientError(
            f"backward() from {describe(root)}, which depends on no Tensor that requires a gradient; "
            "make one with requires_grad=True before computing, and do not detach() or no_grad() on the way "
            "(tg.why_no_grad(f, p), with f a function that computes this, says where)"
        )
    if gradient is None:
        if root.data.dtype.kind == "c":
            raise GradientError(
                f"backward() starts from a real number, got {describe(root)}; take what you minimise, "
                "np.abs(y), y.real, y.imag, or pass the gradient: .backward(gradient)"
            )
        if root.data.size != 1:
            raise GradientError(
                f"backward() starts from a scalar, got {describe(root)}; reduce it (.sum() or .mean()), "
                "or pass the cotangent: .backward(gradient)"
            )
        if root.dtype.kind == "c":
            raise GradientError(
                f"backward() starts from a real number, got {describe(root)}; take np.abs(loss) or np.real(loss), or "
                "pass the cotangent: .backward(gradient)"
            )
        return np.ones_like(root.data)
    g = gradient if isinstance(gradient, Tensor) else Tensor(gradient, dtype=root.dtype)
    if g.shape != root.shape:
        raise ShapeError(f"backward(gradient): gradient {describe(g)} must have the shape of {describe(root)}")
    return g


def sweep(root: Any, g: Any, keep: bool, visiting: Any = None, since: int = -1) -> ValuesView[list[Any]]:
    """Return ``[leaf, gradient]`` pairs of ``root`` for the cotangent ``g``: the hot path.

    With ``keep`` the rules are given Tensors, so what they compute is recorded; else arrays, so that nothing stands
    between a rule and NumPy. ``visiting(t)`` is called before the hooks and rules of each Tensor run. No gradient goes
    to what is older than ``since``, a sequence number.
    """
    leaves: dict[Any, Any] = {}  # seq -> [leaf, gradient]: owned, so summed in place
    pending: dict[Any, Any] = {}  # seq -> (Tensor not visited yet, gradient so far): may be shared, never written
    heap: list[int] = []  # the seqs of pending, newest first
    head, head_seq, head_g = None, -1, None  # one that needs no heap: in a chain, every one; 0.2 µs an op
    node, seq = root, root.seq

    def add(x: Any, gx: Any) -> None:
        """Add ``gx`` to what has reached ``x``."""
        nonlocal head, head_seq, head_g
        data = x.data
        if gx.shape != data.shape or gx.dtype is not data.dtype:
            gx = fit(gx, data, node, x, keep)
        s = x.seq
        if x.op is None and x.watch is None:
            if s in leaves:
                pair = leaves[s]
                if keep:
                    pair[1] = pair[1] + gx
                else:
                    pair[1] += gx
            else:  # copy what a rule passed on, or a view of it: two leaves must not share memory
                leaves[s] = [x, +gx if gx is g or keep or gx.base is not None else gx]
        elif s == head_seq:
            head_g = head_g + gx
        elif s in pending:
            pending[s] = (x, pending[s][1] + gx)
        elif s > head_seq:
            if head is not None:
                pending[head_seq] = (head, head_g)
                heappush(heap, -head_seq)
            head, head_seq, head_g = x, s, gx
        else:
            pending[s] = (x, gx)
            heappush(heap, -s)

    while True:
        if visiting is not None:
            visiting(node)
        if node.watch is not None:
            g = run_hooks(node, g, keep)
        op, inputs = node.op, node.inputs
        if op is None:
            leaves[seq] = [node, +g]
        elif len(inputs) == 2 and node.settings is None:  # a * b: what visit does, unrolled; 0.7 µs of 2
            a, b = inputs
            rule_a, rule_b = op.rules
            y = node if keep else node.data
            if isinstance(a, Tensor):
                if a.seq > seq:
                    a = version(a, seq)
                va = a if keep else a.data
            else:
                va, rule_a = a, None
            if isinstance(b, Tensor):
                if b.seq > seq:
                    b = version(b, seq)
                vb = b if keep else b.data
                if b.requires_grad and rule_b is not None and b.seq >= since:
                    add(b, rule_b(g, y, va, vb))
            else:
                vb = b
            if rule_a is not None and a.requires_grad and a.seq >= since:
                add(a, rule_a(g, y, va, vb))
        else:
            visit(node, g, seq, keep, add, since)
        if heap and -heap[0] > head_seq:
            seq = -heappop(heap)
            node, g = pending.pop(seq)
        elif head is not None:
            node, seq, g = head, head_seq, head_g
            head, head_seq = None, -1
        else:
            return leaves.values()


def visit(node: Any, g: Any, seq: Any, keep: Any, add: Any, since: int = -1) -> None:
    """Apply the rules of ``node`` and ``add`` each input's gradient."""
    op, settings = node.op, node.settings or {}
    inputs = [version(x, seq) if isinstance(x, Tensor) else x for x in node.inputs]
    values = inputs if keep else [x.data if isinstance(x, Tensor) else x for x in inputs]
    y = node if keep else node.data
    try:
        for i, x in enumerate(inputs):
            if isinstance(x, Tensor) and x.requires_grad and x.seq >= since:
                if op.variadic:
                    add(x, op.rules[0](g, y, *values, wrt=i, **settings))
                elif op.rules[i] is not None:
                    add(x, op.rules[i](g, y, *values, **settings))
    except np.linalg.LinAlgError as error:  # it has a value, but no derivative
        error.add_note(f"in the derivative of {printable_text(op.name)}: {', '.join(map(describe, inputs))}")
        raise


def fit(g: Any, x: Any, node: Any, into: Any, keep: Any) -> Any:
    """Return ``g`` in the shape and dtype of ``x``: broadcasting is undone by a sum, a reduction by a spread.

    A real ``x`` moves along the real line alone, and takes the real part of a complex ``g``.
    """
    if g.dtype.kind == "c" and x.dtype.kind != "c":
        g = np.real(g)
        if g.shape == x.shape and g.dtype is x.dtype:
            return g
    if g.shape == () and not keep and not getattr(g, "depth", 0):  # the gradient of a sum over everything
        spread = np.empty_like(x)  # 0.4 µs, and owned; np.broadcast_to is 2.6
        spread[...] = g
        return spread
    if broadcasts(x.shape, g.shape):
        if g.shape != x.shape:
            g = np.add.reduce(upcast(g), axis=broadcast_axes(g.shape, x.shape)).reshape(x.shape)
        return g if g.dtype is x.dtype else g.astype(x.dtype)
    if not broadcasts(g.shape, x.shape):
        raise ShapeError(
            f"the rule of op {node.op.name!r} gave a gradient {describe(g)} for its input {describe(into)}; "
            "it must have that shape, or one that broadcasts from or to it"
        )
    g = np.broadcast_to(g, x.shape)
    return g if g.dtype is x.dtype else g.astype(x.dtype)


def run_hooks(node: Any, g: Any, keep: Any) -> Any:
    """Return the gradient of ``node`` after its hooks, each of which may replace it."""
    seen = conjugate_gradient(g) if keep else make_leaf(conjugate_gradient(g))
    for hook in tuple(node.watch.values()):
        changed = hook(seen)
        if changed is not None:
            seen = changed if isinstance(changed, Tensor) else Tensor(changed)
            if seen.shape != node.shape:
                raise ShapeError(f"a hook of {describe(node)} returned {describe(seen)}; the shapes must agree")
    return conjugate_gradient(seen) if keep else conjugate_gradient(seen.data)


def register_hook(self: Any, hook: Callable[[Tensor], Any]) -> Callable[[], None]:
    """Call ``hook(grad)`` when this Tensor's gradient is complete; what it returns, unless None, replaces it.

    Returns a function that removes the hook.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor(3.0, requires_grad=True)
    >>> remove = x.register_hook(lambda g: g * 10)
    >>> (x * x).backward()
    >>> x.grad
    Tensor(60.)
    """
    if not self.requires_grad:
        raise GradientError(f"a hook on {describe(self)} would never run: it requires no gradient")
    if self.watch is None:
        self.watch = {}
    key = object()
    self.watch[key] = hook

    def remove() -> None:
        if self.watch is not None:
            self.watch.pop(key, None)
            self.watch = self.watch or None

    return remove


def retain_grad(self: Any) -> None:
    """Keep this Tensor's gradient in ``.grad`` too, though an op made it.

    >>> import tensorgrad as tg
    >>> x = tg.Tensor(3.0, requires_grad=True)
    >>> y = x * x
    >>> y.retain_grad()
    >>> (y * 2).backward()
    >>> y.grad
    Tensor(2.)
    """
    if self.op is not None and "retain" not in (self.watch or {}):
        if self.watch is None:
            self.watch = {}
        ref = weakref.ref(self)  # a hook that held its Tensor would be a cycle

        def keep_it(g: Any) -> None:
            y: Any = ref()  # a hook runs while its Tensor is there
            y.grad = g if y.grad is None else y.grad + g

        self.watch["retain"] = keep_it
