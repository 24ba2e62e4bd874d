"""The transforms against PyTorch's of the same names, where it is installed."""

import numpy as np
import pytest

import tensorgrad as tg

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.peers


def close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_nested_grad(order, rng):
    def f(xp):
        return lambda x: xp.sum(xp.tanh(x) * xp.exp(-(x**2)) + xp.sin(x) / (1 + x * x))

    x = rng.normal(size=4)
    ours, theirs = f(np), f(torch)
    for _ in range(order):
        ours = (lambda g: lambda x: np.sum(g(x) * x))(tg.grad(ours))
        theirs = (lambda g: lambda x: torch.sum(g(x) * x))(torch.func.grad(theirs))
    close(tg.grad(ours)(x), torch.func.grad(theirs)(torch.tensor(x)))


@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")  # PyTorch's own
def test_jvp_and_vjp(rng):
    x, v, g = rng.normal(size=(3, 2, 3))

    def f(xp):
        return lambda x: xp.tanh(x @ x.T)[:, :1] * xp.cumsum(x, 1)

    of = torch.tensor
    for ours, theirs in zip(tg.jvp(f(np), (x,), (v,)), torch.func.jvp(f(torch), (of(x),), (of(v),)), strict=True):
        close(ours, theirs)
    close(tg.vjp(f(np), x)[1](g)[0], torch.func.vjp(f(torch), of(x))[1](of(g))[0])


@pytest.mark.filterwarnings("ignore:`torch.jit.script`:DeprecationWarning")  # PyTorch's own
def test_vmap_jacobians_and_hessians(rng):
    w, x = rng.normal(size=(3, 2)), rng.normal(size=(4, 3))

    def f(xp):
        return lambda w, x: xp.tanh(x @ w) * xp.sum(w**2, 0)

    def loss(xp):
        return lambda w, x: xp.sum(xp.sin(f(xp)(w, x)))

    of, func = torch.tensor, torch.func
    close(tg.vmap(f(np), (None, 0), 1)(w, x), func.vmap(f(torch), (None, 0), 1)(of(w), of(x)))
    close(tg.vmap(tg.grad(loss(np)), (None, 0))(w, x), func.vmap(func.grad(loss(torch)), (None, 0))(of(w), of(x)))
    close(tg.jacrev(f(np))(w, x[0]), func.jacrev(f(torch))(of(w), of(x[0])))
    close(tg.jacfwd(f(np), 1)(w, x[0]), func.jacfwd(f(torch), 1)(of(w), of(x[0])))
    close(tg.hessian(loss(np))(w, x[0]), func.hessian(loss(torch))(of(w), of(x[0])))
    close(tg.vmap(tg.hessian(loss(np)), (None, 0))(w, x), func.vmap(func.hessian(loss(torch)), (None, 0))(of(w), of(x)))
