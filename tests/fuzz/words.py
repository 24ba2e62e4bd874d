"""What fills the holes of templates: names, numbers, indices; each a function of the chooser."""

import numpy as np

from tensorgrad.core.tensor import Tensor

CONSTANTS = ["0", "1", "2", "3", "-1", "0.5", "2.0", "-1.5", "1e-3", "0.0", "-0.0", "np.float32(1.5)", "np.pi", "True",
             "np.int64(2)", "7", "0.25", "1 / 3"]  # fmt: skip
NUMBERS = ["2", "1", "0", "3", "-1", "2.0", "1.0", "0.5", "-0.5", "0.0", "-0.0", "True", "False", "2**70", "-(2**66)",
           "300", "1e40", "float('inf')", "float('nan')", "5", "-2", "1e-8", "70", "2**31", "1j"]  # fmt: skip
DTYPES = ["float64", "float32", "float16", "int64", "int32", "int8", "uint8", "bool", "complex128", "complex64",
          "int16", "uint32"]  # fmt: skip
DTYPE_WEIGHTS = [10, 8, 2, 4, 2, 2, 2, 2, 1, 1, 1, 1]
UNARY = ["np.negative", "np.exp", "np.tanh", "np.sqrt", "np.square", "np.abs", "np.sign", "np.floor", "np.sin",
         "np.log1p", "np.reciprocal", "np.isnan", "np.logical_not", "np.rint", "np.conj", "np.positive",
         "np.invert", "np.expm1", "np.cbrt", "np.trunc", "np.signbit", "np.arctan", "np.log", "np.sinc", "np.sort",
         "np.nan_to_num", "np.median", "np.real", "np.angle", "np.nanmax", "np.unwrap", "tg.special.erf",
         "tg.special.ndtr", "tg.special.gammaln", "tg.special.log_ndtr", "tg.special.i0e",
         "tg.logcumsumexp"]  # fmt: skip
BINARY = ["np.add", "np.subtract", "np.multiply", "np.divide", "np.maximum", "np.minimum", "np.power", "np.arctan2",
          "np.floor_divide", "np.remainder", "np.hypot", "np.copysign", "np.less", "np.greater_equal", "np.equal",
          "np.logical_and", "np.bitwise_and", "np.fmax", "np.heaviside", "np.logaddexp", "np.bitwise_xor", "np.fmod",
          "np.nextafter", "np.float_power", "np.left_shift"]  # fmt: skip
REDUCERS = ["sum", "mean", "max", "min", "prod", "any", "all", "std", "var", "argmax", "argmin", "cumsum", "cumprod"]
OPERATORS = ["+", "-", "*", "/", "+", "-", "*", "//", "%", "**", "@", "&", "|", "^", "<", ">=", "==", "!="]


def anything(g):
    return g.array()


def of_axes(low, high=9):
    return lambda g: g.array(lambda a: low <= a.ndim <= high and a.size)


def floats(g):
    return g.array(lambda a: a.dtype.kind == "f")


def integers(g):
    return g.array(lambda a: a.dtype.kind in "iu" and a.ndim)


def writable(g):
    """Return an array to write into, one of the function's arguments more often than not."""
    return g.array(lambda a: a.flags.writeable)


def bindable(g):
    """Return a local name that holds an array or a number, and may hold another."""
    return g.pick(g.names(lambda v: isinstance(v, (np.ndarray, np.generic)), local=True))


def new(g):
    """Return the name of a result: a new one, or sometimes one that is there."""
    if g.local and g.chance(0.15):
        return g.pick(n for n in g.local if n not in g.fixed)
    return g.fresh()


def fitting(g):
    """Return an array that broadcasts to the shape of ``{x}``."""
    shape = reference(g).shape
    return g.array(lambda a: broadcasts(a.shape, shape))


def broadcasts(shape, to):
    try:
        return np.broadcast_shapes(shape, to) == to
    except ValueError:
        return False


def reference(g):
    """Return the value of the array that the template names first."""
    name = named_first(g)
    if name is None:
        name = g.filled["{x}"] = g.array()
    return g.value(name)


def named_first(g):
    """Return the name of that array, or None."""
    return next((name for hole, name in g.filled.items() if hole[1:-1] in {"x", "f", "a", "A", "V", "I"}), None)


def out(g):
    """Return an array as large as ``{x}`` to write into: a known one, a new one, or a view."""
    x = reference(g)
    same = g.names(lambda v: isinstance(v, np.ndarray) and v.shape == x.shape and v.flags.writeable)
    if same and g.chance(0.75):
        return g.pick(same)
    name = named_first(g)
    return f"np.zeros_like({name}{g.pick(['', ', ' + data_type(g)])})"


def constant(g):
    return g.pick(CONSTANTS)


def number(g):
    """Return a Python number: an argument of the function if there is one."""
    found = [n for n in g.local if type(g.values.get(n)) in (int, float, bool, complex)]
    return g.pick(found) if found and g.chance(0.85) else g.pick(NUMBERS)


def small(g):
    return str(g.int(0, 3))


def axis(g):
    """Return an axis of ``{x}``, or None."""
    n = reference(g).ndim
    return g.pick(["None", *map(str, range(-1, n))]) if n else "None"


def one_axis(g):
    n = reference(g).ndim
    return str(g.int(-n, n - 1)) if n else "None"


def entry(g, size=None):
    """Return an int within an axis."""
    return str(g.int(-size, size - 1)) if size else "0"


def index(g):
    """Return an index of ``{x}``."""
    return indexing(g, reference(g))


def indexing(g, x):
    if x.ndim == 0:
        return g.pick(["()", "...", "None"])
    parts = [part(g, n) for n in x.shape[: g.int(1, x.ndim)]]
    if g.chance(0.1):
        parts.insert(g.int(0, len(parts)), g.pick(["None", "..."]))
    return ", ".join(parts)


def part(g, n):
    """Return what stands in an index for one axis."""
    kind = g.pick(["int", "slice", "all", "list", "array", "step"], [5, 5, 3, 1, 1, 2])
    if kind == "int":
        return entry(g, n)
    if kind == "slice":
        return g.pick([f"{g.int(0, 2)}:", f":{g.int(1, 3)}", f"{g.int(0, 1)}:{g.int(1, 4)}", ":-1", "1:"])
    if kind == "step":
        return g.pick(["::2", "::-1", "1::2"])
    if kind == "all":
        return ":"
    chosen = ", ".join(entry(g, n) for _ in range(g.int(1, 3)))
    return f"[{chosen}]" if kind == "list" else f"np.array([{chosen}])"


def mask(g):
    """Return a condition on the entries of ``{x}``."""
    name = named_first(g) or g.array()
    return g.pick(
        [f"{name} > 0", f"{name} != 0", f"({name} >= {constant(g)})", f"np.isfinite({name})", f"{name} == {name}"]
    )


def data_type(g):
    return repr(g.pick(DTYPES, DTYPE_WEIGHTS))


def tensor(g):
    return g.pick(g.names(lambda v: isinstance(v, Tensor)))


def weight(g):
    """Return a captured Tensor that wants a gradient."""
    return g.pick(g.names(lambda v: isinstance(v, Tensor) and v.requires_grad and v.op is None))


def optimizer(g):
    return g.pick(n for n in g.values if n.startswith("optimizer"))


def listed(g):
    return g.pick(g.names(lambda v: type(v) is list and len(v) and len(v) < 9))
