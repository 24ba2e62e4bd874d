"""The training loop: what an interruption or an error leaves."""

import signal

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from tensorgrad.callbacks import Callback, LambdaCallback
from tensorgrad.layers import Dense, Layer
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD


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
