"""Einstein summation: any product of arrays, summed over any of their axes, and its gradient, which is another one."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from string import ascii_letters
from typing import Any

import numpy as np

from ..core.declare import linear
from ..core.dispatch import NUMPY, unwrap_tensors
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe
from .matrices import refuse_out

__all__ = ["einsum", "einsum_path"]

#: From so many multiplications on, a matrix product of what is summed is faster than ``np.einsum``; and of three arrays
#: or more, two at a time than all at once.
MANY = 512


def product_kernel(*x: Any, subscripts: Any) -> Any:
    if len(x) == 2 and all(array.dtype.char in "fdFD" for array in x):
        plan = matrix_product(subscripts, x[0].shape, x[1].shape)
        if plan is not None:
            a, b = (array.transpose(order).reshape(shape) for array, (order, shape) in zip(x, plan, strict=False))
            return (a @ b).reshape(plan[2][1]).transpose(plan[2][0])
    return np.einsum(subscripts, *x)


@lru_cache(1024)
def matrix_product(subscripts: Any, *shapes: Any) -> Any:
    """Return how a product of two arrays is one of matrices, or None where it is not, or too small to gain.

    It is ``((order of a's axes, shape), (order of b's, shape), (order of the result's, shape before))``; the axes are
    those of both, a's alone, those that are summed, b's alone.

    >>> matrix_product("ij,jk->ki", (50, 20), (20, 30))
    (((0, 1), (1, 50, 20)), ((0, 1), (1, 20, 30)), ((1, 0), (50, 30)))
    """
    terms, out = subscripts.split("->")
    a, b = terms.split(",")
    lengths = {**dict(zip(a, shapes[0], strict=True)), **dict(zip(b, shapes[1], strict=True))}
    both = [c for c in a if c in b and c in out]
    summed = [c for c in a if c in b and c not in out]
    left, right = [c for c in a if c not in b], [c for c in b if c not in a]
    if not summed or {*left, *right} - {*out} or prod(lengths.values()) < MANY:
        return None
    if any(lengths[c] != n for c, n in zip(a, shapes[0], strict=True)):
        return None  # one of them is repeated, or does not fit

    def size(labels: Any) -> Any:
        return prod([lengths[c] for c in labels])

    made = [*both, *left, *right]
    return (
        (tuple([a.index(c) for c in (*both, *left, *summed)]), (size(both), size(left), size(summed))),
        (tuple([b.index(c) for c in (*both, *summed, *right)]), (size(both), size(summed), size(right))),
        (tuple([made.index(c) for c in out]), tuple([lengths[c] for c in made])),
    )


def product_explain(*x: Any, subscripts: Any) -> Any:
    lengths: dict[str, Any] = {}
    for i, (labels, array) in enumerate(zip(subscripts.split("->")[0].split(","), x, strict=True)):
        for axis, (label, n) in enumerate(zip(labels, array.shape, strict=True)):
            known, where = lengths.setdefault(label, (n, f"axis {axis} of x{i}"))
            if n != known and 1 not in (n, known):
                return (
                    f"label {label!r} of {subscripts!r} is axis {axis} of x{i}, of length {n}, and {where}, of {known}"
                )
    return None


def product_x(g: Any, y: Any, *x: Any, subscripts: Any, wrt: Any) -> Any:
    """∂/∂xᵢ: the product of ``g`` and the others; a label that only xᵢ has was summed, and is spread."""
    terms, out = subscripts.split("->")
    terms = terms.split(",")
    own = terms.pop(wrt)
    others = [other for i, other in enumerate(x) if i != wrt]
    met = "".join([out, *terms])
    labels = "".join([label for label in own if label in met])
    gx = product(g, *others, subscripts=f"{','.join([out, *terms])}->{labels}")
    return gx.reshape([gx.shape[labels.index(label)] if label in met else 1 for label in own])


product = linear("einsum", product_kernel,
    "Products summed over labels: ``'ij,jk->ik'``, each label once per array.", symbol="Σ·", view=True,
    explain=product_explain, x=product_x)  # fmt: skip


def einsum(
    subscripts: Any,
    *operands: Any,
    optimize: Any = False,
    out: Any = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
) -> Any:
    """Products of arrays summed over labels, as ``np.einsum``: ``einsum("bij,jk->bik", x, w)``.

    All of NumPy's forms: without an output, with an ellipsis, a label twice in one array (its diagonal), and
    ``einsum(x, [0, 1], w, [1, 2], [0, 2])``. Of three arrays or more, large ones are multiplied two at a time, in an
    order that is sought once for their shapes; ``optimize`` asks for it, or names it, as in ``np.einsum_path``.
    ``dtype`` casts the operands first, as far as ``casting`` allows; ``order`` says nothing here.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.einsum("ij,j->i", tg.Tensor(np.eye(2)), [1.0, 2.0])
    Tensor([1., 2.])
    """
    refuse_out("einsum", out)
    if not isinstance(subscripts, str):
        subscripts, operands = from_lists((subscripts, *operands))
    arrays = [array_like(x) for x in operands]
    if dtype is not None:
        arrays = [cast_operands(x, dtype, casting) for x in arrays]
    terms, labels = explicit(subscripts.replace(" ", ""), arrays)
    for i, term in enumerate(terms):
        terms[i], arrays[i] = without_repeats(term, arrays[i])
    if len(arrays) > 2:
        way = order_of(optimize)
        path = contraction_path(f"{','.join(terms)}->{labels}", tuple([x.shape for x in arrays]), way)
        if path is not None:
            return contract(path, terms, arrays, labels)
    return product(*arrays, subscripts=f"{','.join(terms)}->{labels}")


def cast_operands(x: Any, dtype: Any, casting: Any) -> Any:
    """Return an operand in another dtype, or raise a TypeError where ``casting`` forbids it."""
    if not np.can_cast(x.dtype, dtype, casting):
        raise TypeError(
            f"einsum: an operand {describe(x)} is not cast to {np.dtype(dtype)} by casting={casting!r}; cast it, "
            "x.astype(dtype), or pass casting='same_kind'"
        )
    return x.astype(dtype)


def order_of(optimize: Any) -> Any:
    """Return how the order of the products is to be sought, or the order itself, a path of tuples."""
    if optimize in (True, False, "greedy", "optimal"):
        return optimize
    if not isinstance(optimize, (list, tuple)):
        raise OptionError(
            f"einsum: optimize must be True, False, 'greedy', 'optimal' or a path of np.einsum_path, got {optimize!r}"
        )
    return tuple([tuple(step) if isinstance(step, list) else step for step in optimize])


@lru_cache(256)
def contraction_path(subscripts: Any, shapes: Any, optimize: Any) -> Any:
    """Return which arrays to multiply one after another, or None for all at once, which NumPy does unless told.

    >>> contraction_path("ij,jk,k->i", ((50, 50), (50, 50), (50,)), False)
    ((1, 2), (0, 1))
    """
    if optimize is False:
        lengths: dict[str, Any] = {}
        for term, shape in zip(subscripts.split("->")[0].split(","), shapes, strict=True):
            for label, n in zip(term, shape, strict=True):
                lengths[label] = max(n, lengths.get(label, n))
        if prod(lengths.values()) < MANY:
            return None
    operands = [np.broadcast_to(0.0, shape) for shape in shapes]
    way = list(optimize) if isinstance(optimize, tuple) else optimize or "greedy"
    try:
        path, _ = np.einsum_path(subscripts, *operands, optimize=way)
    except ValueError:  # shapes that do not fit: the product itself says it better
        if optimize is False:
            return None
        raise
    return tuple(path[1:])


def contract(path: Any, terms: Any, arrays: Any, out: Any) -> Any:
    """Return the product of all arrays, taken as ``path`` says; what it makes on the way comes last."""
    terms, arrays = list(terms), list(arrays)
    for places in path:
        places = sorted(places, reverse=True)
        chosen, factors = [terms.pop(i) for i in places], [arrays.pop(i) for i in places]
        met = "".join(dict.fromkeys("".join(chosen)))
        labels = "".join([c for c in met if c in "".join([out, *terms])]) if terms else out
        arrays.append(product(*factors, subscripts=f"{','.join(chosen)}->{labels}"))
        terms.append(labels)
    return arrays[0]


def from_lists(given: Any) -> Any:
    """Return subscripts and operands of the form ``einsum(x, [0, 1], y, [1, 2], [0, 2])``."""
    operands, lists = given[: len(given) // 2 * 2 : 2], given[1::2]
    text = ",".join([letters(labels) for labels in lists])
    return (f"{text}->{letters(given[-1])}" if len(given) % 2 else text), operands


def letters(labels: Any) -> Any:
    """Return a list of ints and Ellipsis as subscripts.

    >>> letters([0, Ellipsis, 2])
    'A...C'
    """
    upper_first = ascii_letters[26:] + ascii_letters[:26]  # the order in which NumPy sorts an implicit output
    return "".join(["..." if i is Ellipsis else upper_first[i] for i in labels])


def explicit(subscripts: Any, operands: Any) -> Any:
    """Return one string of labels per operand and one for the output, with every ellipsis written out."""
    left, arrow, out = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        raise OptionError(f"einsum: {subscripts!r} names {len(terms)} arrays, but {len(operands)} came")
    unused = [c for c in ascii_letters if c not in subscripts]
    hidden = [ellipsis_length(term, x, i) for i, (term, x) in enumerate(zip(terms, operands, strict=True))]
    dots = "".join(unused[: max(hidden)])
    terms = [term.replace("...", dots[len(dots) - n :]) for term, n in zip(terms, hidden, strict=True)]
    if not arrow:
        labels = left.replace(".", "").replace(",", "")
        out = "..." * bool(dots) + "".join(sorted(c for c in set(labels) if labels.count(c) == 1))
    if dots and "..." not in out:
        raise OptionError(f"einsum: {subscripts!r} has an ellipsis among the inputs, so the output needs one too")
    out = out.replace("...", dots)
    for c in out:
        if out.count(c) > 1 or not any(c in term for term in terms):
            raise OptionError(f"einsum: {subscripts!r} has {c!r} in the output, where each label must come once and "
                              "be among the inputs")  # fmt: skip
    return terms, out


def ellipsis_length(term: Any, x: Any, i: Any) -> Any:
    """Return how many axes of the ``i``-th operand its labels leave to an ellipsis."""
    named = term.replace("...", "", 1)
    if not all(c in ascii_letters for c in named):
        raise OptionError(f"einsum: subscripts are letters and '...', got {term!r}")
    n = x.ndim - len(named)
    if n < 0 or (n and "..." not in term):
        raise ShapeError(f"einsum: {term!r} has {len(named)} labels, but x{i} is {describe(x)}")
    return n


def without_repeats(term: Any, x: Any) -> Any:
    """Return labels and operand with each diagonal taken, so that no label comes twice."""
    for label in dict.fromkeys(term):
        while term.count(label) > 1:
            i = term.index(label)
            j = term.index(label, i + 1)
            if x.shape[i] != x.shape[j]:
                raise ShapeError(f"einsum: {label!r} labels axes {i} and {j} of {describe(x)}; their lengths differ")
            x = np.diagonal(x, 0, i, j)
            term = term[:i] + term[i + 1 : j] + term[j + 1 :] + label
    return term, x


def einsum_path(*operands: Any, **options: Any) -> Any:
    """``np.einsum_path`` of Tensors: it looks at their shapes."""
    return np.einsum_path(*unwrap_tensors(operands), **options)


NUMPY.update({np.einsum: einsum, np.einsum_path: einsum_path})
