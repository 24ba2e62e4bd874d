"""What is said about targets that do not fit, before training and in the loss."""

import re

import numpy as np
import pytest

from tensorgrad import losses
from tensorgrad.errors import DataError, ShapeError
from tensorgrad.losses.loss_lookup import as_loss
from tensorgrad.losses.targets import check_targets

Y = np.array([[1.0, 0.0], [0.0, 1.0]])


P = np.array([[0.8, 0.2], [0.4, 0.6]])


ERRORS = [
    (lambda: losses.MeanSquaredError()(np.zeros(5), np.zeros((5, 3))), ShapeError,
     "mean_squared_error: y_true float64[5] and y_pred float64[5, 3] must have the same shape, for losses never "
     "broadcast; give the last layer 1 unit, or the targets 3 columns"),
    (lambda: losses.BinaryCrossentropy()(np.zeros((5, 2)), np.zeros((5, 1))), ShapeError,
     "binary_crossentropy: y_true float64[5, 2] and y_pred float64[5, 1] must have the same shape, for losses never "
     "broadcast; give the last layer 2 units, or the targets 1 column"),
    (lambda: losses.CategoricalCrossentropy()(np.array([0.0, 1.0]), np.ones((2, 3))), ShapeError,
     "categorical_crossentropy: y_true float64[2] holds labels that are ids, but must be one-hot like y_pred "
     "float64[2, 3]: use sparse_categorical_crossentropy, or to_categorical(y)"),
    (lambda: losses.SparseCategoricalCrossentropy()(np.eye(3), np.ones((3, 3))), ShapeError,
     "sparse_categorical_crossentropy: y_true float64[3, 3] for y_pred float64[3, 3] is one-hot, but must hold class "
     "ids: use categorical_crossentropy, or y.argmax(axis=-1)"),
    (lambda: losses.SparseCategoricalCrossentropy()([0, 1], np.ones((3, 3))), ShapeError,
     "sparse_categorical_crossentropy: y_true int64[2] for y_pred float64[3, 3]: there must be one class id for each "
     "row of class scores"),
    (lambda: losses.SparseCategoricalCrossentropy()([0, 5, 1], np.ones((3, 3))), DataError,
     "sparse_categorical_crossentropy: label 5 at row 1 is no class: the predictions have 3 classes, so labels go from "
     "0 to 2; give the last layer 6 units, or number the classes anew with np.unique(y, return_inverse=True)[1]"),
    (lambda: losses.SparseCategoricalCrossentropy(from_logits=True)([0, 1, -1], np.ones((3, 3))), DataError,
     "sparse_categorical_crossentropy: label -1 at row 2 is no class: the predictions have 3 classes, so labels go "
     "from 0 to 2; number the classes anew with np.unique(y, return_inverse=True)[1]"),
]  # fmt: skip


