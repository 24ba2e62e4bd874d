"""Optimizers: the steps of Keras (golden file) and PyTorch, and the ways to take one."""

import json
from pathlib import Path

import numpy as np
import pytest
from optimizer_examples import EVERY, every, gradients, make, start

import tensorgrad as tg
from tensorgrad import optimizers
from tensorgrad.optimizers import SGD, Adam

RECORDS = json.loads((Path(__file__).parent.parent / "golden" / "optimizers.json").read_text(encoding="utf-8"))


def built(record):
    config = dict(record["config"])
    rate = config.get("learning_rate")
    if isinstance(rate, dict):
        c = rate["config"]
        config["learning_rate"] = lambda step: c["initial_learning_rate"] * c["decay_rate"] ** (step / c["decay_steps"])
    return getattr(optimizers, record["name"])(**config)


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{r['name']}-{r['config']}")
def test_steps_are_those_of_keras(record):
    optimizer = built(record)
    params = [tg.Parameter(np.array(start, "float32")) for start in record["start"]]
    for grads, rate, values in zip(record["gradients"], record["learning_rates"], record["values"], strict=True):
        assert optimizer.learning_rate == pytest.approx(rate, rel=1e-6)
        optimizer.apply([np.array(g, "float32") for g in grads], params)
        for p, value in zip(params, values, strict=True):
            assert p.dtype == np.float32
            np.testing.assert_allclose(p.data, value, rtol=2e-6, atol=1e-6)
    assert optimizer.iterations == len(record["values"])


@every
def test_a_parameter_without_a_gradient_is_left_alone_with_its_slots(new, rng):
    a, b = make([1.0, 2.0], [3.0, 4.0])
    optimizer = new()
    optimizer.apply([np.ones(2), np.ones(2)], [a, b])
    value, state = b.data.copy(), {k: v.copy() for k, v in optimizer.state(b).items()}
    before = a.data.copy()
    optimizer.apply([np.ones(2), None], [a, b])
    optimizer.apply([np.ones(2)], [a])
    assert (a.data != before).all()
    np.testing.assert_array_equal(b.data, value)
    assert {k: v.tolist() for k, v in optimizer.state(b).items()} == {k: v.tolist() for k, v in state.items()}
    optimizer.apply([np.ones(2), np.ones(2)], [a, b])
    assert (b.data != value).all()


def test_two_optimizers_share_a_parameter():
    a, b, c = make([1.0], [2.0], [3.0])
    first, second = SGD(1.0), SGD(10.0)
    for _ in range(2):
        first.apply([np.ones(1), np.ones(1)], [a, b])
        second.apply([np.ones(1), np.ones(1)], [b, c])
    assert [p.data.item() for p in (a, b, c)] == [-1.0, -20.0, -17.0]


def test_gradients_given_are_not_written():
    (a,), g = make([3.0, 4.0]), np.array([30.0, 40.0])
    for new in EVERY:
        new().apply([g], [a])
    assert g.tolist() == [30.0, 40.0]


def test_step_with_plain_tensors_uses_and_clears_grad():
    w, b = tg.Tensor([[1.0, 2.0]], requires_grad=True), tg.Tensor([0.5], requires_grad=True)
    optimizer = SGD(0.1)
    for _ in range(2):
        ((w * w).sum() + (b * 3).sum()).backward()
        optimizer.step([w, b])
        assert w.grad is None
        assert b.grad is None
    np.testing.assert_allclose(w.data, [[0.64, 1.28]])
    np.testing.assert_allclose(b.data, [-0.1])
    (b * b).sum().backward()
    SGD(0.5).step(b)
    assert abs(b.item()) < 1e-15


def test_minimize_leaves_grad_alone():
    w, other = tg.Tensor(4.0, requires_grad=True), tg.Tensor(1.0, requires_grad=True)
    w.grad = tg.Tensor(5.0)
    loss = SGD(0.25).minimize(lambda: w * w * other, [w])
    assert loss.item() == 16.0
    assert w.item() == 2.0
    assert w.grad.item() == 5.0
    assert other.grad is None
    SGD(0.25).minimize(w * w, w)
    assert w.item() == 1.0


def test_apply_gradients():
    a, b = make([1.0], [2.0])
    optimizer = SGD(1.0)
    assert optimizer.apply_gradients(zip([np.ones(1), np.ones(1)], [a, b], strict=True)) == 1
    assert (a.item(), b.item()) == (0.0, 1.0)


def test_no_parameters_is_no_step():
    optimizer = Adam()
    optimizer.apply([], [])
    optimizer.step([])
    assert optimizer.iterations == 0


def test_variables_are_in_keras_order():
    a, b = make([1.0, 2.0], 3.0)
    optimizer = Adam(0.5)
    assert [v.tolist() for v in optimizer.variables] == [0, 0.5]
    optimizer.apply([np.ones(2), np.ones(())], [a, b])
    assert [v.shape for v in optimizer.variables] == [(), (), (2,), (2,), (), ()]
    np.testing.assert_allclose(optimizer.variables[2], 0.1)
    np.testing.assert_allclose(optimizer.variables[3], 0.001)


@pytest.mark.peers
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: SGD(0.1), ("SGD", {"lr": 0.1})),
        (lambda: SGD(0.1, momentum=0.9), ("SGD", {"lr": 0.1, "momentum": 0.9})),
        (lambda: SGD(0.1, momentum=0.9, nesterov=True), ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True})),
        # ε is placed differently; when it vanishes the two agree
        (lambda: Adam(0.1, epsilon=1e-30), ("Adam", {"lr": 0.1, "eps": 1e-30})),
        (lambda: Adam(0.1, epsilon=1e-30, weight_decay=0.1),
         ("AdamW", {"lr": 0.1, "eps": 1e-30, "weight_decay": 0.1})),
    ],
    ids=lambda x: x[0] if isinstance(x, tuple) else repr(x()),
)  # fmt: skip
def test_steps_are_those_of_pytorch(ours, theirs, rng):
    torch = pytest.importorskip("torch")
    params = start(rng)
    others = [torch.tensor(p.data.copy(), requires_grad=True) for p in params]
    optimizer, other = ours(), getattr(torch.optim, theirs[0])(others, **theirs[1])
    for grads in gradients(rng, 10):
        optimizer.apply(grads, params)
        for q, g in zip(others, grads, strict=True):
            q.grad = torch.tensor(g)
        other.step()
        for p, q in zip(params, others, strict=True):
            np.testing.assert_allclose(p.data, q.detach().numpy(), rtol=1e-10)
