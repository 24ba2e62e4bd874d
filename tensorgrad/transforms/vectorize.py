"""vmap: a function of one example, run on all examples of a batch at once."""

from functools import wraps

from numpy.lib.array_utils import normalize_axis_index

from ..core.modes import run_uncompiled
from ..core.tensor import Tensor, as_numeric_array, make_leaf, tick
from ..errors import BatchError, OptionError, ShapeError, describe, printable_text
from ..pytree import items_of, leaves_of, map_leaves, named_leaves
from .argnums import named_arguments
from .batching import axis_rules, elementwise_rules, entries, loops, matrix_rules, product_rules, shape_rules
from .batching.batched import holds
from .batching.crossings import close, enter, leave
from .level import give, holds_tensor

__all__ = ["over_batch", "vmap"]

#: The families of rules, each of which enters its own.
FAMILIES = (axis_rules, elementwise_rules, entries, loops, matrix_rules, product_rules, shape_rules)


def vmap(f, in_axes=0, out_axes=0, axis_size=None):
    """Return ``f``, a function of one example, as a function of a batch: ``f`` runs once, on all examples together.

    in_axes:   the axis of the batch in each array among the positional arguments; None for what all examples share.
               One for all, or a tuple with one for each argument, which may be a structure like the argument
    out_axes:  where the axis of the batch goes in each result; None for a result that is the same for all
    axis_size: how many examples there are, if no argument tells

    Arrays given by keyword have the batch along axis 0; numbers and other constants by keyword are shared. It nests,
    and goes with the other transforms: ``vmap(grad(loss), in_axes=(None, 0, 0))`` is the gradient of each example; the
    gradient of a function with a ``vmap`` inside is summed over the batch.

    All of NumPy that is differentiated here works on a batch, by a rule; what has none runs once for each example and
    is stacked, right and slower. Python code sees no values: ``if x > 0``, ``float(x)``, ``array[x]`` raise BatchError.
    Random numbers that layers draw differ from example to example.

    Raises ShapeError if the axes do not have one length, OptionError for ``in_axes`` that do not fit.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.vmap(np.dot)(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 1.0], [0.0, 1.0]]))
    array([3., 4.])
    >>> w, x = np.array([2.0, 1.0]), np.array([[1.0, 0.0], [0.0, 3.0]])
    >>> tg.vmap(tg.grad(lambda w, x: (w @ x) ** 2), in_axes=(None, 0))(w, x)
    array([[ 4.,  0.],
           [ 0., 18.]])
    """
    names, _ = named_arguments(f)

    @wraps(f)
    def on_batch(*args, **kwargs):
        mapped = mapped_leaves(args, kwargs, in_axes, names)
        size = common_size(mapped, axis_size)
        axes = iter([axis for _, _, axis in mapped])

        def call(*arrays):
            found = iter(arrays)
            given, named = map_leaves(lambda x: x if next(axes) is None else next(found), (args, kwargs))
            return f(*given, **named)

        given = [(x, axis) for _, x, axis in mapped if axis is not None]
        y = over_batch(call, given, size)
        wraps_results = any(map(holds_tensor, (*args, *kwargs.values())))
        return y.arrange(out_axes, wraps_results)

    return on_batch


def mapped_leaves(args, kwargs, in_axes, names):
    """Return ``[(name, leaf, axis or None)]`` of all leaves of the arguments, in order."""
    if not isinstance(in_axes, (int, type(None), tuple, list)):
        raise OptionError(f"vmap: in_axes must be an int, None, or a tuple with one for each argument, got {in_axes!r}")
    if isinstance(in_axes, (tuple, list)) and len(in_axes) != len(args):
        raise OptionError(f"vmap(f): in_axes={in_axes!r} is for {len(in_axes)} arguments, f was given {len(args)}")
    found = []
    for i, x in enumerate(args):
        name = names[i] if i < len(names) else f"argument {i}"
        axis = in_axes[i] if isinstance(in_axes, (tuple, list)) else in_axes
        found += [
            check_axis(n, leaf, a) for (n, leaf), a in zip(named_leaves(x, name), axes_of(x, axis, name), strict=True)
        ]
    for name, x in kwargs.items():
        found += [(n, leaf, 0 if getattr(leaf, "ndim", 0) else None) for n, leaf in named_leaves(x, name)]
    return found


