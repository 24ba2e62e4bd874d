"""fit, evaluate, predict: learning, data in any form, validation, shuffling, weights, interruptions."""

import signal

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import tensorgrad as tg
from tensorgrad import seeding
from tensorgrad.callbacks import Callback, LambdaCallback
from tensorgrad.layers import Dense, Dropout, Flatten, Input, Layer
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD, Adam


def linear(**kwargs):
    """One weight and no bias: what training does can be computed by hand."""
    model = Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))], name="net")
    model.compile(SGD(0.1), "mse", **kwargs)
    return model


@pytest.fixture
def data(rng):
    x = rng.normal(size=(400, 4))
    return x, x @ np.array([1.0, -2.0, 0.5, 1.5])


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


class Recorder(Layer):
    """Keeps the rows it sees while training."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = []

    def call(self, x, training=False):
        if training:
            self.seen.append(x.numpy()[:, 0].astype(int).tolist())
        return x


class TestShuffling:
    def rows(self, n=10, **args):
        recorder = Recorder(input_shape=(1,))
        model = Sequential([recorder, Dense(1)])
        model.compile(SGD(0.0), "mse", run_eagerly=True)  # what it records happens at every step
        model.fit(np.arange(n)[:, None], np.zeros(n), batch_size=4, verbose=0, **args)
        return recorder.seen

    def test_off(self):
        assert self.rows(shuffle=False, epochs=2) == 2 * [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]

    def test_on(self):
        seen = self.rows(n=8, epochs=2)
        one, two = seen[0] + seen[1], seen[2] + seen[3]
        assert sorted(one) == sorted(two) == list(range(8))
        assert one != two

    def test_within_batches(self):
        seen = self.rows(n=400, shuffle="batch")
        assert [sorted(batch) for batch in seen] == [list(range(i, i + 4)) for i in range(0, 400, 4)]
        assert any(batch != sorted(batch) for batch in seen)

    def test_is_repeatable_by_its_seed(self):
        assert self.rows(seed=3, epochs=2) == self.rows(seed=3, epochs=2)
        assert self.rows(n=100, seed=3) != self.rows(n=100, seed=4)

    def test_every_row_once(self):
        seen = self.rows(n=50)
        assert sorted(row for batch in seen for row in batch) == list(range(50))
        assert [len(batch) for batch in seen] == [4] * 12 + [2]

    def test_rows_stay_with_their_targets_and_weights(self):
        model = linear()
        x = np.arange(1.0, 9)[:, None]
        history = model.fit(x, 2 * x, sample_weight=np.ones(8), epochs=1, batch_size=3, verbose=0, seed=1)
        assert history.history["loss"][0] > 0
        model.set_weights([[[2.0]]])
        assert model.fit(x, 2 * x, sample_weight=np.ones(8), batch_size=3, verbose=0).history["loss"] == [0.0]


class TestInterruption:
    def model(self):
        model = Sequential([Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))])
        model.compile(SGD(0.1), "mse")
        return model

    def weights_after(self, steps):
        model = self.model()
        for _ in range(steps):
            model.train_on_batch(np.ones((2, 1)), np.ones(2))
        return model.get_weights()[0]

    def fit(self, model, **args):
        with pytest.raises(KeyboardInterrupt):
            model.fit(np.ones((6, 1)), np.ones(6), batch_size=2, epochs=5, verbose=0, **args)

    def test_in_a_callback(self):
        def stop(batch, logs):
            if model.optimizer.iterations == 5:
                raise KeyboardInterrupt

        model = self.model()
        self.fit(model, callbacks=[LambdaCallback(on_train_batch_end=stop)])
        assert_array_equal(model.get_weights()[0], self.weights_after(5))
        assert model.history.epoch == [0]
        assert len(model.history.history["loss"]) == 1

    def test_inside_a_layer(self):
        class Stops(Layer):
            calls = 0

            def call(self, x, training=False):
                self.calls += training
                if training and self.calls == 5:
                    raise KeyboardInterrupt
                return x

        model = self.model()
        model.add(Stops())
        model.compile(SGD(0.1), "mse", run_eagerly=True)
        self.fit(model)
        assert_array_equal(model.get_weights()[0], self.weights_after(4))
        assert model.history.epoch == [0]
        assert model.predict([[1.0]], verbose=0).shape == (1, 1)

    def test_a_signal_amid_an_update_waits_until_it_is_done(self):
        class Interrupted(SGD):
            def update(self, w, g, rate, step, spare, **slots):
                if step == 4:
                    signal.raise_signal(signal.SIGINT)
                super().update(w, g, rate, step, spare, **slots)

        model = self.model()
        model.compile(Interrupted(0.1), "mse")
        self.fit(model)
        assert_array_equal(model.get_weights()[0], self.weights_after(4))
        assert model.optimizer.iterations == 4
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_a_signal_between_updates_comes_at_once(self):
        model = self.model()
        call = LambdaCallback(on_epoch_begin=lambda epoch, logs: signal.raise_signal(signal.SIGINT))
        self.fit(model, callbacks=[call])
        assert_array_equal(model.get_weights()[0], [[0.0]])
        assert model.history.epoch == []

    def test_a_handler_of_the_users_own_is_left_alone(self):
        seen = []
        before = signal.signal(signal.SIGINT, lambda *args: seen.append(1))
        try:
            model = self.model()
            call = LambdaCallback(on_epoch_begin=lambda epoch, logs: signal.raise_signal(signal.SIGINT))
            model.fit(np.ones((6, 1)), np.ones(6), verbose=0, callbacks=[call])
        finally:
            signal.signal(signal.SIGINT, before)
        assert seen == [1]

    def test_an_error_leaves_the_weights_of_the_last_step(self):
        class Fails(Callback):
            def on_train_batch_end(self, batch, logs=None):
                raise RuntimeError("disk full")

        model = self.model()
        with pytest.raises(RuntimeError, match="disk full"):
            model.fit(np.ones((6, 1)), np.ones(6), batch_size=2, verbose=0, callbacks=[Fails()])
        assert_array_equal(model.get_weights()[0], self.weights_after(1))
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class TestNotes:
    def test_multi_label_accuracy_is_explained_once(self, data, capsys):
        x, t = data
        y = np.stack([t > 0, t > 1], 1)
        model = Sequential([Dense(2, "sigmoid")])
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        model.fit(x, y, epochs=2, verbose=2)
        out = capsys.readouterr().out
        assert out.startswith(
            "note: 'accuracy' is CategoricalAccuracy here, as in Keras, because the output has 2 columns; "
            "for several labels a row, write metrics=['binary_accuracy']\n"
        )
        assert out.count("note:") == 1
        model.fit(x, y, verbose=0)
        assert capsys.readouterr().out == ""

    def test_sorted_classes_and_a_validation_split(self, rng):
        x, y = rng.normal(size=(40, 2)), np.repeat([0, 1, 2, 3], 10)
        for targets, loss in ((y, "sparse_categorical_crossentropy"), (np.eye(4)[y], "categorical_crossentropy")):
            model = Sequential([Dense(4, "softmax")])
            model.compile("sgd", loss)
            with pytest.warns(UserWarning, match=r"validation_split takes the last 12 rows.*training rows lack \(3\)"):
                model.fit(x, targets, validation_split=0.3, verbose=2)
            model.fit(x, targets, validation_split=0.3, verbose=0)
            order = rng.permutation(40)
            model.fit(x[order], targets[order], validation_split=0.3, verbose=2)

    def test_no_warning_for_numbers_and_several_labels(self, rng, capsys):
        x, y = rng.normal(size=(10, 2)), np.linspace(0, 1, 10)
        for targets in (y, np.stack([y > 0.5, y > 0.8], 1)):
            model = Sequential([Dense(1 if targets.ndim == 1 else 2, "sigmoid")])
            model.compile("sgd", "binary_crossentropy")
            model.fit(x, targets, validation_split=0.3, verbose=2)


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

    def test_predict_by_batches_and_steps(self, data):
        x, _ = data
        model = Sequential([Input((4,)), Flatten(), Dense(2)])
        whole = model.predict_on_batch(x)
        assert_allclose(model.predict(x, batch_size=7, verbose=0), whole, rtol=1e-5, atol=1e-6)
        some = model.predict(x, batch_size=10, steps=2, verbose=0)
        assert_array_equal(some, model.predict(x[:20], batch_size=10, verbose=0))

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
