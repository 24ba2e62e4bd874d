"""Where a dtype ends: float16 by the ten thousand, huge, tiny and infinite numbers, integers, and kinks twice."""

import math

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import activations
from tensorgrad.core.op import REGISTRY
from tensorgrad.forward import pushforward
from tests.ops.derivatives import value_and_gradient

INF = math.inf
#: Every finite float16, in order.
FLOAT16 = np.sort(np.arange(2**16, dtype="uint16").view("float16"))
FLOAT16 = FLOAT16[np.isfinite(FLOAT16)]
ROWS = [op for op in REGISTRY.values() if op.module.startswith("tensorgrad.")]
UNARY = sorted(op.name for op in ROWS if op.kind == "elementwise" and len(op.args) == 1)


MANY = 70_000  # more than the 65,504 that float16 holds
HALVES = {"ones": np.ones(MANY), "ramp": np.arange(MANY) % 10.0, "a few": np.array([300.0, 200.0, -100.0, 50.0])}
REDUCTIONS = {
    "mean": np.mean, "var": np.var, "std": np.std, "max": np.max, "norm": np.linalg.norm, "logsumexp": tg.logsumexp,
    "softmax": tg.softmax, "log_softmax": tg.log_softmax, "sparsemax": tg.sparsemax,
    "cross_entropy": lambda t: tg.sparse_softmax_cross_entropy(t, np.array(3)),
    "squareplus": activations.squareplus,
}  # fmt: skip


@pytest.mark.parametrize("values", HALVES)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_float16_is_float64_rounded(name, values):
    f, x = REDUCTIONS[name], HALVES[values]
    g = np.where(np.arange(np.size(f(x))) % 3 == 0, 1.0, 0.5).reshape(np.shape(f(x)))
    found = value_and_gradient(f, x.astype("float16"), g)
    wanted = value_and_gradient(f, x, g)
    for half, double in zip(found, wanted, strict=True):
        assert half.dtype == np.float16
        np.testing.assert_allclose(half, double, rtol=4e-3, atol=4e-3 * np.max(np.abs(double)) + 2e-7)


def inside(op):
    """Return the numbers of float16 at which a unary op is defined and differentiable."""
    x = FLOAT16
    if op.name == "log1p":
        return x[x > -1]
    return x[{
        "positive": x > 0, "unit": abs(x) < 1, "open unit": (x > 0) & (x < 1), "nonzero": x != 0, "above one": x > 1,
        "real": x == x,
    }[op.domain]]  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
def test_at_every_float16_the_gradient_is_that_of_float64(name):
    op = REGISTRY[name]
    x = inside(op)
    with np.errstate(all="ignore"):  # of 65504 the exponential is inf, and so is its gradient
        found = value_and_gradient(op.call, x)[1]
        wanted = value_and_gradient(op.call, x.astype(float))[1].astype("float16")
        steps = np.abs(found.astype(float) - wanted) / np.spacing(np.abs(wanted)).astype(float)
    assert found.dtype == np.float16
    finite = np.isfinite(wanted)
    np.testing.assert_array_equal(found[~finite], wanted[~finite])
    assert np.max(steps[finite]) <= 2


def test_a_small_slope_in_float16_survives_a_large_gradient():  # as a scaled loss has
    slope = math.exp(-20) / (1 + math.exp(-20)) ** 2
    for f, x, wanted in ((tg.sigmoid, 20, slope), (tg.tanh, 10, 4 * slope)):
        assert value_and_gradient(f, np.array(x, "float16"), 60_000)[1] == np.float16(60_000 * wanted)


