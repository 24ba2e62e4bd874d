"""The point at which a function is checked: the Tensors to perturb, their names, and the call."""

from contextlib import contextmanager
from itertools import count
from types import FunctionType

import numpy as np

from ...core.op import Op
from ...core.tensor import Tensor
from ...errors import GradientError, count_text, describe, printable_text
from ...pytree import map_named
from .domains import draw_inputs


class Points:
    """The Tensors to perturb, by name, and ``call()``: the function at them."""

    def __init__(self):
        self.named = {}
        self.call = None
        self._seen = {}

    def add(self, x, name):
        """Return ``x`` as a Tensor; add it to the points if it requires a gradient."""
        if not isinstance(x, Tensor):
            x = Tensor(_input_array(x, name), requires_grad=True)
        if x.requires_grad and id(x) not in self._seen:
            self.named[unused_name(printable_text(name), self.named)] = x
            self._seen[id(x)] = x
        return x

    def add_argument(self, x, name):
        """Return ``x`` with every array as a Tensor; tuples, lists and dicts keep their structure."""
        return map_named(lambda leaf, name: self.add(leaf, getattr(leaf, "name", None) or name), x, name)


def unused_name(name, known):
    """Return ``name``, with a number if ``known`` has it already.

    >>> unused_name("w", []), unused_name("w", ["w", "w (2)"])
    ('w', 'w (3)')
    """
    numbered = (f"{name} ({i})" if i > 1 else name for i in count(1))
    return next(name for name in numbered if name not in known)


def points_of(f, inputs, seed=0):
    """Return the Points of ``f(*inputs)``; a function without arguments closes over its inputs.

    An op without inputs gets random ones."""
    f = f.call if isinstance(f, Op) else f
    if inputs is None and isinstance(getattr(f, "op", None), Op):
        inputs = draw_inputs(f.op, seed)
    if inputs is None and callable(f):
        raise TypeError("gradcheck: inputs are missing; write gradcheck(f, inputs), or gradcheck(op) for an op")
    if not callable(f):
        raise TypeError(f"gradcheck: f must be a function or a model, got {describe(f)}")
    inputs = tuple(inputs) if isinstance(inputs, (tuple, list)) else (inputs,)
    points, (names, required) = Points(), positional_arguments(f)
    if names == []:
        for i, x in enumerate(inputs):
            if not isinstance(x, Tensor):
                raise TypeError(
                    f"gradcheck: f takes no arguments, so its inputs must be the Tensors it closes over; "
                    f"input {i} is {describe(x)}"
                )
            points.add(x, x.name or f"input {i}")
        points.call = f
    else:
        if names is not None and not required <= len(inputs) <= len(names):
            taken = ", ".join(map(printable_text, names))
            raise TypeError(
                f"gradcheck: f takes {taken}, got {count_text(len(inputs), 'input')}; a tuple or list holds "
                "one for each argument: gradcheck(f, (a, b))"
            )
        names = (names or []) + [f"input {i}" for i in range(len(names or []), len(inputs))]
        arguments = [points.add_argument(x, name) for x, name in zip(inputs, names, strict=False)]
        points.call = lambda: f(*arguments)
    if not points.named:
        raise GradientError(
            "gradcheck: no input requires a gradient; pass arrays of floats, or Tensors with requires_grad=True"
        )
    return points


def positional_arguments(f):
    """Return the names of the positional arguments of ``f``, and how many it needs; None where Python cannot tell."""
    if isinstance(getattr(f, "op", None), Op):
        return (None, 0) if f.op.variadic else (list(f.op.args), len(f.op.args))
    if type(f) is FunctionType and not hasattr(f, "__wrapped__") and not f.__code__.co_flags & 0x04:  # no *args
        n = f.__code__.co_argcount  # 20 µs less than signature()
        return list(f.__code__.co_varnames[:n]), n - len(f.__defaults__ or ())
    from inspect import Parameter, signature  # 5 ms of import, for a check

    try:
        parameters = signature(f).parameters.values()
    except (TypeError, ValueError):
        return None, 0
    if any(p.kind is Parameter.VAR_POSITIONAL for p in parameters):
        return None, 0
    found = [p for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return [p.name for p in found], sum(p.default is Parameter.empty for p in found)


def _input_array(x, name):
    """Return ``x`` as an array of floats; raise TypeError if it is none."""
    array = np.asarray(x)
    if array.dtype.kind != "f":
        raise TypeError(
            f"gradcheck: {name} is {describe(x)}, and only floats have gradients; write 2.0 instead of 2 or "
            "x.astype('float64'), or keep it out of inputs: gradcheck(lambda x: f(x, labels), x)"
        )
    return array


@contextmanager
def float64_leaves(tensors, beside=()):
    """Make ``tensors`` float64 leaves inside the block, and restore them bit for bit after it.

    Tensors in ``beside`` become float64 too: constants of the computation, such as moving averages.
    """
    saved = []
    try:
        for t in (*tensors, *beside):
            saved.append((t, t.data, t.grad, t.op, t.inputs, t.settings, t.watch))
            t.data = np.array(t.data, np.float64, order="C") if t.data.dtype.kind == "f" else t.data
            t.grad = t.op = t.settings = t.watch = None
            t.inputs = ()
        yield
    finally:
        for t, data, grad, op, inputs, settings, watch in reversed(saved):
            t.data, t.grad, t.op, t.inputs, t.settings, t.watch = data, grad, op, inputs, settings, watch
