"""Transforms of complex numbers: the gradient of a real number, and the derivative of a holomorphic function."""

import numpy as np
import pytest

import tensorgrad as tg

Z = np.array([1 + 2j, 3 - 1j, -0.5 + 0.25j])
TO = np.array([0.3 - 0.1j, 1j, 2 + 1j])


def loss(z):
    return np.sum(np.abs(np.exp(z) * z - 1) ** 2)


def test_a_gradient_is_the_slope_along_both_parts():
    g, h = tg.grad(loss)(Z), 1e-6
    slope = (loss(Z + h * TO) - loss(Z - h * TO)) / (2 * h)
    assert np.sum(g.real * TO.real + g.imag * TO.imag) == pytest.approx(slope, rel=1e-8)
    t = tg.Tensor(Z, requires_grad=True)
    loss(t).backward()
    np.testing.assert_array_equal(t.grad.data, g)


def test_the_derivative_of_a_holomorphic_function():
    np.testing.assert_allclose(tg.grad(lambda z: np.sum(z**3), holomorphic=True)(Z), 3 * Z**2)
    second = tg.grad(lambda z: np.sum(tg.grad(lambda z: np.sum(z**3), holomorphic=True)(z)), holomorphic=True)
    np.testing.assert_allclose(second(Z), 6 * Z)
    with pytest.raises(tg.GradientError, match=r"f returned complex128\[\], a complex number; return a real one"):
        tg.grad(np.sum)(Z)


def test_a_gradient_of_a_gradient():
    def along(z):
        g = tg.grad(loss)(z)
        return np.sum(np.real(g) * TO.real + np.imag(g) * TO.imag)

    g, h, to = tg.grad(along)(Z), 1e-6, TO[::-1]
    slope = (along(Z + h * to) - along(Z - h * to)) / (2 * h)
    assert np.sum(g.real * to.real + g.imag * to.imag) == pytest.approx(slope, rel=1e-7)


def test_products_with_the_jacobian_are_not_conjugated():
    y, change = tg.jvp(lambda z: z * z, (Z,), (TO,))
    np.testing.assert_allclose(y, Z * Z)
    np.testing.assert_allclose(change, 2 * Z * TO)
    np.testing.assert_allclose(tg.vjp(lambda z: z * z, Z)[1](TO)[0], 2 * Z * TO)
