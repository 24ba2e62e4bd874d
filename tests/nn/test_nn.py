"""tg.nn holds the functions of tg.ops that networks need, and what only it and Keras name is right."""

import numpy as np
import pytest
from scipy import special

import tensorgrad as tg
from tensorgrad import nn, ops

rng = np.random.default_rng(0)
X = rng.normal(size=(3, 4))


@pytest.mark.parametrize("name", nn.__all__)
def test_every_name_is_the_function_of_ops_and_is_documented(name):
    assert getattr(nn, name) is getattr(ops, name)
    assert getattr(nn, name).__doc__


def test_the_names_that_issues_and_tutorials_use_are_there():
    wanted = "relu gelu silu softmax log_softmax one_hot normalize moments layer_normalization binary_crossentropy"
    assert set(wanted.split()) <= set(nn.__all__)
    assert len(nn.__all__) == len(set(nn.__all__))


def test_activations_are_the_same_objects():
    shared = set(nn.__all__) & set(tg.activations.__all__)
    differ = {name for name in shared if getattr(nn, name) is not getattr(tg.activations, name)}
    assert differ == {"relu", "gelu"}  # of a layer, relu has more arguments and gelu is exact
    np.testing.assert_array_equal(tg.activations.gelu(X), nn.gelu(X, approximate=False))


def test_gelu_is_the_approximation_as_in_keras_ops():
    exact = X * special.ndtr(X)
    np.testing.assert_allclose(nn.gelu(X, approximate=False), exact, rtol=1e-14)
    assert 1e-6 < np.abs(nn.gelu(X) - exact).max() < 1e-3


#: Calls of floats, each differentiable at X.
CALLS = {
    "normalize": lambda x: nn.normalize(x),
    "normalize, order 1": lambda x: nn.normalize(x, axis=0, order=1),
    "normalize, two axes": lambda x: nn.normalize(x, axis=(0, 1)),
    "moments": lambda x: nn.moments(x, 1)[0] + nn.moments(x, [1])[1],
    "layer_normalization": lambda x: nn.layer_normalization(x, np.arange(4.0), np.ones(4)),
    "layer_normalization, axis 0": lambda x: nn.layer_normalization(x, axis=[0]),
    "rms_normalization": lambda x: nn.rms_normalization(x, np.arange(4.0)),
    "batch_normalization": lambda x: nn.batch_normalization(x, x.mean(0), x.var(0), 1, np.ones(4), np.arange(4.0)),
    "relu6": lambda x: nn.relu6(4 * x),
    "categorical_crossentropy": lambda x: nn.categorical_crossentropy(np.eye(4)[:3], x, from_logits=True),
    "sparse_categorical_crossentropy": lambda x: nn.sparse_categorical_crossentropy([0, 3, 2], x, from_logits=True),
    "binary_crossentropy": lambda x: nn.binary_crossentropy(np.ones((3, 4)), x, from_logits=True),
    "binary_crossentropy of p": lambda x: nn.binary_crossentropy(np.ones((3, 4)), nn.sigmoid(x)),
    "categorical_crossentropy of p": lambda x: nn.categorical_crossentropy(np.eye(4)[:3], nn.softmax(x)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_gradients(call):
    assert tg.gradcheck(call, X, order=2)


def test_normalize_at_zero_is_zero_with_a_finite_gradient():
    for dtype in ("float32", "float64"):
        x = tg.Tensor(np.zeros((2, 3), dtype), requires_grad=True)
        y = nn.normalize(x)
        y.sum().backward()
        assert y.dtype == dtype
        assert not y.numpy().any()
        assert np.isfinite(x.grad.numpy()).all()


def test_one_hot_places_and_ids_that_are_no_class():
    np.testing.assert_array_equal(nn.one_hot(np.array([0, 2, -1, 3]), 3), [[1, 0, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]])
    assert nn.one_hot([0], 2).dtype == "float32"
    assert nn.one_hot([0], 2, dtype="int8").dtype == "int8"
    np.testing.assert_array_equal(nn.one_hot([[0, 1]], 2, axis=0), [[[1, 0]], [[0, 1]]])
    assert type(nn.one_hot(tg.Tensor([1]), 2)) is tg.Tensor
    with pytest.raises(TypeError, match=r"class ids, whole numbers, got float64\[1\]"):
        nn.one_hot([0.5], 2)


def test_multi_hot_and_in_top_k():
    np.testing.assert_array_equal(nn.multi_hot([0, 2, 2], 4), [1, 0, 1, 0])
    scores = np.array([[0.1, 0.5, 0.4], [0.3, 0.3, 0.4]])
    np.testing.assert_array_equal(nn.in_top_k([2, 0], scores, 2), [True, True])
    np.testing.assert_array_equal(nn.in_top_k([2, 0], scores, 1), [False, False])


def test_a_network_of_these_compiles():
    def loss(w, x, ids):
        return nn.sparse_categorical_crossentropy(ids, nn.layer_normalization(nn.gelu(x @ w)), from_logits=True).mean()

    w = tg.Tensor(rng.normal(size=(4, 5)), requires_grad=True)
    ids = np.array([0, 4, 2])
    np.testing.assert_allclose(tg.compile(loss)(w, X, ids).item(), loss(w, X, ids).item(), rtol=1e-15)
