"""What linear algebra is differentiated for: likelihoods, filters, principal components, spectra."""

import numpy as np
import pytest

import tensorgrad as tg
from tests.ops.derivatives import check_derivatives

RNG = np.random.default_rng(3)
X = np.linspace(0, 3, 8)
Y = np.sin(X) + 0.1 * RNG.normal(size=8)
DATA = RNG.normal(size=(20, 3)) * [3.0, 2.0, 0.5]
SIGNAL = RNG.normal(size=16)


def gaussian_process(length, size, noise):
    """Return the logarithm of the likelihood of Y, with a squared exponential kernel."""
    k = size**2 * np.exp(-((X[:, None] - X) ** 2) / (2 * length**2)) + (noise**2 + 1e-6) * np.eye(8)
    lower = np.linalg.cholesky(k)
    white = np.linalg.solve(lower, Y)
    return -0.5 * white @ white - np.sum(np.log(np.linalg.diagonal(lower)))


def gaussian_process_by_determinant(length, size, noise):
    k = size**2 * np.exp(-((X[:, None] - X) ** 2) / (2 * length**2)) + (noise**2 + 1e-6) * np.eye(8)
    return -0.5 * Y @ np.linalg.solve(k, Y) - 0.5 * np.linalg.slogdet(k).logabsdet


def kalman(a, q):
    """Return the logarithm of the likelihood of Y along a path with a velocity."""
    f, h = np.eye(2) + a * np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([[1.0, 0.0]])
    mean, cov, total = np.zeros(2), np.eye(2), 0.0
    for y in Y:
        mean, cov = f @ mean, f @ cov @ f.T + q * np.eye(2)
        s = h @ cov @ h.T + 0.1
        gain = cov @ h.T @ np.linalg.inv(s)
        off = y - h @ mean
        total = total - 0.5 * (off @ np.linalg.solve(s, off) + np.log(np.linalg.det(s)))
        mean, cov = mean + gain @ off, cov - gain @ h @ cov
    return total


def principal_components(scale):
    """Return how much of the data, its axes scaled, the first two components explain."""
    x = DATA * scale
    s = np.linalg.svd(x - np.mean(x, axis=0), full_matrices=False).S
    return np.sum(s[:2] ** 2) / np.sum(s**2)


def first_component(scale):
    x = DATA * scale
    vh = np.linalg.svd(x - np.mean(x, axis=0)).Vh
    return vh[0] * vh[0]


def heat(width, time):
    """Return what is left of a signal's energy in low frequencies after it has spread."""
    k = np.fft.rfftfreq(16) * 2 * np.pi
    later = np.fft.irfft(np.fft.rfft(SIGNAL * width) * np.exp(-time * k**2), 16)
    return np.mean(later**4) + np.sum(np.abs(np.fft.rfft(later))[:4])


LOSSES = {
    "a Gaussian process": (lambda x: gaussian_process(*np.exp(0.3 * x - [0, 0, 1])), (3,)),
    "by its determinant": (lambda x: gaussian_process_by_determinant(*np.exp(0.3 * x - [0, 0, 1])), (3,)),
    "a Kalman filter": (lambda x: kalman(x[0], np.exp(x[1])), (2,)),
    "principal components": (lambda x: principal_components(np.exp(0.1 * x)), (3,)),
    "the first component": (lambda x: first_component(np.exp(0.1 * x)), (3,)),
    "heat": (lambda x: heat(x[0], np.exp(x[1])), (2,)),
}


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_and_its_two_derivatives(name):
    check_derivatives(*LOSSES[name])


@pytest.mark.parametrize("name", LOSSES)
def test_gradcheck_and_picture(name):
    f, shape = LOSSES[name]
    x = np.random.default_rng(1).normal(size=shape)
    assert tg.gradcheck(f, x)
    t = tg.Tensor(x, requires_grad=True, name="x")
    assert "x" in str(tg.draw(f(t).sum(), backward="both"))


@pytest.mark.parametrize("name", LOSSES)
def test_compiled(name):
    f, shape = LOSSES[name]

    def gradient(x):
        t = tg.Tensor(x, requires_grad=True)
        f(t).sum().backward()
        return t.grad

    step = tg.compile(gradient)
    for x in RNG.normal(size=(3, *shape)):
        assert step(x).data.tobytes() == gradient(x).data.tobytes()
