"""evaluate, compute_loss and the calls of one batch."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tensorgrad.layers import Dense, Dropout
from tensorgrad.models import Sequential
from tests.training.one_weight import linear, linear_data


@pytest.fixture
def data(rng):
    return linear_data(rng)


class TestBatchCalls:
    def test_return_floats(self, data):
        x, t = data
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        for value in (model.train_on_batch(x, t), model.test_on_batch(x, t), model.evaluate(x, t, verbose=0)):
            assert type(value) is float
        model.compile("sgd", "mse", metrics=["mae"])
        values = model.test_on_batch(x, t)
        assert [type(v) for v in values] == [float, float]
        assert model.test_on_batch(x, t, return_dict=True) == {"loss": values[0], "mae": values[1]}
        assert model.metrics_names == ["loss", "mae"]

    def test_evaluate_does_not_depend_on_the_batch_size(self, data):
        x, t = data
        model = Sequential([Dense(1), Dropout(0.5)])
        model.compile("sgd", "mse", metrics=["mae"])
        expected = model.evaluate(x, t, batch_size=400, verbose=0)
        for size in (1, 7, 32):
            assert_allclose(model.evaluate(x, t, batch_size=size, verbose=0), expected, rtol=1e-6)

    def test_compute_loss_is_the_one_that_is_trained(self, data):
        x, t = data
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        loss = model.compute_loss(x, t)
        assert loss.requires_grad
        assert_allclose(loss.item(), model.evaluate(x, t, verbose=0), rtol=1e-6)
        assert model.compute_loss(y=t, y_pred=model(x)).item() == loss.item()

    def test_evaluate_without_a_loss(self, data):
        model = Sequential([Dense(1)])
        model.compile(metrics=["mae"])
        assert type(model.evaluate(*data, verbose=0)) is float
        model.reset_metrics()

    def test_running_out_of_data_ends_the_epoch_with_a_warning(self, data):
        model = linear()
        with pytest.warns(UserWarning, match="an epoch ended after 1 of its 3 steps: the data are 4 batches of 8"):
            history = model.fit(np.ones((30, 1)), np.ones(30), batch_size=8, steps_per_epoch=3, epochs=2, verbose=0)
        assert model.optimizer.iterations == 4
        assert history.params["steps"] == 3
