"""Callbacks: when they are called and with what; History and its plot; LambdaCallback; stopping."""

import numpy as np
import pytest

from tensorgrad.callbacks import Callback, CallbackList, History, LambdaCallback
from tensorgrad.callbacks.base import HOOKS
from tensorgrad.errors import OptionError
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


def test_older_names_of_the_batch_hooks():
    seen = []

    class Old(Callback):
        def on_batch_end(self, batch, logs=None):
            seen.append((batch, sorted(logs)))

    compiled().fit(X, Y, batch_size=3, verbose=0, callbacks=[Old()])
    assert seen == [(0, ["loss"]), (1, ["loss"])]


def test_batch_values_are_means_of_the_epoch_so_far():
    seen = []
    model = compiled(metrics=["mae"])
    model.optimizer.learning_rate = 0.0
    model.build((None, 2))
    model.set_weights([np.zeros((2, 1)), np.zeros(1)])
    note = LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))
    model.fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[note])
    assert seen == [{"loss": 3.5, "mae": 1.5}, {"loss": 55 / 6, "mae": 2.5}]


@pytest.mark.parametrize("hook", ["on_train_batch_end", "on_epoch_end"])
def test_stop_training(hook):
    def stop(number, logs):
        model.stop_training = True

    model = compiled()
    history = model.fit(X, Y, batch_size=2, epochs=5, verbose=0, callbacks=[LambdaCallback(**{hook: stop})])
    assert history.epoch == [0]
    assert model.optimizer.iterations == (1 if hook == "on_train_batch_end" else 3)
    assert len(model.fit(X, Y, epochs=2, verbose=0).epoch) == 2


def test_values_added_by_a_callback_reach_the_history():
    history = compiled().fit(
        X, Y, verbose=0, callbacks=[LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=1.5))]
    )
    assert history.history["extra"] == [1.5]


def test_unknown_hooks():
    with pytest.raises(OptionError, match="LambdaCallback has no hook 'on_epoch_done'; the hooks are on_train_begin"):
        LambdaCallback(on_epoch_done=print)


def test_batches_cost_nothing_when_nobody_looks():
    def never():
        raise AssertionError("values were computed for nobody")

    calls = CallbackList([LambdaCallback(on_epoch_end=print), Callback()], add_history=True)
    assert calls.batch_hooks("train", never) == (None, None)


class TestHistory:
    def test_holds_floats_by_epoch(self):
        model = compiled(metrics=["mae"])
        history = model.fit(X, Y, epochs=4, initial_epoch=1, validation_split=0.5, validation_freq=[2, 3], verbose=0)
        assert history is model.history
        assert history.epoch == [1, 2, 3]
        assert history.params == {"verbose": 0, "epochs": 4, "steps": 1}
        assert {key: len(values) for key, values in history.history.items()} == {
            "loss": 3, "mae": 3, "val_loss": 2, "val_mae": 2,
        }  # fmt: skip
        assert history.measured["val_loss"] == [1, 2]
        assert all(type(v) is float for values in history.history.values() for v in values)

    def test_repr(self):
        assert repr(History()) == "<History of 0 epochs>"
        history = History()
        history.on_epoch_end(0, {"loss": 0.123456})
        assert repr(history) == "<History of 1 epochs; last: loss=0.1235>"

    def test_plot(self, tmp_path):
        matplotlib = pytest.importorskip("matplotlib")
        matplotlib.use("Agg")
        from matplotlib import pyplot

        history = compiled(metrics=["mae"]).fit(X, Y, epochs=4, validation_split=0.5, validation_freq=2, verbose=0)
        figure = history.plot(save=tmp_path / "history.png")
        assert [axes.get_title() for axes in figure.axes] == ["loss", "mae"]
        lines = figure.axes[0].get_lines()
        assert [line.get_label() for line in lines] == ["training", "validation"]
        assert [list(line.get_xdata()) for line in lines] == [[1, 2, 3, 4], [2, 4]]
        assert list(lines[1].get_ydata()) == history.history["val_loss"]
        assert (tmp_path / "history.png").read_bytes().startswith(b"\x89PNG")
        pyplot.close(figure)

    def test_plot_without_matplotlib(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
        with pytest.raises(ImportError, match=r"history.plot\(\) draws with matplotlib: pip install matplotlib"):
            History().plot()


def test_keras_older_names_of_the_hooks_are_called_too():
    class Old(Callback):
        def __init__(self):
            self.seen = []

        def on_batch_begin(self, batch, logs=None):
            self.seen.append(batch)

    old = Old()
    compiled().fit(X, Y, batch_size=3, epochs=1, verbose=0, callbacks=[old])
    assert old.seen == [0, 1]
