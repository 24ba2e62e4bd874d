"""Who asks a Tensor for its number: code that reads it may; code that would compute without its gradient may not.

``float(loss)``, ``math.exp(t)``, ``np.float64(t)`` and ``array[i] = t`` all call ``t.__float__()`` from C, and no
argument tells them apart. But the Python code that runs stands at one instruction meanwhile. So the rule is:

- At a call, the callable decides, found by its name. Python's ``float``, ``int`` and ``complex`` are questions, and so
  are ``math.isnan`` and its like, whose answers are flat. ``list``, ``sum``, ``sorted`` and their like ask for nothing
  themselves, but run what they are given, such as ``map(float, losses)``: they may, unless the call also names a
  function of C that computes. Any other callable is refused, and so is one that cannot be found by a name.
- Writing into an array is refused.
- Everything else may ask: ``"%.3f" % loss``, ``for x in map(float, losses)``.

Where the two look the same, a call or a write is refused, because a gradient lost in silence costs more than writing
``.item()``. Elsewhere the number is given, because nearly always ``map`` of ``float`` asks for it;
``[e for e in map(math.exp, ts)]`` goes unnoticed.
"""

from __future__ import annotations

import math
import sys
from collections import deque
from functools import partial
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from ..errors import describe
from .modes import is_recording

#: Callables that say what a number is, with nothing to differentiate.
READERS = (float, int, complex, math.isnan, math.isinf, math.isfinite, math.isclose, math.floor, math.ceil, math.trunc)
#: Callables that ask for no number, but run what they are given.
PASSING = (list, tuple, set, frozenset, dict, deque, sum, min, max, sorted, any, all, next, print, str.join,
           list.extend, list.sort, set.update, dict.update, deque.extend)  # fmt: skip
#: What to write instead of code of NumPy's that makes plain arrays of all it is given, by the name of that code.
INSTEAD = {
    "AxisConcatenator.__getitem__": "np.r_ and np.c_ make arrays; write np.concatenate((a, b)) or np.column_stack",
    "vectorize.__call__": "np.vectorize calls f with plain numbers; write f(t) with f made of NumPy's functions and "
    "np.where, or tg.stack([f(x) for x in t])",
    "as_strided": "np.lib.stride_tricks.as_strided may show any memory, to which no gradient leads; write "
    "sliding_window_view(t, window_shape), t[i:j], or t.reshape(shape)",
    "full": "np.full(shape, t) makes an array; write np.broadcast_to(t, shape)",
    "full_like": "np.full_like(array, t) makes an array; write np.broadcast_to(t, array.shape)",
    "bmat": "np.bmat makes a matrix of arrays; write np.block",
    "ndenumerate.__init__": "np.ndenumerate looks at arrays; write zip(np.ndindex(t.shape), t.flat)",
}
#: Bit of ``co_flags``: the locals of this code are not in a dict.
OPTIMIZED = 0x01
ATTRIBUTES = ("LOAD_ATTR", "LOAD_METHOD")
#: Instructions that push nothing.
ONLY_POP = ("POP", "STORE", "JUMP", "FOR_ITER", "END_FOR")
#: Instructions that are not followed by the next one.
NEVER_ON = ("JUMP_FORWARD", "JUMP_BACKWARD", "RETURN", "RAISE", "RERAISE")

#: ``(id of a code object, offset) -> (the code object, its Site)``, of the places met lately.
_sites: dict[tuple[int, int], Any] = {}


class Site(NamedTuple):
    """What Python code does at one instruction.

    kind:   "call", "write" or "other"
    callee: the name of what is called and its attributes, one by one; empty if it has none
    named:  such names among the arguments
    """

    kind: str
    callee: tuple[str, ...] = ()
    named: tuple[tuple[str, ...], ...] = ()


def check_reader(tensor: Any, kind: Any) -> None:
    """Raise TypeError if whoever called ``__float__`` or ``__int__`` of ``tensor`` would lose its gradient.

    kind: "float" or "int"
    """
    if not tensor.requires_grad or not is_recording():
        return
    asker = refusal(sys._getframe(2))
    if asker is not None:
        raise TypeError(
            f"{asker} asks for {kind}(t) of a Tensor t ({describe(tensor)}) that requires a gradient, and would lose "
            "it silently; use NumPy's functions (np.exp(t), not math.exp(t)), tg.stack([t, ...]) to join Tensors, "
            "a Tensor to write into (a = tg.Tensor(a); a[i] = t), or t.item() if only the number is wanted"
        )


def refusal(frame: Any) -> Any:
    """Return what the code in ``frame`` does, in words, if it must not read a number there; else None."""
    kind, callee, named = site(frame)
    if kind != "call":
        return "array[i] = t" if kind == "write" else None
    function = value_of(callee, frame)
    if is_among(function, READERS) or callee[-1:] in (("__float__",), ("__int__",)):
        return None
    passing = isinstance(function, FunctionType) or is_among(function, PASSING)  # f(*map(float, ts)), too
    if passing and not any(makes_number(value_of(name, frame)) for name in named):
        return None
    return f"{'.'.join(callee) or 'a compiled function'}()"


def numpy_spelling(frame: Any) -> Any:
    """Return what to write for a method of an array that was given a Tensor, as words; '' if that is not what runs."""
    inside = numpy_code(frame)
    if inside is not None:
        compares = inside.startswith("assert_")
        words = f"np.testing.{inside} compares arrays; write t.numpy()" if compares else INSTEAD.get(inside)
        return f"{words}; " if words else ""
    kind, callee, _ = site(frame)
    if kind != "call" or len(callee) < 2 or not isinstance(value_of(callee[:-1], frame), np.ndarray):
        return ""
    array, name = ".".join(callee[:-1]), callee[-1]
    if name == "dot":
        return f"write {array} @ t or np.dot({array}, t) instead of {array}.dot(t); "
    return f"write np.{name}({array}, t) instead of {array}.{name}(t); " if hasattr(np, name) else ""


