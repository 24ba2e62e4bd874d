"""Batched: all examples of a batch, as an array of the shape of one."""

from math import prod

import numpy as np

from ...core.tensor import StandIn, Tensor
from ...core.views import shares
from ...errors import BatchError, describe
from ...pytree import leaves_of, map_leaves

__all__ = [
    "RULES", "Batched", "holds", "is_at", "lift", "ndim_of", "needs_one", "shape_of", "size_of", "spread", "top",
    "wrap_all",
]  # fmt: skip

#: What answers for a function of NumPy's, or for a method of ufuncs: ``rule(depth, function, args, kwargs)``.
RULES: dict = {}


class Batched(StandIn):
    """What stands for an array that differs from example to example of a batch.

    depth: the number of the ``vmap`` that it belongs to: a later one lies further inside
    value: the arrays of all examples, along axis 0; may itself be Batched, of a smaller depth

    An operation between several belongs to the greatest depth; to that, the others are constants.
    """

    __slots__ = ("__weakref__", "depth", "value")

    def __init__(self, depth, value):
        self.depth, self.value = depth, value

    shape = property(lambda self: self.value.shape[1:])
    dtype = property(lambda self: self.value.dtype)
    ndim = property(lambda self: self.value.ndim - 1)
    size = property(lambda self: prod(self.value.shape[1:]))
    itemsize = property(lambda self: self.value.dtype.itemsize)
    nbytes = property(lambda self: self.size * self.itemsize)
    base = property(lambda self: self.value.base)
    T = property(lambda self: np.transpose(self))
    mT = property(lambda self: np.swapaxes(self, -1, -2))
    real = property(lambda self: np.real(self))
    imag = property(lambda self: np.imag(self))
    is_scalar = False

    def as_array(self):
        """Return this: a Tensor keeps it as it is."""
        return self

    def spread(self, x):
        """Return a constant as the same for each example."""
        return Batched(self.depth, spread(x, self.depth, len(self.value)))

    def each(self, function, args, kwargs):
        """Return what a function gives for each example, as one."""
        return RULES["loop"](self.depth, function, args, kwargs)

    def shares(self, whole):
        """Return whether this lies in the memory of ``whole``."""
        return isinstance(whole, Batched) and whole.depth == self.depth and shares(self.value, whole.value)

    def run(self, kernel, *arrays, **settings):
        """Return what a function of plain arrays gives for each example, as one."""
        return self.each(kernel, arrays, settings)

    def draw(self, draw, **settings):
        """Be filled by ``draw(out=...)``, a method of a random generator: each example has its own numbers."""
        if isinstance(self.value, StandIn):
            self.value.draw(draw, **settings)
        else:
            draw(out=self.value, **settings)
        return self

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if any(isinstance(x, Tensor) for x in inputs):
            return NotImplemented
        return RULES[method](top((inputs, kwargs)), ufunc, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        if any(issubclass(kind, Tensor) for kind in types):
            return NotImplemented
        depth = top((args, kwargs)) or self.depth
        return RULES.get(function, RULES["loop"])(depth, function, args, kwargs)

    def __getitem__(self, index):
        return RULES["getitem"](self, map_leaves(constant_array, index))

    def __setitem__(self, index, v):
        RULES["setitem"](self, map_leaves(constant_array, index), constant_array(v))

    def __len__(self):
        if self.ndim == 0:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self):
        if self.ndim == 0:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def reshape(self, *shape, order="C"):
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 and (axes[0] is None or not hasattr(axes[0], "__index__")) else axes
        return np.transpose(self, axes or None)

    def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
        return self if not copy and self.dtype == dtype else Batched(self.depth, self.value.astype(dtype))

    def flatten(self, order="C"):
        return np.ravel(self, order).copy()

    def copy(self, order="C"):
        return Batched(self.depth, self.value.copy())

    def fill(self, v):
        self[...] = v

    def conj(self):
        return np.conjugate(self)

    conjugate = conj

    def __pow__(self, exponent):
        if isinstance(exponent, Tensor):
            return NotImplemented
        square = type(exponent) is int and exponent == 2  # as NumPy takes it
        return np.square(self) if square and self.dtype.kind in "fc" else np.power(self, exponent)

    def __rpow__(self, base):
        return NotImplemented if isinstance(base, Tensor) else np.power(base, self)

    def __getattr__(self, name):
        if name.startswith("__") or not hasattr(np.ndarray, name):
            raise AttributeError(f"'numpy.ndarray' object has no attribute {name!r}")
        raise BatchError(f".{name} of an array is not for a batch; use a function of NumPy's instead")

    def __array__(self, dtype=None, copy=None):
        raise needs_one(
            "making an ndarray of it, or writing it into one,", self,
            "put arrays together by np.stack, read entries by tg.take(a, x, axis=0) or tg.Tensor(a)[x], write into "
            "np.zeros_like(x) or tg.Tensor(np.zeros(n))"
        )  # fmt: skip

    def __repr__(self):
        return f"<{len(self.value)} × {describe(self)}>"

    __hash__ = object.__hash__