def check_axis(name, x, axis):
    """Return ``(name, leaf, axis)`` with the axis counted from 0, or raise if the leaf has no such axis."""
    if axis is None or x is None:
        return name, x, None
    ndim = getattr(x, "ndim", 0)
    if not ndim:
        raise OptionError(
            f"vmap(f): {printable_text(name)} is {describe(x)}, which has no axis; write in_axes=None for it"
        )
    if not -ndim <= axis < ndim:
        raise OptionError(f"vmap(f): in_axes={axis} for {printable_text(name)} {describe(x)}, which has no such axis")
    return name, x, normalize_axis_index(axis, ndim)


def axes_of(x, axis, name):
    """Return the axis of each leaf of ``x``, from one for all, or from a structure like ``x``."""
    items, axes = items_of(x), items_of(axis)
    if axes is None:
        return [axis] * len(leaves_of(x))
    if items is None or [key for key, _ in items] != [key for key, _ in axes]:
        raise OptionError(f"vmap(f): in_axes of {printable_text(name)} is {axis!r}, but the argument is {describe(x)}")
    return [a for (_, part), (_, of_part) in zip(items, axes, strict=True) for a in axes_of(part, of_part, name)]


def common_size(mapped, axis_size):
    """Return the length of the mapped axes, or raise ShapeError that names those that differ."""
    sizes = {name: (x.shape[axis], axis) for name, x, axis in mapped if axis is not None}
    lengths = {n for n, _ in sizes.values()} | ({axis_size} if axis_size is not None else set())
    if not lengths:
        raise OptionError("vmap(f): no argument has a batch; in_axes says None for all, so axis_size= must tell")
    if len(lengths) > 1:
        told = [f"{printable_text(name)} has {n} along axis {axis}" for name, (n, axis) in sizes.items()]
        told += [f"axis_size is {axis_size}"] if axis_size is not None else []
        raise ShapeError(f"vmap(f): the batch must have one length, but {', '.join(told)}")
    (size,) = lengths
    if size == 0:
        raise ShapeError("vmap(f): the batch is empty, so there is no example to run f on")
    return size


class BatchResult:
    """What a function gave for a batch of some depth."""

    def __init__(self, y, depth, size, since):
        self.y, self.depth, self.size, self.since = y, depth, size, since

    def arrange(self, out_axes, wraps_results):
        """Return it for the caller, with the batch axis of each leaf where ``out_axes`` says."""
        axes = iter(axes_of(self.y, out_axes, "f's result"))
        return map_leaves(lambda x: self._leave(x, next(axes), wraps_results), self.y)

    def _leave(self, x, axis, wraps_results):
        if x is None or isinstance(x, str):
            return x
        data = x.data if isinstance(x, Tensor) else x
        if axis is None:
            if holds(data, self.depth):
                raise BatchError(
                    f"vmap(f): out_axes=None for a result, {describe(x)}, that differs from example to example"
                )
            return x
        ndim = getattr(data, "ndim", 0)
        if not -ndim - 1 <= axis <= ndim:
            raise OptionError(f"vmap(f): out_axes={axis} for a result of {describe(x)}, which leaves no such axis")
        axis = normalize_axis_index(axis, ndim + 1)
        x = x if isinstance(x, Tensor) else make_leaf(as_numeric_array(x))
        y = leave(x, depth=self.depth, axis=axis, size=self.size)
        return y if y.requires_grad else give(y, wraps_results, False)


def over_batch(f, given, size):
    """Return the BatchResult of ``f(*tensors)``, with a batch for each ``(array or Tensor, its axis)`` of ``given``."""
    since = tick()
    depth = since + 1  # the sequence numbers start at 0, which is no depth
    tensors = [enter(x if isinstance(x, Tensor) else make_leaf(as_numeric_array(x)), depth=depth, axis=axis, size=size)
               for x, axis in given]  # fmt: skip
    y = run_uncompiled(f, *tensors)
    roots = [t for t in leaves_of(y) if isinstance(t, Tensor) and t.requires_grad]
    if roots:
        close(roots, depth, size, since)
    return BatchResult(y, depth, size, since)
