"""Biases in the products of transposed chains: which are fused, and that all gradients are right."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad.compile.training_step import TrainingStep
from tensorgrad.losses import MeanSquaredError, SparseCategoricalCrossentropy
from tensorgrad.optimizers import SGD, Adam
from tests.compile.dense_models import LOSSES, forward_of, model_of, targets


def step_of(
    exact, optimizer=None, loss=None, last=None, widths=(4, 5, 6), activation="tanh", dropout=0.0, dtype="float32"
):
    model = model_of(widths, activation, last, dropout, dtype)
    loss = loss or MeanSquaredError()
    return TrainingStep(forward_of(model, loss), optimizer or Adam(0.01), model.trainable_weights, exact=exact)


def batch(rows=4, dtype="f"):
    rng = np.random.default_rng(rows)
    return rng.normal(size=(rows, 2, 3)).astype(dtype), rng.normal(size=(rows, 3)).astype(dtype)


def test_biases_of_inner_layers_are_in_the_products():
    step = step_of(exact=False)
    step.forward_backward(*batch())
    program = step.replay.program
    names = [call.function.__name__ for call in program.calls]
    # one of the four layers is the first, whose bias is added
    assert (names.count("append_row"), names.count("append_ones"), names.count("add")) == (3, 3, 1)
    assert sum(v.shape == (n + 1, m) for v in program.outputs for n, m in ((4, 5), (5, 6), (6, 3))) == 3
    assert len(step.replay.code.plan.external) == 5


def own_step(exact, forward, params):
    def call(x, y, w):
        y_pred = forward(x, *params)
        return ((y_pred - y) ** 2).mean(), y_pred

    return TrainingStep(call, Adam(0.01), params, exact=exact)


def parameters(*shapes):
    rng = np.random.default_rng(7)
    return [tg.Parameter(rng.normal(size=shape)) for shape in shapes]


def same_gradients(forward, params, order=lambda params: params):
    """Return the source of the program, after a look at its gradients."""
    found, x, y = [], np.random.default_rng(1).normal(size=(5, 3)), np.ones((5, 4))
    for exact in (True, False):
        given = [tg.Parameter(p.data.copy()) for p in params]
        step = own_step(exact, forward, given)
        step.params = order(given)
        step.reached = step.params
        step.forward_backward(x, y)
        places = dict(zip(map(id, step.reached), step.optimizer.places(step.reached), strict=True))
        found.append([places[id(p)].copy() for p in given])
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)
    return [call.function.__name__ for call in step.replay.program.calls]


def two_layers(x, W, b, V, c):
    return np.tanh(x @ W + b) @ V + c


def test_a_bias_that_lies_elsewhere_is_added():
    params = parameters((3, 8), 8, (8, 4), 4)
    assert same_gradients(two_layers, params).count("append_row") == 1
    assert same_gradients(two_layers, params, lambda p: p[::-1]).count("append_row") == 0
    assert same_gradients(two_layers, params, lambda p: [p[0], p[2], p[1], p[3]]).count("append_row") == 0


def test_a_product_that_is_also_used_without_its_bias_is_kept():
    def forward(x, W, b, V, c):
        z = np.tanh(x @ W + b) @ V
        return (z + c) * np.tanh(z)

    assert same_gradients(forward, parameters((3, 8), 8, (8, 4), 4)).count("append_row") == 0


def test_weights_that_the_program_itself_changes_are_read_when_they_were():
    def make():
        W, V, c = parameters((3, 8), (8, 4), 4)
        flat = np.concatenate([V.data.ravel(), c.data])
        V.data, c.data = flat[:32].reshape(8, 4), flat[32:]

        def f(x):
            z = np.tanh(x @ W) @ V
            V.data *= 0.5
            return z + c

        return f

    x = np.ones((5, 3))
    eager, step = make(), tg.compile(make(), exact=False)
    for _ in range(3):
        np.testing.assert_allclose(step(x).data, eager(x).data, rtol=1e-12)


def test_two_biases_of_one_product_have_a_place_each():
    def forward(x, W, b, V, c, d):
        return two_layers(x, W, b, V, c) + d

    assert same_gradients(forward, parameters((3, 8), 8, (8, 4), 4, 4)).count("append_row") == 1


def test_a_gradient_that_is_a_hidden_value_lands_in_its_place():
    def forward(x, W, b, V, c, P):
        h = np.tanh(x @ W + b)
        return h @ V + c + (h * P).sum()

    same_gradients(forward, parameters((3, 8), 8, (8, 4), 4, (5, 8)))


def test_a_gradient_that_is_a_transposed_hidden_value_lands_in_its_place():
    def forward(x, W, b, V, c, P):
        h = np.tanh(x @ W + b)
        return h @ V + c, (h.T * P).sum()

    def whole(exact):
        params = parameters((3, 8), 8, (8, 4), 4, (8, 5))

        def call(x, y, w):
            y_pred, extra = forward(x, *params)
            return ((y_pred - y) ** 2).mean() + extra, y_pred

        step = TrainingStep(call, Adam(0.01), params, exact=exact)
        step.forward_backward(np.random.default_rng(1).normal(size=(5, 3)), np.ones((5, 4)))
        assert not step.eagerly
        return [place.copy() for place in step.optimizer.places(step.reached)]

    for a, b in zip(whole(True), whole(False), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-13)


def test_a_transpose_that_changes_nothing_is_no_transpose():
    def forward(x, W, b, V, c):
        return np.tanh(x @ W + b) @ np.transpose(V, (0, 1)) + c

    same_gradients(forward, parameters((3, 4), 4, (4, 4), 4))  # square: the shapes do not tell


@pytest.mark.parametrize("units", [1, 2])
def test_networks_with_one_output_profit_too(units):
    model = tg.Sequential([tg.layers.Dense(n, "tanh") for n in (6, 6, 6)] + [tg.layers.Dense(units)])
    model.build((None, 6))
    x, y = np.ones((5, 6), "f"), np.zeros((5, units), "f")
    step = TrainingStep(forward_of(model, MeanSquaredError()), Adam(0.1), model.trainable_weights)
    step.forward_backward(x, y)
    assert [call.function.__name__ for call in step.replay.program.calls].count("append_row") == 1 + units


@pytest.mark.heavy
@given(
    widths=st.lists(st.integers(1, 6), max_size=4),
    activation=st.sampled_from(["relu", "tanh", "sigmoid", "softplus", "elu", "gelu", "softmax", "leaky_relu", None]),
    loss=st.sampled_from(sorted(LOSSES)),
    dropout=st.sampled_from([0.0, 0.3]),
    weighted=st.booleans(),
    rows=st.integers(1, 7),
)
@settings(max_examples=150, deadline=None)
def test_gradients_of_random_models_are_those_of_exact_programs(widths, activation, loss, dropout, weighted, rows):
    make_loss, last, kind = LOSSES[loss]
    rng = np.random.default_rng(rows)
    w = rng.uniform(0.5, 2, rows) if weighted else None
    x, y = rng.normal(size=(rows, 2, 3)), targets(kind, rows, 3, rng)
    found = []
    for exact in (False, True):
        step = step_of(exact, None, make_loss(), last, widths, activation, dropout, "float64")
        for _ in range(2):  # the second reads buffers that the first has written
            value, y_pred = step.forward_backward(x, y.astype("d") if y.dtype.kind == "f" else y, w)
        assert not step.eagerly
        found.append((value, y_pred.copy(), [p.copy() for p in step.optimizer.places(step.reached)]))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-9)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-9, atol=1e-12)
    for a, b in zip(found[0][2], found[1][2], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-10)


def test_ones_stay_ones_and_weights_moved_since_are_seen():
    exact, turned = (step_of(exact, SGD(0.1)) for exact in (True, False))
    for i in range(8):
        losses = []
        for step in (exact, turned):
            if i == 4:
                for p in step.params:
                    p.data = p.data * 0.5
            losses.append(step.forward_backward(*batch(4 + i % 2))[0])
            step.update()
        assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    for a, b in zip(exact.params, turned.params, strict=True):
        np.testing.assert_allclose(a.data, b.data, rtol=1e-5, atol=1e-6)


def test_frozen_layers_and_layers_without_bias():
    for trainable in (True, False):
        found = []
        for exact in (True, False):
            tg.set_random_seed(0)
            model = tg.Sequential(
                [tg.layers.Dense(6, "tanh"), tg.layers.Dense(5, "relu", use_bias=False), tg.layers.Dense(4, "tanh"),
                 tg.layers.Dense(3)]
            )  # fmt: skip
            model.build((None, 6))
            model.layers[2].trainable = trainable
            x, y = np.random.default_rng(0).normal(size=(5, 6)).astype("f"), np.arange(5) % 3
            loss = SparseCategoricalCrossentropy(from_logits=True)
            step = TrainingStep(forward_of(model, loss), Adam(0.1), model.trainable_weights, exact=exact)
            found.append(step.forward_backward(x, y)[0])
            found.append([p.copy() for p in step.optimizer.places(step.reached)])
        assert found[0] == pytest.approx(found[2], rel=1e-6)
        for a, b in zip(found[1], found[3], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_saved_training_step_gives_the_same(tmp_path):
    step = step_of(exact=False)
    x, y = batch()
    loss, y_pred = step.forward_backward(x, y)
    step.replay.save(tmp_path / "step.py")
    np.savez(tmp_path / "data.npz", x=x, y=y)
    probe = "import numpy as np, step; d = np.load('data.npz'); a, b = step.run(d['x'], d['y']); print(a, b.sum())"
    out = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    np.testing.assert_allclose([float(n) for n in out.split()], [loss, y_pred.sum()], rtol=1e-5)
