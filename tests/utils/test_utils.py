"""Small things around a training."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import tensorgrad as tg
from tensorgrad.errors import DataError
from tensorgrad.layers import Dense
from tensorgrad.utils import set_random_seed, to_categorical


@pytest.mark.parametrize("x", [[0, 2, 1], [[0], [2], [1]], np.array([0.0, 2.0, 1.0]), tg.Tensor([0, 2, 1])])
def test_to_categorical(x):
    assert_array_equal(to_categorical(x), np.eye(3)[[0, 2, 1]])
    assert to_categorical(x, 5).shape == (3, 5)
    assert to_categorical(x).dtype == "float32"


def test_of_more_axes():
    assert_array_equal(to_categorical([[0, 1], [1, 0]]), np.eye(2)[[[0, 1], [1, 0]]])


@pytest.mark.parametrize(
    ("x", "classes", "message"),
    [
        ([0, 3], 3, "to_categorical: class ids are whole numbers from 0 to 2, got 3 at index 1"),
        ([0, -1], None, "to_categorical: class ids are whole numbers from 0 to 0, got -1 at index 1"),
        ([0.5], None, "to_categorical: class ids are whole numbers from 0 to 0, got 0.5 at index 0"),
        (
            ["a"],
            None,
            "to_categorical: class ids are whole numbers, got <U1[1]; number them first: "
            "np.unique(y, return_inverse=True)[1]",
        ),
    ],
)
def test_what_is_no_class(x, classes, message):
    with pytest.raises(DataError) as caught:
        to_categorical(x, classes)
    assert str(caught.value) == message


def test_set_random_seed_makes_weights_repeatable():
    made = []
    for _ in range(2):
        set_random_seed(3)
        layer = Dense(2)
        layer.build((None, 2))
        made.append(layer.get_weights()[0])
    assert_array_equal(*made)
