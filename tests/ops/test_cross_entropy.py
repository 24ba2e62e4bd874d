"""Cross-entropies: their formulas in SciPy's words, class axes anywhere, and targets that do not fit."""

import numpy as np
import pytest
from scipy import special

import tensorgrad as tg

Z = np.array([[0.5, -1.5, 2.0], [3.0, -0.25, 1.0]])
HOT, IDS = np.array([[0.0, 1.0, 0.0], [0.25, 0.25, 0.5]]), np.array([2, 0])
P = special.softmax(Z, axis=-1)


def test_from_logits():
    logs = special.log_softmax(Z, axis=-1)
    np.testing.assert_allclose(tg.softmax_cross_entropy(Z, HOT), -(HOT * logs).sum(-1), rtol=1e-14)
    np.testing.assert_allclose(tg.sparse_softmax_cross_entropy(Z, IDS), -logs[[0, 1], IDS], rtol=1e-14)
    expected = -(special.xlogy(HOT, special.expit(Z)) + special.xlogy(1 - HOT, special.expit(-Z)))
    np.testing.assert_allclose(tg.sigmoid_cross_entropy(Z, HOT), expected, rtol=1e-14)


def test_from_probabilities_of_any_scale():
    for scale in 1.0, 3.0:
        np.testing.assert_allclose(tg.cross_entropy(P * scale, HOT), -(HOT * np.log(P)).sum(-1), rtol=1e-13)
        np.testing.assert_allclose(tg.sparse_cross_entropy(P * scale, IDS), -np.log(P[[0, 1], IDS]), rtol=1e-13)
    expected = -(special.xlogy(HOT, P) + special.xlogy(1 - HOT, 1 - P))
    np.testing.assert_allclose(tg.binary_cross_entropy(P, HOT), expected, rtol=1e-13)


@pytest.mark.parametrize("name", ["softmax_cross_entropy", "cross_entropy"])
def test_classes_may_lie_along_any_axis(name):
    f = getattr(tg.ops, name)
    np.testing.assert_array_equal(f(P.T, HOT.T, axis=0), f(P, HOT))
    sparse = getattr(tg.ops, f"sparse_{name}")
    np.testing.assert_array_equal(sparse(P.T, IDS, axis=0), sparse(P, IDS))


@pytest.mark.parametrize("name", ["cross_entropy", "sparse_cross_entropy", "binary_cross_entropy"])
def test_a_clipped_probability_has_no_slope(name):
    t = tg.Tensor([[1e-9, 1 - 1e-9]], requires_grad=True)
    targets = np.array([0]) if name.startswith("sparse") else np.array([[1.0, 0.0]])
    y = getattr(tg.ops, name)(t, targets)
    y.sum().backward()
    assert np.max(y.data) == pytest.approx(-np.log(1e-7))
    assert not t.grad.data.any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tg.softmax_cross_entropy(tg.Tensor(Z), np.ones((2, 2))),
         r"there must be one target for each score, float64\[2, 3\] and float64\[2, 2\]; got logits"),
        (lambda: tg.sparse_softmax_cross_entropy(tg.Tensor(Z), np.array([[0], [1]])),
         r"there must be one class id for each entry of float64\[2, 3\] but for axis -1; got logits"),
    ],
)  # fmt: skip
def test_targets_that_do_not_fit(call, message):
    with pytest.raises(tg.ShapeError, match=message):
        call()
