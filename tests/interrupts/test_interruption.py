"""Errors and Ctrl-C in a training by programs, wherever they come."""

import signal

import numpy as np
import pytest
from compiled_models import data, model_of, trained

from tensorgrad.callbacks import LambdaCallback
from tensorgrad.losses import MeanSquaredError
from tensorgrad.optimizers import SGD, Adam


class TestInterruption:
    """Whatever stops a training, weights and optimizer are those of a finished step."""

    def stopped(self, error, before, steps, **args):
        """Assert that after ``error`` the model is as after ``steps`` steps, and trains on as an uninterrupted one."""
        x, y = data()
        model, twin = model_of(optimizer="adam"), model_of(optimizer="adam")
        before(model)
        with pytest.raises(error):
            model.fit(x, y, batch_size=4, shuffle=False, verbose=0, epochs=3, **args)
        for i in range(steps):
            rows = slice(4 * (i % 5), 4 * (i % 5) + 4)
            twin.train_on_batch(x[rows], y[rows])
        assert model.optimizer.iterations == steps
        for _ in range(2):
            for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
                assert a.tobytes() == b.tobytes()
            trained(model)
            trained(twin)
        assert not model.compiled.runs_eagerly

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    @pytest.mark.parametrize("hook", ["on_train_batch_begin", "on_train_batch_end", "on_epoch_end", "on_test_begin"])
    def test_in_a_callback(self, error, hook):
        def fail(*args):
            if self.model.optimizer.iterations >= 5:
                raise error

        call = LambdaCallback(**{hook: fail})
        x, y = data()
        self.stopped(error, lambda model: setattr(self, "model", model), 5, callbacks=[call], validation_data=(x, y))

    @pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
    def test_in_a_metric(self, error):
        def fails(y_true, y_pred):
            if self.model.optimizer.iterations == 6 and not self.failed:
                self.failed = True
                raise error
            return np.zeros(len(y_true))

        def before(model):
            self.model, self.failed = model, False
            model.compile(Adam(0.01), MeanSquaredError(), metrics=[fails], jit_compile="exact")

        self.stopped(error, before, 6)

    @pytest.mark.parametrize("eagerly", [False, True])
    @pytest.mark.parametrize("place", ["update", "_clip", "learning_rate"])
    def test_by_a_signal_amid_the_optimizers_work(self, place, eagerly):
        model, twin = model_of(eagerly=eagerly), model_of()
        signals = []

        def signalled(*args):
            if model.optimizer.iterations == 5 and not signals:
                signals.append(1)
                signal.raise_signal(signal.SIGINT)
            return 0.1 if place == "learning_rate" else getattr(SGD, place)(model.optimizer, *args)

        setattr(model.optimizer, place, signalled)
        x, y = data()
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, y, batch_size=4, shuffle=False, verbose=0, epochs=3)
        for i in (0, 1, 2, 3, 4, 0):
            twin.train_on_batch(x[4 * i : 4 * i + 4], y[4 * i : 4 * i + 4])
        assert model.optimizer.iterations == 6
        for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
            assert a.tobytes() == b.tobytes()
