"""The user's data in the shape that a model takes."""

import numpy as np
import pytest

from tensorgrad.errors import OptionError, ShapeError
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential
from tensorgrad.training.model_data import fit_data, model_data, shape_remedy, training_data, weigh_classes

X, Y = np.ones((6, 4)), np.array([0, 1, 0, 1, 2, 2])


def classifier(**options):
    model = Sequential([Dense(3, "softmax", **options)])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def test_data_build_a_model_that_is_not_built():
    model = classifier()
    data = model_data(model, X, None, None, "predict")
    assert model.input_shape == (None, 4)
    assert data.x.shape == (6, 4)


def test_a_last_axis_of_one_is_added_or_removed():
    assert model_data(classifier(input_shape=(1,)), np.ones(5), None, None, "predict").x.shape == (5, 1)
    assert model_data(classifier(input_shape=(4,)), np.ones((5, 4, 1)), None, None, "predict").x.shape == (5, 4)


def test_samples_of_another_shape_are_refused():
    with pytest.raises(ShapeError, match=r"^predict: x has shape \(6, 4\), but Sequential.* takes 3 columns; pass"):
        model_data(classifier(input_shape=(3,)), X, None, None, "predict")


@pytest.mark.parametrize(
    ("wanted", "got", "words"),
    [((None, 4), (4,), "for one sample, write x\\[None\\]"), ((None, 4), (5,), "are x and y swapped"),
     ((None, 6), (2, 2, 3), "x.reshape\\(-1, 6\\)"), ((None, 3), (3, 9), "is it transposed"),
     ((None, 5, 4, 3), (9, 4, 3), "leaves out the batch axis")],
)  # fmt: skip
def test_the_remedy_fits_the_mistake(wanted, got, words):
    import re

    assert re.search(words, shape_remedy(wanted, got))


def test_targets_are_checked_and_stay_ids():
    data = training_data(classifier(), X, Y, None, "fit")
    assert data.y.dtype.kind == "i"
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse")
    assert training_data(model, X, Y, None, "fit").y.dtype == np.float32


def test_validation_data_go_before_the_split():
    model = classifier()
    training, held_out = fit_data(model, X, Y, None, 0.5, (X[:2], Y[:2]))
    assert (len(training), len(held_out)) == (6, 2)
    training, held_out = fit_data(model, X, Y, None, 0.5, None)
    assert (len(training), len(held_out)) == (3, 3)
    assert fit_data(model, X, Y, None, 0.0, None)[1] is None


def test_each_row_has_the_weight_of_its_class():
    model = classifier()
    data = training_data(model, X, Y, None, "fit")
    weigh_classes(model, data, {0: 2.0, 2: 0.5}, "fit")
    assert data.w.tolist() == [2.0, 1.0, 2.0, 1.0, 0.5, 0.5]
    with pytest.raises(OptionError, match="class_weight and sample_weight cannot both be given"):
        weigh_classes(model, data, {0: 2.0}, "fit")
