"""Against PyTorch in float64: activations, losses, ops, kinks, layers, optimizers, and a training."""

from functools import partial
from math import inf, sqrt

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import activations, config, layers, losses, optimizers
from tensorgrad.models import Sequential

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch")
F = torch.nn.functional

#: Both compute in float64; what is left are sums in another order.
CLOSE = 1e-12


@pytest.fixture
def doubles():
    """Layers make float64 weights, and ``fit`` casts to float64."""
    before = config.floatx()
    config.set_floatx("float64")
    yield
    config.set_floatx(before)


def uneven(shape):
    """Return a cotangent that differs from entry to entry."""
    return np.random.default_rng(7).uniform(0.5, 1.5, shape)


def values_and_gradients(tensor, f, arrays, seed=uneven):
    """Return ``f(*arrays)`` and its gradients for the cotangent ``seed(shape)``, as arrays, by either library."""
    inputs = [tensor(np.array(a), requires_grad=True) for a in arrays]
    y = f(*inputs)
    y.backward(tensor(seed(tuple(y.shape))))
    return [np.asarray(y.detach()), *(np.zeros(x.shape) if x.grad is None else np.asarray(x.grad) for x in inputs)]


def theirs(a, requires_grad=False):
    return torch.tensor(a, dtype=torch.float64, requires_grad=requires_grad)


def compare(ours, torchs, *arrays):
    """Assert that both functions have the same values and gradients at ``arrays``."""
    found = values_and_gradients(tg.Tensor, ours, arrays)
    expected = values_and_gradients(theirs, torchs, arrays)
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=CLOSE, atol=CLOSE * max(1.0, np.abs(b).max(initial=0)))


def ids(table):
    return [row[0] for row in table]


ACTIVATIONS = [
    ("relu", F.relu),
    ("relu6", F.relu6),
    ("leaky_relu", partial(F.leaky_relu, negative_slope=0.2)),
    ("elu", F.elu),
    ("selu", F.selu),
    ("celu", F.celu),
    ("gelu", F.gelu),
    ("silu", F.silu),
    ("mish", F.mish),
    ("sigmoid", F.sigmoid),
    ("hard_sigmoid", lambda x: F.relu6(x + 3) / 6),  # the slope of F.hardsigmoid is 1/6 in float32
    ("hard_silu", F.hardswish),
    ("hard_tanh", F.hardtanh),
    ("tanh", F.tanh),
    ("tanh_shrink", F.tanhshrink),
    ("softplus", partial(F.softplus, threshold=800)),  # above 20 PyTorch's is x, 2e-9 off
    ("softsign", F.softsign),
    ("softmax", partial(F.softmax, dim=-1)),
    ("log_softmax", partial(F.log_softmax, dim=-1)),
    ("log_sigmoid", F.logsigmoid),
    ("exponential", torch.exp),
    ("soft_shrink", F.softshrink),
    ("hard_shrink", F.hardshrink),
    ("glu", F.glu),
]


@pytest.mark.parametrize(("name", "function"), ACTIVATIONS, ids=ids(ACTIVATIONS))
def test_activations(name, function, rng):
    compare(activations.get(name), function, rng.uniform(-5, 5, (6, 8)))
    compare(activations.get(name), function, rng.choice([-30.0, 12.0, 1e-3, 30.0], (6, 8)))


def test_activations_with_settings(rng):
    x = rng.uniform(-3, 3, (5, 4))
    compare(lambda x: activations.gelu(x, approximate=True), partial(F.gelu, approximate="tanh"), x)
    compare(lambda x: activations.elu(x, alpha=0.3), partial(F.elu, alpha=0.3), x)
    compare(lambda x: activations.celu(x, alpha=2.0), partial(F.celu, alpha=2.0), x)
    compare(lambda x: activations.threshold(x, 0.5, -2.0), lambda x: F.threshold(x, 0.5, -2.0), x)
    compare(lambda x: activations.softmax(x, axis=0), partial(F.softmax, dim=0), x)


