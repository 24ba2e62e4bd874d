"""Optimizers: Keras's steps (golden file), PyTorch's where conventions agree, and every way parameters can change."""

import copy
import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad import optimizers
from tensorgrad.errors import GradientError, OptionError, ShapeError, UnknownNameError
from tensorgrad.optimizers import SGD, Adam, Optimizer

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


def make(*values, dtype="float64"):
    return [tg.Parameter(np.array(v, dtype)) for v in values]


EVERY = [
    lambda: SGD(0.1), lambda: SGD(0.1, momentum=0.9), lambda: SGD(0.1, momentum=0.9, nesterov=True),
    lambda: Adam(0.1), lambda: Adam(0.1, amsgrad=True), lambda: Adam(0.1, weight_decay=0.1, clipnorm=1.0),
    lambda: SGD(0.1, global_clipnorm=0.5), lambda: Adam(0.1, clipvalue=0.3),
]  # fmt: skip
every = pytest.mark.parametrize("new", EVERY, ids=lambda new: repr(new()))
SHAPES = [(3, 2), (2,), ()]


def gradients(rng, steps=6):
    return [[rng.normal(size=shape) for shape in SHAPES] for _ in range(steps)]


def start(rng):
    return make(*[rng.normal(size=shape) for shape in SHAPES])


def reference(new, params, steps):
    """Return the parameters' values after steps taken with an optimizer for each of them."""
    for p, grads in zip(params, zip(*steps, strict=True), strict=True):
        one = new()
        for g in grads:
            one.apply([g], [p])
    return [p.data.copy() for p in params]


@pytest.mark.parametrize("new", [n for n in EVERY if not n().global_clipnorm], ids=lambda new: repr(new()))
def test_one_vector_for_all_parameters_is_the_same_as_one_each(new, rng):
    params, steps = start(rng), gradients(rng)
    expected = reference(new, copy.deepcopy(params), steps)
    optimizer = new()
    for grads in steps:
        optimizer.apply(grads, params)
    for p, value in zip(params, expected, strict=True):
        np.testing.assert_array_equal(p.data, value)


def test_global_clipnorm_is_the_norm_of_all(rng):
    params, grads = start(rng), gradients(rng, 1)[0]
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    expected = [p.data - 0.1 * g * 0.5 / norm for p, g in zip(params, grads, strict=True)]
    SGD(0.1, global_clipnorm=0.5).apply(grads, params)
    for p, value in zip(params, expected, strict=True):
        np.testing.assert_allclose(p.data, value, rtol=1e-14)


@every
def test_reordered_replaced_and_repeated_parameters_change_nothing(new, rng):
    params, steps = start(rng), gradients(rng)
    plain, changed = copy.deepcopy(params), params
    expected, actual = new(), new()
    for i, grads in enumerate(steps):
        expected.apply(grads, plain)
        order = [[0, 1, 2], [2, 0, 1], [1, 2, 0]][i % 3]
        if i == 3:
            changed[0].data = changed[0].data.copy()  # as set_weights or a user would
        actual.apply([tg.Tensor(grads[j]) for j in order], [changed[j] for j in order])
    for p, q in zip(plain, changed, strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-13)


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


def test_momentum_survives_a_pause():
    (a, b), optimizer = make([0.0], [0.0]), SGD(1.0, momentum=0.5)
    optimizer.apply([np.ones(1), np.ones(1)], [a, b])
    optimizer.apply([np.ones(1)], [a])
    optimizer.apply([np.zeros(1), np.zeros(1)], [a, b])
    assert b.data == -1.5
    assert optimizer.state(b)["momentum"] == -0.5


def test_a_parameter_given_twice_gets_the_sum():
    (a,) = make([1.0])
    SGD(0.1).apply([np.array([1.0]), np.array([2.0])], [a, a])
    assert a.data == pytest.approx(0.7)
    a.grad = tg.Tensor([1.0])
    SGD(0.1).step([a, a])
    assert a.data == pytest.approx(0.6)


def test_a_replaced_value_is_used_and_a_new_shape_starts_anew():
    (a,), optimizer = make([1.0, 1.0]), SGD(1.0, momentum=0.5)
    optimizer.apply([np.ones(2)], [a])
    a.data = np.array([10.0, 20.0])
    optimizer.apply([np.zeros(2)], [a])
    assert a.data.tolist() == [9.5, 19.5]
    a.data[...] = 0.0
    optimizer.apply([np.zeros(2)], [a])
    assert a.data.tolist() == [-0.25, -0.25]
    a.data = np.zeros(3, "float32")
    optimizer.apply([np.ones(3)], [a])
    assert a.data.tolist() == [-1.0] * 3
    assert a.dtype == np.float32


