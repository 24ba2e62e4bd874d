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


LARGE = [
    ("ij,jk->ik", (30, 20), (20, 10)),
    ("ij,kj->ki", (30, 20), (10, 20)),
    ("bij,bjk->bik", (4, 9, 8), (4, 8, 7)),
    ("...ij,...kj->...ki", (3, 4, 9, 8), (4, 7, 8)),
    ("abc,cad->db", (7, 5, 6), (6, 7, 4)),
    ("ij,ij->", (30, 20), (30, 20)),
    ("ij,jk->k", (30, 20), (20, 10)),
    ("ij,ij->ij", (30, 20), (1, 20)),
    ("ij,jk->ik", (30, 1), (20, 10)),
    ("iij,jk->ik", (9, 9, 8), (8, 7)),
    ("ij,jk,kl,lm->im", (9, 8), (8, 7), (7, 6), (6, 5)),
    ("ij,ij,jk->k", (9, 8), (9, 8), (8, 20)),
    ("i,ij,j->", (20,), (20, 30), (30,)),
    ("ij,jk,ki->i", (9, 1), (8, 7), (7, 9)),
    ("a,ab,abc,abcd->d", (5,), (5, 4), (5, 4, 3), (5, 4, 3, 9)),
]


@pytest.mark.parametrize("optimize", [False, True, "optimal", ("greedy", 1000)], ids=str)
@pytest.mark.parametrize(("subscripts", "shapes"), [(s, shapes) for s, *shapes in LARGE])
def test_einsum_of_many(subscripts, shapes, optimize):
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s) for s in shapes]
    leaves = [tg.Tensor(x, requires_grad=True) for x in arrays]
    y = np.einsum(subscripts, *leaves, optimize=optimize)
    expected = np.einsum(subscripts, *arrays)
    np.testing.assert_allclose(y.data, expected, rtol=1e-11, atol=1e-11)
    g = rng.normal(size=y.shape)
    y.backward(g)
    for i, (x, v) in enumerate(zip(leaves, [rng.normal(size=s) for s in shapes], strict=True)):  # linear in each
        along = np.einsum(subscripts, *arrays[:i], v, *arrays[i + 1 :])
        np.testing.assert_allclose(np.sum(x.grad.data * v), np.sum(g * along), rtol=1e-10, atol=1e-10)


def test_a_chain_of_large_matrices_is_never_multiplied_out():
    a = [tg.Tensor(np.full((60, 60), 1 / 60), requires_grad=True) for _ in range(5)]  # at once 60⁶ products
    y = np.einsum("ab,bc,cd,de,ef->", *a)
    y.backward()
    assert y.item() == pytest.approx(60)
    np.testing.assert_allclose(a[2].grad.data, 1)


def test_an_order_of_products_is_sought_once(monkeypatch):
    sought = []
    seek = np.einsum_path
    monkeypatch.setattr(np, "einsum_path", lambda *args, **kwargs: sought.append(args[0]) or seek(*args, **kwargs))
    x = [tg.Tensor(np.ones((11, 11)), requires_grad=True) for _ in range(4)]
    for _ in range(3):
        np.einsum("pq,qr,rs,st->pt", *x).sum().backward()
    assert sought == ["pq,qr,rs,st->pt"]


def test_the_path_of_tensors_is_that_of_their_arrays():
    x = [tg.Tensor(np.ones((3, 3)), requires_grad=True) for _ in range(3)]
    ours = np.einsum_path("ij,jk,kl->il", *x, optimize="greedy")
    assert ours[0] == np.einsum_path("ij,jk,kl->il", *[t.data for t in x], optimize="greedy")[0]


def test_einsum_in_another_dtype():
    x = tg.Tensor(np.ones(3, "float32"), requires_grad=True)
    y = np.einsum("i,i", x, x, dtype="float64", order="C")
    y.backward()
    assert (y.dtype, x.grad.dtype, x.grad.tolist()) == (np.float64, np.float32, [2, 2, 2])
    assert np.einsum("i", tg.Tensor([1.0]), dtype="float32", casting="same_kind").dtype == np.float32


def test_orders_of_products_that_are_not_understood():
    a = tg.Tensor(np.ones((2, 2)))
    with pytest.raises(ValueError, match="einsum: optimize must be True, False, 'greedy', 'optimal' or a path"):
        np.einsum("ij,jk,kl", a, a, a, optimize="fastest")


def test_unsupported_arguments_are_named():
    with pytest.raises(TypeError, match=r"einsum\(\) got an unexpected keyword argument 'dtyp'"):
        np.einsum("i", tg.Tensor([1.0]), dtyp="float32")
    with pytest.raises(
        TypeError, match=r"einsum: an operand float64\[1\] is not cast to float32 by casting='safe'; cast"
    ):
        np.einsum("i", tg.Tensor([1.0]), dtype="float32")
    with pytest.raises(TypeError, match=r"einsum\(..., out=array\) cannot write a Tensor's result into an array"):
        np.einsum("i->", tg.Tensor([1.0]), out=np.zeros(()))
