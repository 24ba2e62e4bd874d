"""The gradients of complex numbers are PyTorch's."""

import numpy as np
import pytest

import tensorgrad as tg

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers

Z = np.array([1 + 2j, -0.5 + 1j, 2 - 3j])

FUNCTIONS = ["abs", "angle", "exp", "log", "sqrt", "sin", "tanh", "square", "reciprocal", "conj", "real", "imag"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients(name):
    z, t = tg.Tensor(Z, requires_grad=True), torch.tensor(Z, requires_grad=True)
    y, u = getattr(tg.ops, {"abs": "absolute"}.get(name, name))(z), getattr(torch, name)(t)
    (np.abs(y - 3) ** 2).sum().backward()
    (torch.abs(u - 3) ** 2).sum().backward()
    np.testing.assert_allclose(z.grad.data, t.grad.resolve_conj().numpy(), rtol=1e-12, atol=1e-12)