CLASSES = np.array([2, 0, 1, 2, 1])
CLASS_IDS = torch.tensor(CLASSES)
BITS = np.array([[1.0, 0.0], [0.0, 1.0], [0.3, 1.0]])
LOSSES = [
    ("mse", losses.MeanSquaredError(), F.mse_loss, (5, 3), "any"),
    ("mae", losses.MeanAbsoluteError(), F.l1_loss, (5, 3), "any"),
    ("logits", losses.CategoricalCrossentropy(from_logits=True), F.cross_entropy, (5, 3), "rows"),
    ("logits, summed", losses.CategoricalCrossentropy(from_logits=True, reduction="sum"),
     partial(F.cross_entropy, reduction="sum"), (5, 3), "rows"),
    ("logits, smoothed", losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1),
     partial(F.cross_entropy, label_smoothing=0.1), (5, 3), "rows"),
    ("binary logits", losses.BinaryCrossentropy(from_logits=True), F.binary_cross_entropy_with_logits, (5, 3), "units"),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "function", "shape", "kind"), [row[1:] for row in LOSSES], ids=ids(LOSSES))
def test_losses(loss, function, shape, kind, rng):
    target = rng.uniform(0, 1, shape)
    if kind == "rows":
        target /= target.sum(axis=1, keepdims=True)
    compare(lambda p: loss(target, p), lambda p: function(p, theirs(target)), rng.normal(0, 3, shape))


def test_losses_of_class_ids(rng):
    z = rng.normal(0, 3, (5, 3))
    sparse = partial(losses.SparseCategoricalCrossentropy, from_logits=True)
    compare(lambda z: sparse()(CLASSES, z), lambda z: F.cross_entropy(z, CLASS_IDS), z)
    for ours, torchs in (({"ignore_class": 2}, {"ignore_index": 2}), ({"reduction": "none"}, {"reduction": "none"})):
        loss, function = sparse(**ours), partial(F.cross_entropy, **torchs)
        compare(lambda z, loss=loss: loss(CLASSES, z), lambda z, function=function: function(z, CLASS_IDS), z)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    from_ids = losses.SparseCategoricalCrossentropy()  # both divide by the sum: PyTorch's way to do so is log_softmax
    compare(lambda p: from_ids(CLASSES, p), lambda p: F.nll_loss((p / p.sum(1, keepdim=True)).log(), CLASS_IDS), p)


def test_binary_crossentropy_of_probabilities(rng):
    p = rng.uniform(0.01, 0.99, (3, 2))
    loss = losses.BinaryCrossentropy()
    compare(lambda p: loss(BITS, p), lambda p: F.binary_cross_entropy(p, theirs(BITS)), p)
    weight = np.array([1.0, 0.0, 2.5])
    rows = theirs(weight)[:, None].expand(3, 2)
    compare(lambda p: loss(BITS, p, weight), lambda p: F.binary_cross_entropy(p, theirs(BITS), weight=rows), p)


