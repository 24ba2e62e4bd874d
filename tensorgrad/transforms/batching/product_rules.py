"""Products: as few and as large ones as there can be, since one of two matrices takes most of a network's time."""

from math import prod
from string import ascii_letters

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from .axis_rules import settings_of
from .batched import RULES, Batched, is_at, ndim_of, shape_of
from .loops import loop


def core(depth, ufunc, inputs, kwargs):
    """A ufunc of vectors or matrices, which broadcasts over the axes before them."""
    if kwargs.keys() & {"axis", "axes"}:
        return loop(depth, ufunc, inputs, kwargs)
    if ufunc is np.matmul:
        return matmul(depth, *inputs, **kwargs)
    cores = [part.count(",") + 1 if part else 0 for part in ufunc.signature.split("->")[0][1:-1].split("),(")]
    ndim = max(ndim_of(x) - n for x, n in zip(inputs, cores, strict=True))
    if any(ndim_of(x) < n for x, n in zip(inputs, cores, strict=True)):
        return ufunc(*[np.empty(shape_of(x)) for x in inputs])  # which says what is missing
    lifted = [lift_outer(x, depth, ndim, n) for x, n in zip(inputs, cores, strict=True)]
    return Batched(depth, ufunc(*lifted, **kwargs))


def lift_outer(x, depth, ndim, core):
    """Return a batch with ``ndim`` axes before its last ``core`` ones; a constant as it is."""
    if not is_at(x, depth):
        return x
    outer = x.ndim - core
    return x.value.reshape((len(x.value), *[1] * (ndim - outer), *x.shape))


def matmul(depth, a, b, **kwargs):
    """Matrix product: a vector that differs from example to example is a row of a matrix, and needs no loop."""
    a_batched, b_batched = is_at(a, depth), is_at(b, depth)
    if ndim_of(a) == 0 or ndim_of(b) == 0:
        return np.matmul(np.empty(shape_of(a)), np.empty(shape_of(b)))  # which says that there must be an axis
    if not b_batched and a_batched and ndim_of(b) <= 2:
        return Batched(depth, by_matrix(a.value, b, **kwargs))
    if not a_batched and b.ndim == 1 and ndim_of(a) <= 2:
        return Batched(depth, np.matmul(b.value, a.T, **kwargs))
    row, column = ndim_of(a) == 1, ndim_of(b) == 1
    if row:
        a = np.expand_dims(a, 0)
    if column:
        b = np.expand_dims(b, 1)
    ndim = max(ndim_of(a), ndim_of(b)) - 2
    y = np.matmul(lift_outer(a, depth, ndim, 2), lift_outer(b, depth, ndim, 2), **kwargs)
    if row:
        y = y[..., 0, :]
    return Batched(depth, y[..., 0] if column else y)


def by_matrix(a, b, **kwargs):
    """Return ``a @ b`` for a ``b`` of at most two axes: of more than two axes of ``a`` all rows in one product."""
    if a.ndim <= 2 or b.ndim == 1 or a.shape[-1] != b.shape[0]:
        return np.matmul(a, b, **kwargs)
    rows = np.matmul(a.reshape(prod(a.shape[:-1]), a.shape[-1]), b, **kwargs)
    return rows.reshape((*a.shape[:-1], b.shape[1]))


def einsum(depth, function, args, kwargs):
    """Products summed over labels: a batch has one label more, and so has the result."""
    subscripts, *operands = args
    if not isinstance(subscripts, str) or "->" not in subscripts or "." in subscripts:
        return loop(depth, function, args, kwargs)
    left, out = subscripts.replace(" ", "").split("->")
    label = next(c for c in ascii_letters if c not in subscripts)
    terms = [label + term if is_at(x, depth) else term for term, x in zip(left.split(","), operands, strict=True)]
    values = [x.value if is_at(x, depth) else x for x in operands]
    return Batched(depth, np.einsum(f"{','.join(terms)}->{label}{out}", *values, **kwargs))


def tensordot(a, b, axes=2):
    """Product summed over axes of both, as one of two matrices."""
    if hasattr(axes, "__len__"):
        of_a, of_b = [(i,) if hasattr(i, "__index__") else tuple(i) for i in axes]
    else:
        of_a, of_b = tuple(range(ndim_of(a) - axes, ndim_of(a))), tuple(range(axes))
    of_a, of_b = normalize_axis_tuple(of_a, ndim_of(a)), normalize_axis_tuple(of_b, ndim_of(b))
    if [shape_of(a)[i] for i in of_a] != [shape_of(b)[i] for i in of_b]:
        raise ValueError("shape-mismatch for sum")
    free_a = [i for i in range(ndim_of(a)) if i not in of_a]
    free_b = [i for i in range(ndim_of(b)) if i not in of_b]
    shape_a, shape_b = [shape_of(a)[i] for i in free_a], [shape_of(b)[i] for i in free_b]
    n = prod([shape_of(a)[i] for i in of_a])
    rows = np.reshape(np.transpose(a, (*free_a, *of_a)), (prod(shape_a), n))
    columns = np.reshape(np.transpose(b, (*of_b, *free_b)), (n, prod(shape_b)))
    return np.reshape(np.matmul(rows, columns), (*shape_a, *shape_b))


def dot(a, b):
    if ndim_of(a) == 0 or ndim_of(b) == 0:
        return np.multiply(a, b)
    return np.matmul(a, b) if ndim_of(b) <= 2 else tensordot(a, b, ((-1,), (-2,)))


def inner(a, b):
    return np.multiply(a, b) if ndim_of(a) == 0 or ndim_of(b) == 0 else tensordot(a, b, ((-1,), (-1,)))


def outer(a, b):
    return np.multiply(np.reshape(a, (-1, 1)), np.ravel(b))


def vdot(a, b):
    return np.matmul(np.conjugate(np.ravel(a)), np.ravel(b))


def rule_of(written):
    """Return the rule of a function that others say, for arrays alone."""

    def rule(depth, function, args, kwargs):
        first, settings = settings_of(function, args, kwargs)
        if settings.get("out") is not None:
            return loop(depth, function, args, kwargs)
        settings.pop("out", None)
        return written(first, **settings)

    return rule


RULES.update({
    "core": core, np.einsum: einsum, np.tensordot: rule_of(tensordot), np.linalg.tensordot: rule_of(tensordot),
    np.outer: rule_of(outer), np.linalg.outer: lambda depth, function, args, kwargs: outer(*args),
    np.linalg.matmul: lambda depth, function, args, kwargs: np.matmul(*args),
    np.dot: lambda depth, function, args, kwargs: dot(*args) if len(args) == 2 else loop(depth, function, args, kwargs),
    np.inner: lambda depth, function, args, kwargs: inner(*args),
    np.vdot: lambda depth, function, args, kwargs: vdot(*args),
})  # fmt: skip
