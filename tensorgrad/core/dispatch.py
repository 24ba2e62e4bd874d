"""From a call to a recorded Tensor: the hot path. The one place that may look ugly, with its prices.

Every public op is a plain function made here, at definition time, for its arity: a plain function costs 29 ns to call,
an object with ``__call__`` 123, ``*args, **kwargs`` 95. Given arrays it is the kernel; given a Tensor it also records.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import BatchError, describe, printable_text, suggest
from ..pytree import leaves_of, map_leaves
from .modes import is_recording, recording
from .op import REGISTRY, Op, explain_error
from .tensor import StandIn, Tensor, array_like, new, tick, wrap
from .views import link, shares
from .writing import call_ufunc

if TYPE_CHECKING:
    from types import CodeType

    from .op import OpFunction


ndarray = np.ndarray
#: The op, the inputs and the settings of what is not recorded.
UNRECORDED = (None, (), None)

#: NumPy function or ufunc -> what answers for it when a Tensor is among its arguments.
NUMPY: dict[Any, Callable[..., Any]] = {}
#: (ufunc, "reduce" or "accumulate") -> what answers for it.
UFUNC_METHODS: dict[tuple[np.ufunc, str], Callable[..., Any]] = {}


def make_call(op: Op) -> OpFunction:
    """Return the public function of ``op`` and enter it in NumPy's tables."""
    if op.kind == "constant":
        call = make_constant(op)
    elif op.variadic or len(op.args) > 2 or (op.defaults and len(op.args) == 2):
        call = make_general(op)
    elif op.defaults:
        call = (make_view if op.view else make_unary_with_settings)(op)
    else:
        call = (make_unary if len(op.args) == 1 else make_binary)(op)
    call = attach_op(op, call)
    call.__doc__, call.__module__ = op.doc, op.module
    call.op, call.vjp, call.jvp = op, op.vjp, op.jvp
    op.call = call
    for function in op.numpy:
        NUMPY.setdefault(function, call)  # the first to claim a NumPy function keeps it
    return call


def name_code(function: Any, name: Any, *constants: Any) -> Any:
    """Give ``function`` a name, and code of its own, under that name and with more constants."""
    code = function.__code__
    function.__name__ = function.__qualname__ = name
    function.__code__ = code.replace(co_name=name, co_qualname=name, co_consts=(*code.co_consts, *constants))
    return function


def attach_op(op: Op, call: Any) -> OpFunction:
    """Return ``call`` with the name of ``op``, and ``op`` in its code: a frame on the stack tells by it which op runs.

    That costs a call nothing, and tracebacks and profilers name the op.
    """
    function: OpFunction = name_code(call, printable_text(op.name), op)
    return function


def op_of(code: CodeType) -> Op | None:
    """Return the op whose call has this code object, or None.

    >>> import tensorgrad as tg
    >>> op_of(tg.ops.exp.__code__), op_of(op_of.__code__)
    (<op exp(x)>, None)
    """
    last = code.co_consts[-1:]
    return last[0] if last and type(last[0]) is Op else None


def make_unary(op: Any) -> Any:
    kernel, ufunc = op.kernel, isinstance(op.kernel, np.ufunc)

    def call(x: Any, /) -> Any:
        if not isinstance(x, Tensor):
            return kernel(x if ufunc else array_like(x))
        try:
            data = kernel(x.data)
        except Exception as error:  # raised again in the op's words
            if (data := by_example(error, op, (x,))) is None:
                raise explain_error(error, op, (x,)) from None
        y = new(Tensor)  # with its slot stores 170 ns; __init__ would be 250
        y.data = data if type(data) is ndarray else wrap(data)
        if x.requires_grad and recording():
            y.requires_grad = True
            y.op = op
            y.inputs = (x,)
        else:
            y.requires_grad = False
            y.op = None
            y.inputs = ()
        y.settings = y.grad = y.watch = y.name = None
        y.seq = tick()
        return y

    return call


