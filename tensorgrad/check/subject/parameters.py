"""Parameters and their hand-written gradients: match each gradient with its parameter."""

from typing import Any

import numpy as np

from ...core.tensor import Tensor
from ...errors import GradientError, count_text, describe, printable_text, suggest
from ...pytree import DATACLASS, MAPPING, SEQUENCE, access_path, container_kind, items_of, map_leaves, named_leaves

#: The keys for the gradient of ``W1``; courses write the first.
KEYS = ("d{}", "{}", "d_{}", "grad_{}", "{}_grad", "g{}")


def named_arrays(params):
    """Return every array in ``params`` by name: ``{"W1": …}``, ``{"params[0]": …}``.

    Dicts, lists and tuples may be nested; an array or a float alone is called ``params``.
    """
    found: dict = {}
    for name, x in named_leaves(params, "params", join=_join):
        if name in found:
            raise GradientError(f"check_gradients: two parameters are called {name}; give one of them another key")
        found[name] = _parameter_array(x, name)
    if not found:
        raise GradientError(f"check_gradients: params holds no arrays: {describe(params)}")
    return found


def _join(name, key, holder):
    """Return the name of an item: its key alone in the dict ``params``, else the code that reaches it."""
    cls: Any = type(holder)
    if name == "params" and container_kind(cls) != SEQUENCE:
        return printable_text(key) or "''"
    return access_path(name, key, holder)


def _parameter_array(x, name):
    if isinstance(x, Tensor):
        raise TypeError(f"check_gradients: {name} is a Tensor; it is for NumPy arrays, use tg.gradcheck for Tensors")
    array = np.asarray(x)
    if array.dtype.kind not in "fiubc":
        raise TypeError(
            f"check_gradients: params must be arrays of floats, in a dict, list or tuple; {name} is {describe(x)}"
        )
    if array.dtype.kind != "f":
        raise TypeError(
            f"check_gradients: {name} is {describe(x)}, and only floats have gradients; write 2.0 instead of 2, or "
            "x.astype('float64')"
        )
    return array


def rebuild_parameters(params, arrays):
    """Return the structure of ``params`` with the arrays of ``arrays``, a dict by name."""
    found = iter([arrays[name] for name, _ in named_leaves(params, "params", join=_join)])
    return map_leaves(lambda _: next(found)[()], params)


def match_gradients(grads, params):
    """Return the gradient of each parameter by the parameter's name.

    Dicts are paired by key, ``dW1`` or ``W1``; lists and tuples by position. Other keys of a dict (``dZ1``)
    are left alone.
    """
    found: dict = {}
    _pair(grads, params, "params", found)
    return {name: _gradient_array(g, name) for name, g in found.items()}


def _pair(grads, params, name, found):
    items = items_of(params)
    if items is None:
        found[name] = grads
        return
    cls: Any = type(params)
    other: Any = type(grads)
    if container_kind(cls) != SEQUENCE and container_kind(other) in (MAPPING, DATACLASS):
        given = dict(items_of(grads) or ())
        chosen = [_gradient_by_key(given, key, _join(name, key, params)) for key, _ in items]
    else:
        chosen = _gradients_in_order(grads, [_join(name, key, params) for key, _ in items])
    for (key, item), g in zip(items, chosen, strict=True):
        _pair(g, item, _join(name, key, params), found)


def _gradient_by_key(grads, key, name):
    """Return the gradient of the parameter ``key`` from a dict."""
    for pattern in KEYS:
        if pattern.format(key) in grads:
            return grads[pattern.format(key)]
    if key in grads:
        return grads[key]
    raise GradientError(
        f"check_gradients: grads has no gradient of {name}: expected the key {f'd{key}'!r} or {str(key)!r}"
        f"{suggest(f'd{key}', grads)}"
    )


def _gradients_in_order(grads, names):
    if not isinstance(grads, (list, tuple)):
        raise TypeError(
            f"check_gradients: grads must have a gradient for each of {', '.join(names)}, in a dict or in this order, "
            f"got {describe(grads)}"
        )
    if len(grads) != len(names):
        wanted = f"that of {names[0]}" if len(names) == 1 else f"those of {', '.join(names)} in this order"
        raise GradientError(
            f"check_gradients: {count_text(len(grads), 'gradient')} for {count_text(len(names), 'parameter')}: "
            f"expected {wanted}"
        )
    return list(grads)


def _gradient_array(g, name):
    """Return the gradient ``g`` as an array of floats; raise an error if it is none."""
    if g is None:
        raise GradientError(f"check_gradients: the gradient of {name} is None; was it computed and returned?")
    if isinstance(g, Tensor):
        raise TypeError(f"check_gradients: the gradient of {name} is a Tensor; pass its numbers, {name}.grad.data")
    array = np.asarray(g)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"check_gradients: the gradient of {name} must be an array of numbers, got {describe(g)}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
