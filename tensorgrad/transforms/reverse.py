"""Reverse mode: gradients of functions of one number, and vector-Jacobian products of any."""

from functools import wraps

import numpy as np

from ..backward import conjugate_gradient
from ..core.tensor import Tensor, as_numeric_array
from ..errors import GradientError, ShapeError, count_text, describe
from ..pytree import leaves_of, map_leaves
from .argnums import Chosen, named_arguments
from .level import Level

__all__ = ["elementwise_grad", "grad", "value_and_grad", "vjp"]


def grad(f, argnums=0, has_aux=False, holomorphic=False):
    """Return a function that computes the gradient of ``f``, which returns one number.

    argnums: which argument, by position or name; a tuple of these gives a tuple of gradients
    has_aux: ``f`` returns ``(number, anything)``, and the new function ``(gradient, anything)``
    holomorphic: ``f`` is a holomorphic function of complex numbers; its derivative ``f'(z)`` is returned

    The gradient of a real number by complex ones is ``∂f/∂Re z + i ∂f/∂Im z``, PyTorch's; ``np.conj`` of it is JAX's.
    A gradient has the structure of its argument: arrays and numbers in lists, tuples, dicts, named tuples and
    dataclasses. Arrays give arrays and Tensors give Tensors, which later derivatives go through. It nests to any order.
    Where ``f`` also uses Tensors that require a gradient, such as the weights of a model, the result depends on them,
    and is a Tensor that says so; inside ``tg.no_grad()`` it does not, and is an array. An argument that the result does
    not depend on has the gradient 0.

    Raises GradientError if ``f`` returns more than one number or nothing, TypeError for an argument without a
    derivative (ints), OptionError for an argument that is not there.

    >>> import numpy as np, tensorgrad as tg
    >>> def f(x, y):
    ...     return np.sum(x**2 * y)
    >>> tg.grad(f)(np.array([1.0, 2.0]), 3.0)
    array([ 6., 12.])
    >>> tg.grad(f, argnums=("x", "y"))(np.array([1.0, 2.0]), 3.0)
    (array([ 6., 12.]), np.float64(5.0))
    >>> tg.grad(tg.grad(np.sin))(1.0) == -np.sin(1.0)
    np.True_
    """
    compute = differentiate("grad", f, argnums, has_aux, holomorphic=holomorphic)

    @wraps(f)
    def gradient(*args, **kwargs):
        _, aux, found = compute(args, kwargs)
        return (found, aux) if has_aux else found

    return gradient


def value_and_grad(f, argnums=0, has_aux=False, holomorphic=False):
    """Return a function that computes ``(f(...), gradient)`` in one go; all else is as for ``grad``.

    With ``has_aux``, ``f`` returns ``(number, anything)`` and the new function ``((number, anything), gradient)``.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.value_and_grad(lambda x: np.sum(x**2))(np.array([1.0, 2.0]))
    (np.float64(5.0), array([2., 4.]))
    """
    compute = differentiate("value_and_grad", f, argnums, has_aux, holomorphic=holomorphic)

    @wraps(f)
    def both(*args, **kwargs):
        value, aux, found = compute(args, kwargs)
        return ((value, aux) if has_aux else value), found

    return both


def elementwise_grad(f, argnums=0):
    """Return a function that computes, entry by entry, the derivative of an ``f`` that acts on each entry alone.

    What it computes is the gradient of the sum of all that ``f`` returns. ``argnums`` as for ``grad``.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.elementwise_grad(np.tanh)(np.array([0.0, 1.0]))
    array([1.        , 0.41997434])
    """
    compute = differentiate("elementwise_grad", f, argnums, False, check=lambda transform, y, has_aux: None)

    @wraps(f)
    def gradient(*args, **kwargs):
        return compute(args, kwargs)[2]

    return gradient


def check_number(transform, y, has_aux):
    """Raise GradientError unless ``y``, what a function returned, is one number."""
    if isinstance(y, (tuple, list, dict)):
        remedy = (
            "it must return (number, anything)" if has_aux else "pass has_aux=True if only the first is differentiated"
        )
        raise GradientError(
            f"{transform}(f) is for an f that returns one number, f returned a {type(y).__name__} of {len(y)}; "
            f"{remedy}, or use tg.jacobian(f) for the derivatives of all of them"
        )
    if getattr(y, "size", 1) != 1:
        raise GradientError(
            f"{transform}(f) is for an f that returns one number, f returned {describe(y)}; use tg.jacobian(f) for all "
            "derivatives, tg.elementwise_grad(f) if each entry depends on its own alone, or reduce it (np.sum, np.mean)"
        )