CHECKED = [
    ("mse", np.zeros(5), (None, 3), ShapeError,
     "mean_squared_error: y_true float64[5] and y_pred of shape (n, 3) must have the same shape, for losses never "
     "broadcast; give the last layer 1 unit, or the targets 3 columns"),
    ("categorical_crossentropy", np.array([[0], [2]]), (None, 3), ShapeError,
     "categorical_crossentropy: y_true int64[2, 1] holds labels that are ids, but must be one-hot like y_pred of shape "
     "(n, 3): use sparse_categorical_crossentropy, or to_categorical(y)"),
    ("categorical_crossentropy", np.zeros((2, 1)), (None, 1), ShapeError,
     "categorical_crossentropy: predictions of shape (n, 1) have one class, for which the loss is always 0; give the "
     "last layer a unit for each class, or use binary_crossentropy for a yes or no"),
    ("mse", np.zeros(5), (None, 8, 3), ShapeError,
     "mean_squared_error: y_true float64[5] and y_pred of shape (n, 8, 3) must have the same shape, for losses never "
     "broadcast; put Flatten() before the first Dense if each sample is to have one row of outputs"),
    ("sparse_categorical_crossentropy", np.zeros(5), (None, 8, 3), ShapeError,
     "sparse_categorical_crossentropy: y_true float64[5] for predictions of shape (n, 8, 3): there must be one class "
     "id for each row of class scores; put Flatten() before the first Dense if each sample is to have one row of "
     "outputs"),
    ("sparse_categorical_crossentropy", np.array([0, 1]), (None, 1), DataError,
     "sparse_categorical_crossentropy: label 1 at row 1 is no class: the predictions have 1 class, so labels go from 0 "
     "to 0; give the last layer 2 units, or use binary_crossentropy for a yes or no, or number the classes anew with "
     "np.unique(y, return_inverse=True)[1]"),
    ("categorical_crossentropy", np.array([[0, 2, 0]]), (None, 3), DataError,
     "categorical_crossentropy: target 2 at row 0 is outside [0, 1]: targets are labels 0 and 1 or probabilities; "
     "encode the labels so, or use a loss for numbers, such as mean_squared_error"),
    ("binary_crossentropy", np.array([0, 1, -1]), (None, 1), DataError,
     "binary_crossentropy: target -1 at row 2 is outside [0, 1]: targets are labels 0 and 1 or probabilities; encode "
     "the labels so, or use a loss for numbers, such as mean_squared_error"),
    ("sparse_categorical_crossentropy", np.eye(3), (None, 3), ShapeError,
     "sparse_categorical_crossentropy: y_true float64[3, 3] for predictions of shape (n, 3) is one-hot, but must hold "
     "class ids: use categorical_crossentropy, or y.argmax(axis=-1)"),
    ("sparse_categorical_crossentropy", np.array([0.0, 1.5]), (None, 3), DataError,
     "sparse_categorical_crossentropy: label 1.5 at row 1 is not an integer: labels are class ids from 0 to 2; for "
     "numbers use a regression loss, such as mean_squared_error"),
    ("sparse_categorical_crossentropy", np.array([[0], [3]]), (None, 3), DataError,
     "sparse_categorical_crossentropy: label 3 at row 1 is no class: the predictions have 3 classes, so labels go from "
     "0 to 2; give the last layer 4 units, or number the classes anew with np.unique(y, return_inverse=True)[1]"),
    ("sparse_categorical_crossentropy", np.array([0, -1]), (None, 3), DataError,
     "sparse_categorical_crossentropy: label -1 at row 1 is no class: the predictions have 3 classes, so labels go "
     "from 0 to 2; number the classes anew with np.unique(y, return_inverse=True)[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()


@pytest.mark.parametrize(("name", "y", "shape", "kind", "text"), CHECKED)
def test_targets_are_checked_before_training(name, y, shape, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        check_targets(as_loss(name), y, shape)


def test_good_targets_pass_the_check():
    for name, y, shape in (
        ("mse", np.zeros(5), (None, 1)),
        ("mae", np.zeros((5, 2, 3)), (None, 2, 3)),
        ("binary_crossentropy", np.array([0, 1, 0.5]), (None, 1)),
        ("categorical_crossentropy", np.eye(3), (None, 3)),
        ("sparse_categorical_crossentropy", np.array([0.0, 2.0]), (None, 3)),
        ("sparse_categorical_crossentropy", np.array([[0, 2], [1, 1]]), (None, 2, 3)),
        ("sparse_categorical_crossentropy", np.array([[[0], [2]], [[1], [1]]]), (None, 2, 3)),
    ):
        check_targets(as_loss(name), y, shape)
    check_targets(losses.SparseCategoricalCrossentropy(ignore_class=-1), np.array([-1, 2]), (None, 3))
    check_targets(as_loss(lambda y_true, y_pred: y_pred), np.array([-1, 2]), (None, 3))


def test_a_last_axis_of_one_that_only_one_has():
    y, p = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    expected = losses.MeanSquaredError()(y, p)
    assert losses.MeanSquaredError()(y[..., None], p) == expected
    assert losses.MeanSquaredError()(y, p[..., None]) == expected
    weight = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]])
    cube = [np.stack([a, a], -1) for a in (y, p)]
    assert losses.MeanSquaredError()(*cube, weight[..., None]) == losses.MeanSquaredError()(*cube, weight)