def make_binary(op: Any) -> Any:
    kernel, ufunc = op.kernel, isinstance(op.kernel, np.ufunc)

    def call(a: Any, b: Any, /) -> Any:
        if isinstance(a, Tensor):
            x = a.data
            needed = a.requires_grad
            if isinstance(b, Tensor):
                z = b.data
                needed = needed or b.requires_grad
            else:
                z = b = operand(b, op)
        elif isinstance(b, Tensor):
            x = a = operand(a, op)
            z = b.data
            needed = b.requires_grad
        elif ufunc or (hasattr(a, "dtype") and hasattr(b, "dtype")):
            return kernel(a, b)
        else:
            return kernel(*numbers_to_arrays((operand(a, op), operand(b, op))))
        try:
            data = kernel(x, z)
        except Exception as error:  # raised again in the op's words
            if (data := by_example(error, op, (a, b))) is None:
                raise explain_error(error, op, (a, b)) from None
        y = new(Tensor)
        y.data = data if type(data) is ndarray else wrap(data)
        if needed and recording():
            y.requires_grad = True
            y.op = op
            y.inputs = (a, b)
        else:
            y.requires_grad = False
            y.op = None
            y.inputs = ()
        y.settings = y.grad = y.watch = y.name = None
        y.seq = tick()
        return y

    return call


def make_unary_with_settings(op: Any) -> Any:
    kernel, defaults = op.kernel, op.defaults
    call_any = attach_op(op, make_general(op))

    def call(*inputs: Any, **settings: Any) -> Any:
        if len(inputs) != 1 or not isinstance(inputs[0], Tensor) or (settings and settings.keys() - defaults):
            return call_any(*inputs, **settings)
        x = inputs[0]
        settings = {**defaults, **unwrap_settings(op, settings)} if settings else defaults
        try:
            data = kernel(x.data, **settings)
        except Exception as error:  # raised again in the op's words
            if (data := by_example(error, op, inputs, settings)) is None:
                raise explain_error(error, op, inputs, settings) from None
        return record(op, data, inputs, settings)

    return call


def make_view(op: Any) -> Any:
    kernel, defaults = op.kernel, op.defaults
    call_any = attach_op(op, make_general(op))

    def call(*inputs: Any, **settings: Any) -> Any:
        if len(inputs) != 1 or not isinstance(inputs[0], Tensor) or (settings and settings.keys() - defaults):
            return call_any(*inputs, **settings)
        x = inputs[0]
        array = x.data
        if not settings:
            settings = defaults
        else:
            for setting in settings.values():
                if isinstance(setting, Tensor):
                    settings = unwrap_settings(op, settings)
            if len(settings) < len(defaults):
                settings = {**defaults, **settings}
        try:
            data = kernel(array, **settings)
        except Exception as error:  # raised again in the op's words
            raise explain_error(error, op, inputs, settings) from None
        y = new(Tensor)
        y.data = data if type(data) is ndarray else wrap(data)
        if x.requires_grad and recording():
            y.requires_grad = True
            y.op, y.inputs, y.settings = op, inputs, settings
        else:
            y.requires_grad = False
            y.op, y.inputs, y.settings = UNRECORDED
        y.grad = y.watch = y.name = None
        if (type(data) is ndarray and data.base is array) or shares(data, array):
            link(y, x, op, settings)
        y.seq = tick()
        return y

    return call