def test_two_optimizers_share_a_parameter():
    a, b, c = make([1.0], [2.0], [3.0])
    first, second = SGD(1.0), SGD(10.0)
    for _ in range(2):
        first.apply([np.ones(1), np.ones(1)], [a, b])
        second.apply([np.ones(1), np.ones(1)], [b, c])
    assert [p.data.item() for p in (a, b, c)] == [-1.0, -20.0, -17.0]


@every
def test_float32_and_float64_parameters_keep_their_dtypes(new):
    a, b = tg.Parameter(np.ones(3, "float32")), tg.Parameter(np.ones(3))
    optimizer = new()
    for _ in range(3):
        optimizer.apply([np.ones(3), np.ones(3, "float32")], [a, b])
    assert (a.dtype, b.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(a.data, b.data, rtol=1e-6)
    assert {v.dtype for v in optimizer.state(a).values()} <= {np.dtype("float32")}


def test_values_given_before_are_not_written_and_are_views_of_one_vector_after():
    array = np.ones((2, 2))
    a, b = tg.Parameter(array), tg.Parameter(np.ones(3))
    SGD(0.5).apply([np.ones((2, 2)), np.ones(3)], [a, b])
    assert (array == 1).all()
    assert a.data.base is b.data.base is not None


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


def test_learning_rate_changes_and_schedules():
    (a,), optimizer = make([0.0]), SGD(1.0)
    optimizer.apply([np.ones(1)], [a])
    optimizer.learning_rate = 0.5
    optimizer.apply([np.ones(1)], [a])
    assert a.item() == -1.5
    optimizer.learning_rate = lambda step: 0.25 * step
    assert optimizer.learning_rate == 0.5
    optimizer.apply([np.ones(1)], [a])
    assert a.item() == -2.0
    assert optimizer.learning_rate == 0.75
    with pytest.raises(OptionError, match="SGD: learning_rate must be a number of at least 0, or a callable"):
        optimizer.learning_rate = "fast"


def test_no_parameters_is_no_step():
    optimizer = Adam()
    optimizer.apply([], [])
    optimizer.step([])
    assert optimizer.iterations == 0


def test_an_error_changes_nothing():
    a, b = make([1.0], [2.0])
    optimizer = Adam(0.1)
    optimizer.apply([np.ones(1), np.ones(1)], [a, b])
    before = [a.item(), b.item(), *[v.tolist() for v in optimizer.variables]]
    for grads in ([np.ones(1), np.ones(2)], [np.ones(2), np.ones(1)], [np.ones(1), "x"], [None, None], [np.ones(1)]):
        with pytest.raises((ShapeError, GradientError, TypeError)):
            optimizer.apply(grads, [a, b])
    assert [a.item(), b.item(), *[v.tolist() for v in optimizer.variables]] == before


def test_plain_sgd_keeps_no_parameter_it_no_longer_has(rng):
    import weakref

    optimizer = SGD(0.1)
    (a,), (b,) = make([1.0]), make([1.0])
    optimizer.apply([np.ones(1)], [a])
    gone = weakref.ref(a)
    optimizer.apply([np.ones(1)], [b])
    del a
    assert gone() is None


@every
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["copy", "pickle"])
def test_a_copy_goes_on_where_the_original_was(new, duplicate, rng):
    params, steps, optimizer = start(rng), gradients(rng), new()
    for grads in steps[:3]:
        optimizer.apply(grads, params)
    others, other = duplicate((params, optimizer))
    for grads in steps[3:]:
        optimizer.apply(grads, params)
    for p, q in zip(params, others, strict=True):
        assert (p.data != q.data).any()
    for grads in steps[3:]:
        other.apply(grads, others)
    for p, q in zip(params, others, strict=True):
        np.testing.assert_array_equal(p.data, q.data)


def test_variables_are_in_keras_order():
    a, b = make([1.0, 2.0], 3.0)
    optimizer = Adam(0.5)
    assert [v.tolist() for v in optimizer.variables] == [0, 0.5]
    optimizer.apply([np.ones(2), np.ones(())], [a, b])
    assert [v.shape for v in optimizer.variables] == [(), (), (2,), (2,), (), ()]
    np.testing.assert_allclose(optimizer.variables[2], 0.1)
    np.testing.assert_allclose(optimizer.variables[3], 0.001)


