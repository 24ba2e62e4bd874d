"""Views: Tensors in the memory of another, as ``t[1:]`` and ``t.T`` are; and what a Tensor was before it was written.

No write changes an array: a written Tensor becomes the result of an op, in an array of its own, and ``past`` is what it
was, for whoever computed with that. What is a view of it, as NumPy's arrays are, has to follow. So a view knows its
``base`` and by which op it is made; a base knows its views, weakly. After a write to any of them a view is an
``OutdatedView`` until somebody looks at it, and is then made anew.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from .tensor import StandIn, Tensor, new, tick

#: The slots as they are while nobody observes: what is made anew for whoever looks at it was there before.
DATA, SEQ = Tensor.__dict__["data"], Tensor.__dict__["seq"]


def shares(part: Any, whole: Any) -> bool:
    """Return whether ``part``, which an op made of the array ``whole``, lies in its memory.

    >>> x = np.zeros((2, 3))
    >>> shares(x[0], x), shares(x[[0]], x)
    (True, False)
    """
    if type(part) is np.ndarray:
        base = part.base
        if base is None or base is whole:
            return base is whole or part is whole
        return base is getattr(whole, "base", None) or getattr(base, "base", None) is whole  # as as_strided has it
    return isinstance(part, StandIn) and part.shares(whole)


def link(y: Any, x: Any, op: Any, settings: Any) -> None:
    """Note that ``y`` is a view of ``x``, made by ``op``. 0.2 µs."""
    y.view_of = (op, x, settings)
    views = getattr(x, "views", None)  # unset in most Tensors, so that making one costs nothing more
    if views is None:
        x.views = [32, ref(y)]
        return
    views.append(ref(y))
    count = len(views)
    if count > views[0]:  # twice as many as were left when the dead were last left out
        views[1:count] = [view for view in views[1:count] if view() is not None]
        views[0] = 2 * len(views) + 32


def base_of(t: Any) -> Any:
    """Return ``(op, base, settings)`` of a view, or None; one that was given another array is no view any more."""
    found = getattr(t, "view_of", None)
    return found if found is not None and shares(t.data, found[1].data) else None


def views_of(t: Any) -> list[Any]:
    """Return the Tensors that are views of ``t``, and were looked at since ``t`` was last written."""
    found = getattr(t, "views", None)
    views = [view() for view in found[1:]] if found else ()
    return [y for y in views if type(y) is Tensor and y.view_of[1] is t and shares(y.data, t.data)]


def version(x: Any, seq: Any) -> Any:
    """Return what ``x`` was at ``seq``: a Tensor written in place since keeps its older self as its ``past``."""
    while x.seq > seq:
        x = x.past
    return x


def copy_state(x: Any) -> Any:
    """Return a Tensor in the state ``x`` has now."""
    old = new(Tensor)
    old.data, old.grad, old.requires_grad, old.name = x.data, x.grad, x.requires_grad, x.name
    old.op, old.inputs, old.settings = x.op, x.inputs, x.settings
    old.past = getattr(x, "past", None)
    old.watch = {k: hook for k, hook in x.watch.items() if k != "retain"} or None if x.watch else None
    old.seq = x.seq
    return old


def replace_state(y: Any, x: Any, old: Any) -> None:
    """Let ``x`` be what ``y`` is, and ``old`` what it was."""
    x.data, x.requires_grad, x.op, x.inputs, x.settings = y.data, y.requires_grad, y.op, y.inputs, y.settings
    forget_past(x, old)
    x.seq = y.seq


def forget_past(x: Any, old: Any) -> None:
    """Let ``old`` be what ``x`` was: its gradient and its hooks are not those of what it is now."""
    x.watch = {"retain": x.watch["retain"]} if x.watch and "retain" in x.watch else None
    x.grad = None
    x.past = old


def outdate(y: Any, old: Any) -> None:
    """Let the view ``y`` be made anew when somebody looks at it; ``old`` is what it was."""
    forget_past(y, old)
    SEQ.__set__(y, tick())
    y.__class__ = OutdatedView


def renew(y: Any) -> None:
    """Let a view be what its op makes of its base now. It is recorded if the base is, and it was not cut off before."""
    object.__setattr__(y, "__class__", Tensor)
    op, x, settings = y.view_of
    wanted, old = x.requires_grad, y.past  # the base is made anew first
    if wanted and not old.requires_grad:
        wanted = not version(x, old.seq).requires_grad  # else no_grad had cut it off
    DATA.__set__(y, op.kernel(DATA.__get__(x), **settings))
    y.requires_grad = wanted
    y.op, y.inputs, y.settings = (op, (x,), settings or None) if wanted else (None, (), None)
    if y.seq < x.seq:
        SEQ.__set__(y, tick())
    link(y, x, op, settings)


class OutdatedView(Tensor):
    """A view of what was written since: whoever asks it for anything finds the Tensor it is now."""

    __slots__ = ()

    def __getattribute__(self, name: str) -> Any:
        renew(self)
        return getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        renew(self)
        setattr(self, name, value)


OutdatedView.__name__ = "Tensor"
