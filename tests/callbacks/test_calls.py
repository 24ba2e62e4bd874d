"""CallbackList: what is called when, and with what."""

import numpy as np

from tensorgrad.callbacks import Callback, CallbackList, LambdaCallback
from tensorgrad.callbacks.base import HOOKS
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential

X, Y = np.ones((6, 2)), np.arange(6.0)


def compiled(**kwargs):
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse", **kwargs)
    return model


class Log(Callback):
    """Writes down every hook with its number and the names of its values."""

    def __init__(self):
        self.calls = []
        for hook in HOOKS:
            setattr(self, hook, lambda *args, hook=hook: self.calls.append((hook[3:], *map(brief, args))))


def brief(arg):
    return sorted(arg) if isinstance(arg, dict) else arg


def test_order_and_values():
    log = Log()
    compiled().fit(X, Y, batch_size=3, validation_split=1 / 3, verbose=0, callbacks=[log])
    end = ["loss", "val_loss"]
    assert log.calls == [
        ("train_begin", []),
        ("epoch_begin", 0, []),
        ("train_batch_begin", 0, []),
        ("train_batch_end", 0, ["loss"]),
        ("train_batch_begin", 1, []),
        ("train_batch_end", 1, ["loss"]),
        ("test_begin", []),
        ("test_batch_begin", 0, []),
        ("test_batch_end", 0, ["loss"]),
        ("test_end", ["loss"]),
        ("epoch_end", 0, end),
        ("train_end", end),
    ]


def test_predict_and_evaluate_call_theirs():
    model, log = compiled(), Log()
    model.predict(X, batch_size=4, verbose=0, callbacks=[log])
    batch = [("predict_batch_begin", 0, []), ("predict_batch_end", 0, ["outputs"])]
    assert log.calls[:3] == [("predict_begin", []), *batch]
    assert log.calls[-1] == ("predict_end", [])
    log.calls.clear()
    model.evaluate(X, Y, verbose=0, callbacks=[log])
    assert [call[0] for call in log.calls] == ["test_begin", "test_batch_begin", "test_batch_end", "test_end"]


def test_model_and_params_are_set():
    class Look(Callback):
        def on_train_begin(self, logs=None):
            self.seen = self.model, self.params

    look, model = Look(), compiled()
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0, callbacks=look)
    assert look.seen == (model, {"verbose": 0, "epochs": 3, "steps": 2})


def test_batch_values_are_means_of_the_epoch_so_far():
    seen = []
    model = compiled(metrics=["mae"])
    model.optimizer.learning_rate = 0.0
    model.build((None, 2))
    model.set_weights([np.zeros((2, 1)), np.zeros(1)])
    note = LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[note])
    assert seen == [{"loss": 3.5, "mae": 1.5}, {"loss": 55 / 6, "mae": 2.5}]


def test_values_added_by_a_callback_reach_the_history():
    history = compiled().fit(
        X, Y, verbose=0, callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=1.5))]
    )
    assert history.history["extra"] == [1.5]


def test_batches_cost_nothing_when_nobody_looks():
    def never():
        raise AssertionError("values were computed for nobody")

    calls = CallbackList([LambdaCallback(on_epoch_end=print), Callback()], add_history=True)
    assert calls.batch_hooks("train", never) == (None, None)