def numpy_code(frame: Any) -> Any:
    """Return the name of the code of NumPy's that the user called, if ``frame`` was called from there; else None."""
    code = None
    while frame is not None and frame.f_globals.get("__name__", "").startswith(
        ("numpy.", "tensorgrad.core.", "contextlib")
    ):
        code = frame.f_code.co_qualname if frame.f_globals["__name__"].startswith("numpy.") else code
        frame = frame.f_back
    return code


def site(frame: Any) -> Any:
    """Return the Site at which a frame stands."""
    code, at = frame.f_code, frame.f_lasti
    found = _sites.get((id(code), at))
    if found is None:
        if len(_sites) > 500:  # each keeps its code alive
            _sites.clear()
        found = _sites[id(code), at] = code, site_of(code, at)
    return found[1]


def is_among(value: Any, some: Any) -> Any:
    """Return whether ``value`` is one of these objects; ``in`` would compare, which arrays answer entry by entry."""
    return any(value is x for x in some)


def makes_number(value: Any) -> Any:
    """Return whether ``value`` is a function of C, or NumPy's kind of float, that makes another number of a number."""
    made = isinstance(value, BuiltinFunctionType) or (isinstance(value, type) and issubclass(value, np.generic))
    return made and not is_among(value, READERS) and not is_among(value, PASSING)


def value_of(names: Any, frame: Any) -> Any:
    """Return what a dotted name stands for in ``frame``, or None; none of its owner's code is run."""
    if not names:
        return None
    code, first = frame.f_code, names[0]
    spaces = [frame.f_globals, frame.f_builtins]
    if not code.co_flags & OPTIMIZED or first in (*code.co_varnames, *code.co_cellvars, *code.co_freevars):
        spaces = [frame.f_locals, *spaces]
    value = next((space[first] for space in spaces if first in space), None)
    for name in names[1:]:
        value = static_attribute(value, name)
    return value.func if type(value) is partial else value


def static_attribute(value: Any, name: Any) -> Any:
    """Return what an object holds under a name, or else one of its classes; a method is found as a plain function."""
    classes = value.__mro__ if isinstance(value, type) else type(value).__mro__
    own = getattr(value, "__dict__", {})
    return next((space[name] for space in (own, *map(vars, classes)) if name in space), None)


def site_of(code: Any, at: Any) -> Any:
    """Return the Site of the instruction at offset ``at`` of ``code``."""
    from dis import get_instructions  # 3 ms of import, for those who print a loss

    steps = list(get_instructions(code))
    k = next((k for k, step in enumerate(steps) if step.offset == at), 0)
    name = steps[k].opname
    if name in ("STORE_SUBSCR", "STORE_SLICE"):
        return Site("write")
    if name == "PRECALL":  # Python 3.11 calls in two instructions, of which either may run the function
        k, name = k + 1, "CALL"
    if name not in ("CALL", "CALL_KW", "CALL_FUNCTION_EX"):
        return Site("other")
    last = k - 1 if steps[k - 1].opname == "PRECALL" else k
    first = callee_at(steps, last, k)
    named = [name_at(steps, i) for i in range(first + 1, last)]
    return Site("call", name_at(steps, first), tuple([name for name in named if name]))


def callee_at(steps: Any, start: Any, call: Any) -> Any:
    """Return the index of the instruction after which the stack holds what is called, and none of its arguments; or -1.

    The stack is followed backwards from ``start``: a call pops its arguments, and below them two entries, the callable
    and its object or nothing. A jump forward leads to where the depth is known; behind a jump back it is not.
    """
    from dis import stack_effect

    popped = 1 - sum([stack_effect(step.opcode, step.arg) for step in steps[start : call + 1]])
    bottom, depth, end = 2 - popped, {steps[start].offset: 0}, None
    for k in range(start - 1, -1, -1):
        step, name = steps[k], steps[k].opname
        after = None if name.startswith(NEVER_ON) else depth.get(steps[k + 1].offset)
        jump = after is None and ("JUMP" in name or name in ("FOR_ITER", "SEND"))
        after = depth.get(step.argval) if jump else after
        if after is None:
            continue
        before = depth[step.offset] = after - stack_effect(step.opcode, step.arg, jump=jump)
        if before < bottom:
            return -1 if after != bottom else k if end is None else end
        if after == bottom and name in ATTRIBUTES:
            end = k if end is None else end
        elif after == bottom < before and not name.startswith(ONLY_POP):
            return -1  # the callable is what something computed
    return -1


def name_at(steps: Any, k: Any) -> Any:
    """Return the dotted name that the instruction pushes, from its first part on, or ()."""
    if k < 0:
        return ()
    step = steps[k]
    if step.opname == "PUSH_NULL":
        return name_at(steps, k - 1)
    if step.opname in ATTRIBUTES:
        return (*(name_at(steps, k - 1) or ("",)), step.argval)
    if step.opname == "LOAD_CONST" and isinstance(step.argval, str):  # ", ".join(...)
        return ("str",)
    if step.opname.startswith(("LOAD_FAST", "LOAD_NAME", "LOAD_GLOBAL", "LOAD_DEREF", "LOAD_CLASSDEREF")):
        return (step.argval[-1] if isinstance(step.argval, tuple) else step.argval,)
    return ()
