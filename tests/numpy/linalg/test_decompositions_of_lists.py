"""tensorgrad.numpy.linalg: NumPy's functions as Tensors, recorded, of lists too."""

import numpy
import pytest

import tensorgrad as tg
import tensorgrad.numpy as np

A = [[4.0, 1.0], [1.0, 3.0]]


@pytest.mark.parametrize("name", ["inv", "det", "eigh", "svd", "qr", "cholesky", "slogdet", "norm", "eigvalsh", "pinv"])
def test_a_function_gives_numpys_numbers(name):
    y, expected = getattr(np.linalg, name)(A), getattr(numpy.linalg, name)(A)
    parts, others = (y, expected) if isinstance(y, tuple) else ((y,), (expected,))
    assert all(type(part) is tg.Tensor for part in parts)
    for part, other in zip(parts, others, strict=True):
        numpy.testing.assert_allclose(part.numpy(), other, rtol=1e-15)
    if isinstance(expected, tuple):
        assert type(y) is type(expected)  # a named tuple, such as EighResult


def test_a_decomposition_is_recorded():
    assert tg.gradcheck(lambda a: np.linalg.slogdet(a).logabsdet + np.linalg.svd(a).S.sum(), numpy.array(A))


def test_errors_are_numpys():
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.inv([[0.0, 0.0], [0.0, 0.0]])
