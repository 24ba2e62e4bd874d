"""Parameters and gradients by hand: any structure, any usual key, paired with each other."""

from typing import NamedTuple

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.check import check_gradients
from tensorgrad.errors import GradientError
from tests.check.least_squares import PARAMS, G, X, Y, grads, loss

RNG = np.random.default_rng(3)


class Pair(NamedTuple):
    W: np.ndarray
    b: np.ndarray


FORMS = {
    "a Coursera dict": (PARAMS, G, lambda p: p),
    "the same keys": (PARAMS, {"W": G["dW"], "b": G["db"]}, lambda p: p),
    "d_W": (PARAMS, {"d_W": G["dW"], "d_b": G["db"]}, lambda p: p),
    "grad_W": (PARAMS, {"grad_W": G["dW"], "grad_b": G["db"]}, lambda p: p),
    "more than asked for": (PARAMS, {**G, "dZ": np.ones(3), "dA0": None}, lambda p: p),
    "a list for a dict": (PARAMS, [G["dW"], G["db"]], lambda p: p),
    "a list": (list(PARAMS.values()), list(G.values()), lambda p: {"W": p[0], "b": p[1]}),
    "a tuple": (tuple(PARAMS.values()), list(G.values()), lambda p: {"W": p[0], "b": p[1]}),
    "a named tuple": (Pair(**PARAMS), tuple(G.values()), lambda p: {"W": p.W, "b": p.b}),
    "a list of layers": ([PARAMS], [G], lambda p: p[0]),
    "pairs": ([tuple(PARAMS.values())], [tuple(G.values())], lambda p: {"W": p[0][0], "b": p[0][1]}),
    "nested dicts": ({"out": PARAMS}, {"out": G}, lambda p: p["out"]),
    "a function": (PARAMS, grads, lambda p: p),
}


@pytest.mark.parametrize(("params", "claimed", "inner"), FORMS.values(), ids=FORMS)
def test_parameters_and_gradients_come_in_any_form(params, claimed, inner):
    report = check_gradients(lambda p, X, Y: loss(inner(p), X, Y), claimed, params, X, Y)
    assert report
    assert report.difference < 1e-12


def test_a_vector_and_a_number_are_parameters():
    w = RNG.normal(size=4)
    report = check_gradients(lambda w: np.sum(w**3), 3 * w**2, w)
    assert report
    assert [r.name for r in report.inputs] == ["params"]
    assert check_gradients(lambda w: w**3, 12.0, 2.0)
    assert not check_gradients(lambda w: w**3, 11.0, 2.0)


def test_names_of_nested_parameters():
    nested = {"out": PARAMS, "list": [np.ones(2)]}
    report = check_gradients(
        lambda p: p["out"]["W"].sum() + p["out"]["b"].sum() + p["list"][0].sum(),
        {"out": {"W": np.ones((4, 2)), "b": np.ones(2)}, "list": [np.ones(2)]},
        nested,
    )
    assert [r.name for r in report.inputs] == ["out['W']", "out['b']", "list[0]"]


def test_keys_that_are_numbers():
    w = np.array([1.0, 2.0])
    assert tg.check_gradients(lambda p: np.sum(p[1] ** 2), {1: 2 * w}, {1: w})
    with pytest.raises(GradientError, match="two parameters are called 1; give one of them another key"):
        tg.check_gradients(lambda p: np.sum(p[1]) + np.sum(p["1"]), {1: w, "1": w}, {1: w, "1": w})
