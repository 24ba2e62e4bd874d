"""The progress bar: what is written, in a terminal and elsewhere."""

import io
import itertools
import re
from contextlib import redirect_stdout

import numpy as np
import pytest

from tensorgrad.callbacks import LambdaCallback
from tensorgrad.callbacks.progress_bar import ProgressBar, step_time_text
from tensorgrad.layers import Dense
from tensorgrad.models import Sequential

X, Y = np.ones((100, 2)), np.arange(100.0)


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


def trained(verbose, epochs=2, **args):
    model = Sequential([Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, Y, epochs=epochs, verbose=verbose, batch_size=10, **args)
    return model


def bare(text):
    """Return ``text`` without colours and the like."""
    return re.sub(r"\x1b\[[\d;]*[mK]", "", text)


def normal(text):
    """Replace what differs from run to run: times and values."""
    text = re.sub(r"\d+(ms|us|s)/step", "T/step", text)
    text = re.sub(r"(?<=[ -])\d+s", "Ts", text)
    return re.sub(r"-?\d+\.\d{4}(e[+-]\d+)?", "V", text)


@pytest.fixture(autouse=True)
def sixty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")


def test_one_clean_line_an_epoch_when_it_cannot_be_redrawn(capsys):
    trained("auto", validation_split=0.5)
    assert normal(capsys.readouterr().out) == "".join(
        f"Epoch {i}/2 - 5/5 - Ts - T/step - loss: V - mae: V - val_loss: V - val_mae: V\n" for i in (1, 2)
    )


def test_verbose_2_is_keras_line(capsys):
    trained(2)
    line = "10/10 - Ts - T/step - loss: V - mae: V\n"
    assert normal(capsys.readouterr().out) == f"Epoch 1/2\n{line}Epoch 2/2\n{line}"


def test_a_single_epoch_has_no_title(capsys):
    trained(2, epochs=1)
    assert normal(capsys.readouterr().out) == "10/10 - Ts - T/step - loss: V - mae: V\n"


def test_silence(capsys):
    model = trained(0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert capsys.readouterr().out == ""


def test_evaluate_and_predict_have_a_line_too(capsys):
    model = trained(0)
    model.evaluate(X, Y)
    model.predict(X)
    assert normal(capsys.readouterr().out) == "4/4 - Ts - T/step - loss: V - mae: V\n4/4 - Ts - T/step\n"


def test_the_last_line_shows_what_is_returned(capsys):
    model = trained(0)
    loss, mae = model.evaluate(X, Y)
    assert capsys.readouterr().out.endswith(f" - loss: {loss:.4f} - mae: {mae:.4f}\n")


class TestInATerminal:
    def test_the_line_is_redrawn_and_ends_whole(self):
        with redirect_stdout(Terminal()) as out:
            trained("auto")
        lines = out.getvalue().split("\n")
        assert [lines[0], lines[2], lines[4]] == ["Epoch 1/2", "Epoch 2/2", ""]
        assert normal(bare(lines[1].split("\r")[-1])) == "10/10 ━━━━━━━━━━━━━━━━━━━━ Ts T/step - loss: V - mae: V"

    @pytest.mark.parametrize(("tick", "redraws"), [(0.0, 0), (0.01, 1), (1.0, 10)])
    def test_not_too_often(self, monkeypatch, tick, redraws):
        times = (i * tick for i in itertools.count())
        monkeypatch.setattr("tensorgrad.callbacks.calls.perf_counter", lambda: next(times))
        monkeypatch.setattr("tensorgrad.callbacks.progress_bar.perf_counter", lambda: next(times))
        with redirect_stdout(Terminal()) as out:
            trained("auto", epochs=1)
        assert out.getvalue().count("\r") == redraws + 1  # and the last line

    def test_redraws_fit_the_width(self):
        with redirect_stdout(Terminal()) as out:
            bar = ProgressBar(1000)
            for step in range(1, 1000, 300):
                bar.update(step, {"a_metric_with_a_long_name": 0.5, "another_metric": -3.0})
        drawn = out.getvalue().split("\r")[1:]
        assert len(drawn) == 4
        assert all(len(bare(line)) <= 60 for line in drawn)

    def test_an_interrupted_line_is_ended(self, monkeypatch):
        monkeypatch.setattr("tensorgrad.callbacks.progress_bar.INTERVAL", 0.0)

        def fail(epoch, logs):
            raise RuntimeError("stop")

        with redirect_stdout(Terminal()) as out, pytest.raises(RuntimeError):
            trained("auto", callbacks=[LambdaCallback(on_train_batch_begin=lambda i, _: fail(i, _) if i else None)])
        assert out.getvalue().endswith("\n")
        assert "\r" in out.getvalue()

    def test_plain_cells_where_the_encoding_has_no_others(self):
        stream = Terminal()
        stream.encoding = "cp1252"
        with redirect_stdout(stream):
            trained("auto", epochs=1)
        assert "=" * 20 in bare(stream.getvalue())
        assert "━" not in stream.getvalue()


def test_times_of_a_step():
    assert [step_time_text(s, 10) for s in (0.0003, 0.03, 30.0)] == ["30us/step", "3ms/step", "3s/step"]


def test_letters_that_the_encoding_lacks_are_written_as_escapes():
    stream = Terminal()
    stream.encoding = "ascii"
    with redirect_stdout(stream):
        ProgressBar(1).finish(1, {"größe": 0.5})
    assert stream.getvalue().endswith(r" - gr\xf6\xdfe: 0.5000" + "\33[K\n")
