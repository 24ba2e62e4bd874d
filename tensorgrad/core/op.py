"""An op is a row: its kernel, the names of its arguments, and one derivative rule per argument.

A rule is plain NumPy, ``rule(g, y, *inputs, **settings)``: the cotangent of the output, the output, the op's own
arguments, its settings. It may assume nothing about who calls it: arrays, Tensors and complex arrays all pass through.
The engine undoes broadcasting and casts afterwards, so a rule never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ShapeError, TensorgradError, describe, printable_text
from .upcast import upcast_kernel, upcast_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Protocol, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

    class OpFunction(Protocol):
        """The public function of an op, which the declarers return; ``op`` is its row."""

        op: Op

        def __call__(self, *inputs: Any, **settings: Any) -> Any: ...
        def vjp(self, *args: str) -> Callable[[F], F]: ...
        def jvp(self, *args: str) -> Callable[[F], F]: ...


#: Every op there is, by name.
REGISTRY: dict[str, Op] = {}

REAL, POSITIVE, UNIT, NONZERO, OPEN_UNIT = "real", "positive", "unit", "nonzero", "open unit"


class Op:
    """One row of the derivative table.

    kernel:   the function on arrays, ``kernel(*arrays, **settings)``
    args:     names of the array arguments, in order; one name for all when ``variadic``
    kind:     what the derivative is: elementwise, linear, bilinear, constant or general
    rules:    one vector-Jacobian rule per argument, None where there is no derivative
    tangents: one Jacobian-vector rule ``(t, y, *inputs, **settings)`` per argument, None to derive it
    defaults: the settings and their default values
    symbol:   how the op is drawn
    domain:   where random inputs may lie: one of the names above, or a dict by argument
    kinks:    input values at which the derivative jumps
    view:     whether the result may share the input's memory
    numpy:    the NumPy functions that mean this op
    explain:  ``explain(*arrays, **settings)`` -> why these shapes do not fit, or None
    adapt:    what answers a call with other settings than these, as NumPy's function takes them; None if nothing
    wide:     whether rules compute float16 in float64, and a kernel of ours float16 in float32, integers in float64

    With ``registered=False`` it is an op that nobody can ask for by name.
    """

    __slots__ = (
        "adapt",
        "args",
        "call",
        "defaults",
        "doc",
        "domain",
        "explain",
        "kernel",
        "kind",
        "kinks",
        "module",
        "name",
        "numpy",
        "rules",
        "symbol",
        "tangents",
        "variadic",
        "view",
        "wide",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        kernel: Callable[..., Any],
        args: Iterable[str],
        *,
        kind: str = "general",
        rules: Any = (),
        defaults: Any = None,
        doc: Any = "",
        symbol: Any = None,
        domain: Any = REAL,
        kinks: Any = (),
        view: bool = False,
        variadic: bool = False,
        numpy: Any = (),
        explain: Any = None,
        module: Any = "",
        wide: bool = False,
        registered: bool = True,
    ) -> None:
        self.name, self.args, self.kind, self.wide = name, tuple(args), kind, wide
        self.kernel = upcast_kernel(kernel) if wide and hasattr(kernel, "__code__") else kernel
        self.defaults = defaults or {}
        self.rules = [upcast_rule(self, rule) if wide and rule else rule for rule in rules] or [None] * len(self.args)
        self.tangents: list[Any] = [None] * len(self.args)
        self.symbol, self.domain, self.kinks, self.view = symbol or name, domain, tuple(kinks), view
        self.variadic, self.numpy, self.explain = variadic, tuple(numpy), explain
        self.module, self.doc = module, doc
        self.call: Any = None
        self.adapt: Any = None
        if registered:
            self._register()

    def _register(self) -> None:
        old = REGISTRY.get(self.name)
        if old is not None and old.module.startswith("tensorgrad."):
            raise ValueError(f"an op named {self.name!r} exists already (in {old.module}); choose another name")
        REGISTRY[self.name] = self

    def __repr__(self) -> str:
        settings = [f"{k}={v!r}" for k, v in self.defaults.items()]
        star = "*" if self.variadic else ""
        return (
            f"<op {printable_text(self.name)}({', '.join([star + printable_text(a) for a in self.args] + settings)})>"
        )

    def position(self, arg: str) -> int:
        """Return the index of the argument named ``arg``."""
        if arg not in self.args:
            raise ValueError(
                f"op {self.name!r} has no argument {arg!r}; it takes {', '.join(map(printable_text, self.args))}"
            )
        return self.args.index(arg)

    def rule(self, i: int) -> Any:
        """Return the rule of the ``i``-th input, or None."""
        return self.rules[0 if self.variadic else i]

    def vjp(self, *args: str) -> Callable[[F], F]:
        """Declare the rule of the named arguments: ``@op.vjp("x")``."""
        return self._declarer(self.rules, args)

    def jvp(self, *args: str) -> Callable[[F], F]:
        """Declare the forward-mode rule of the named arguments: ``@op.jvp("x")``."""
        return self._declarer(self.tangents, args)

    def _declarer(self, table: list[Any], args: tuple[str, ...]) -> Callable[[F], F]:
        def declare(rule: F) -> F:
            for arg in args:
                table[self.position(arg)] = upcast_rule(self, rule) if self.wide else rule
            return rule

        return declare


def signature_of(kernel: Any) -> Any:
    """Return ``(args, defaults, variadic)`` of a kernel: positional names, keyword-only settings, ``*args`` or not.

    >>> def scale(x, *, by=2): return x * by
    >>> signature_of(scale)
    (('x',), {'by': 2}, False)
    """
    code = kernel.__code__
    n, k = code.co_argcount, code.co_kwonlyargcount
    given = kernel.__kwdefaults__ or {}
    defaults = {name: given.get(name) for name in code.co_varnames[n : n + k]}
    variadic = bool(code.co_flags & 0x04)  # inspect.CO_VARARGS, without importing inspect
    args = (code.co_varnames[n + k],) if variadic else code.co_varnames[:n]
    return args, defaults, variadic


#: What to do about a matrix, by what NumPy says of it.
MATRIX_REMEDIES = {
    "Singular matrix": "np.linalg.pinv and np.linalg.lstsq take such a one, or add a little to its diagonal",
    "Matrix is not positive definite": "add a little to its diagonal, a + 1e-6 * np.eye(n); only one triangle is read",
    "SVD did not converge": "look for nan and inf in it",
    "Eigenvalues did not converge": "look for nan and inf in it",
    "Array must not contain infs or NaNs": "tg.trace_numerics(f) finds where they come from",
}


def explain_error(error: Exception, op: Op, inputs: Any, settings: Any = None) -> Exception:
    """Return ``error`` in the words of the op: its argument names, their dtypes and shapes, and why."""
    if isinstance(error, TensorgradError):
        return error
    names = [f"{op.args[0]}{i}" for i in range(len(inputs))] if op.variadic else op.args
    names = [*map(printable_text, names)]
    shown = ", ".join(f"{name} {describe(x)}" for name, x in zip(names, inputs, strict=False))
    reason = None
    if isinstance(error, ValueError) and op.explain is not None:
        arrays = [getattr(x, "data", x) if hasattr(x, "requires_grad") else np.asarray(x) for x in inputs]
        reason = op.explain(*arrays, **(settings or {}))
    elif op.kind == "elementwise" and "broadcast" in str(error):
        reason = "these shapes do not broadcast together"
    remedy = MATRIX_REMEDIES.get(str(error)) if reason is None else None
    if remedy:
        return type(error)(f"{printable_text(op.name)}({', '.join(names)}): {error}; {remedy}; got {shown}")
    if reason is None and type(error) is not ValueError:  # an IndexError, a LinAlgError: the shapes may be right
        error.add_note(f"in {printable_text(op.name)}: {shown}")
        return error
    return ShapeError(f"{printable_text(op.name)}({', '.join(names)}): {reason or error}; got {shown}")