def make_general(op: Any) -> Any:
    kernel, arity, defaults = op.kernel, None if op.variadic else len(op.args), op.defaults

    def call(*inputs: Any, **settings: Any) -> Any:
        if (arity is not None and len(inputs) != arity) or settings.keys() - defaults:
            if op.adapt is not None:
                return op.adapt(*inputs, **settings)
            inputs, settings = bind(op, inputs, settings)
        inputs = tuple([x if isinstance(x, Tensor) else operand(x, op) for x in inputs])
        kept = {**defaults, **unwrap_settings(op, settings)} if defaults else None
        arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
        if not (inputs and isinstance(inputs[0], Tensor)):
            arrays = numbers_to_arrays(arrays)
        try:
            data = kernel(*arrays, **kept) if kept else kernel(*arrays)
        except Exception as error:  # raised again in the op's words
            if (data := by_example(error, op, inputs, kept)) is None:
                raise explain_error(error, op, inputs, kept) from None
        for x, array in zip(inputs, arrays, strict=True):
            if isinstance(x, Tensor):
                y = record(op, data, inputs, kept)
                if op.view and shares(data, array):
                    link(y, x, op, kept)
                return y
        return data

    return call


def make_constant(op: Any) -> Any:
    kernel = op.kernel

    def call(*inputs: Any, **settings: Any) -> Any:
        if settings.keys() - op.defaults or (not op.variadic and len(inputs) != len(op.args)):
            if op.adapt is not None:
                return op.adapt(*inputs, **settings)
            inputs, settings = bind(op, inputs, settings)
        if settings:
            settings = unwrap_settings(op, settings)
        if not any(isinstance(x, Tensor) for x in inputs):
            return kernel(*inputs, **settings)
        try:
            data = kernel(*[x.data if isinstance(x, Tensor) else x for x in inputs], **settings)
        except Exception as error:  # raised again in the op's words
            if (data := by_example(error, op, inputs, settings)) is None:
                raise explain_error(error, op, inputs, settings) from None
        return record(op, data, (), settings)

    return call


def record(op: Any, data: Any, inputs: Any, settings: Any) -> Any:
    """Return ``data`` as a Tensor that remembers ``op``, if any input requires a gradient."""
    y = new(Tensor)
    y.data = data if type(data) is ndarray else wrap(data)
    for x in inputs:
        if isinstance(x, Tensor) and x.requires_grad and recording():
            y.requires_grad = True
            y.op, y.inputs, y.settings = op, inputs, settings
            break
    else:
        y.requires_grad = False
        y.op, y.inputs, y.settings = UNRECORDED
    y.grad = y.watch = y.name = None
    y.seq = tick()
    return y


def operand(x: Any, op: Any) -> Any:
    """Return a constant operand in a form that can be kept: an array or a Python number, which stays weak."""
    kind = type(x)
    if kind is ndarray or kind is float or kind is int:
        return x
    if isinstance(x, (list, tuple)):
        x = np.asarray(x)
    if isinstance(x, (str, bytes, type(None), dict, set)) or getattr(getattr(x, "dtype", None), "kind", "") == "O":
        raise TypeError(
            f"{printable_text(op.name)}({', '.join(map(printable_text, op.args))}) takes numbers and arrays, "
            f"got {describe(x)}"
        )
    return x


def numbers_to_arrays(inputs: Any) -> Any:
    """Return Python numbers as arrays if there is no array among them, beside which they stay numbers, and weak."""
    return inputs if any(hasattr(x, "dtype") for x in inputs) else [np.asarray(x) for x in inputs]


def unwrap_settings(op: Any, settings: Any) -> Any:
    """Return settings with every Tensor as its array: what is no argument of the op has no derivative."""
    for name, x in settings.items():
        if isinstance(x, Tensor):
            if x.requires_grad and is_recording():
                raise TypeError(
                    f"{op.name}(): {name} is a setting, which has no derivative here, and came as a Tensor that "
                    f"requires a gradient, {describe(x)}; pass its values, t.numpy()"
                )
            settings = {**settings, name: x.data.item() if x.data.ndim == 0 else x.data}
    return settings


