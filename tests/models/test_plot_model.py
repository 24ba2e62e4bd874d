"""plot_model: Keras's signature, and what its boxes say."""

import inspect

import pytest

import tensorgrad as tg
from tensorgrad.errors import NotReadyError, OptionError
from tensorgrad.layers import Dense, Flatten
from tensorgrad.utils import plot_model

KERAS = (
    "(model, to_file='model.png', show_shapes=False, show_dtype=False, show_layer_names=False, rankdir='TB', "
    "expand_nested=False, dpi=200, show_layer_activations=False, show_trainable=False, splines='ortho')"
)


@pytest.fixture
def model():
    inner = tg.Sequential([Dense(3, name="a"), Dense(3, name="b", trainable=False)], name="inner")
    return tg.Sequential([Flatten(input_shape=(2, 4), name="flat"), inner, Dense(1, "sigmoid", name="out")])


def lines(model, **options):
    return [box.lines for box in plot_model(model, None, **options).graph.boxes]


def test_the_signature_is_keras():
    assert str(inspect.signature(plot_model)) == KERAS


def test_what_the_boxes_say(model):
    assert lines(model) == [("Input",), ("Flatten",), ("Sequential",), ("Dense",)]
    assert lines(model, show_layer_names=True)[1:] == [("flat (Flatten)",), ("inner (Sequential)",), ("out (Dense)",)]
    assert lines(model, show_shapes=True) == [
        ("Input", "(None, 2, 4)"), ("Flatten", "(None, 2, 4) -> (None, 8)"),
        ("Sequential", "(None, 8) -> (None, 3)"), ("Dense", "(None, 3) -> (None, 1)"),
    ]  # fmt: skip
    assert lines(model, show_layer_activations=True)[3] == ("Dense", "activation: sigmoid")
    assert lines(model, show_dtype=True)[3] == ("Dense", "dtype: float32")
    nested = lines(model, show_trainable=True, expand_nested=True)
    assert nested[2:] == [("Dense", "trainable"), ("Dense", "frozen"), ("Dense", "trainable")]


def test_nested_models_stand_in_a_frame(model):
    picture = plot_model(model, None, expand_nested=True)
    assert [box.cluster for box in picture.graph.boxes] == [(), (), ((0, "inner"),), ((0, "inner"),), ()]
    assert "inner (Sequential)" in picture.source
    assert [(a.tail.name, a.head.name) for a in picture.graph.arrows] == [
        ("input", "flat"), ("flat", "a"), ("a", "b"), ("b", "out"),
    ]  # fmt: skip


def test_it_is_saved_as_png_unless_told_otherwise(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plot_model(model)
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")
    small, large = (plot_model(model, tmp_path / f"{dpi}.png", dpi=dpi) for dpi in (72, 200))
    assert (tmp_path / "72.png").stat().st_size < (tmp_path / "200.png").stat().st_size
    assert small.source == large.source
    assert plot_model(model, tmp_path / "m.dot", rankdir="LR").graph.direction == "LR"


def test_what_cannot_be_plotted(model):
    with pytest.raises(NotReadyError, match=r"plot_model: Sequential\(name='bare'\) was never built; call model.build"):
        plot_model(tg.Sequential([Dense(2)], name="bare"))
    with pytest.raises(OptionError, match="plot_model: rankdir must be 'TB' or 'LR', got 'BT'"):
        plot_model(model, None, rankdir="BT")
