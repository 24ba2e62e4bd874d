"""The compiled training step is the eager one, bit for bit if ``exact``: whatever layers, loss and optimizer."""

import re
import warnings

import numpy as np
import pytest
from compiled_models import OPTIMIZERS
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad.compile.training_step import LIMIT, WARM, BatchPrograms, TrainingStep
from tensorgrad.layers import Dropout
from tensorgrad.losses import (
    MeanSquaredError,
)
from tensorgrad.optimizers import SGD, Adam
from tests.compile.dense_models import LOSSES, forward_of, model_of, targets

ACTIVATIONS = ["relu", "tanh", "sigmoid", "softplus", "elu", "gelu", "softmax", "selu", "silu", "leaky_relu", None]


def run(model, loss, optimizer, batches, eagerly):
    step = TrainingStep(forward_of(model, loss), optimizer, model.trainable_weights, eagerly, exact=True)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x, y, w in batches:
            value, y_pred = step.forward_backward(x, y, w)
            found.append((value, y_pred.copy()))
            step.update()
    return found, step


def agree(compiled, eager, model, twin):
    for (a, p), (b, q) in zip(compiled, eager, strict=True):
        assert a == b
        assert p.tobytes() == q.tobytes()
    for a, b in zip(model.get_weights(), twin.get_weights(), strict=True):
        assert a.tobytes() == b.tobytes()


@pytest.mark.heavy
@given(
    widths=st.lists(st.integers(1, 5), max_size=3),
    activation=st.sampled_from(ACTIVATIONS),
    loss=st.sampled_from(sorted(LOSSES)),
    optimizer=st.sampled_from(sorted(OPTIMIZERS)),
    dropout=st.sampled_from([0.0, 0.3]),
    weighted=st.booleans(),
    dtype=st.sampled_from(["float32", "float64"]),
    rows=st.lists(st.integers(1, 6), min_size=1, max_size=3),
)
@settings(max_examples=120, deadline=None)
def test_random_models_train_as_they_do_eagerly(widths, activation, loss, optimizer, dropout, weighted, dtype, rows):
    make_loss, last, kind = LOSSES[loss]
    rng = np.random.default_rng(len(widths))
    batches = []
    for n in [*rows, *rows]:  # each size twice: traced, then replayed
        w = rng.uniform(0, 2, n).astype("f") if weighted else None
        batches.append((rng.normal(size=(n, 2, 3)).astype("f"), targets(kind, n, 3, rng), w))
    results = []
    for eagerly in (False, True):
        model = model_of(widths, activation, last, dropout, dtype)
        found, step = run(model, make_loss(), OPTIMIZERS[optimizer](), batches, eagerly)
        assert step.eagerly is eagerly
        results.append((found, model))
    agree(results[0][0], results[1][0], results[0][1], results[1][1])


def pair(optimizer):
    """Return two equal models with a step each, compiled and eager."""
    made = []
    for eagerly in (False, True):
        model = model_of([4], "relu", None, 0.0, "float32")
        loss = MeanSquaredError()
        step = TrainingStep(forward_of(model, loss), optimizer(), model.trainable_weights, eagerly, exact=True)
        made.append((model, step))
    return made


def batch(seed, rows=4):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(rows, 2, 3)).astype("f"), rng.normal(size=(rows, 3)).astype("f")


def same_steps(made, n=2, seed=0):
    for i in range(n):
        losses = []
        for _, step in made:
            losses.append(step.forward_backward(*batch(seed + i))[0])
            step.update()
        assert losses[0] == losses[1]
    (a, step), (b, _) = made
    assert not step.eagerly
    for u, v in zip(a.get_weights(), b.get_weights(), strict=True):
        assert u.tobytes() == v.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_what_callbacks_do_between_steps_is_seen(optimizer):
    made = pair(optimizer)
    same_steps(made)
    for model, _ in made:
        model.set_weights([w * 0.5 for w in model.get_weights()])
    same_steps(made, seed=2)
    for model, step in made:
        kernel = model.trainable_weights[0]
        kernel.data = np.ones_like(kernel.data)  # another array, not the same with other values
        step.optimizer.learning_rate = 0.002
    same_steps(made, seed=4)
    for model, _ in made:
        model.layers[1].trainable = False
    same_steps(made, seed=6)
    for model, _ in made:
        model.layers[1].trainable = True
    same_steps(made, seed=8)


