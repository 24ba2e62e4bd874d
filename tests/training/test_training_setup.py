"""TrainingSetup: what compile sets, checked by name at once and by shape with the data."""

import numpy as np
import pytest

from tensorgrad.errors import DataError, OptionError, UnknownNameError
from tensorgrad.layers import Dense
from tensorgrad.losses import SparseCategoricalCrossentropy
from tensorgrad.metrics import BinaryAccuracy, SparseCategoricalAccuracy
from tensorgrad.models import Sequential
from tensorgrad.optimizers import Adam
from tensorgrad.training.data import Data
from tensorgrad.training.training_setup import TrainingSetup


def test_names_become_objects_by_the_shape_of_the_data():
    setup = TrainingSetup("adam", "crossentropy", ["accuracy"], None)
    assert type(setup.optimizer) is Adam
    measures = setup.measures(np.array([0, 2]), (None, 3))
    assert type(measures.loss) is SparseCategoricalCrossentropy
    assert type(measures.metrics[0]) is SparseCategoricalAccuracy
    assert type(setup.measures(np.array([[0], [1]]), (None, 1)).metrics[0]) is BinaryAccuracy
    assert setup.measures(np.array([1, 1]), (None, 3)) is measures


@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [(("adm", "mse", None, None), UnknownNameError, "unknown optimizer 'adm'"),
     (("sgd", "msee", None, None), UnknownNameError, "unknown loss 'msee'"),
     (("sgd", "mse", ["maee"], None), UnknownNameError, "unknown metric 'maee'"),
     (("sgd", "mse", "mae", None), OptionError, r"compile: metrics must be a list, got str .mae.; write metrics="),
     (("sgd", "mse", None, "mae"), OptionError, "compile: weighted_metrics must be a list")],
)  # fmt: skip
def test_all_names_are_checked_at_once(options, kind, words):
    with pytest.raises(kind, match=words):
        TrainingSetup(*options)


def test_targets_become_floats_unless_they_are_ids():
    setup = TrainingSetup("sgd", "mse", None, None)
    data = Data(np.ones((2, 3)), np.array([[1], [2]]))
    setup.prepare_targets(data, (None, 1), "fit")
    assert data.y.dtype == np.float32
    with pytest.raises(DataError, match=r"^fit: y is missing, and the loss compares it with the output$"):
        setup.prepare_targets(Data(np.ones((2, 3))), (None, 1), "fit")


def test_a_step_is_kept_until_the_optimizer_is_another():
    model = Sequential([Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    setup = model.compiled
    measures = setup.measures(np.ones((2, 1)), model.output_shape)
    step = setup.training_step(model, measures)
    assert setup.training_step(model, measures) is step
    setup.optimizer = Adam()
    other = setup.training_step(model, measures)
    assert other is not step
    assert other.optimizer is setup.optimizer


def test_without_programs_each_step_is_new():
    model = Sequential([Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse", run_eagerly=True)
    measures = model.compiled.measures(np.ones((2, 1)), model.output_shape)
    assert model.compiled.runs_eagerly
    assert model.compiled.training_step(model, measures) is not model.compiled.training_step(model, measures)
