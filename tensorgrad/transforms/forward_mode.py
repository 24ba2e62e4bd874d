"""Forward mode: how a function's results move when its arguments do."""

from ..core.modes import is_recording
from ..core.tensor import Tensor
from ..forward import pushforward
from ..graph.steps import merged_steps
from .argnums import Chosen, named_arguments, refill
from .level import Level, give, requires, seed
from .reverse import fit_all, split

__all__ = ["jvp", "linearize", "push"]


def jvp(f, primals, tangents, has_aux=False):
    """Return ``(f(*primals), tangent)``: the Jacobian-vector product, how ``f`` changes where the primals go.

    primals:  a tuple of the arguments of ``f``
    tangents: a tuple of the same structures and shapes

    With ``has_aux``, ``f`` returns ``(value, anything)``, and the result is ``(value, tangent, anything)``. Raises as
    ``grad`` does, and ShapeError if a tangent does not fit.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.jvp(np.sin, (0.0,), (2.0,))
    (np.float64(0.0), np.float64(2.0))
    """
    found = line("jvp", f, primals, has_aux)
    return found[0], found[1](*as_tuple("tangents", tangents)), *found[2:]


def linearize(f, *primals, has_aux=False):
    """Return ``(f(*primals), push)``: ``push(*tangents)`` gives the Jacobian-vector product, any number of times.

    With ``has_aux``, ``f`` returns ``(value, anything)``, and the result is ``(value, push, anything)``.

    >>> import numpy as np, tensorgrad as tg
    >>> y, push = tg.linearize(np.square, np.array([1.0, 3.0]))
    >>> push(np.array([1.0, 0.0])), push(np.array([0.0, 1.0]))
    (array([2., 0.]), array([0., 6.]))
    """
    return line("linearize", f, primals, has_aux)


def line(transform, f, primals, has_aux):
    """Return the value of ``f``, and the function that pushes tangents through it; with ``has_aux`` the rest too."""
    primals = as_tuple("primals", primals)
    chosen = Chosen(transform, named_arguments(f), tuple(range(len(primals))), primals, {})
    level = Level(transform, primals)
    y, aux = split(transform, level.run(f, *chosen.enter(level)), has_aux)
    roots = level.results(y)

    def push_all(*tangents):
        return refill(y, iter(push(level, roots, fit_all(transform, "the tangents", tangents, primals, level.leaves))))

    values = level.values(y)
    return (values, push_all, level.values(aux)) if has_aux else (values, push_all)


def push(level, roots, tangents):
    """Return the tangent of each of ``roots``, for the caller, from one for each leaf of ``level``, None for zeros."""
    keep = is_recording() and (requires(tangents) or level.connects(roots))
    wraps = level.wraps or any(isinstance(t, Tensor) for t in tangents)
    leaves = {id(leaf) for leaf in level.leaves}
    moving = {id(leaf): seed(t, keep) for leaf, t in zip(level.leaves, tangents, strict=True) if t is not None}
    for t, inputs in merged_steps(roots, level.since):
        if id(t) in leaves:
            continue
        along = [moving.get(id(x)) for x in inputs]
        if any(x is not None for x in along):
            arrays = [x.data if isinstance(x, Tensor) and not keep else x for x in inputs]
            moving[id(t)] = pushforward(t.op, along, t if keep else t.data, arrays, t.settings)
    return [give(moving.get(id(y), 0 * y.data), wraps, y.ndim == 0, level.since) for y in roots]


def as_tuple(name, x):
    """Return ``x`` as a tuple, or raise TypeError: a lone array would be taken for several."""
    if not isinstance(x, (tuple, list)):
        raise TypeError(f"jvp(f, primals, tangents): {name} must be a tuple, one for each argument of f; write (x,)")
    return tuple(x)
