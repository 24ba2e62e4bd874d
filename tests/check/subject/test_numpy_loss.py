"""A loss in NumPy: its numeric gradients against formulas, its method, the names of its data."""

import numpy as np
import pytest

from tensorgrad.check.subject.numpy_loss import NumpyLoss


def loss(params, X, y):
    return np.mean((X @ params["w"] + params["b"] - y) ** 2)


@pytest.mark.parametrize("cast", [lambda x: x, abs], ids=["complex step", "differences"])
def test_gradients_are_those_of_the_formula(cast, rng):
    X, y = rng.normal(size=(6, 3)), rng.normal(size=6)
    params = {"w": np.array([0.5, 1.0, 2.0]), "b": np.array(0.25, "f")}
    found = NumpyLoss(lambda p, X, y: loss({"w": cast(p["w"]), "b": cast(p["b"])}, X, y), params, (X, y))
    off = 2 / 6 * (X @ params["w"] + 0.25 - y)
    rtol = 1e-13 if found.method.kind == "complex step" else 1e-7
    assert found.method.kind == ("complex step" if cast is not abs else "differences")
    np.testing.assert_allclose(found.gradient("w"), X.T @ off, rtol=rtol)
    np.testing.assert_allclose(found.gradient("b"), off.sum(), rtol=rtol)
    assert [x.dtype for x in (found.arrays["b"], found.given["b"])] == [np.float64, np.float32]


def test_data_have_the_names_of_the_signature():
    found = NumpyLoss(lambda params, X, y: float(np.sum(params)), np.ones(2), (np.ones(3), 4.0))
    assert {name: np.ndim(x) for name, x in found.named_data().items()} == {"X": 1, "y": 0}
    found = NumpyLoss(lambda *args: float(np.sum(args[0])), np.ones(2), (np.ones(3), 4.0))
    assert list(found.named_data()) == ["data[0]", "data[1]"]


def test_a_real_result_of_complex_parameters_is_an_error():
    found = NumpyLoss(lambda params: float(np.sum(np.real(params) ** 2)), np.ones(2), ())
    assert found.values().tolist() == [2.0]
    found.allows_complex = True
    with pytest.raises(TypeError, match="the loss is real where the parameters are complex"):
        found.values()
