"""Einstein summation: any product of arrays, summed over any of their axes, and its gradient, which is another one."""

from __future__ import annotations

from string import ascii_letters
from typing import Any

import numpy as np

from ..core.declare import linear
from ..core.dispatch import NUMPY
from ..core.tensor import array_like
from ..errors import OptionError, ShapeError, describe

__all__ = ["einsum"]


def explain_lengths(*x: Any, subscripts: Any, optimize: Any) -> str | None:
    lengths: dict[str, tuple[int, str]] = {}
    for i, (labels, array) in enumerate(zip(subscripts.split("->")[0].split(","), x, strict=True)):
        for axis, (label, n) in enumerate(zip(labels, array.shape, strict=True)):
            known, where = lengths.setdefault(label, (n, f"axis {axis} of x{i}"))
            if n != known and 1 not in (n, known):
                return (
                    f"label {label!r} of {subscripts!r} is axis {axis} of x{i}, of length {n}, and {where}, of {known}"
                )
    return None


def labelled_product_x(g: Any, y: Any, *x: Any, subscripts: Any, optimize: Any, wrt: int) -> Any:
    """∂/∂xᵢ: the product of ``g`` and the others; a label that only xᵢ has was summed, and is spread."""
    terms, out = subscripts.split("->")
    terms = terms.split(",")
    own = terms.pop(wrt)
    others = [other for i, other in enumerate(x) if i != wrt]
    met = "".join([out, *terms])
    labels = "".join([label for label in own if label in met])
    gx = labelled_product(g, *others, subscripts=f"{','.join([out, *terms])}->{labels}", optimize=bool(optimize))
    return gx.reshape([gx.shape[labels.index(label)] if label in met else 1 for label in own])


labelled_product = linear("einsum", lambda *x, subscripts, optimize=False: np.einsum(subscripts, *x, optimize=optimize),
    "Products summed over labels: ``'ij,jk->ik'``, each label once per array.", symbol="Σ·", view=True,
    explain=explain_lengths, x=labelled_product_x)  # fmt: skip


def einsum(subscripts: Any, *operands: Any, optimize: Any = False, **unsupported: Any) -> Any:
    """Products of arrays summed over labels, as ``np.einsum``: ``einsum("bij,jk->bik", x, w)``.

    All of NumPy's forms: without an output, with an ellipsis, a label twice in one array (its diagonal), and
    ``einsum(x, [0, 1], w, [1, 2], [0, 2])``. ``optimize=True`` seeks the cheapest order of the products, and uses it
    in the gradient too.

    >>> import numpy as np, tensorgrad as tg
    >>> tg.einsum("ij,j->i", tg.Tensor(np.eye(2)), [1.0, 2.0])
    Tensor([1., 2.])
    """
    if unsupported:
        raise TypeError(f"einsum() has no argument {next(iter(unsupported))!r} for Tensors")
    if not isinstance(subscripts, str):
        subscripts, operands = parse_lists((subscripts, *operands))
    arrays = [array_like(x) for x in operands]
    terms, out = expand_subscripts(subscripts.replace(" ", ""), arrays)
    for i, term in enumerate(terms):
        terms[i], arrays[i] = take_diagonals(term, arrays[i])
    return labelled_product(*arrays, subscripts=f"{','.join(terms)}->{out}", optimize=optimize)


def parse_lists(given: Any) -> Any:
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


def expand_subscripts(subscripts: Any, operands: Any) -> Any:
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


def take_diagonals(term: Any, x: Any) -> Any:
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


NUMPY[np.einsum] = einsum