def differentiate(transform, f, argnums, has_aux, check=check_number, holomorphic=False):
    """Return ``compute(args, kwargs)`` -> ``(value, aux, gradients)``."""

    names = named_arguments(f)

    def compute(args, kwargs):
        chosen = Chosen(transform, names, argnums, args, kwargs)
        level = Level(transform, (*args, *kwargs.values()))
        y = level.run(f, *chosen.enter(level))
        y, aux = split(transform, y, has_aux)
        roots = level.results(y)
        check(transform, y, has_aux)
        check_real(transform, roots, holomorphic)
        found = level.pull(roots, [np.ones_like(root.data) for root in roots])
        if not holomorphic:  # what flows back is the conjugate of a gradient
            found = [None if g is None else conjugate_gradient(g) for g in found]
        return level.values(y), level.values(aux) if has_aux else None, chosen.arrange(found)

    return compute


def check_real(transform, roots, holomorphic):
    """Raise unless the results are real, or ``holomorphic`` says that they are complex on purpose."""
    for root in roots:
        if root.dtype.kind == "c" and not holomorphic:
            raise GradientError(
                f"{transform}(f): f returned {describe(root)}, a complex number; return a real one, such as np.abs(y) "
                "or y.real, or say holomorphic=True if f is holomorphic"
            )


def split(transform, y, has_aux):
    """Return what a function returned as ``(value, aux)``."""
    if not has_aux:
        return y, None
    if not isinstance(y, tuple) or len(y) != 2:
        raise GradientError(f"{transform}(f, has_aux=True): f must return (value, anything), got {describe(y)}")
    return y


def vjp(f, *primals, has_aux=False):
    """Return ``(f(*primals), pullback)``: ``pullback(g)`` gives the vector-Jacobian products, one for each primal.

    g: of the structure and shapes of what ``f`` returns

    ``pullback`` may be called any number of times; it keeps what ``f`` computed. With ``has_aux``, ``f`` returns
    ``(value, anything)`` and the result is ``(value, pullback, anything)``. Raises as ``grad`` does, and ShapeError if
    ``g`` does not fit.

    >>> import numpy as np, tensorgrad as tg
    >>> y, pullback = tg.vjp(np.sin, np.array([0.0, 1.0]))
    >>> pullback(np.array([1.0, 0.0]))
    (array([1., 0.]),)
    """
    chosen = Chosen("vjp", named_arguments(f), tuple(range(len(primals))), primals, {})
    level = Level("vjp", primals)
    y, aux = split("vjp", level.run(f, *chosen.enter(level)), has_aux)
    roots = level.results(y)

    def pullback(g):
        return chosen.arrange(level.pull(roots, fit_all("pullback(g)", "g", g, y, roots)))

    values = level.values(y)
    return (values, pullback, level.values(aux)) if has_aux else (values, pullback)


def fit_all(call, name, given, like, tensors):
    """Return the leaves of ``given`` as arrays and Tensors of the shapes and dtypes of ``tensors``, the leaves of
    ``like``, or raise ShapeError.
    """
    found = leaves_of(given)
    if len(found) != len(tensors):
        raise ShapeError(f"{call}: {name} must have {count_text(len(tensors), 'array')}, as {structure(like)}, got "
                         f"{count_text(len(found), 'array')}: {structure(given)}")  # fmt: skip
    return [fit(call, name, x, t) for x, t in zip(found, tensors, strict=True)]


def fit(call, name, x, t):
    """Return ``x`` in the dtype of the Tensor ``t``, or raise ShapeError if its shape is another."""
    if x is None:
        return np.zeros_like(t.data)
    x = x if isinstance(x, Tensor) else as_numeric_array(x)
    if x.shape != t.shape:
        raise ShapeError(f"{call}: {name} {describe(x)} must have the shape of {describe(t)}")
    return x if x.dtype == t.dtype else x.astype(t.dtype)


def structure(x):
    """Return a nested structure as words, with dtypes and shapes in place of arrays."""
    return str(map_leaves(lambda leaf: Word(describe(leaf)), x))


class Word(str):
    """Text that stands in lists and dicts without quotes."""

    __slots__ = ()

    def __repr__(self):
        return str(self)