CERTAIN = {
    "softmax": (tg.softmax, [1.0, 0.0]), "log_softmax": (tg.log_softmax, [1.0, 0.0]),
    "softmax_cross_entropy": (lambda z: tg.softmax_cross_entropy(z, np.array([1.0, 0.0], z.dtype)), 1.0),
    "sparse_softmax_cross_entropy": (lambda z: tg.sparse_softmax_cross_entropy(z, np.array(0)), 1.0),
    "logaddexp": (lambda z: np.logaddexp(z[0], z[1]), 1.0), "logsumexp": (tg.logsumexp, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CERTAIN)
def test_what_float16_rounds_to_certain_has_a_gradient(name):
    f, g = CERTAIN[name]
    z = np.array([8.5, 0.0])
    np.testing.assert_allclose(value_and_gradient(f, z.astype("float16"), g)[1], value_and_gradient(f, z, g)[1], 1e-3)


def test_float16_gradients_are_summed_finely():
    bias = tg.Tensor(np.zeros(2, "float16"), requires_grad=True)
    (np.ones((5000, 2), "float16") + bias).sum().backward()
    assert bias.grad.tolist() == [5000, 5000]
    table = tg.Tensor(np.zeros(2, "float16"), requires_grad=True)
    table[np.zeros(5000, int)].sum().backward()
    assert (table.grad.tolist(), table.grad.dtype) == ([5000, 0], np.float16)
    _, gradient = value_and_gradient(np.cumsum, np.zeros(4000, "float16"))
    np.testing.assert_array_equal(gradient, np.arange(4000, 0, -1).astype("float16"))


def test_integers_do_not_wrap():
    for dtype in "uint8", "int32", "bool":
        x = np.array([1, 1, 0, 1]) if dtype == "bool" else np.array([200, 100, 0, 250])
        scale = 1000 if dtype == "int32" else 1
        x = (x * scale).astype(dtype)
        for f in np.linalg.norm, tg.softmax, tg.log_softmax, tg.softplus, activations.log_sigmoid, np.std:
            np.testing.assert_allclose(f(tg.Tensor(x)).data, f(tg.Tensor(x.astype(float))).data, rtol=1e-14)


ZERO_TWICE = {
    "power": (lambda x: x ** np.arange(4), np.zeros(4)),
    "power of 2": (lambda x: x**2.0 + x ** np.array(3.0), np.zeros(2)),
    "std": (np.std, np.ones(3)),
    "std of columns": (lambda x: np.std(x, axis=0), np.array([[1.0, 2.0], [1.0, 3.0]])),
    "hypot": (lambda x: np.hypot(x[0], x[1]), np.zeros(2)),
    "arctan2": (lambda x: np.arctan2(x[0], x[1]), np.zeros(2)),
    "norm": (np.linalg.norm, np.zeros(3)),
}


@pytest.mark.parametrize("name", ZERO_TWICE)
def test_a_zero_gradient_has_no_nan_behind_it(name):
    f, x = ZERO_TWICE[name]
    t = tg.Tensor(x, requires_grad=True)
    y = f(t)
    seed = tg.Tensor(np.ones(y.shape), requires_grad=True)
    y.backward(seed, create_graph=True)
    first, t.grad = t.grad, None
    assert np.isfinite(first.data).all()
    (first * np.arange(1.0, x.size + 1).reshape(x.shape)).sum().backward()  # by the cotangent: forward mode
    for gradient in seed.grad, t.grad:
        assert gradient is None or np.isfinite(gradient.data).all()


@pytest.mark.parametrize("op", ["hypot", "arctan2", "std", "norm2"])
def test_forward_mode_where_the_derivative_is_taken_as_zero(op):
    row = REGISTRY[op]
    inputs = [np.zeros(3)] * len(row.args)
    y = row.kernel(*inputs, **row.defaults)
    pushed = pushforward(row, [np.ones(3)] * len(row.args), np.asarray(y), inputs, row.defaults)
    np.testing.assert_array_equal(pushed, np.zeros(np.shape(y)))


def test_gradcheck_of_zero_gradients():
    assert tg.gradcheck(np.std, np.ones(3))
    assert tg.gradcheck(lambda x: x ** np.arange(4), np.zeros(4))
    assert tg.gradcheck(lambda x: x**1.5, np.zeros(2))
    assert tg.gradcheck(lambda x: x**1.5, np.array([0.0, 1.0]))
    with pytest.raises(tg.GradcheckError, match="not differentiable there: 'sqrt'"):
        tg.gradcheck(np.sqrt, np.zeros(1))


def test_second_derivatives_of_powers_at_zero_are_those_of_the_polynomials():
    x = tg.Tensor(np.zeros(4), requires_grad=True)
    (x ** np.arange(4)).sum().backward(create_graph=True)
    first, x.grad = x.grad, None
    first.sum().backward()
    assert (first.tolist(), x.grad.tolist()) == ([0, 1, 0, 0], [0, 0, 2, 0])


def test_std_of_equals_has_no_slope_though_their_mean_is_rounded():
    value, gradient = value_and_gradient(np.std, np.array([0.1, 0.1, 0.1]))
    assert value == np.std([0.1, 0.1, 0.1]) != 0
    assert gradient.tolist() == [0, 0, 0]


FAR = {
    "logaddexp": (lambda x: np.logaddexp(x, x - 1), lambda torch, x: torch.logaddexp(x, x - 1),
                  [1e17, -1e17, 700.0, -INF]),
    "softplus": (tg.softplus, lambda torch, x: torch.nn.functional.softplus(x), [750.0, -750.0, 3.0]),
    "arccosh": (np.arccosh, lambda torch, x: torch.acosh(x), [1 + 1e-9, 2.0, 1e8]),
    "squareplus": (activations.squareplus, lambda torch, x: 0.5 * (x + torch.hypot(x, 0 * x + 2)), [0.0, 0.5, 1e200]),
    "silu": (activations.silu, lambda torch, x: torch.nn.functional.silu(x), [-1e300, -1e5, -800.0, -20.0, 0.0, 30.0]),
    "log10": (np.log10, lambda torch, x: torch.log10(x), [1e308, 1e-308]),
}  # fmt: skip


@pytest.mark.peers
@pytest.mark.parametrize("name", FAR)
def test_far_out_as_pytorch(name):
    torch = pytest.importorskip("torch")
    ours, theirs, x = FAR[name]
    t = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = theirs(torch, t)
    y.sum().backward()
    value, gradient = value_and_gradient(ours, np.array(x))
    np.testing.assert_allclose(value, y.detach().numpy(), rtol=1e-12, atol=1e-300)
    wanted = np.where(np.isneginf(x), 0.0, t.grad.numpy())  # nothing comes from what is no term at all
    np.testing.assert_allclose(gradient, wanted, rtol=1e-8, atol=1e-300)


def test_far_out_by_hand():
    np.testing.assert_array_equal(tg.softplus(np.array([INF, -INF])), [INF, 0])
    assert activations.silu(np.array([-1e4, -6e4], "float16")).tolist() == [0, 0]
    assert activations.silu(np.array([-3e38], "float32"))[0] == pytest.approx(0, abs=1e-30)
    assert activations.squareplus(np.array([-1e8]))[0] == pytest.approx(1e-8)
    value = tg.sigmoid_cross_entropy(np.array([20.0, 40.0]), np.ones(2))
    np.testing.assert_allclose(value, np.log1p(np.exp([-20.0, -40.0])), rtol=1e-15)
    gradient = value_and_gradient(tg.logsumexp, np.array([1e20, 1e20, -INF]))[1]
    np.testing.assert_array_equal(gradient, [0.5, 0.5, 0])
    for a, b in ((1e-200, 1e-200), (1e200, 1e200), (3.0, -4.0)):
        s, t = (tg.Tensor(v, requires_grad=True) for v in (a, b))
        np.arctan2(s, t).backward()
        r = math.hypot(a, b)
        np.testing.assert_allclose([s.grad.item(), t.grad.item()], [b / r / r, -a / r / r], rtol=1e-15)
    x = np.array([1e-200])
    np.testing.assert_allclose(value_and_gradient(np.reciprocal, x, [1e-300])[1], [-1e100], rtol=1e-14)
