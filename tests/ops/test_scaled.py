"""Numbers with their exponents apart: products whose parts lie far outside of the range of float64."""

import math
from fractions import Fraction

import numpy as np
import pytest

import tensorgrad as tg
from tests.ops.derivatives import value_and_gradient

FACTORS = [
    [1e-100] * 3 + [1e200] * 2, [1e200, 1e-100, 1e-100, 1e-100, 1e200], [1e-160, 1e-160, 1e160, 1e160],
    [5e-324, 1e300, 2.0], [1e150, 0.0, 1e150, 1e-300], [0.0, 0.0, 1e300], [-2.0, 3.0, 0.5, -7.0, 1e10, 1e-12, 0.25],
]  # fmt: skip


@pytest.mark.parametrize("x", FACTORS)
def test_products_of_very_large_and_very_small_numbers(x):
    exact = [Fraction(v) for v in x]
    others = [float(math.prod(exact[:i] + exact[i + 1 :])) for i in range(len(x))]
    with np.errstate(all="ignore"):  # the value may overflow on its way, as NumPy's does
        np.testing.assert_allclose(value_and_gradient(np.prod, x)[1], others, rtol=1e-14)
        of_running = [
            float(sum(math.prod(exact[:i] + exact[i + 1 : k + 1]) for k in range(i, len(x)))) for i in range(len(x))
        ]
        np.testing.assert_allclose(value_and_gradient(np.cumprod, x)[1], of_running, rtol=1e-14)


def test_a_product_of_thousands():
    x = np.random.default_rng(0).uniform(0.3, 1.2, 3000)
    logs = np.sum(np.log(x.astype("longdouble")))
    gradient = value_and_gradient(np.prod, x)[1]
    np.testing.assert_allclose(gradient, np.exp(logs - np.log(x)).astype(float), rtol=1e-11, atol=1e-320)


def test_frexp_and_ldexp_are_numpys():
    x = np.array([6.0, -0.75, 0.0, 1e-310, 1e300])
    for found, wanted in zip(np.frexp(tg.Tensor(x)), np.frexp(x), strict=True):
        np.testing.assert_array_equal(found.data, wanted)
    value, gradient = value_and_gradient(lambda t: np.ldexp(t, [1, -1, 3, 0, 2]), np.ones(5))
    assert value.tolist() == gradient.tolist() == [2, 0.5, 8, 1, 4]