SQUARE, WIDE = (4, 4), (3, 4)
OPS = [
    ("arctan2", np.arctan2, torch.atan2, [WIDE, (4,)]),
    ("hypot", np.hypot, torch.hypot, [WIDE, (3, 1)]),
    ("logaddexp", np.logaddexp, torch.logaddexp, [WIDE, (1, 4)]),
    ("divide", lambda a, b: a / (b * b + 1), lambda a, b: a / (b * b + 1), [WIDE, (4,)]),
    ("power", lambda a, b: (a * a + 1) ** b, lambda a, b: (a * a + 1) ** b, [WIDE, (3, 1)]),
    ("expm1", np.expm1, torch.expm1, [WIDE]),
    ("sinh", np.sinh, torch.sinh, [WIDE]),
    ("arcsinh", np.arcsinh, torch.asinh, [WIDE]),
    ("var", lambda x: np.var(x, axis=1, ddof=1), partial(torch.var, dim=1), [WIDE]),
    ("std", lambda x: np.std(x, axis=0), partial(torch.std, dim=0, correction=0), [WIDE]),
    ("prod", lambda x: np.prod(x, axis=1), partial(torch.prod, dim=1), [WIDE]),
    ("amax", lambda x: np.max(x, axis=1), partial(torch.amax, dim=1), [WIDE]),
    ("logsumexp", lambda x: tg.logsumexp(x, axis=0), partial(torch.logsumexp, dim=0), [WIDE]),
    ("cumsum", lambda x: np.cumsum(x, axis=1), partial(torch.cumsum, dim=1), [WIDE]),
    ("cumprod", lambda x: np.cumprod(x, axis=1), partial(torch.cumprod, dim=1), [WIDE]),
    ("sort", lambda x: np.sort(x, axis=1), lambda x: torch.sort(x, dim=1).values, [WIDE]),
    ("matmul", np.matmul, torch.matmul, [(2, 3, 4), (4, 5)]),
    ("matmul of vectors", np.matmul, torch.matmul, [(4,), (2, 4, 3)]),
    ("einsum", partial(np.einsum, "bij,bjk->ik"), partial(torch.einsum, "bij,bjk->ik"), [(2, 3, 4), (2, 4, 3)]),
    ("norm", lambda x: np.linalg.norm(x, axis=1), partial(torch.linalg.vector_norm, dim=1), [WIDE]),
    ("inv", np.linalg.inv, torch.linalg.inv, [SQUARE]),
    ("det", np.linalg.det, torch.linalg.det, [SQUARE]),
    ("solve", np.linalg.solve, torch.linalg.solve, [SQUARE, (4, 2)]),
    ("indexing", lambda x: x[[0, 2, 0], 1:], lambda x: x[[0, 2, 0], 1:], [WIDE]),
    ("where", lambda a, b: np.where(a > b, a, b * b), lambda a, b: torch.where(a > b, a, b * b), [WIDE, (4,)]),
    ("roll", lambda x: np.roll(x, 2, axis=1), partial(torch.roll, shifts=2, dims=1), [WIDE]),
    ("concatenate", lambda a, b: np.concatenate([a, b, a]), lambda a, b: torch.cat([a, b, a]), [WIDE, (2, 4)]),
]


@pytest.mark.parametrize(("ours", "torchs", "shapes"), [row[1:] for row in OPS], ids=ids(OPS))
def test_ops(ours, torchs, shapes, rng):
    """Square matrices get a heavy diagonal, so that no digits are lost in inverting them."""
    arrays = [rng.uniform(-2, 2, shape) + 5 * np.eye(4) if shape == SQUARE else rng.uniform(-2, 2, shape)
              for shape in shapes]  # fmt: skip
    compare(ours, torchs, *arrays)


