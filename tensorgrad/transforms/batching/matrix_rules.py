"""Functions of matrices: NumPy's broadcast over all axes before the last two, of which the batch axis is one more."""

import numpy as np

from .axis_rules import others_are_constant, settings_of
from .batched import RULES, Batched, is_at, lift, ndim_of, wrap_all
from .loops import loop

#: Functions of one array, of its last two axes.
MATRICES = (
    np.linalg.inv, np.linalg.det, np.linalg.slogdet, np.linalg.cholesky, np.linalg.qr, np.linalg.svd,
    np.linalg.svdvals, np.linalg.eig, np.linalg.eigh, np.linalg.eigvals, np.linalg.eigvalsh, np.linalg.pinv,
    np.linalg.matrix_rank, np.linalg.matrix_power, np.linalg.matrix_norm, np.linalg.diagonal, np.linalg.trace,
    np.linalg.cond,
)  # fmt: skip


def matrices(depth, function, args, kwargs):
    """A function of one matrix."""
    x, settings = settings_of(function, args, kwargs)
    if not others_are_constant(x, settings, depth) or x.ndim < 2:
        return loop(depth, function, args, kwargs)
    return wrap_all(depth, function(x.value, **settings))


def solve(depth, function, args, kwargs):
    """Linear equations: a vector is a column of a matrix."""
    a, b = args
    ndim = max(ndim_of(a), ndim_of(b))
    if ndim_of(a) < 2:
        return loop(depth, function, args, kwargs)
    if ndim_of(b) == 1:
        return solve(depth, function, (a, np.expand_dims(b, 1)), kwargs)[..., 0]
    if not is_at(a, depth) and ndim_of(a) == 2 == b.ndim:
        return columns(depth, a, b)
    return Batched(depth, function(lift(a, depth, ndim), lift(b, depth, ndim)))


def columns(depth, a, b):
    """Solve for the columns of all examples at once: there is one matrix."""
    size, n, k = b.value.shape
    side = np.moveaxis(b.value, 0, 1).reshape(n, size * k)
    return Batched(depth, np.moveaxis(np.linalg.solve(a, side).reshape(n, size, k), 1, 0))


RULES.update(dict.fromkeys(MATRICES, matrices))
RULES[np.linalg.solve] = solve
