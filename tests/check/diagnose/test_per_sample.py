"""Single samples: a missing derivative shows there, where the sum over samples hides it."""

import numpy as np
import pytest

from tensorgrad.check import check_gradients


@pytest.mark.parametrize("slope", ["tanh", "sigmoid", "relu"])
def test_a_missing_activation_shows_in_single_samples(slope):
    rng = np.random.default_rng(2)
    X, Y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
    params = {"W1": rng.normal(size=(4, 5)), "b1": rng.normal(size=5), "W2": rng.normal(size=(5, 2))}
    function = {"tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z)), "relu": lambda z: np.maximum(z, 0)}[slope]

    def loss(p, X, Y):
        return np.mean((function(X @ p["W1"] + p["b1"]) @ p["W2"] - Y) ** 2)

    def backward(p, X, Y):
        h = function(X @ p["W1"] + p["b1"])
        dout = 2 * (h @ p["W2"] - Y) / Y.size
        dh = dout @ p["W2"].T
        return {"dW1": X.T @ dh, "db1": dh.sum(axis=0), "dW2": h.T @ dout}

    report = check_gradients(loss, backward, params, X, Y)
    said = "should be zero where z < 0" if slope == "relu" else f"lacks the derivative of {slope}"
    for name in ("W1", "b1"):
        assert report[name].hint.startswith(f"in single samples, with z = x W1 + b1, the gradient of z {said}")
    columns = check_gradients(
        lambda p, X, Y: loss({"W1": p["W1"].T, "b1": p["b1"][:, 0], "W2": p["W2"]}, X.T, Y.T),
        lambda p, X, Y: {
            k: g.T if k == "dW1" else g[:, None] if k == "db1" else g
            for k, g in backward({"W1": p["W1"].T, "b1": p["b1"][:, 0], "W2": p["W2"]}, X.T, Y.T).items()
        },
        {"W1": params["W1"].T, "b1": params["b1"][:, None], "W2": params["W2"]}, X.T, Y.T,
    )  # fmt: skip
    assert said in columns["W1"].hint
    assert said in columns["b1"].hint
    given = check_gradients(loss, backward(params, X, Y), params, X, Y)
    assert given["W1"].hint == ""
    assert "the mistake is in the step from W2 back to b1" in given.notes[0]


def test_a_loss_that_takes_no_single_sample_is_left_alone():
    X = np.arange(6.0)

    def loss(p, X):
        return np.sum((X[:6] - p["w"] * np.arange(6.0)) ** 2) + 0 * X[5]

    report = check_gradients(loss, lambda p, X: {"w": 1.2345 * p["w"]}, {"w": np.array([1.0, 2, 3, 4, 5, 6])}, X)
    assert not report
    assert report["w"].hint == ""
