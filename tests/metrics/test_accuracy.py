"""How often predictions are right."""

import re

import numpy as np
import pytest

from tensorgrad import metrics
from tensorgrad.errors import ShapeError


def test_binary_accuracy_takes_the_threshold_itself_for_0():
    assert metrics.BinaryAccuracy()([0.0, 0.0, 1.0], [0.5, 0.4, 0.6]) == 1.0


def test_top_k_of_sorted_ids_and_of_few_classes():
    metric = metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    assert metric([3, 1], [[3, 2, 1], [3, 2, 1]]) == 0.5
    assert metrics.SparseTopKCategoricalAccuracy(k=5)([0, 1], np.eye(2)) == 1.0


ERRORS = [
    (lambda: metrics.BinaryAccuracy()(np.zeros((4, 3)), np.zeros((4, 1))), ShapeError,
     "binary_accuracy: y_true float64[4, 3] and y_pred float64[4, 1] must have the same shape, for metrics "
     "never broadcast; give the last layer 3 units, or the targets 1 column"),
    (lambda: metrics.SparseCategoricalAccuracy()(np.zeros((4, 3)), np.zeros((4, 3))), ShapeError,
     "sparse_categorical_accuracy: y_true float64[4, 3] must hold one class id for each row of float64[4, 3]; "
     "for one-hot targets use categorical_accuracy"),
    (lambda: metrics.CategoricalAccuracy()(np.zeros(4), np.zeros((4, 3))), ShapeError,
     "categorical_accuracy: y_true float64[4] holds labels that are ids, but must be one-hot like y_pred "
     "float64[4, 3]: use sparse_categorical_accuracy, or to_categorical(y)"),
    (lambda: metrics.BinaryAccuracy()(np.zeros(4), np.zeros((4, 3))), ShapeError,
     "binary_accuracy: y_true float64[4] and y_pred float64[4, 3] must have the same shape, for metrics never "
     "broadcast; if y_true holds class ids, use 'accuracy' or 'sparse_categorical_accuracy'"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()
