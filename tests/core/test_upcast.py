"""Upcasting: float16 and integers are computed in a wider dtype, and come back as they went in."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.upcast import upcast, upcast_kernel


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (np.arctan, (300.0,)),
        (np.arctan2, (200.0, 300.0)),
        (np.hypot, (250.0, 300.0)),
        (np.logaddexp, (300.0, 299.0)),
        (lambda a, b: a**b, (40.0, 2.5)),
        (tg.logsumexp, ([300.0, 299.0],)),
        (np.std, ([1.0, 300.0, 5.0],)),
    ],
)
def test_gradients_of_float16_are_those_of_float64_rounded(f, point):
    """What lies between would leave float16's range, or lose its digits: squares of 300, quotients of them."""
    gradients = []
    for dtype in ("float16", "float64"):
        leaves = [tg.Tensor(np.array(x, dtype), requires_grad=True) for x in point]
        y = f(*leaves)
        y.backward()
        assert y.dtype == dtype
        gradients.append([leaf.grad.data for leaf in leaves])
    for half, double in zip(*gradients, strict=True):
        assert half.dtype == np.float16
        np.testing.assert_allclose(half, double, rtol=2e-3, atol=2.0**-24)


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [("float16", "float32"), ("bool", "float64"), ("int8", "float64"), ("uint32", "float64"), ("float32", "float32"),
     ("float64", "float64"), ("complex64", "complex64"), ("longdouble", "longdouble")],
)  # fmt: skip
def test_narrow_dtypes_are_widened_and_others_kept(dtype, expected):
    x = np.zeros(2, dtype)
    assert upcast(x).dtype == expected
    assert (upcast(x) is x) == (dtype == expected)


def test_a_kernel_computes_in_the_wider_dtype_and_gives_float16_for_float16():
    seen = []

    def root_of_squares(x, y):
        seen.append((x.dtype, np.asarray(y).dtype))
        return np.sqrt(x * x + y * y)

    kernel = upcast_kernel(root_of_squares)
    x = np.array([300.0], "float16")  # its square is inf
    for given, result in (((x, x), "float16"), ((x, 2.0), "float16"), ((x, x.astype("float64")), "float64")):
        y = kernel(*given)
        np.testing.assert_allclose(y, np.hypot(*[np.asarray(a, float) for a in given]), rtol=1e-3)
        assert y.dtype == result
    assert kernel(np.array([200], "uint8"), np.array([100], "uint8")).dtype == "float64"
    assert seen[:2] == [("float32", "float32"), ("float32", "float64")]
    assert seen[3] == ("float64", "uint8")
