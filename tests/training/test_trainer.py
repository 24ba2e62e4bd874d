"""fit: learning, data in any form, validation, weights."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tensorgrad as tg
from tensorgrad import seeding
from tensorgrad.layers import Dense, Dropout
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD, Adam
from tests.training.one_weight import linear, linear_data


@pytest.fixture
def data(rng):
    return linear_data(rng)


class TestLearning:
    def test_the_users_own_example(self, rng, capsys):
        seeding.set_random_seed(0)
        X_train = rng.normal(size=(1000, 10))
        y_train = (X_train @ rng.normal(size=10) > 0).astype(int)
        model = Sequential(name = 'Modelo')  # fmt: skip
        model.add(Dense(name = 'hidden_1', units = 32, input_shape = (10,), activation = 'relu'))  # fmt: skip
        model.add(Dense(name = 'hidden_2', units = 64, activation = 'relu'))  # fmt: skip
        model.add(Dense(name = 'output', units = 1, activation = 'sigmoid'))  # fmt: skip
        model.compile(loss = 'binary_crossentropy', optimizer = 'sgd', metrics = ['accuracy'])  # fmt: skip
        history = model.fit(X_train, y_train, epochs = 20, validation_split = 0.1, shuffle = True)  # fmt: skip
        assert list(history.history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
        assert history.history["val_accuracy"][-1] > 0.85
        assert history.history["loss"][-1] < history.history["loss"][0]
        assert [w.shape for w in model.weights] == [(10, 32), (32,), (32, 64), (64,), (64, 1), (1,)]
        assert capsys.readouterr().out.count("\n") == 20

    @pytest.mark.parametrize(
        ("outputs", "activation", "loss", "metric", "targets"),
        [
            (1, "sigmoid", "binary_crossentropy", "accuracy", lambda t: t > 0),
            (3, "softmax", "categorical_crossentropy", "accuracy", lambda t: np.eye(3)[np.digitize(t, [-1, 1])]),
            (3, "softmax", "sparse_categorical_crossentropy", "accuracy", lambda t: np.digitize(t, [-1, 1])),
            (2, "sigmoid", "binary_crossentropy", "binary_accuracy", lambda t: np.stack([t > 0, t > 1], 1)),
            (1, None, "mse", "mae", lambda t: t),
            (1, None, "mae", "mse", lambda t: t[:, None]),
            (1, "sigmoid", "mse", "mae", lambda t: 1 / (1 + np.exp(-t))),
            (1, "sigmoid", "binary_crossentropy", "mae", lambda t: 1 / (1 + np.exp(-t))),
        ],
    )
    def test_every_row_of_the_table_of_tasks(self, data, outputs, activation, loss, metric, targets):
        seeding.set_random_seed(0)
        x, t = data
        y = targets(t)
        model = Sequential([Dense(16, "relu"), Dense(outputs, activation)])
        model.compile(Adam(0.02), loss, metrics=[metric])
        history = model.fit(x, y, epochs=15, verbose=0, validation_split=0.2, seed=0).history
        first, last = history[f"val_{metric}"][0], history[f"val_{metric}"][-1]
        assert last > 0.9 if "accuracy" in metric else last < 0.35 * first

    def test_a_step_is_what_the_optimizers_own_way_gives(self, data):
        x, t = data
        model = Sequential([Dense(3, "tanh"), Dense(1)])
        model.compile(SGD(0.1), "mse")
        model.build((None, 4))
        twin = Sequential.from_config(model.get_config())
        twin.set_weights(model.get_weights())
        model.fit(x, t, epochs=1, batch_size=400, verbose=0)
        loss = tg.losses.MeanSquaredError()(t[:, None].astype("float32"), twin(x.astype("float32")))
        SGD(0.1).minimize(loss, twin.trainable_weights)
        for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
            assert_allclose(a, b, rtol=1e-5, atol=1e-7)

    def test_frozen_weights_stay(self, data):
        x, t = data
        model = Sequential([Dense(3), Dropout(0.1), Dense(1)])
        model.build((None, 4))
        model.layers[0].trainable = False
        model.compile(Adam(), "mse")
        before = model.get_weights()
        model.fit(x, t, verbose=0)
        assert [np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)] == [1, 1, 0, 0]

    def test_leaves_no_gradients_behind(self, data):
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        model.fit(*data, verbose=0)
        assert all(w.grad is None for w in model.weights)

    def test_does_not_train_where_nothing_is_recorded(self, data):
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        model.train_on_batch(*data)  # there is a program for it now
        before = model.get_weights()
        for train in (model.train_on_batch, model.fit):
            with tg.no_grad(), pytest.raises(tg.errors.GradientError, match=r"outside no_grad\(\)"):
                train(*data)
        assert all(map(np.array_equal, before, model.get_weights()))
        model.train_on_batch(*data)
        assert not np.array_equal(before[0], model.get_weights()[0])

    def test_a_second_compile_replaces_everything(self, data):
        model = Sequential([Dense(1)])
        model.compile("adam", "mse", metrics=["mae"])
        assert list(model.fit(*data, verbose=0).history) == ["loss", "mae"]
        model.compile("sgd", "mae")
        assert list(model.fit(*data, verbose=0).history) == ["loss"]
        assert type(model.optimizer) is SGD

    def test_training_goes_on_with_the_next_fit(self, data):
        model = Sequential([Dense(1)])
        model.compile("adam", "mse")
        model.fit(*data, epochs=2, verbose=0)
        assert model.optimizer.iterations == 26


class TestData:
    @pytest.mark.parametrize("kind", ["list", "tensor", "float32", "frame-like", "int"])
    def test_in_any_form(self, kind):
        class Frame:
            def __init__(self, array):
                self.array = array

            def __array__(self, dtype=None, copy=None):
                return np.array(self.array, dtype)

            def __len__(self):
                return len(self.array)

        x, y = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.0, 6.0])
        form = {
            "list": lambda a: a.tolist(),
            "tensor": tg.Tensor,
            "float32": lambda a: a.astype("float32"),
            "frame-like": Frame,
            "int": lambda a: a.astype(int),
        }[kind]
        model = linear()
        model.fit(form(x), form(y), batch_size=3, verbose=0)
        assert_allclose(model.get_weights()[0], [[0.1 * 2 * np.mean(x[:, 0] * y)]], rtol=1e-6)

    def test_the_last_partial_batch_counts_by_its_rows(self):
        model = linear(metrics=["mae"])
        model.optimizer.learning_rate = 0.0
        history = model.fit([[1], [1], [1]], [[0.0], [0.0], [9.0]], batch_size=2, verbose=0, shuffle=False).history
        assert_allclose([history["loss"][0], history["mae"][0]], [27.0, 3.0])
        assert history["mae"] != [4.5]

    def test_the_users_arrays_are_left_alone(self, data):
        x, t = data
        copies = x.copy(), t.copy()
        model = Sequential([Dense(1)])
        model.compile("sgd", "mse")
        model.fit(x, t, epochs=2, verbose=0)
        assert_array_equal(x, copies[0])
        assert_array_equal(t, copies[1])

    def test_validation_takes_the_last_rows_before_shuffling(self):
        model = linear()
        model.optimizer.learning_rate = 0.0
        y = np.array([1.0, 1, 1, 1, 1, 1, 1, 3, 3, 3])
        history = model.fit(np.ones((10, 1)), y, validation_split=0.3, verbose=0, epochs=2).history
        assert_allclose(history["loss"], [1, 1])
        assert_allclose(history["val_loss"], [9, 9])

    def test_validation_data_goes_before_validation_split(self):
        model = linear()
        model.optimizer.learning_rate = 0.0
        history = model.fit(
            np.ones((10, 1)), np.ones(10), validation_split=0.5, validation_data=([[1.0]], [4.0]), verbose=0
        ).history
        assert_allclose((history["loss"], history["val_loss"]), [[1], [16]])

    def test_validation_targets_may_have_another_shape(self, data):
        x, t = data
        y = np.digitize(t, [-1, 1])
        model = Sequential([Dense(3, "softmax")])
        model.compile(SGD(0.0), "ce", metrics=["accuracy"])
        history = model.fit(x, y[:, None], validation_data=(x, y), verbose=0).history
        assert_allclose(history["loss"], history["val_loss"], rtol=1e-6)
        assert history["accuracy"] == history["val_accuracy"]

    def test_class_weights_hold_for_training_only(self):
        model = Sequential([Dense(1, "sigmoid", use_bias=False, kernel_initializer="zeros", input_shape=(1,))])
        model.compile(SGD(0.0), "binary_crossentropy")
        x, y = np.ones((4, 1)), np.array([0, 0, 0, 1])
        history = model.fit(x, y, class_weight={1: 5}, validation_data=(x, y), verbose=0).history
        assert_allclose(history["loss"], [np.log(2) * 8 / 4], rtol=1e-6)
        assert_allclose(history["val_loss"], [np.log(2)], rtol=1e-6)

    def test_sample_weights_divide_by_the_rows(self):
        model = linear()
        assert_allclose(model.evaluate([[1], [1]], [1.0, 3.0], sample_weight=[1, 0], verbose=0), 0.5)
