"""The gradient flow of a model: its figures against backward(), its verdict, its chart."""

import sys

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug.gradient_flow import GradientFlow, flow_words
from tensorgrad.layers import Dense


@pytest.fixture(autouse=True)
def no_window():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def sigmoids(n, activation="sigmoid"):
    tg.set_random_seed(0)
    model = tg.Sequential([Dense(8, activation, name=f"d{i}") for i in range(n)] + [Dense(1, name="out")])
    model.compile("sgd", "mse")
    return model


def test_the_figures_are_those_of_backward(rng):
    model, x, y = sigmoids(2), rng.normal(size=(6, 3)).astype("f"), rng.normal(size=(6, 1)).astype("f")
    flow = model.gradient_flow(x, y)
    assert flow.layers == ["d0", "d1", "out"]
    assert all(w.grad is None for w in model.weights)
    model.compute_loss(x, y, training=False).backward()
    for layer, size, ratio in zip(model.layers, flow.rms, flow.ratio, strict=True):
        entries = np.concatenate([w.grad.data.reshape(-1) for w in layer.weights])
        values = np.concatenate([w.data.reshape(-1) for w in layer.weights])
        assert size == pytest.approx(np.sqrt(np.mean(entries**2)), rel=1e-5)
        assert ratio == pytest.approx(np.linalg.norm(entries) / np.linalg.norm(values), rel=1e-5)


def test_vanishing_gradients_are_called_so(rng):
    flow = sigmoids(8).gradient_flow(rng.normal(size=(6, 3)), rng.normal(size=(6, 1)))
    assert flow.rms[0] < 1e-3 * flow.rms[-1]
    assert flow.verdict == [f"vanishing: the gradient of 'd0' is {flow.rms[0] / flow.rms[-1]:.0e} times that of 'out'"]
    assert repr(flow).splitlines()[-1] == flow.verdict[0]


def test_dead_relus_are_counted(rng):
    model = sigmoids(1, "relu")
    x = np.abs(rng.normal(size=(6, 3)))
    model.build((None, 3))
    kernel = model.layers[0].kernel.data
    kernel[:, :5] = -1.0  # negative for every row
    kernel[:, 5:] = 1.0
    kernel[:, 5] = [1.0, -1.0, 0.0]  # alive for some rows
    flow = model.gradient_flow(x, np.ones((6, 1)))
    assert flow.dead == {"d0": (5, 8)}
    assert flow.verdict[-1] == "dead relus: 5 of 8 units of 'd0' are 0 for all 6 rows"
    assert "5 of 8" in repr(flow)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], ["no layer here has weights to train"]),
        ([1.0, 2.0, 0.5], ["healthy: the gradients of all layers are within a factor of 4"]),
        ([1e3, 2.0, 0.5], ["exploding: the gradient of 'a' is 2e+03 times that of 'c'"]),
        ([1e-5, 2.0, 0.5], ["vanishing: the gradient of 'a' is 2e-05 times that of 'c'"]),
        ([1.0, np.nan, 0.5], ["nan or inf: in the gradient of 'b'"]),
        ([0.0, 1.0, 0.5], ["never reached: no gradient arrives at 'a'"]),
    ],
)
def test_the_verdict(sizes, words):
    assert flow_words(list("abc")[: len(sizes)], sizes) == words


def test_a_model_that_nothing_trains_has_no_flow(rng):
    model = tg.Sequential([Dense(2, trainable=False)])
    model.compile("sgd", "mse")
    assert model.gradient_flow(np.ones((3, 4)), np.ones((3, 2))).verdict == ["no layer here has weights to train"]


def test_layers_inside_layers_are_told_apart(rng):
    inner = tg.Sequential([Dense(4, "relu", name="a"), Dense(4, "relu", name="b")], name="inner")
    model = tg.Sequential([inner, Dense(1, name="out")])
    model.compile("sgd", "mse")
    flow = model.gradient_flow(rng.normal(size=(6, 3)), rng.normal(size=(6, 1)))
    assert flow.layers == ["a", "b", "out"]
    assert set(flow.dead) == {"a", "b"}


def test_the_chart_shows_each_layer_under_the_verdict(rng, tmp_path):
    figure = sigmoids(8).plot_gradient_flow(rng.normal(size=(6, 3)), rng.normal(size=(6, 1)), save=tmp_path / "f.png")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"d{i}" for i in range(8)] + ["out"]
    assert axes.get_title(loc="left").startswith("vanishing: ")
    assert axes.get_yscale() == "log"
    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")


def test_what_has_no_logarithm_is_charted_too():
    flow = GradientFlow(["a", "b", "c"], [0.0, np.nan, 1.0], [0.0, np.nan, 1.0], {}, 4)
    heights = [bar.get_height() for bar in flow.plot().axes[0].patches]
    assert np.isfinite(heights).all()
    assert len(heights) == 3


def test_without_matplotlib_the_command_is_named(monkeypatch, rng):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    model = sigmoids(1)
    with pytest.raises(ImportError, match=r"plot_gradient_flow\(\) draws with matplotlib: pip install matplotlib"):
        model.plot_gradient_flow(rng.normal(size=(6, 3)), rng.normal(size=(6, 1)))
