"""Einstein summation in all its forms: NumPy's values, and gradients that are further sums."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

EINSUMS = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ba", (2, 3)),
    ("ij->ji", (2, 3)),
    ("ij->i", (2, 3)),
    ("ij->", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->ij", (3, 3, 2)),
    ("iii->i", (2, 2, 2)),
    ("ijij->j", (2, 3, 2, 3)),
    ("iij,jk->ik", (3, 3, 2), (2, 4)),
    ("i,i", (3,), (3,)),
    ("i,j->ij", (3,), (2,)),
    ("i,j->j", (3,), (2,)),
    ("ij,kl->", (2, 3), (2, 2)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,jk", (5, 1, 2, 3), (3, 4)),
    ("...,...->...", (2, 1, 3), (4, 3)),
    ("i...->...", (2, 3, 2)),
    ("i...i->...", (2, 3, 2)),
    ("...", (2, 3)),
    ("i...,j->j...", (2, 3), (4,)),
    ("ij, jk -> ki", (2, 3), (3, 4)),
    ("ij,ij->ij", (1, 3), (2, 1)),
    ("ij,ij->", (1, 3), (2, 3)),
    (",ij->ij", (), (2, 3)),
    ("ij,jk,kl,li->", (2, 3), (3, 2), (2, 2), (2, 2)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 2), (2, 2, 4, 2)),
]


@pytest.mark.parametrize("optimize", [False, True], ids=["in order", "optimized"])
@pytest.mark.parametrize(("subscripts", "shapes"), [(s, shapes) for s, *shapes in EINSUMS])
def test_einsum(subscripts, shapes, optimize):
    check_derivatives(lambda *x: np.einsum(subscripts, *x, optimize=optimize), *shapes)


def test_einsum_with_lists_of_labels():
    check_derivatives(lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]), (2, 3), (3, 4))
    check_derivatives(lambda a, b: np.einsum(a, [30, 1], b, [1, 26]), (2, 3), (3, 4))
    check_derivatives(lambda a: np.einsum(a, [30, 1]), (2, 3))
    check_derivatives(lambda a: np.einsum(a, [..., 0, 0], [...]), (4, 2, 2))


def test_einsum_along_a_given_path():
    path = ["einsum_path", (0, 2), (0, 1)]
    check_derivatives(lambda *x: np.einsum("ij,jk,ki->k", *x, optimize=path), (2, 3), (3, 2), (2, 2))


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_einsum_of_any_labels(data):
    lengths = {"a": 2, "b": 3, "c": 1, "d": 2}
    terms = data.draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=3))
    used = sorted(set("".join(terms)))
    out = data.draw(st.permutations(used)) if used else []
    out = "".join(out[: data.draw(st.integers(0, len(out)))])
    subscripts = f"{','.join(terms)}->{out}"
    shapes = [tuple(lengths[c] for c in term) for term in terms]
    check_derivatives(lambda *x: np.einsum(subscripts, *x), *shapes)


def test_unsupported_arguments_are_named():
    with pytest.raises(TypeError, match=r"an operand float64\[1\] is not cast to float32 by casting='safe'"):
        np.einsum("i", tg.Tensor([1.0]), dtype="float32")


ERRORS = [
    (
        lambda a, b: np.einsum("ij,jk", a, b),
        "einsum(x0, x1): label 'j' of 'ij,jk->ik' is axis 0 of x1, of length 4, and axis 1 of x0, of 3; "
        "got x0 float32[2, 3], x1 float32[4, 5]",
    ),
    (lambda a, b: np.einsum("ij,jk", a), "einsum: 'ij,jk' names 2 arrays, but 1 came"),
    (lambda a, b: np.einsum("i,jk", a, b), "einsum: 'i' has 1 labels, but x0 is float32[2, 3]"),
    (lambda a, b: np.einsum("ijk", a), "einsum: 'ijk' has 3 labels, but x0 is float32[2, 3]"),
    (
        lambda a, b: np.einsum("ij->ik", a),
        "einsum: 'ij->ik' has 'k' in the output, where each label must come once and be among the inputs",
    ),
    (
        lambda a, b: np.einsum("i...->i", a),
        "einsum: 'i...->i' has an ellipsis among the inputs, so the output needs one too",
    ),
    (lambda a, b: np.einsum("i1", a), "einsum: subscripts are letters and '...', got 'i1'"),
    (lambda a, b: np.einsum("ii", a), "einsum: 'i' labels axes 0 and 1 of float32[2, 3]; their lengths differ"),
]


@pytest.mark.parametrize(("call", "message"), ERRORS, ids=[str(i) for i in range(len(ERRORS))])
def test_errors_name_the_shapes(call, message):
    a, b = tg.Tensor(np.ones((2, 3), "float32"), requires_grad=True), tg.Tensor(np.ones((4, 5), "float32"))
    with pytest.raises(ValueError) as error:  # noqa: PT011  (the whole message follows)
        call(a, b)
    assert str(error.value) == message
