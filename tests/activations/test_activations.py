"""Activations: numbers and gradients of Keras (golden file), kinks, names, errors."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

import tensorgrad as tg
from tensorgrad import activations, ops
from tensorgrad.errors import ShapeError, UnknownNameError

RECORDS = json.loads((Path(__file__).parent.parent / "golden" / "activations.json").read_text(encoding="utf-8"))
ELEMENTWISE = sorted({r["name"] for r in RECORDS} - {"softmax", "log_softmax", "sparsemax", "glu", "threshold"})


def identify(record):
    return f"{record['name']}-{record['kwargs']}-{np.shape(record['x'])}"


def evaluated(function, x, c, dtype="float64"):
    """Return the value of ``function`` at ``x`` and the gradient of ``sum(c * value)``."""
    x = tg.Tensor(np.array(x, dtype), requires_grad=True)
    y = function(x)
    (y * np.array(c, dtype)).sum().backward()
    return y.data, x.grad.data


def projected(x, axis):
    """Return the nearest point on the simplex, by bisection for τ: not the algorithm of the op."""
    low, high = x.max(axis, keepdims=True) - 1, x.max(axis, keepdims=True)
    for _ in range(80):
        middle = (low + high) / 2
        over = np.maximum(x - middle, 0).sum(axis, keepdims=True) > 1
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.maximum(x - low, 0)


@pytest.mark.parametrize("record", [r for r in RECORDS if r["name"] != "sparsemax"], ids=identify)
def test_values_and_gradients_are_those_of_keras(record):
    if record["name"] == "threshold":
        function = activations.threshold  # no string: it needs arguments
    else:
        function = activations.get(record["name"])
    y, grad = evaluated(lambda x: function(x, **record["kwargs"]), record["x"], record["c"])
    # atol: PyTorch's gelu is 1 + erf, which cancels below -5; its hard_sigmoid holds 1/6 in float32
    np.testing.assert_allclose(y, record["y"], rtol=1e-13, atol=3e-15)
    np.testing.assert_allclose(grad, record["grad"], rtol=1e-11, atol=3e-8 if "note" in record else 3e-15)


@pytest.mark.parametrize("record", [r for r in RECORDS if r["name"] == "sparsemax"], ids=identify)
def test_sparsemax_is_the_projection_onto_the_simplex(record):
    x, axis = np.array(record["x"]), record["kwargs"].get("axis", -1)
    y, grad = evaluated(lambda x: activations.sparsemax(x, axis), x, record["c"])
    np.testing.assert_allclose(y, projected(x, axis), atol=1e-13)
    along = np.random.default_rng(0).uniform(-1, 1, x.shape)
    ahead, behind = (np.sum(np.array(record["c"]) * projected(x + h * along, axis)) for h in (1e-6, -1e-6))
    assert np.sum(grad * along) == pytest.approx((ahead - behind) / 2e-6, rel=1e-6)
    if "note" not in record:  # where it is set, Keras is off the definition
        np.testing.assert_allclose(y, record["y"], atol=1e-13)
        np.testing.assert_allclose(grad, record["grad"], atol=1e-13)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_arrays_in_arrays_out_and_float32_stays(name):
    function = activations.get(name)
    x = np.array([-3.0, -0.4, 0.3, 2.0], "float32")
    y = function(x)
    assert type(y) is np.ndarray
    t, grad = evaluated(function, x, np.ones(4), "float32")
    assert y.dtype == t.dtype == grad.dtype == np.float32
    np.testing.assert_array_equal(y, t)


@pytest.mark.parametrize(
    ("name", "x", "slope"),
    [("relu", 0.0, 0.0), ("relu6", 0.0, 0.0), ("relu6", 6.0, 0.0), ("leaky_relu", 0.0, 0.2), ("elu", 0.0, 1.0),
     ("celu", 0.0, 1.0), ("softsign", 0.0, 1.0), ("hard_tanh", 1.0, 1.0), ("soft_shrink", 0.5, 0.0),
     ("hard_shrink", 0.5, 0.0), ("hard_sigmoid", 3.0, 0.0), ("sparse_plus", 1.0, 1.0)],
)  # fmt: skip
def test_derivative_at_kinks(name, x, slope):
    assert evaluated(activations.get(name), x, 1.0)[1] == slope


def test_nothing_overflows_or_is_rounded_away():
    x = np.array([-1e4, -700.0, -90.0, 90.0, 700.0, 1e4])
    for function in (activations.sigmoid, activations.softplus, activations.silu, activations.mish, activations.gelu):
        assert np.isfinite(function(x)).all()
        assert np.isfinite(function(x.astype("float32"))).all()
    assert activations.log_sigmoid(np.array([-1000.0])) == -1000.0
    np.testing.assert_allclose(activations.sigmoid(x[2:3]), special.expit(x[2:3]), rtol=1e-14)
    np.testing.assert_array_equal(activations.log_softmax(np.array([1000.0, 0.0])), [0.0, -1000.0])
    assert activations.sigmoid(np.array([-20.0], "float32")) == pytest.approx(special.expit(-20.0), rel=1e-6)


@pytest.mark.parametrize("name", ["erf", "erfc"])
def test_error_functions_are_good_to_the_last_digits(name):
    x = np.concatenate([np.linspace(-26, 26, 20001), [0.0, 0.46875, 4.0, -4.0, 1e-300, -1e-9]])
    rtol = 3e-15 if name == "erf" else 1e-13  # SciPy's erfc takes exp(-x * x), which rounds x²
    np.testing.assert_allclose(getattr(ops, name)(x), getattr(special, name)(x), rtol=rtol, atol=0)


def test_erfc_is_exact_where_scipys_is_not():
    found = ops.erfc(np.array([5.75, 8.125, 15.75, 25.875]))
    mpmaths = [
        4.2321366174257376259e-16,
        1.4728237544682700263e-30,
        6.6236684125590638088e-110,
        3.7263143431025048864e-293,
    ]
    np.testing.assert_allclose(found, mpmaths, rtol=3e-16, atol=0)


def test_gelu_does_not_cancel():
    x = np.linspace(-30, 5, 1001)
    np.testing.assert_allclose(activations.gelu(x), x * special.ndtr(x), rtol=1e-12)


finite = st.floats(-50, 50)


@given(arrays(float, (3, 4), elements=finite), st.sampled_from([0, 1, -1]))
def test_softmax_agrees_with_scipy_and_sums_to_one(x, axis):
    y = activations.softmax(x, axis=axis)
    np.testing.assert_allclose(y, special.softmax(x, axis=axis), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(y.sum(axis), 1)
    np.testing.assert_allclose(activations.log_softmax(x, axis), special.log_softmax(x, axis), rtol=1e-12, atol=1e-13)


@given(arrays(float, (2, 5), elements=finite))
def test_sparsemax_agrees_with_bisection(x):
    np.testing.assert_allclose(activations.sparsemax(x), projected(x, -1), atol=1e-12)


def test_every_alias():
    for name in [*ELEMENTWISE, "softmax", "log_softmax", "sparsemax", "glu"]:
        assert callable(activations.get(name))
    assert activations.get("swish") is activations.silu is activations.swish
    assert activations.get("hard_swish") is activations.hard_silu
    assert activations.get(None) is activations.linear
    assert activations.get(np.sin) is np.sin
    assert activations.serialize(activations.get("relu")) == "relu"


def test_errors():
    with pytest.raises(UnknownNameError, match="unknown activation 'rleu'; did you mean 'relu'"):
        activations.get("rleu")
    with pytest.raises(UnknownNameError, match="unknown activation 'threshold'"):
        activations.get("threshold")
    with pytest.raises(TypeError, match="an activation is a name like 'relu' or a function, got 3"):
        activations.get(3)
    with pytest.raises(ShapeError, match=r"glu halves axis 1, which must be even; got float64\[2, 3\]"):
        activations.glu(np.zeros((2, 3)))
