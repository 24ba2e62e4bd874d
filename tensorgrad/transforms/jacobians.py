"""All derivatives of a function: one backward, or one push, for a batch of all directions."""

from functools import wraps

import numpy as np

from ..core.tensor import Tensor, make_leaf
from .argnums import Chosen, named_arguments, refill
from .forward_mode import as_tuple, push
from .level import Level, give
from .reverse import grad, split, vjp
from .vectorize import over_batch

__all__ = ["backward_rows", "hessian", "hvp", "jacfwd", "jacobian", "jacrev"]


def jacobian(f, argnums=0, has_aux=False):
    """Return a function that computes the Jacobian of ``f``: each entry of its result by each entry of an argument.

    argnums: which argument, by position or name; a tuple of these gives a tuple of Jacobians
    has_aux: ``f`` returns ``(value, anything)``, and the new function ``(jacobian, anything)``

    A result of shape ``s`` and an argument of shape ``x`` have a Jacobian of shape ``(*s, *x)``. If ``f`` returns a
    structure, so does the new function, with the structure of the argument in place of each array. All directions are
    one batch, as for ``vmap``: reverse mode (``jacrev``) if the results have at most as many entries as the arguments,
    else forward mode (``jacfwd``). It nests and keeps graphs as ``grad`` does.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return derive("jacobian", f, argnums, has_aux, fewer)


def jacrev(f, argnums=0, has_aux=False):
    """Return ``jacobian`` by reverse mode, one row for each entry of the result: for few results of many arguments."""
    return derive("jacrev", f, argnums, has_aux, backward_rows)


def jacfwd(f, argnums=0, has_aux=False):
    """Return ``jacobian`` by forward mode, one column for each entry of the arguments: for few arguments."""
    return derive("jacfwd", f, argnums, has_aux, forward_columns)


def hessian(f, argnums=0, has_aux=False):
    """Return a function that computes the Hessian of ``f``, which returns one number: its second derivatives.

    An argument of shape ``x`` has a Hessian of shape ``(*x, *x)``; a structure of arguments has a structure of
    structures. All else is as for ``grad`` and ``jacobian``.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    return jacrev(grad(f, argnums, has_aux), argnums, has_aux)


def hvp(f, primals, tangents):
    """Return the Hessian of ``f``, which returns one number, times a vector, without computing the Hessian.

    primals:  a tuple of the arguments of ``f``
    tangents: a tuple of the same structures and shapes: the vector

    The result is of the same structures and shapes, without a tuple if there is one argument.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.hvp(lambda x: np.sum(x**3), (np.array([1.0, 2.0]),), (np.array([1.0, 10.0]),))
    array([  6., 120.])
    """
    primals = as_tuple("primals", primals)
    argnums = tuple(range(len(primals))) if len(primals) > 1 else 0
    _, pullback = vjp(grad(f, argnums), *primals)  # a Hessian is symmetric
    found = pullback(as_tuple("tangents", tangents) if len(primals) > 1 else as_tuple("tangents", tangents)[0])
    return found if len(primals) > 1 else found[0]


def derive(transform, f, argnums, has_aux, rows):
    """Return the function that computes ``rows(level, roots)``: for each root, the Jacobian by each leaf."""
    names = named_arguments(f)

    @wraps(f)
    def jacobians(*args, **kwargs):
        chosen = Chosen(transform, names, argnums, args, kwargs)
        level = Level(transform, (*args, *kwargs.values()))
        y, aux = split(transform, level.run(f, *chosen.enter(level)), has_aux)
        found = rows(level, level.results(y))
        result = refill(y, iter([chosen.arrange(finish(level, row)) for row in found]))
        return (result, level.values(aux)) if has_aux else result

    return jacobians


def finish(level, row):
    """Return the Jacobians of one result by each leaf as the caller is to have them."""
    return [give(t, isinstance(x, Tensor), t.ndim == 0 and not isinstance(x, np.ndarray), level.since)
            for t, x in zip(row, level.given, strict=True)]  # fmt: skip


def fewer(level, roots):
    """Take the mode that needs fewer directions."""
    results, arguments = sum([y.size for y in roots]), sum([x.size for x in level.leaves])
    return (backward_rows if results <= arguments else forward_columns)(level, roots)


def backward_rows(level, roots):
    """Return, for each root, its Jacobian by each leaf, as Tensors: all rows by one backward."""
    return [rows_of(level, y) for y in roots]


def rows_of(level, y):
    n = y.size
    if n == 1:
        found = [as_tensor(g) for g in level.pull([y], [np.ones_like(y.data)])]
    elif n == 0 or not y.requires_grad:
        return [zeros(y, x) for x in level.leaves]
    else:
        eye = np.eye(n, dtype=y.dtype).reshape((n, *y.shape))
        found = over_batch(lambda g: level.pull([y], [g]), [(eye, 0)], n).arrange(0, True)
    return [g.reshape((*y.shape, *x.shape)) for g, x in zip(found, level.leaves, strict=True)]


def forward_columns(level, roots):
    """Return, for each root, its Jacobian by each leaf, as Tensors: all columns by one push for each leaf."""
    columns = [columns_of(level, roots, i) for i in range(len(level.leaves))]
    return list(zip(*columns, strict=True))


def columns_of(level, roots, i):
    x = level.leaves[i]
    n, others = x.size, len(level.leaves) - i - 1
    if n == 0:
        return [zeros(y, x) for y in roots]
    eye = np.eye(n, dtype=x.dtype).reshape((n, *x.shape))
    found = over_batch(lambda t: push(level, roots, [*[None] * i, t, *[None] * others]), [(eye, 0)], n)
    moved = [np.moveaxis(t, 0, -1) for t in found.arrange(0, True)]
    return [t.reshape((*y.shape, *x.shape)) for t, y in zip(moved, roots, strict=True)]


def zeros(y, x):
    return make_leaf(np.zeros((*y.shape, *x.shape), x.dtype))


def as_tensor(x):
    return x if isinstance(x, Tensor) else make_leaf(x)
