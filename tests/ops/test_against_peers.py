"""Gradients of NumPy's functions, one by one, against PyTorch and HIPS autograd, where those are installed."""

import importlib

import numpy as np
import pytest

import tensorgrad as tg

pytestmark = pytest.mark.peers

rng = np.random.default_rng(0)
X, W = rng.uniform(0.2, 0.9, (3, 4)), rng.uniform(0.2, 0.9, (3, 4))

ONE = [
    "abs", "arccos", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "cos", "cosh", "deg2rad", "exp", "exp2", "expm1",
    "log", "log10", "log1p", "log2", "negative", "reciprocal", "sin", "sinc", "sinh", "sqrt", "square", "tan", "tanh",
    "sum", "mean", "prod", "max", "min", "std", "var", "cumsum", "median", "sort", "ravel", "transpose", "diff", "i0",
    "nan_to_num", "fliplr", "flipud", "tril", "triu", "trace", "diagonal", "nanmean", "nansum", "ptp",
]  # fmt: skip
TWO = [
    "add", "subtract", "multiply", "divide", "power", "arctan2", "maximum", "minimum", "hypot", "logaddexp",
    "logaddexp2", "remainder", "fmax", "fmin", "outer", "kron", "inner", "vdot", "tensordot", "dot",
]  # fmt: skip

#: What a peer has under another name, has not, or does another way: with the reason where it is none of the first two.
TORCH = {
    "transpose": lambda t: lambda x: x.T, "std": lambda t: lambda x: t.std(x, correction=0),
    "var": lambda t: lambda x: t.var(x, correction=0), "cumsum": lambda t: lambda x: t.cumsum(x.reshape(-1), 0),
    "sort": lambda t: lambda x: t.sort(x)[0], "abs": lambda t: t.abs, "cbrt": None, "ptp": None,
    "median": None,  # the lower of the middle two
    "power": lambda t: t.pow, "outer": lambda t: lambda x, w: t.outer(x.reshape(-1), w.reshape(-1)),
    "vdot": lambda t: lambda x, w: t.vdot(x.reshape(-1), w.reshape(-1)), "dot": None, "inner": lambda t: t.inner,
    "tensordot": lambda t: lambda x, w: t.tensordot(x, w, 2),
}  # fmt: skip
AUTOGRAD = dict.fromkeys(("dot", "fmax", "fmin", "cumsum", "tensordot", "outer")) | {"median": None}


def ours(name, *inputs):
    tensors = [tg.Tensor(x, requires_grad=True) for x in inputs]
    y = getattr(np, name)(*(t.T if name == "dot" and i else t for i, t in enumerate(tensors)))
    weights = np.arange(1.0, np.size(y.data) + 1).reshape(y.shape)
    (y * weights).sum().backward()
    return weights, [t.grad.data for t in tensors]


def peer_function(peer, table, name):
    """Return the peer's function of this name, or skip."""
    if name in table:
        if table[name] is None:
            pytest.skip(f"{peer.__name__} has none like it")
        return table[name](peer)
    found = getattr(getattr(peer, "numpy", peer), name, None) or getattr(getattr(peer, "special", None), name, None)
    if found is None:
        pytest.skip(f"{peer.__name__} has no {name}")
    return found


CASES = [(name, (X,)) for name in ONE] + [(name, (X, W)) for name in TWO]


@pytest.mark.parametrize(("name", "inputs"), CASES, ids=[name for name, _ in CASES])
def test_pytorch(name, inputs):
    torch = pytest.importorskip("torch")
    f = peer_function(torch, TORCH, name)
    weights, found = ours(name, *inputs)
    leaves = [torch.tensor(x, requires_grad=True) for x in inputs]
    (f(*leaves) * torch.tensor(weights)).sum().backward()
    for a, b in zip(found, leaves, strict=True):
        np.testing.assert_allclose(a, b.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(("name", "inputs"), CASES, ids=[name for name, _ in CASES])
def test_hips_autograd(name, inputs):
    autograd = pytest.importorskip("autograd")
    importlib.import_module("autograd.numpy")
    f = peer_function(autograd, AUTOGRAD, name)
    weights, found = ours(name, *inputs)
    try:
        theirs = [autograd.grad(lambda *x: (f(*x) * weights).sum(), i)(*inputs) for i in range(len(inputs))]
    except NotImplementedError:
        pytest.skip("HIPS autograd has no rule for it")
    for a, b in zip(found, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
