"""The crossentropies, against SciPy and differences."""

import numpy as np
import pytest
from scipy import special

import tensorgrad as tg
from tensorgrad import losses


def test_logits_agree_with_probabilities_and_scipy():
    z = np.random.default_rng(0).normal(size=(5, 4)) * 3
    ids = np.array([0, 3, 1, 1, 2])
    expected = -special.log_softmax(z, axis=-1)[np.arange(5), ids]
    for given in ({"y_pred": z, "from_logits": True}, {"y_pred": special.softmax(z, axis=-1)}):
        np.testing.assert_allclose(losses.sparse_categorical_crossentropy(ids, **given), expected, rtol=1e-12)
        np.testing.assert_allclose(losses.categorical_crossentropy(np.eye(4)[ids], **given), expected, rtol=1e-12)
    t = special.expit(-z)
    np.testing.assert_allclose(
        losses.binary_crossentropy(t, z, from_logits=True), losses.binary_crossentropy(t, special.expit(z)), rtol=1e-9
    )


def test_ids_never_wrap_around():
    z = tg.Tensor(np.zeros((2, 3)), requires_grad=True)
    for op in (tg.ops.sparse_softmax_cross_entropy, tg.ops.sparse_cross_entropy):
        for ids in ([0, -1], [0, 3], np.array([0, -1], "int8"), np.array([0, 2**32 - 1])):
            with pytest.raises(IndexError):
                op(z, ids)


@pytest.mark.parametrize(
    "op", ["softmax_cross_entropy", "sigmoid_cross_entropy", "cross_entropy", "binary_cross_entropy"]
)
def test_third_derivatives(op):
    """The third derivative along a line, against differences of the second."""
    rng = np.random.default_rng(0)
    x, along, targets = rng.uniform(0.2, 0.8, (2, 3)), rng.uniform(-1, 1, (2, 3)), rng.uniform(0.2, 0.8, (2, 3))

    def derivatives(at):
        t = tg.Tensor(float(at), requires_grad=True)
        y = getattr(tg.ops, op)(x + t * along, targets).sum()
        found = []
        for _ in range(3):
            t.grad = None
            y.backward(create_graph=True)
            y = t.grad
            found.append(y.item())
        return found

    h = 1e-5
    for lower, higher in ((0, 1), (1, 2)):
        numeric = (derivatives(h)[lower] - derivatives(-h)[lower]) / (2 * h)
        assert derivatives(0)[higher] == pytest.approx(numeric, rel=1e-6)
