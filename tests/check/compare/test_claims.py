"""Claimed gradients beside numeric ones: large parameters in a block and along lines, float32, a chain."""

import numpy as np
import pytest

from tensorgrad.check import check_gradients
from tensorgrad.check.numeric.sampling import sample_block
from tests.check.least_squares import PARAMS, G, X, Y, grads, loss

RNG = np.random.default_rng(3)


def test_the_block_is_measured_once_when_the_mistake_is_outside_of_it():
    calls, W = [], RNG.normal(size=(60, 50))
    wrong = 2 * W
    wrong[3, 7] += 1.0
    assert check_gradients(lambda W: calls.append(0) or np.sum(W**2), wrong, W).inputs[0].index == (3, 7)
    assert len(calls) < 400 + 100


def test_a_large_float32_gradient_is_right_to_its_digits():
    W = RNG.normal(size=(60, 50))
    claimed = (3 * W**2).astype("float32")
    assert check_gradients(lambda W: np.sum(W**3), claimed, W)
    claimed[3, 7] += 1.0
    assert check_gradients(lambda W: np.sum(W**3), claimed, W).inputs[0].index == (3, 7)


def test_a_large_parameter_is_checked_in_a_block_and_along_directions():
    W = RNG.normal(size=(60, 50))
    report = check_gradients(lambda W: np.sum(W**2), 2 * W, W)
    assert report
    assert report.inputs[0].measured == 16
    assert report.method == "complex step, exact to rounding; all of params along 4 random directions"
    transposed = RNG.normal(size=(60, 60))
    report = check_gradients(lambda W: np.sum(W**3), 3 * transposed.T**2, transposed)
    assert report.inputs[0].hint == "the gradient of params is transposed: a .T is missing or too many"


@pytest.mark.parametrize("place", [(3, 7), (59, 1), (31, 30)])
def test_one_wrong_element_of_many_is_found_by_bisection(place):
    W = RNG.normal(size=(60, 50))
    inside = np.unravel_index(sample_block(W.shape), W.shape)
    wrong = 2 * W
    wrong[place] += 1.0
    report = check_gradients(lambda W: np.sum(W**2), wrong, W)
    assert not report
    assert report.inputs[0].index == place
    if not np.any((inside[0] == place[0]) & (inside[1] == place[1])):
        assert report.inputs[0].hint == (
            "the gradient of params is right in a block of 400 elements, and wrong elsewhere"
        )


def test_float32_gradients_are_given_float32_leeway():
    single = {k: g.astype("float32") for k, g in G.items()}
    assert check_gradients(loss, single, PARAMS, X, Y)
    assert not check_gradients(loss, {k: g * np.float32(1.001) for k, g in single.items()}, PARAMS, X, Y)
    params = {k: p.astype("float32") for k, p in PARAMS.items()}
    report = check_gradients(loss, grads, params, X, Y)
    assert report
    assert report["W"].given == "float32[4, 2]"


def test_data_may_be_nested():
    inside = check_gradients(
        lambda p, data: loss(p, data["X"], data["pair"][0]), {k: 6 * g for k, g in G.items()}, PARAMS,
        {"X": X, "pair": (Y, "a label", 3)},
    )  # fmt: skip
    assert inside["W"].hint.startswith(
        "the gradient of each of W, b is 6 times too large: the factor 1/6 is missing (6 is axis 0 of X and axis 0 of "
        "pair[0]: a mean, not a sum)"
    )


def test_the_place_is_named_where_the_mistake_is_not():
    hidden = {"W1": RNG.normal(size=(4, 5)), "b1": RNG.normal(size=5), "W2": RNG.normal(size=(5, 2))}

    def two_layers(p):
        return np.sum((np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] - Y) ** 2)

    h = np.tanh(X @ hidden["W1"] + hidden["b1"])
    off = 2 * (h @ hidden["W2"] - Y)
    back = off @ hidden["W2"].T * h  # 1 − h² is right
    report = check_gradients(two_layers, {"dW1": X.T @ back, "db1": back.sum(0), "dW2": h.T @ off}, hidden)
    assert report.notes == (
        "W2 is right and all before wrong: the mistake is in the step from W2 back to b1; look at the derivative of "
        "the activation and at the transpose there",
    )
