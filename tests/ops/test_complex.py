"""Complex numbers through every family: gradients of a real loss are ``∂L/∂Re z + i ∂L/∂Im z``, as differences say."""

import numpy as np
import pytest

import tensorgrad as tg

rng = np.random.default_rng(0)


def draw(*shape):
    return rng.normal(size=shape) + 1j * rng.normal(size=shape) + 2


Z, W = draw(3, 4), draw(4, 3)

FUNCTIONS = {
    "add": lambda z: z + 2j,
    "multiply": lambda z: z * z * (1 + 2j),
    "divide": lambda z: (1 + 1j) / z,
    "power": lambda z: z**3 + z**0.5 + z ** (1 + 2j),
    "2 ** z": lambda z: 2**z,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "square": np.square,
    "reciprocal": np.reciprocal,
    "sin": np.sin,
    "tanh": lambda z: np.tanh(z / 3),
    "arctan": np.arctan,
    "absolute": np.abs,
    "sign": np.sign,
    "conj": lambda z: np.conj(z) * z * z,
    "real": lambda z: np.real(z) ** 2,
    "imag": lambda z: np.imag(z) * z,
    "angle": np.angle,
    "angle in degrees": lambda z: np.angle(z, deg=True),
    "sum": lambda z: np.sum(z, axis=1),
    "mean": np.mean,
    "prod": lambda z: np.prod(z, axis=0),
    "cumsum": lambda z: np.cumsum(z, axis=1),
    "cumprod": lambda z: np.cumprod(z, axis=1),
    "var": lambda z: np.var(z, axis=1, ddof=1),
    "std": lambda z: np.std(z, axis=0),
    "cov": np.cov,
    "matmul": lambda z: z @ W,
    "real @ complex": lambda z: np.real(z) @ W,
    "einsum": lambda z: np.einsum("ij,jk->ik", z, W),
    "transpose": lambda z: z.T * W,
    "where": lambda z: np.where(Z.real > 2, z, 1j),
    "index": lambda z: z[[0, 0, 2], 1:],
    "concatenate": lambda z: np.concatenate([z, z * 1j]),
    "astype": lambda z: np.real(z).astype(complex) * z,
    "solve": lambda z: np.linalg.solve(z[:, :3], z[:, 3]),
    "inv": lambda z: np.linalg.inv(z[:, :3]),
    "det": lambda z: np.linalg.det(z[:, :3]),
    "interference": lambda z: np.abs(np.exp(1j * np.real(z)) + np.exp(1j * np.imag(z))) ** 2,
}  # fmt: skip


def weigh(y, weights):
    """Return a real number that depends on all of ``y``."""
    return np.sum(np.real(y * weights))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradient_is_the_slope_in_both_directions(name):
    f = FUNCTIONS[name]
    value = f(Z)
    weights = rng.normal(size=value.shape) + 1j * rng.normal(size=value.shape)
    z = tg.Tensor(Z, requires_grad=True)
    y = f(z)
    np.testing.assert_allclose(y.data, value, rtol=1e-14)
    assert y.dtype == value.dtype
    weigh(y, weights).backward()
    assert z.grad.dtype == complex
    d, h = draw(*Z.shape), 1e-6
    expected = (weigh(f(Z + h * d), weights) - weigh(f(Z - h * d), weights)) / (2 * h)
    g = z.grad.data
    assert np.sum(g.real * d.real + g.imag * d.imag) == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivative_is_the_slope_of_the_first(name):
    f = FUNCTIONS[name]
    to, weights = draw(*Z.shape), None

    def first(z):
        z = tg.Tensor(z, requires_grad=True)
        y = f(z)
        weigh(y * y, weights).backward(create_graph=True)
        slope = np.sum(np.real(z.grad) * to.real + np.imag(z.grad) * to.imag)
        z.grad = None
        return z, slope

    weights = draw(*f(Z).shape)
    z, slope = first(Z)
    slope.backward()
    d, h = draw(*Z.shape), 1e-6
    expected = (first(Z + h * d)[1].item() - first(Z - h * d)[1].item()) / (2 * h)
    g = z.grad.data
    assert np.sum(g.real * d.real + g.imag * d.imag) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", ["multiply", "exp", "divide", "matmul", "prod"])
def test_a_holomorphic_function_has_the_conjugate_of_its_derivative(name):
    f = FUNCTIONS[name]
    z = tg.Tensor(Z, requires_grad=True)
    np.real(np.sum(f(z))).backward()
    d, h = draw(*Z.shape), 1e-6
    expected = (np.sum(f(Z + h * d)) - np.sum(f(Z - h * d))) / (2 * h)
    assert np.sum(np.conj(z.grad.data) * d) == pytest.approx(expected, rel=1e-7)


def test_a_real_input_has_a_real_gradient():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    np.abs(np.exp(1j * x) + x).sum().backward()
    assert x.grad.dtype == float
    d, h = np.array([0.3, -0.7]), 1e-6
    f = lambda x: np.abs(np.exp(1j * x) + x).sum()
    assert np.sum(x.grad.data * d) == pytest.approx((f(x.data + h * d) - f(x.data - h * d)) / (2 * h), rel=1e-8)


def test_cotangents_and_hooks_are_gradients_too():
    z = tg.Tensor([1 + 2j], requires_grad=True)
    y = z * 1
    seen = []
    y.register_hook(lambda g: seen.append(g.data.copy()) or g * 2)
    y.backward(tg.Tensor([3 + 4j]))
    np.testing.assert_array_equal(seen, [[3 + 4j]])
    np.testing.assert_array_equal(z.grad.data, [6 + 8j])


def test_members():
    z = tg.Tensor(Z)
    np.testing.assert_array_equal(z.real.data, Z.real)
    np.testing.assert_array_equal(z.imag.data, Z.imag)
    np.testing.assert_array_equal(z.conj().data, Z.conj())
    np.testing.assert_array_equal(z.conjugate().data, Z.conj())
    assert complex(tg.Tensor(1 + 2j)) == 1 + 2j
    x = tg.Tensor([1.0])
    assert x.real is x
    assert x.imag.tolist() == [0.0]
    np.testing.assert_array_equal(np.isreal(tg.Tensor([1 + 0j, 1j])).data, [True, False])


def test_what_has_no_gradient_says_so():
    with pytest.raises(tg.GradientError, match=r"starts from a real number, got complex128\[\]; take what"):
        tg.Tensor(1j, requires_grad=True).backward()
    with pytest.warns(np.exceptions.ComplexWarning, match="discards the imaginary part"):
        x = tg.Tensor(Z).astype(float)
    np.testing.assert_array_equal(x.data, Z.real)
