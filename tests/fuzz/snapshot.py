"""What can be seen of a program's state, as flat leaves that can be compared: ``{"result0[1].data": leaf}``."""

import types

import numpy as np

import tensorgrad as tg
from tensorgrad.core.tensor import StandIn
from tensorgrad.layers import Layer

ATOMS = (bool, int, float, complex, str, bytes, type(None), type(Ellipsis), slice)
GENERATORS = (np.random.Generator, np.random.RandomState)
#: Tools of every program, compiled functions, and what a layer keeps that is no part of what it computes.
BESIDE = {"compiled", "f", "other", "how", "history", "input_shape", "input_dim", "name", "stop_training"}


def snapshot(names, namespace):
    """Return the leaves of the values of these names."""
    leaves = {}
    for name in names:
        note(name, namespace[name], leaves, set())
    return leaves


def names_of(namespace):
    """Return the names of a program's own values in its namespace."""
    return [n for n, v in namespace.items() if not n.startswith("_") and n not in BESIDE and not_a_tool(v)]


def not_a_tool(value):
    return not isinstance(value, types.ModuleType)


def note(path, x, leaves, inside):
    """Add the leaves of ``x`` to ``leaves``.

    inside: ids of the objects around it, so that a cycle ends
    """
    if isinstance(x, StandIn):
        leaves[path] = ("a stand-in",)
    elif isinstance(x, np.ma.MaskedArray):
        leaves[path] = ("MaskedArray",)
        note(path + ".data", x.filled(0), leaves, inside)
        note(path + ".mask", np.ma.getmaskarray(x), leaves, inside)
    elif isinstance(x, np.ndarray) and x.dtype.hasobject:
        leaves[path] = ("array of objects", x.shape)
        note(path + ".items", x.tolist(), leaves, inside)
    elif isinstance(x, (np.ndarray, np.generic)):
        kind = "array" if isinstance(x, np.ndarray) else "number of NumPy"
        leaves[path] = (kind, type(x).__name__, np.array(x, copy=True, subok=False))
    elif isinstance(x, ATOMS):
        leaves[path] = (type(x).__name__, repr(x))
    elif id(x) not in inside:
        inside = inside | {id(x)}
        label, parts = opened(path, x)
        leaves[path] = label
        for part, value in parts:
            note(part, value, leaves, inside)


def opened(path, x):
    """Return what stands for ``x`` itself, and its parts as ``(path, value)``."""
    kind = type(x).__name__
    if isinstance(x, tg.Tensor):
        kept = not path.startswith(("result", "extra"))  # what a program returns has no graph
        return (kind, x.requires_grad if kept else None), [(path + ".data", x.data), (path + ".grad", x.grad)][
            : 1 + kept
        ]
    if isinstance(x, Layer):
        return (kind,), layer_parts(path, x)
    if isinstance(x, (list, tuple)):
        return (kind, len(x)), [(f"{path}[{i}]", item) for i, item in enumerate(x)]
    if isinstance(x, dict):
        return (kind, tuple(map(repr, x))), [(f"{path}[{key!r}]", value) for key, value in x.items()]
    if isinstance(x, GENERATORS):
        state = x.bit_generator.state if isinstance(x, np.random.Generator) else x.get_state(legacy=False)
        return (kind,), [(path + ".state", state)]
    if isinstance(x, tg.optimizers.Optimizer):
        return (kind,), [(path + ".variables", x.variables)]
    if isinstance(x, types.FunctionType):
        return ("function",), function_parts(path, x)
    if isinstance(x, type):
        return ("class",), [(f"{path}.{k}", v) for k, v in vars(x).items() if isinstance(v, (*ATOMS, list, dict))]
    if type(x).__module__.split(".")[0] in ("tensorgrad", "builtins", "itertools"):
        return (kind,), []
    return (kind,), [(f"{path}.{k}", v) for k, v in sorted(vars(x).items())] if hasattr(x, "__dict__") else []


def layer_parts(path, layer):
    """Return what a layer holds: its weights, what was set, and the layers and the optimizer of a model."""
    kept = [(f"{path}.{k}", v) for k, v in vars(layer).items() if k == "_rng" or (k[0] != "_" and k not in BESIDE)]
    found = [(f"{path}.{k}", getattr(layer, k)) for k in ("layers", "optimizer") if isinstance(layer, tg.Sequential)]
    return [*kept, *found]


def function_parts(path, f):
    """Return what a function keeps: its closure and its defaults."""
    cells = zip(f.__code__.co_freevars, f.__closure__ or (), strict=True)
    return [(f"{path}.<{name}>", cell.cell_contents) for name, cell in cells if name != "f"]


def share(a, b):
    """Return whether a change of one of these could be seen in the other."""
    return np.may_share_memory(a, b) if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) else a is b


def mutable_in(x, found, depth=0, grads=True):
    """Append all that can be changed and be reached from ``x`` to ``found``: arrays, lists, objects."""
    if isinstance(x, np.ndarray):
        found.append(x)
    elif isinstance(x, tg.Tensor):
        mutable_in([x.data, x.grad if grads else None], found, depth + 1, grads)
    elif isinstance(x, (list, tuple, dict)) and depth < 6:
        found.append(x)
        for item in x.values() if isinstance(x, dict) else x:
            mutable_in(item, found, depth + 1, grads)
    elif isinstance(x, types.FunctionType) and depth < 6:
        mutable_in([cell.cell_contents for cell in x.__closure__ or ()], found, depth + 1)
    elif hasattr(x, "__dict__") and depth < 3 and not isinstance(x, (type, types.ModuleType)):
        found.append(x)
        mutable_in(dict(vars(x)), found, depth + 1)
    return found
