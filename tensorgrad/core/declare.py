"""The declarers: how a row is written. Each says what the derivative *is*, so the rest can be derived.

A user's op is a row like ours: it is checked, drawn, and differentiated to any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..errors import printable_text
from .dispatch import make_call
from .op import REAL, Op, signature_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .op import OpFunction


def elementwise(
    name: str,
    kernel: Callable[..., Any],
    doc: str = "",
    *,
    symbol: Any = None,
    domain: Any = REAL,
    kinks: Any = (),
    numpy: Any = None,
    wide: bool = False,
    **rules: Any,
) -> OpFunction:
    """Declare an op that acts entry by entry: its Jacobian is diagonal, so a rule is also the forward-mode rule.

    ``rules`` name the arguments in order, each with its rule ``(g, y, *inputs)`` or None. With ``wide``, kernel
    and rules compute float16 and integers in a wider dtype.

    >>> import numpy as np, tensorgrad as tg
    >>> cube = tg.elementwise("cube", lambda x: x * x * x, "x³", x=lambda g, y, x: g * 3 * x * x)
    >>> x = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> cube(x).sum().backward()
    >>> x.grad
    Tensor([ 3., 12.])
    """
    op = make_op(name, kernel, doc, "elementwise", rules, numpy, symbol=symbol, domain=domain, kinks=kinks,
                 wide=wide)  # fmt: skip
    op.tangents = list(op.rules)
    return make_call(op)


def linear(
    name: str,
    kernel: Callable[..., Any],
    doc: str = "",
    *,
    symbol: Any = None,
    view: bool = False,
    numpy: Any = None,
    explain: Any = None,
    **rules: Any,
) -> OpFunction:
    """Declare a linear op: its forward-mode rule is the op itself. ``rules`` as in ``elementwise``, with settings."""
    op = make_op(name, kernel, doc, "linear", rules, numpy, symbol=symbol, view=view, explain=explain)
    if not op.variadic:
        op.tangents = [lambda t, y, x, **settings: op.call(t, **settings)]
    return make_call(op)


def bilinear(
    name: str,
    kernel: Callable[..., Any],
    doc: str = "",
    *,
    symbol: Any = None,
    numpy: Any = None,
    explain: Any = None,
    **rules: Any,
) -> OpFunction:
    """Declare an op linear in each of two arguments: the forward-mode rule puts the tangent in its place."""
    op = make_op(name, kernel, doc, "bilinear", rules, numpy, symbol=symbol, explain=explain)
    op.tangents = [
        lambda t, y, a, b, **settings: op.call(t, b, **settings),
        lambda t, y, a, b, **settings: op.call(a, t, **settings),
    ]
    return make_call(op)


def constant(
    name: str, kernel: Callable[..., Any], doc: str = "", *, symbol: Any = None, numpy: Any = None, args: Any = None
) -> OpFunction:
    """Declare an op whose derivative is zero wherever it exists: a comparison, a rounding. It is never recorded."""
    rules = dict.fromkeys(args) if args else {}
    return make_call(make_op(name, kernel, doc, "constant", rules, numpy, symbol=symbol))


@overload
def primitive(kernel: Callable[..., Any]) -> OpFunction: ...


@overload
def primitive(
    *,
    numpy: Any = None,
    symbol: Any = None,
    domain: Any = REAL,
    kinks: Any = (),
    explain: Any = None,
    name: str | None = None,
    wide: bool = False,
) -> Callable[[Callable[..., Any]], OpFunction]: ...


def primitive(
    kernel: Any = None,
    *,
    numpy: Any = None,
    symbol: Any = None,
    domain: Any = REAL,
    kinks: Any = (),
    explain: Any = None,
    name: str | None = None,
    wide: bool = False,
) -> Any:
    """Declare an op by the body of its kernel: arrays positional, settings keyword-only. Rules follow by ``.vjp``.

    With ``wide``, kernel and rules compute float16 and integers in a wider dtype: sums may leave their range.

    >>> import numpy as np, tensorgrad as tg
    >>> @tg.primitive
    ... def scaled(x, *, by=2.0):
    ...     '''x times ``by``.'''
    ...     return x * by
    >>> @scaled.vjp("x")
    ... def _(g, y, x, *, by):
    ...     return g * by
    >>> x = tg.Tensor([1.0, 2.0], requires_grad=True)
    >>> scaled(x, by=3.0).sum().backward()
    >>> x.grad
    Tensor([3., 3.])
    """

    def declare(kernel: Any) -> OpFunction:
        op = make_op(name or kernel.__name__, kernel, kernel.__doc__ or "", "general", {}, numpy,
                     symbol=symbol, domain=domain, kinks=kinks, explain=explain, wide=wide)  # fmt: skip
        return make_call(op)

    return declare if kernel is None else declare(kernel)


def make_op(name: str, kernel: Any, doc: str, kind: str, rules: Any, numpy: Any, **row: Any) -> Op:
    """Return the row of the declared op: its arguments and settings are those of the kernel."""
    if isinstance(kernel, np.ufunc):
        args, defaults, variadic = tuple(rules) or ("x", "a b", "a b c")[kernel.nin - 1].split(), {}, False
    elif hasattr(kernel, "__code__"):
        args, defaults, variadic = signature_of(kernel)
    else:
        args, defaults, variadic = tuple(rules), {}, False
    for arg in rules:
        if arg not in args:
            raise ValueError(
                f"op {name!r} has a rule for {arg!r}, but its arguments are {', '.join(map(printable_text, args))}"
            )
    if numpy is None:
        numpy = (kernel,) if isinstance(kernel, np.ufunc) else ()
    module = _caller_module()
    return Op(name, kernel, args, kind=kind, rules=[rules.get(a) for a in args], defaults=defaults, doc=doc,
              variadic=variadic, numpy=numpy, module=module, **row)  # fmt: skip


def _caller_module() -> str:
    """Return the module in which the declarer was called."""
    import sys

    frame: Any = sys._getframe(1)
    while frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    name: str = frame.f_globals.get("__name__", "")
    return name
