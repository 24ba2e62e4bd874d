"""The user's data become arrays: of the right dtype, without a copy where none is needed, or an error says why."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import DataError
from tensorgrad.training.data import is_ready, make_data, make_validation_data, split_data

X = np.arange(12, dtype="float32").reshape(6, 2)


def test_arrays_that_fit_are_taken_as_they_are():
    y = np.arange(6)
    data = make_data(X, y, None, "fit")
    assert data.x is X
    assert data.y is y
    assert data.w is None
    assert len(data) == 6


@pytest.mark.parametrize("x", [X.tolist(), tg.Tensor(X), X.astype("float64"), X.astype("int8"), X[::-1][::-1]])
def test_other_forms_give_the_same_floats(x):
    found = make_data(x, None, None, "fit").x
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, X)


def test_whole_numbers_stay_whole_where_a_layer_wants_them():
    assert make_data(X.astype("int8"), None, None, "fit", integers=True).x.dtype == np.int8


@pytest.mark.parametrize(
    ("array", "ready"),
    [(X, True), (X.astype("float64"), False), (X[:, ::2], False), (X[:0], False), (np.float32(1), False),
     (X.tolist(), False), (np.where(X == 3, np.nan, X), False), (np.where(X == 3, np.inf, X), False)],
)  # fmt: skip
def test_what_needs_no_conversion_is_known_quickly(array, ready):
    assert is_ready(array) is ready


def test_weights_are_a_vector_of_floats_and_not_negative():
    data = make_data(X, np.arange(6), [[1], [2], [0], [1], [1], [1]], "fit")
    assert (data.w.shape, data.w.dtype) == ((6,), np.float32)
    with pytest.raises(DataError, match=r"^fit: sample_weight must not be negative, got -1.0 at row 2$"):
        make_data(X, np.arange(6), [1, 1, -1, 1, 1, 1], "fit")


def test_the_last_rows_are_split_off():
    training, validation = split_data(make_data(X, np.arange(6), np.ones(6), "fit"), 0.4, "fit")
    assert (training.y.tolist(), validation.y.tolist()) == ([0, 1, 2], [3, 4, 5])
    assert (len(training.w), len(validation.w)) == (3, 3)
    with pytest.raises(DataError, match="leaves none for training"):
        split_data(training, 0.99, "fit")
    with pytest.raises(DataError, match="leaves none for validation"):
        split_data(training, 0.0, "fit")


def test_validation_data_are_two_or_three_arrays():
    assert make_validation_data((X, np.arange(6)), "fit").w is None
    assert make_validation_data([X, np.arange(6), np.ones(6)], "fit").w.shape == (6,)
    with pytest.raises(DataError, match=r"must be \(x, y\) or \(x, y, sample_weight\), got tuple of 1"):
        make_validation_data((X,), "fit")


def test_what_is_not_finite_is_named_by_its_place_in_any_number_of_axes():
    x = np.zeros((2, 3, 4))
    x[1, 2, 3] = np.nan
    with pytest.raises(DataError, match=r"^fit: x holds nan at \[1, 2, 3\]; remove such rows"):
        make_data(x, None, None, "fit")


def test_large_numbers_whose_sum_overflows_are_finite():
    x = np.full((2, 1), 3e38)
    assert np.isfinite(make_data(x, None, None, "fit").x).all()
