"""Colour by gradient, memory and time; gradients and histograms in boxes."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.draw import draw
from tensorgrad.draw.diagram.colour import BROKEN, NONE, SHADES, ColourScale
from tensorgrad.errors import OptionError


def fills(picture):
    """Return ``{what a box says first: its fill}``."""
    found = re.findall(r'\[label="([^"\\|]*).*?fillcolor="(#\w+)"', picture.source.partition("subgraph legend")[0])
    return dict(found)


def chain():
    """Two weights, one of whose gradients is a million times the other's, and data."""
    x, w, v = tg.Tensor(np.full(4, 2.0), name="x"), tg.Parameter(np.ones(4), name="w"), tg.Parameter(1.0, name="v")
    y = (x * w * 1e-6 + v).sum()
    y.name = "y"
    return y


def test_the_darker_the_larger_the_gradient():
    picture = draw(chain(), color="grad")
    heat = {box.name: box.heat for box in picture.graph.boxes if box.name in ("w", "v", "x", "y")}
    assert heat == {"w": pytest.approx(2e-6), "v": pytest.approx(4.0), "y": 1.0, "x": None}
    found = fills(picture)
    assert (found["w"], found["v"], found["x"]) == (SHADES[0], SHADES[-1], NONE)
    model = tg.Sequential([tg.layers.Dense(2, name="d")])
    model.compile("sgd", "mse")
    boxes = model.draw(np.ones((3, 4)), np.ones((3, 2)), color="grad").graph.boxes
    assert {box.name: box.heat is None for box in boxes if box.name in ("x", "d/kernel")} == {
        "x": True,
        "d/kernel": False,
    }
    words = "".join(ElementTree.fromstring(picture.svg()).itertext())
    for text in ("rms of the gradient 1e-6", "4", "never reached"):
        assert text in words


def test_heat_is_the_rms_of_the_gradient(rng):
    w = tg.Parameter(rng.normal(size=(3, 2)), name="w")
    loss = np.sum(np.sin(rng.normal(size=(4, 3)) @ w))
    heat = next(box.heat for box in draw(loss, color="grad").graph.boxes if box.name == "w")
    loss.backward()
    assert heat == pytest.approx(np.sqrt(np.mean(w.grad.data**2)))


def test_nan_and_inf_are_marked():
    w = tg.Parameter([0.0, 1.0], name="w")
    picture = draw(np.sqrt(w).sum(), color="grad")
    assert math.isinf(next(box.heat for box in picture.graph.boxes if box.name == "w"))
    assert fills(picture)["w"] == BROKEN
    assert "nan or inf" in picture.svg()


def test_shades_grow_darker_in_grey():
    def luminance(color):
        r, g, b = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    grey = [luminance(color) for color in SHADES]
    assert all(a - b > 12 for a, b in pairwise(grey))


def test_ink_can_be_read_on_every_shade():
    class Warm:
        kind, heat = "value", 1.0

    scale = ColourScale("grad", [Warm])
    scale.low, scale.high = 0.0, 6.0
    looks = [scale.look(10.0**i) for i in range(7)]
    assert [look["fontcolor"] for look in looks] == 5 * ["#111111"] + 2 * ["#FFFFFF"]
    assert scale.shade(0.0) == 0


def test_a_folded_layer_is_as_hot_as_its_hottest_part(rng):
    model = tg.Sequential([tg.layers.Dense(3, name="a", input_shape=(2,)), tg.layers.Dense(1, name="b")])
    model.compile("sgd", "mse")
    x, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
    whole = model.draw(x, y, color="grad").graph.boxes
    folded = {box.name: box.heat for box in model.draw(x, y, color="grad", depth=0).view.boxes if box.kind == "layer"}
    assert folded["a"] == max(box.heat for box in whole if box.cluster and box.cluster[0][1] == "a")


def test_memory_is_the_size_of_the_array():
    w = tg.Parameter(np.ones((100, 10)), name="w")
    heat = {box.lines[0]: box.heat for box in draw(w.sum(axis=0) * 2.0, color="memory").graph.boxes}
    assert (heat["w"], heat["Σ"], heat["2"]) == (8000.0, 80.0, None)


# ---- compiled programs


@pytest.fixture
def step():
    W = tg.Parameter(np.full((30, 20), 0.01), name="W")
    optimizer = tg.optimizers.Adam()

    @tg.compile
    def step(x):
        loss = np.mean(np.tanh(x @ W) ** 2)
        loss.backward()
        optimizer.step([W])
        return loss

    x = np.ones((10, 30))
    step(x)
    step(x)
    step.x, step.W, step.optimizer = x, W, optimizer
    return step


def test_time_of_a_compiled_function_and_nothing_moves(step):
    W, iterations = step.W.data.copy(), step.optimizer.iterations
    slots = [v.copy() for flat in step.optimizer._flats for v in flat.slots.values()]
    picture = draw(step, step.x, color="time")
    heats = [box.heat for box in picture.graph.boxes if box.kind in ("call", "backward call", "change")]
    assert len(heats) > 5
    assert sum(heat is not None and heat > 0 for heat in heats) >= len(heats) - 2  # all but views made once
    assert "time" in "".join(ElementTree.fromstring(picture.svg()).itertext())
    np.testing.assert_array_equal(step.W.data, W)
    assert step.optimizer.iterations == iterations
    for before, after in zip(slots, (v for f in step.optimizer._flats for v in f.slots.values()), strict=True):
        np.testing.assert_array_equal(after, before)


def test_a_random_draw_is_put_back():
    model = tg.Sequential([tg.layers.Dropout(0.5, seed=0)])

    @tg.compile
    def f(x):
        return model(x, training=True).sum()

    x = np.ones((4, 3), "f")
    f(x)
    again = [f(x).item() for _ in range(2)]
    model = tg.Sequential([tg.layers.Dropout(0.5, seed=0)])
    f = tg.compile(lambda x: model(x, training=True).sum())
    f(x)
    found = [f(x).item()]
    draw(f, x, color="time")
    assert [*found, f(x).item()] == again


def test_memory_of_a_program(step):
    graph = draw(step.program(step.x), color="memory").graph
    heat = {box.lines[0]: box.heat for box in graph.boxes if box.kind == "call"}
    assert heat["tanh"] == 10 * 20 * 8
    assert next(box.heat for box in graph.boxes if box.kind == "change") is None


def test_what_a_program_cannot_be_coloured_by(step):
    with pytest.raises(OptionError) as error:
        draw(step.program(step.x), color="time")
    assert str(error.value) == "draw: color='time' runs the program, so give its arguments: draw(step, x, ...)"
    with pytest.raises(OptionError, match="a compiled program has 'time' and 'memory'"):
        draw(step, step.x, color="grad")


# ---- values and gradients in boxes


def test_gradients_beside_values():
    w = tg.Parameter([1.0, 2.0], name="w")
    y = (w * w).sum()
    boxes = {box.name: box.lines for box in draw(y, grads=True, values=True).graph.boxes}
    assert boxes["w"] == ("w", "float64[2]", "[1, 2]", "∂ [2, 4]")
    assert {box.name: box.lines for box in draw(y, grads=True).graph.boxes}["w"] == ("w", "float64[2]", "∂ [2, 4]")
    gradients = [box.lines for box in draw(y, backward="both", grads=True).view.boxes if box.name == "∂w"]
    assert gradients == [("∂w", "float64[2]", "[2, 4]")]
    assert w.grad is None
