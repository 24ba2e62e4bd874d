"""NumPy's functions that only ask: answered from the values; those that write are refused."""

import numpy as np
import pytest

import tensorgrad as tg

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.fixture
def w():
    return tg.Tensor(X, requires_grad=True, name="w")


QUESTIONS = [np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.array_repr, np.array_str, np.array2string,
             np.min_scalar_type, lambda x: np.result_type(x, np.float32), lambda x: np.can_cast(x, "float32"),
             lambda x: np.allclose(x, X), lambda x: np.array_equal(x, X), lambda x: np.array_equiv(x, X),
             lambda x: np.count_nonzero(x), lambda x: np.size(x, 1), lambda x: np.common_type(x)]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_questions_are_answered_from_the_values(w, question):
    try:
        expected = question(X)
    except TypeError:  # NumPy's own refusal
        with pytest.raises(TypeError):
            question(w)
    else:
        assert question(w) == expected


LIKE = [np.zeros_like, np.ones_like, lambda x: np.full_like(x, 7), lambda x: np.zeros_like(x, dtype="int8"),
        lambda x: np.isclose(x, 2), lambda x: np.argsort(x, axis=0), lambda x: np.isin(x, [1, 2]),
        lambda x: np.searchsorted(x[0], [1.5]), lambda x: np.digitize(x, [2.5]), lambda x: np.flatnonzero(x > 2),
        lambda x: np.argwhere(x > 2), lambda x: np.sign(x), lambda x: np.floor(x / 2)]  # fmt: skip


@pytest.mark.parametrize("make", LIKE)
def test_arrays_that_no_gradient_reaches(w, make):
    y = make(w)
    assert type(y) is tg.Tensor
    assert not y.requires_grad
    np.testing.assert_array_equal(y.data, make(X))
    assert y.dtype == make(X).dtype


def test_empty_like_has_the_shape(w):
    assert np.empty_like(w).shape == (2, 3)


def test_full_like_keeps_the_gradient_of_its_value(w):
    y = np.full_like(w, w[0, 1], shape=(4,))
    y.sum().backward()
    assert y.tolist() == [2, 2, 2, 2]
    assert w.grad.tolist() == [[0, 4, 0], [0, 0, 0]]


def test_numpy_may_write_from_a_tensor_unless_a_gradient_is_lost():
    a = np.zeros(2)
    np.copyto(a, tg.Tensor([1.0, 2.0]))
    assert a.tolist() == [1, 2]
    with pytest.raises(TypeError, match=r"np.copyto writes into float64\[2\], a plain array.*make that a Tensor"):
        np.copyto(a, tg.Tensor([1.0, 2.0], requires_grad=True))