def constant_array(x):
    """Return a Tensor as its array, or raise TypeError if that would lose its gradient."""
    if isinstance(x, Tensor) and x.requires_grad:
        raise TypeError(
            f"array[i] = t would lose the gradient of t ({describe(x)}) silently; make the array a Tensor, "
            "np.zeros_like(x) of a Tensor x or tg.Tensor(np.zeros(n)), or join Tensors by tg.stack([t, ...])"
        )
    return x.data if isinstance(x, Tensor) else x


def needs_one(what, x, remedy=None):
    """Return the error for Python code that needs the value of one example."""
    return BatchError(
        f"vmap: {what} needs one value, but {describe(x)} has a value for each of {len(x.value)} examples; "
        f"{remedy or 'choose by np.where, or leave the argument out of the batch: in_axes=None for it'}"
    )


def refuse_all(what):
    def refuse(self, *args, **kwargs):
        raise needs_one(what, self)

    return refuse


def top(x):
    """Return the greatest depth of what is Batched in the arguments of a call, 0 if nothing is."""
    if isinstance(x, Batched):
        return x.depth
    kind = type(x)
    if kind is tuple or kind is list:
        return max([top(part) for part in x], default=0)
    return max([top(part) for part in x.values()], default=0) if kind is dict else 0


def ndim_of(x):
    """Return the number of axes, of one example."""
    return x.ndim if hasattr(x, "ndim") else np.ndim(x)


def shape_of(x):
    """Return the length of each axis, of one example."""
    return x.shape if hasattr(x, "shape") else np.shape(x)


def holds(x, depth):
    """Return whether ``x`` differs from example to example of that depth."""
    while isinstance(x, Batched):
        if x.depth == depth:
            return True
        x = x.value
    return False


def is_at(x, depth):
    """Return whether ``x`` is a batch of this depth, and no constant to it."""
    return isinstance(x, Batched) and x.depth == depth


def size_of(x, depth):
    """Return how many examples there are, from nested arguments of which at least one is a batch."""
    return next(len(t.value) for t in leaves_of(x) if is_at(t, depth))


def spread(x, depth, size):
    """Return ``x`` with all examples along axis 0; a constant is repeated without copying."""
    if is_at(x, depth):
        return x.value
    x = x if hasattr(x, "ndim") else np.asarray(x)
    return np.broadcast_to(x, (size, *x.shape))


def lift(x, depth, ndim):
    """Return ``x`` so that it broadcasts, batch axis first, with others of ``ndim`` axes; a constant as it is."""
    if not is_at(x, depth):
        return x
    missing = ndim - x.ndim
    return x.value.reshape((len(x.value), *[1] * missing, *x.shape)) if missing > 0 else x.value


def wrap_all(depth, result):
    """Return the results of a function as batches of this depth: arrays in tuples and lists too."""
    return map_leaves(lambda x: Batched(depth, x) if hasattr(x, "ndim") else x, result)


def method(name):
    function = getattr(np, name)
    return lambda self, *args, **kwargs: function(self, *args, **kwargs)


def binary_operation(ufunc):
    return lambda self, other: NotImplemented if isinstance(other, Tensor) else ufunc(self, other)


def reflected_operation(ufunc):
    return lambda self, other: NotImplemented if isinstance(other, Tensor) else ufunc(other, self)


def unary_operation(ufunc):
    return lambda self: ufunc(self)  # a ufunc itself is no method


OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "mod": np.remainder,
    "floordiv": np.floor_divide, "matmul": np.matmul, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift, "divmod": np.divmod,
}  # fmt: skip
COMPARISONS = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
               "ge": np.greater_equal}  # fmt: skip
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
#: Methods that are a function of NumPy's with the same arguments.
METHODS = ("sum", "prod", "max", "min", "any", "all", "mean", "var", "std", "argmax", "argmin", "cumsum", "cumprod",
           "clip", "round", "swapaxes", "squeeze", "ravel", "take", "diagonal", "trace", "dot", "argsort", "repeat",
           "searchsorted", "compress", "choose")  # fmt: skip
SCALARS = {"__bool__": "if, and, or, not or bool()", "__float__": "float()", "__int__": "int()",
           "__index__": "int(), range(), or an index into an array,", "__complex__": "complex()", "__contains__": "in",
           "item": "item()", "tolist": "tolist()", "nonzero": "nonzero(), whose shape"}  # fmt: skip

for _name, _ufunc in OPERATORS.items():
    setattr(Batched, f"__{_name}__", binary_operation(_ufunc))
    setattr(Batched, f"__r{_name}__", reflected_operation(_ufunc))
for _name, _ufunc in COMPARISONS.items():
    setattr(Batched, f"__{_name}__", binary_operation(_ufunc))
for _name, _ufunc in UNARY.items():
    setattr(Batched, f"__{_name}__", unary_operation(_ufunc))
for _name in METHODS:
    setattr(Batched, _name, method(_name))
for _name, _what in SCALARS.items():
    setattr(Batched, _name, refuse_all(_what))