def test_configs():
    for new in EVERY:
        optimizer = new()
        again = type(optimizer).from_config(optimizer.get_config())
        assert again.get_config() == optimizer.get_config()
        assert repr(again) == repr(optimizer)
    assert SGD().get_config()["name"] == "sgd"
    assert Adam(0.5, name="mine").name == "mine"
    assert Adam(0.5).get_config()["learning_rate"] == 0.5


def test_get():
    assert type(optimizers.get("SGD")) is type(optimizers.get("sgd")) is SGD
    assert type(optimizers.get("Adam")) is type(optimizers.get(Adam)) is Adam
    optimizer = Adam()
    assert optimizers.get(optimizer) is optimizer
    assert optimizers.get({"class_name": "Adam", "config": {"beta_1": 0.5}}).beta_1 == 0.5


def test_slots_are_called_as_in_keras():
    assert list(optimizers.SGD(momentum=0.9).slots()) == ["momentum"]
    assert list(optimizers.Adam().slots()) == ["momentum", "velocity"]
    assert list(optimizers.Adam(amsgrad=True).slots()) == ["momentum", "velocity", "velocity_hat"]


def test_subclass_with_a_slot():
    class Adagrad(Optimizer):
        learning_rate: float = 0.1

        def slots(self):
            return {"sums": 1.0}

        def update(self, w, g, rate, step, spare, sums):
            sums += g * g
            w -= rate * g / np.sqrt(sums)

    (a,), optimizer = make([0.0]), Adagrad()
    optimizer.apply([np.array([np.sqrt(3)])], [a])
    assert a.item() == pytest.approx(-0.1 * np.sqrt(3) / 2)
    assert optimizer.name == "adagrad"


def error(call):
    a = tg.Parameter(np.ones(2), name="kernel")
    return lambda: call(a)


ERRORS = [
    (lambda: optimizers.get("adm"), UnknownNameError, "unknown optimizer 'adm'; did you mean 'adam'?"),
    (lambda: optimizers.get(0.1), TypeError,
     "an optimizer is a name like 'adam' or an object like Adam(0.001), got 0.1"),
    (lambda: SGD(lr=0.1), TypeError, "SGD has no argument 'lr'; did you mean 'learning_rate'?"),
    (lambda: SGD(momentun=0.1), TypeError, "SGD has no argument 'momentun'; did you mean 'momentum'?"),
    (lambda: SGD(-1.0), OptionError,
     "SGD: learning_rate must be a number of at least 0, or a callable step -> rate, got -1.0"),
    (lambda: Adam(beta_1=1.0), OptionError, "Adam: beta_1 must be a number in [0, 1), got 1.0"),
    (lambda: Adam(clipnorm=1.0, clipvalue=0.5), OptionError,
     "Adam: only one of clipnorm, clipvalue, global_clipnorm may be set, got clipnorm and clipvalue"),
    (lambda: SGD(clipnorm=0), OptionError, "SGD: clipnorm must be a number above 0, got 0"),
    (error(lambda a: SGD().apply([None], [a])), GradientError,
     "apply: no gradients, all are None; call loss.backward() first, from a loss that uses the parameters"),
    (error(lambda a: SGD().apply([np.ones(3)], [a])), ShapeError,
     "apply: the gradient of 'kernel' must have shape (2,), got float64[3]"),
    (error(lambda a: SGD().apply([np.ones(2)], [])), ShapeError, "apply: 1 gradients for 0 parameters"),
    (error(lambda a: SGD().step([a])), GradientError,
     "step: 'kernel' has no gradient: call loss.backward() first, from a loss that uses it, or leave it out"),
    (lambda: SGD().step([tg.Tensor([1.0])]), GradientError,
     "step: parameter 0, float64[1], requires no gradient: make it with requires_grad=True, or leave it out"),
    (error(lambda a: SGD().step([a * 2])), GradientError,
     "parameter 0, float64[2], is the result of 'multiply', not a leaf: pass the Tensors it was computed from"),
    (lambda: SGD().apply([np.ones(1)], [np.ones(1)]), TypeError,
     "parameter 0: an optimizer changes Tensors and Parameters, got float64[1]"),
    (lambda: SGD().apply([np.ones(1)], [tg.Tensor([1])]), TypeError,
     "parameter 0, int64[1], must hold floats, got int64[1]"),
    (lambda: Optimizer().update(None, None, 0.1, 1, None), TypeError,
     "Optimizer must define update(self, w, g, rate, step, spare, **slots)"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "kind", "text"), ERRORS)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=f"^{re.escape(text)}$"):
        call()


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
