"""summary(): the table, to the letter, and what it does in narrow places."""

import pytest

from tensorgrad.layers import Dense, Dropout, Flatten, Input
from tensorgrad.models import Sequential


@pytest.fixture
def model():
    inner = Sequential([Dense(8, "relu", name="deep"), Dropout(0.2, name="drop")], name="inner[x]")
    made = Sequential([Input((4, 5)), Flatten(name="flat"), inner, Dense(3, name="out")], name="net")
    inner.layers[0].trainable = False
    return made


TABLE = """\
Model: "net"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┓
┃ Layer (type)               ┃ Output Shape       ┃    Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━┩
│ flat (Flatten)             │ (None, 20)         │          0 │
├────────────────────────────┼────────────────────┼────────────┤
│ inner[x] (Sequential)      │ (None, 8)          │        168 │
├────────────────────────────┼────────────────────┼────────────┤
│ out (Dense)                │ (None, 3)          │         27 │
└────────────────────────────┴────────────────────┴────────────┘
 Total params: 195 (780.00 B)
 Trainable params: 27 (108.00 B)
 Non-trainable params: 168 (672.00 B)
"""


def test_printed(model, capsys):
    model.summary()
    assert capsys.readouterr().out == TABLE


def test_to_a_function(model, capsys):
    texts = []
    model.summary(print_fn=texts.append)
    assert "".join(texts) + "\n" == TABLE
    assert capsys.readouterr().out == ""


def test_nested_layers_and_trainability(model, capsys):
    model.summary(expand_nested=True, show_trainable=True)
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    assert cells == [
        ["flat (Flatten)", "(None, 20)", "0", "-"],
        ["inner[x] (Sequential)", "(None, 8)", "168", "no"],
        ["└ deep (Dense)", "(None, 8)", "168", "no"],
        ["└ drop (Dropout)", "(None, 8)", "0", "-"],
        ["out (Dense)", "(None, 3)", "27", "yes"],
    ]


def test_unbuilt(capsys):
    Sequential([Dense(3, name="d")]).summary()
    out = capsys.readouterr().out
    assert "│ d (Dense)                  │ ?                  │ 0 (unbuilt) │" in out
    assert "Total params: 0 (0.00 B)" in out


def test_does_not_change_with_training(model, capsys):
    model.compile("adam", "mse")
    model.fit([[[1.0] * 5] * 4], [[1.0] * 3], verbose=0)
    model.summary()
    assert capsys.readouterr().out == TABLE


def test_long_names_are_not_cut_when_piped(capsys):
    name = "a_long_name_" * 10
    Sequential([Dense(3, name=name)]).summary()
    assert f"{name} (Dense)" in capsys.readouterr().out


@pytest.mark.parametrize("width", [50, 70, 120])
def test_line_length(model, capsys, width):
    model.summary(line_length=width)
    table = [line for line in capsys.readouterr().out.splitlines() if line[0] in "┏┃┡│├└"]
    assert {len(line) for line in table} == {width}


def test_no_colours_unless_in_a_terminal(model, capsys, monkeypatch):
    model.summary()
    assert "\33" not in capsys.readouterr().out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    model.summary()
    out = capsys.readouterr().out
    assert "\33[1m" in out
