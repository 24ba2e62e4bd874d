"""tensorgrad.numpy.fft: NumPy's transforms as Tensors, recorded; frequencies in the dtype that is asked for."""

import numpy
import pytest

import tensorgrad as tg
import tensorgrad.numpy as np

X = numpy.array([1.0, 3.0, -2.0, 0.5])


@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "fftshift", "fftn"])
def test_a_transform_gives_numpys_numbers(name):
    y = getattr(np.fft, name)(X)
    assert type(y) is tg.Tensor
    numpy.testing.assert_allclose(y.numpy(), getattr(numpy.fft, name)(X), rtol=1e-15)


def test_a_transform_is_recorded():
    assert tg.gradcheck(lambda x: np.abs(np.fft.rfft(x)) ** 2, X)


def test_fftfreq_takes_a_dtype():
    assert np.fft.fftfreq(4, dtype="float32").dtype == "float32"
    assert np.fft.rfftfreq(4, dtype="float32").tolist() == [0.0, 0.25, 0.5]
    assert np.fft.fftfreq(4).dtype == "float64"