AGREE_AT_KINKS = [
    ("relu at 0", activations.relu, F.relu, [0.0], [0.0]),
    ("|x| at 0", np.abs, torch.abs, [0.0], [0.0]),
    ("maximum at a tie", lambda x: np.maximum(x, 0.0), lambda x: torch.maximum(x, theirs(0.0)), [0.0], [0.5]),
    ("max of ties", np.max, torch.max, [1.0, 1.0], [0.5, 0.5]),
    ("max of ties on an axis", lambda x: np.max(x, axis=0), lambda x: torch.amax(x, 0), [2.0, 1.0, 2.0], [0.5, 0, 0.5]),
    ("min of ties", np.min, torch.min, [1.0, 1.0, 1.0, 1.0], [0.25] * 4),
    ("clip at its bounds", lambda x: np.clip(x, 0, 1), lambda x: torch.clip(x, 0, 1), [0.0, 1.0], [1.0, 1.0]),
    ("sqrt at 0", np.sqrt, torch.sqrt, [0.0], [inf]),
    ("norm at 0", np.linalg.norm, torch.linalg.vector_norm, [0.0, 0.0], [0.0, 0.0]),
    ("prod with one 0", np.prod, torch.prod, [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    ("prod with two", np.prod, torch.prod, [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ("0 ** 2", lambda x: x**2, lambda x: x**2, [0.0], [0.0]),
    ("0 ** 0", lambda x: x**0.0, lambda x: x**0.0, [0.0], [0.0]),
    ("leaky relu at 0", activations.leaky_relu, partial(F.leaky_relu, negative_slope=0.2), [0.0], [0.2]),
    ("relu6 at its corners", activations.relu6, F.relu6, [0.0, 6.0], [0.0, 0.0]),
    ("hard sigmoid at its corners", activations.hard_sigmoid, F.hardsigmoid, [-3.0, 3.0], [0.0, 0.0]),
    ("elu at 0", activations.elu, F.elu, [0.0], [1.0]),
    ("soft shrink at its corners", activations.soft_shrink, F.softshrink, [-0.5, 0.5], [0.0, 0.0]),
    ("mae at 0", lambda x: np.abs(x - 1.0), lambda x: F.l1_loss(x, theirs([1.0]), reduction="none"), [1.0], [0.0]),
]


def slopes(tensor, f, x):
    return values_and_gradients(tensor, f, [x], np.ones)[1]


@pytest.mark.parametrize(("f", "torchs", "x", "slope"), [row[1:] for row in AGREE_AT_KINKS], ids=ids(AGREE_AT_KINKS))
def test_kinks_where_we_agree(f, torchs, x, slope):
    np.testing.assert_array_equal(slopes(tg.Tensor, f, x), slope)
    np.testing.assert_array_equal(slopes(theirs, torchs, x), slope)


DIFFER_AT_KINKS = [
    ("a masked sqrt at 0", lambda x: np.where(x > 0, np.sqrt(x), 0.0),
     lambda x: torch.where(x > 0, torch.sqrt(x), 0.0), 0.0, 0.0, np.nan),
    ("hard tanh at its corner, a clip", activations.hard_tanh, F.hardtanh, 1.0, 1.0, 0.0),
]  # fmt: skip


@pytest.mark.parametrize(("f", "torchs", "x", "ours", "expected"), [row[1:] for row in DIFFER_AT_KINKS],
                         ids=ids(DIFFER_AT_KINKS))  # fmt: skip
def test_kinks_where_we_differ_on_purpose(f, torchs, x, ours, expected):
    np.testing.assert_array_equal(slopes(tg.Tensor, f, [x]), [ours])
    np.testing.assert_array_equal(slopes(theirs, torchs, [x]), [expected])


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("shape", [(5, 4), (2, 5, 4)])
@pytest.mark.parametrize("use_bias", [True, False])
def test_dense(shape, use_bias, rng):
    dense = layers.Dense(3, use_bias=use_bias)
    dense.build((None, 4))
    peer = torch.nn.Linear(4, 3, bias=use_bias, dtype=torch.float64)
    peer.weight.data = torch.tensor(dense.kernel.data.T)
    if use_bias:
        dense.bias.data[...] = rng.normal(size=3)
        peer.bias.data = torch.tensor(dense.bias.data)
    compare(dense, peer, rng.normal(size=shape))
    np.testing.assert_allclose(dense.kernel.grad.data, peer.weight.grad.numpy().T, rtol=CLOSE, atol=CLOSE)
    if use_bias:
        np.testing.assert_allclose(dense.bias.grad.data, peer.bias.grad.numpy(), rtol=CLOSE)


def test_flatten(rng):
    compare(layers.Flatten(dtype="float64"), torch.nn.Flatten(), rng.normal(size=(2, 3, 4)))


def same_epsilon(group, step):
    """PyTorch adds ε after the bias correction, we (as Keras) before: the ε that comes to the same at this step."""
    group["eps"] = 1e-3 / sqrt(1 - 0.999**step)


def keep(group, step):
    """Both have the same conventions."""


OPTIMIZERS = [
    ("sgd", optimizers.SGD(0.1), partial(torch.optim.SGD, lr=0.1), keep),
    ("momentum", optimizers.SGD(0.1, momentum=0.9), partial(torch.optim.SGD, lr=0.1, momentum=0.9), keep),
    ("nesterov", optimizers.SGD(0.1, momentum=0.9, nesterov=True),
     partial(torch.optim.SGD, lr=0.1, momentum=0.9, nesterov=True), keep),
    ("sgd, decay", optimizers.SGD(0.1, weight_decay=0.2), partial(torch.optim.SGD, lr=0.1, weight_decay=0.2), keep),
    ("adam", optimizers.Adam(0.05, epsilon=1e-3), partial(torch.optim.Adam, lr=0.05), same_epsilon),
    ("amsgrad", optimizers.Adam(0.05, epsilon=1e-3, amsgrad=True), partial(torch.optim.Adam, lr=0.05, amsgrad=True),
     same_epsilon),
    ("adam, decay", optimizers.Adam(0.05, epsilon=1e-3, weight_decay=0.1),
     partial(torch.optim.AdamW, lr=0.05, weight_decay=0.1), same_epsilon),
]  # fmt: skip


def weights_after(optimizer, make, convention, rng):
    """Return what ten steps with the same gradients make of the same weights: ours and theirs."""
    start = [rng.normal(size=(3, 4)), rng.normal(size=4)]
    ours = [tg.Parameter(w.copy()) for w in start]
    peers = [torch.nn.Parameter(torch.tensor(w)) for w in start]
    optimizer = type(optimizer).from_config(optimizer.get_config())
    peer = make(peers)
    for step in range(1, 11):
        grads = [rng.normal(size=w.shape) for w in start]
        optimizer.apply(grads, ours)
        for p, g in zip(peers, grads, strict=True):
            p.grad = torch.tensor(g)
        convention(peer.param_groups[0], step)
        peer.step()
    return [p.data for p in ours], [p.detach().numpy() for p in peers]


@pytest.mark.parametrize(("ours", "torchs", "convention"), [row[1:] for row in OPTIMIZERS], ids=ids(OPTIMIZERS))
def test_optimizers(ours, torchs, convention, rng):
    for a, b in zip(*weights_after(ours, torchs, convention, rng), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=CLOSE * np.abs(b).max())


def test_adam_differs_in_where_epsilon_is_added(rng):
    ours, theirs = weights_after(optimizers.Adam(0.05, epsilon=1e-3), partial(torch.optim.Adam, lr=0.05, eps=1e-3),
                                 keep, rng)  # fmt: skip
    assert 1e-4 < np.abs(ours[0] - theirs[0]).max() < 0.02


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize(("activation", "module"), [("relu", torch.nn.ReLU), ("tanh", torch.nn.Tanh)])
def test_ten_steps_of_training(activation, module, rng):
    x, y = rng.normal(size=(80, 6)), rng.integers(3, size=80)
    model = Sequential([layers.Dense(16, activation, input_shape=(6,)), layers.Dense(8, activation), layers.Dense(3)])
    kernels = [layer.get_weights()[0] for layer in model.layers]
    peer = torch.nn.Sequential(torch.nn.Linear(6, 16), module(), torch.nn.Linear(16, 8), module(),
                               torch.nn.Linear(8, 3)).double()  # fmt: skip
    for linear, kernel in zip(peer[::2], kernels, strict=True):
        linear.weight.data, linear.bias.data = torch.tensor(kernel.T), torch.zeros(kernel.shape[1], dtype=torch.float64)
    sgd = optimizers.SGD(0.1, momentum=0.9)
    model.compile(sgd, losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0).history
    optimizer, seen = torch.optim.SGD(peer.parameters(), 0.1, momentum=0.9), []
    for xs, ys in zip(theirs(x).split(8), torch.tensor(y).split(8), strict=True):
        loss = F.cross_entropy(peer(xs), ys)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    assert len(seen) == 10
    assert history["loss"][0] == pytest.approx(np.mean(seen), rel=1e-10)
    for ours, expected in zip(model.get_weights(), peer.parameters(), strict=True):
        np.testing.assert_allclose(ours, expected.detach().numpy().T, rtol=1e-10, atol=1e-10)
