"""Callback: older names of the hooks, LambdaCallback, stopping."""

import numpy as np
import pytest

from tensorgrad.callbacks import Callback, LambdaCallback
from tensorgrad.errors import OptionError
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential

X, Y = np.ones((6, 2)), np.arange(6.0)


def compiled(**kwargs):
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse", **kwargs)
    return model


def test_older_names_of_the_batch_hooks():
    seen = []

    class Old(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append((batch, sorted(logs)))

    compiled().fit(X, Y, batch_size=3, verbose=0, callbacks=[Old()])
    assert seen == [(0, ["loss"]), (1, ["loss"])]


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_epoch_end"])
def test_stop_training(hook):
    def stop(number, logs):
        model.stop_training = True

    model = compiled()
    history = model.fit(X, Y, batch_size=2, epochs=5, verbose=0, callbacks=[LambdaCallback(**{hook: stop})])
    assert history.epoch == [0]
    assert model.optimizer.iterations == (1 if hook == "on_train_batch_end" else 3)
    assert len(model.fit(X, Y, epochs=2, verbose=0).epoch) == 2


def test_unknown_hooks():
    with pytest.raises(OptionError, match="LambdaCallback has no hook 'on_epoch_done'; the hooks are on_train_begin"):
        LambdaCallback(on_epoch_done=print)


def test_keras_older_names_of_the_hooks_are_called_too():
    class Old(Callback):
        def __init__(self):
            self.seen = []

        def on_batch_begin(self, batch, logs=None):
            self.seen.append(batch)

    old = Old()
    compiled().fit(X, Y, batch_size=3, epochs=1, verbose=0, callbacks=[old])
    assert old.seen == [0, 1]