def test_weights_that_the_loss_does_not_reach_are_left_alone_with_their_momentum():
    made = []
    for eagerly in (False, True):
        a, b = tg.Parameter(np.ones(3, "f")), tg.Parameter(np.ones(3, "f"))
        step = TrainingStep(lambda x, y, w, a=a: (((x * a - y) ** 2).mean(), x * a), Adam(0.1), [b, a], eagerly)
        made.append((a, b, step))
    x, y = np.ones((2, 3), "f"), np.zeros((2, 3), "f")
    for _ in range(3):
        assert made[0][2].forward_backward(x, y)[0] == made[1][2].forward_backward(x, y)[0]
        made[0][2].update()
        made[1][2].update()
    assert (made[0][0].data == made[1][0].data).all()
    assert (made[0][1].data == 1).all()
    assert not any(slot.any() for slot in made[0][2].optimizer.state(made[0][1]).values())


def test_a_second_trace_draws_what_the_first_has_drawn():
    losses = []
    for eagerly in (False, True):
        a, unused = tg.Parameter(np.ones(3, "f")), tg.Parameter(np.ones(3, "f"))
        drop = Dropout(0.5, seed=1)

        def forward(x, y, w, a=a, drop=drop):
            y_pred = drop(x * a, training=True)
            return ((y_pred - y) ** 2).mean(), y_pred

        step = TrainingStep(forward, SGD(0.1), [unused, a], eagerly, exact=True)
        x, y = np.ones((4, 3), "f"), np.zeros((4, 3), "f")
        losses.append([])
        for _ in range(3):
            losses[-1].append(step.forward_backward(x, y)[0])
            step.update()
        assert step.eagerly is eagerly
    assert losses[0] == losses[1]


def test_batches_of_several_sizes_have_a_program_each():
    made = pair(OPTIMIZERS["adam"])
    for seed, rows in enumerate([4, 2, 4, 2, 4]):
        losses = []
        for _, step in made:
            losses.append(step.forward_backward(*batch(seed, rows))[0])
            step.update()
        assert losses[0] == losses[1]
    assert len(made[0][1].programs) == 2


def test_a_forward_that_cannot_be_traced_runs_eagerly_and_says_why_once():
    def forward(x, y, w):
        loss = ((x * a - y) ** 2).mean()
        return (loss * 2 if loss.item() > 1e9 else loss), x * a

    a = tg.Parameter(np.ones(3, "f"))
    step = TrainingStep(forward, SGD(0.1), [a])
    x, y = np.ones((2, 3), "f"), np.zeros((2, 3), "f")
    words = r"trains without a compiled program, more slowly: test_training_step.py:\d+: item\(\) needs the value"
    with pytest.warns(UserWarning, match=words):
        assert step.forward_backward(x, y)[0] == 1
    step.update()
    assert step.forward_backward(x, y)[0] < 1  # a second warning would be an error
    assert step.eagerly


def test_a_users_error_is_raised_as_it_is_and_changes_nothing():
    model = model_of([4], "relu", None, 0.5, "float32")
    step = TrainingStep(forward_of(model, MeanSquaredError()), SGD(0.1), model.trainable_weights)
    before, state = model.get_weights(), model.layers[3]._rng.bit_generator.state
    x, y = batch(0)
    with pytest.raises(tg.ShapeError, match="mean_squared_error"):
        step.forward_backward(x, y[:, :2])
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not step.eagerly
    assert model.layers[3]._rng.bit_generator.state != state  # the eager run, whose error it is, drew
    step.forward_backward(x, y)
    assert not step.eagerly