def bind(op: Any, inputs: Any, settings: Any) -> Any:
    """Sort a call's arguments as NumPy would: settings may be positional, arrays may be named."""
    inputs, settings = list(inputs), dict(settings)
    if not op.variadic:
        if not inputs and "a" in settings and op.args[0] == "x":
            inputs.append(settings.pop("a"))  # what NumPy calls it: np.sum(a=t)
        for name in op.args[len(inputs) :]:
            if name in settings:
                inputs.append(settings.pop(name))
        extra = inputs[len(op.args) :]
        settings.update(zip(op.defaults, extra, strict=False))
        if len(extra) > len(op.defaults) or len(inputs) < len(op.args):
            raise TypeError(f"{op!r} was called with {len(inputs)} positional arguments")
        inputs = inputs[: len(op.args)]
    for name in settings.keys() - op.defaults:
        if settings[name] is not None and settings[name] is not np._NoValue:
            raise TypeError(
                f"{printable_text(op.name)}() has no setting {name!r} for Tensors{suggest(name, op.defaults)}"
            )
        del settings[name]  # out=None asks for nothing
    return tuple(inputs), settings


def by_example(error: Exception, op: Op, inputs: Any, settings: Any = None) -> Any:
    """Return what a kernel that cannot run on a batch of vmap's gives for each example; None for any other error."""
    if not isinstance(error, BatchError):
        return None
    arrays = [x.data if isinstance(x, Tensor) else x for x in inputs]
    deepest = max([x for x in arrays if isinstance(x, StandIn)], key=lambda x: x.depth, default=None)
    return None if deepest is None else deepest.each(op.kernel, arrays, settings or {})


def array_ufunc(self: Any, ufunc: Any, method: Any, *inputs: Any, **kwargs: Any) -> Any:
    """Answer ``np.exp(t)``, ``ndarray * t``, ``np.add.reduce(t)``."""
    if method == "__call__":
        call = NUMPY.get(ufunc)
    else:
        call = UFUNC_METHODS.get((ufunc, method))
    if call is None:
        return array_function(self, ufunc if method == "__call__" else getattr(ufunc, method), (), inputs, kwargs)
    return (
        call_ufunc(full_name(ufunc), call, inputs, **kwargs)
        if kwargs and method == "__call__"
        else call(*inputs, **kwargs)
    )


def array_function(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """Answer ``np.sum(t)``, ``np.concatenate([t, u])``; refuse what has no rule rather than lose the gradient."""
    call = NUMPY.get(function)
    if call is not None:
        op = getattr(call, "op", None)
        if kwargs and op is not None and not op.defaults and op.call is call:
            args, kwargs = bind(op, args, kwargs)  # np.linalg.solve(a=t, b=u): the call itself takes no names
        return call(*args, **kwargs)
    if is_recording() and any(isinstance(t, Tensor) and t.requires_grad for t in leaves_of((args, kwargs))):
        own = "" if getattr(function, "__name__", "") not in REGISTRY else f"write tg.ops.{function.__name__}(t), or "
        raise TypeError(
            f"{full_name(function)} has no derivative rule here, and its result would lose the gradient silently; "
            f"{own}pass t.numpy() to use the values only, or declare an op with tg.primitive"
        )
    args, kwargs = unwrap_tensors((args, kwargs))
    return function(*args, **kwargs)


def full_name(function: Any) -> Any:
    """Return what a function is called: ``'np.linalg.svd'``; a ufunc outside NumPy has only its name."""
    name, owner = getattr(function, "__name__", str(function)), getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc):
        return f"{full_name(owner)}.{name}"
    module = getattr(function, "__module__", None) or ("numpy" if getattr(np, name, None) is function else "")
    return f"{module}.{name}".replace("numpy", "np", 1).lstrip(".")


def unwrap_tensors(x: Any) -> Any:
    """Return ``x`` with every Tensor in it replaced by its array."""
    return map_leaves(lambda leaf: leaf.data if isinstance(leaf, Tensor) else leaf, x)


Tensor.__array_ufunc__ = array_ufunc
Tensor.__array_function__ = array_function
