"""History: the values of each epoch, and their plot."""

import gc

import numpy as np
import pytest

from tensorgrad.callbacks import History
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential

X, Y = np.ones((6, 2)), np.arange(6.0)


def compiled(**kwargs):
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse", **kwargs)
    return model


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

    def test_keeps_no_model_alive(self):
        model = compiled()
        history = model.fit(X, Y, verbose=0)
        assert history.model is model
        assert History().model is None
        del model
        gc.collect()
        assert history.model is None