def test_a_loss_without_weights_is_named():
    step = TrainingStep(lambda x, y, w: (tg.Tensor(1.0), x), SGD(), [tg.Parameter(np.ones(3))])
    with pytest.raises(tg.GradientError, match=re.escape("the loss does not depend on the parameters")):
        step.forward_backward(np.ones((2, 3)), np.ones(2))


def test_gradients_land_in_the_optimizers_vector_without_a_copy():
    model = model_of([4], "relu", None, 0.0, "float32")
    for exact, places in ((True, 4), (False, 3)):  # a kernel and a bias have one together
        step = TrainingStep(forward_of(model, MeanSquaredError()), SGD(0.1), model.trainable_weights, exact=exact)
        step.forward_backward(*batch(0))
        assert "copyto" not in step.replay.source
        assert len(step.replay.code.plan.external) == places


@pytest.mark.parametrize("loss", LOSSES)
def test_the_rate_folded_into_the_seed_saves_a_pass_and_changes_last_bits_only(loss):
    make_loss, last, kind = LOSSES[loss]
    made, rng = [], np.random.default_rng(0)
    for exact in (False, True):
        model = model_of([4, 4], "tanh", last, 0.3, "float64")
        step = TrainingStep(forward_of(model, make_loss()), SGD(0.1), model.trainable_weights, exact=exact)
        made.append((model, step))
    for i in range(6):
        x, y = rng.normal(size=(5, 2, 3)), targets(kind, 5 - i // 3, 3, rng)
        for _, step in made:
            step.optimizer.learning_rate = 0.1 / (1 + i % 4)
            step.forward_backward(x[: len(y)], y)
            step.update()
    (a, step), (b, other) = made
    assert step.fused
    assert step.optimizer.iterations == 6
    assert len(step.replay.program) <= len(other.replay.program) + 1  # where the seed is divided by a sum of weights
    for u, v in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_allclose(u, v, rtol=1e-10, atol=1e-14)


def test_the_rate_is_folded_only_where_the_step_is_just_that():
    class Own(SGD):
        def update(self, w, g, rate, step, spare, **slots):
            w -= 2 * rate * g

    for name, optimizer in {**OPTIMIZERS, "own": lambda: Own(0.1)}.items():
        assert optimizer().proportional is (name in ("sgd", "schedule")), name


def test_the_program_used_least_recently_gives_way_to_a_kind_of_batch_that_comes_often():
    programs = BatchPrograms()
    for key in range(LIMIT):
        assert programs.is_due(key)
        programs.keep(key, f"program {key}")
    assert programs.find(0) == "program 0"
    assert [programs.is_due("new") for _ in range(WARM)] == [False] * (WARM - 1) + [True]
    programs.keep("new", "new program")
    assert (len(programs), programs.find(0), programs.find(1)) == (LIMIT, "program 0", None)
    assert not programs.is_due("new")  # it counts anew


def test_kinds_of_batches_that_never_come_again_are_forgotten():
    programs = BatchPrograms()
    for key in range(LIMIT):
        programs.keep(key, None)
    for key in range(200 * LIMIT):
        assert not programs.is_due(("rare", key))
    assert len(programs.uses) <= 64 * LIMIT + 1


def test_a_batch_that_lies_in_the_weights_is_computed_as_eagerly():
    losses = []
    for eagerly in (True, False):
        a = tg.Parameter(np.ones(4))
        step = TrainingStep(lambda x, y, w, a=a: (((x * a - y) ** 2).mean(), x * a), SGD(0.1), [a], eagerly, exact=True)
        for i in range(3):
            losses.append(step.forward_backward(a.data if i else np.ones(4), np.arange(4.0))[0])
            step.update()
    assert losses[:3] == losses[3:]


def test_without_recording_there_is_nothing_to_train():
    a = tg.Parameter(np.ones(2))
    step = TrainingStep(lambda x, y, w: (((x * a - y) ** 2).mean(), x * a), SGD(0.1), [a])
    step.forward_backward(np.ones(2), np.ones(2))
    with tg.no_grad(), pytest.raises(tg.errors.GradientError, match="outside no_grad"):
        step.forward_backward(np.ones(2), np.ones(2))
