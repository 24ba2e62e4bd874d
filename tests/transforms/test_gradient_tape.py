"""GradientTape: TensorFlow's face, as the Keras tutorials use it."""

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.errors import GradientError, OptionError
from tensorgrad.layers import Dense
from tensorgrad.losses import MeanSquaredError
from tensorgrad.optimizers import SGD


def test_the_first_example_of_tensorflows_guide():
    x = tg.Parameter(3.0)
    with tg.GradientTape() as tape:
        y = x**2
    dy_dx = tape.gradient(y, x)
    assert dy_dx.numpy() == 6.0
    assert x.grad is None


def test_a_constant_is_watched_and_then_as_it_was():
    x = tg.Tensor(3.0)
    with tg.GradientTape(persistent=True) as tape:
        assert not (x * x).requires_grad
        tape.watch(x)
        y = x * x
    assert not x.requires_grad
    assert tape.gradient(y, x).item() == 6
    assert tape.gradient(y, tg.Tensor(1.0)) is None
    assert not x.requires_grad
    with tg.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x) is None


def test_structures_of_sources_and_targets(rng):
    w, b, x = tg.Parameter(rng.random((3, 2))), tg.Parameter(np.zeros(2)), rng.random((4, 3))
    with tg.GradientTape(persistent=True) as tape:
        y = x @ w + b
        loss = np.mean(y**2)
    g = tape.gradient(loss, {"w": w, "b": [b]})
    np.testing.assert_allclose(g["w"].data, x.T @ y.data / 4)
    np.testing.assert_allclose(g["b"][0].data, y.data.sum(0) / 4)
    both = tape.gradient([loss, {"y": y}], b)
    np.testing.assert_allclose(both.data, y.data.sum(0) / 4 + 4)
    np.testing.assert_allclose(tape.gradient(y, b, output_gradients=2 * np.ones((4, 2))).data, [8, 8])


def test_what_lies_in_between_is_a_source_too():
    x = tg.Parameter(3.0)
    with tg.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    dz_dx, dz_dy = tape.gradient(z, [x, y])
    assert (dz_dx.item(), dz_dy.item()) == (108, 18)
    assert tape.gradient(z, z).item() == 1
    assert y.watch is None


def test_unconnected_gradients():
    x, y = tg.Parameter([1.0, 2.0]), tg.Parameter(2.0)
    with tg.GradientTape(persistent=True) as tape:
        z = y * y
    assert tape.gradient(z, x) is None
    assert tape.gradient(z, x, unconnected_gradients="zero").tolist() == [0, 0]
    assert tape.gradient(z.numpy(), [x, y]) == [None, None]


def test_a_tape_gives_one_gradient_unless_it_is_persistent():
    x = tg.Parameter(3.0)
    with tg.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(GradientError, match=r"not persistent gives one gradient; make it by GradientTape\(persistent"):
        tape.gradient(y, x)


def test_tapes_nest():
    x = tg.Parameter(2.0)
    with tg.GradientTape() as third, tg.GradientTape() as second:
        with tg.GradientTape() as first:
            y = x**4
        dy = first.gradient(y, x)
        assert dy.item() == 32
    ddy = second.gradient(dy, x)
    assert ddy.item() == 48
    assert third.gradient(dy, x).item() == 48
    with tg.GradientTape() as third:
        with tg.GradientTape() as second:
            with tg.GradientTape() as first:
                y = x**4
            dy = first.gradient(y, x)
        ddy = second.gradient(dy, x)
    assert third.gradient(ddy, x).item() == 48


def test_a_gradient_outside_of_all_tapes_is_a_constant():
    x = tg.Parameter(2.0)
    with tg.GradientTape() as tape:
        y = x**4
    assert not tape.gradient(y, x).requires_grad


def test_a_gradient_penalty_reaches_the_weights(rng):
    model = tg.Sequential([Dense(4, "tanh", input_shape=(3,)), Dense(1)])
    model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    x = tg.Tensor(rng.normal(size=(5, 3)).astype("float32"))

    def penalty():
        with tg.GradientTape() as inner:
            inner.watch(x)
            y = model(x)
        return np.mean((np.linalg.norm(inner.gradient(y, x), axis=1) - 1) ** 2)

    with tg.GradientTape() as outer:
        loss = penalty()
    found = outer.gradient(loss, model.trainable_variables[0])
    kernel, h = model.trainable_variables[0].data, 1e-2
    kernel[0, 0] += h
    up = penalty().item()
    kernel[0, 0] -= 2 * h
    assert found.data[0, 0] == pytest.approx((up - penalty().item()) / (2 * h), rel=1e-2)


def test_a_tape_inside_grad():
    def f(x):
        with tg.GradientTape() as tape:
            y = x**3
        return tape.gradient(y, x)

    assert tg.grad(f)(2.0) == 12.0


def test_reset_and_stop_recording():
    x = tg.Parameter(3.0)
    with tg.GradientTape(persistent=True) as tape:
        old = x * x
        tape.reset()
        y = x * 5
        with tape.stop_recording():
            assert not (x * x).requires_grad
        z = old * y
    assert tape.gradient(z, x).item() == 45  # old is a constant
    assert tape.gradient(old, x) is None
    with pytest.raises(GradientError, match="the tape is not recording"), tape.stop_recording():
        pass


def test_weights_are_watched_unless_told_otherwise(rng):
    model = tg.Sequential([Dense(2, input_shape=(3,)), Dense(1)])
    x = rng.random((4, 3)).astype("float32")
    with tg.GradientTape() as tape:
        loss = np.mean(model(x) ** 2)
    assert [v.name for v in tape.watched_variables()] == [v.name for v in model.trainable_variables]
    assert loss.requires_grad
    with tg.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(model.trainable_variables[0])
        loss = np.mean(model(x) ** 2)
    assert [v.name for v in tape.watched_variables()] == [model.trainable_variables[0].name]
    found = tape.gradient(loss, model.trainable_variables)
    assert [g is not None for g in found] == [True, False, False, False]


def test_the_custom_loop_of_the_keras_tutorials(rng):
    x = rng.normal(size=(64, 3)).astype("float32")
    y = x @ np.array([[1.0], [-2.0], [0.5]], "float32")
    model = tg.Sequential([Dense(8, "tanh", input_shape=(3,)), Dense(1)])
    optimizer, loss_fn, losses = SGD(0.1), MeanSquaredError(), []
    for _ in range(100):
        with tg.GradientTape() as tape:
            loss_value = loss_fn(y, model(x, training=True))
        grads = tape.gradient(loss_value, model.trainable_weights)
        optimizer.apply_gradients(zip(grads, model.trainable_weights, strict=True))
        losses.append(float(loss_value))
    assert losses[-1] < losses[0] / 20


def test_a_compiled_step_with_a_tape(rng):
    x = rng.normal(size=(16, 3)).astype("float32")
    model = tg.Sequential([Dense(4, "tanh", input_shape=(3,)), Dense(1)])
    start = model.get_weights()

    def step(x):
        with tg.GradientTape() as tape:
            loss = np.mean((model(x) - 1) ** 2)
        grads = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(grads, model.trainable_variables, strict=True))
        return loss

    traces = []
    for run in (step, compiled := tg.compile(step)):
        model.set_weights(start)
        optimizer = SGD(0.1)
        traces.append([run(x).item() for _ in range(4)])
    assert traces[0] == traces[1]
    assert compiled.cache_info().hits >= 2  # the optimizer makes its vectors at the first step


def test_mistakes_are_told():
    x = tg.Parameter(3.0)
    tape = tg.GradientTape()
    with pytest.raises(TypeError, match=r"t must be a Tensor, got 2.0; write tg.Tensor\(t\)"):
        tape.watch(2.0)
    with pytest.raises(TypeError, match="only floats have gradients"):
        tape.watch(tg.Tensor([1, 2]))
    with tape:
        y = x * x
        with pytest.raises(GradientError, match="recording already"):
            tape.__enter__()
    with pytest.raises(OptionError, match="must be 'none' or 'zero', got 'zeros'"):
        tape.gradient(y, x, unconnected_gradients="zeros")
    with pytest.raises(TypeError, match=r"sources must be Tensors, got 2\.0"):
        tape.gradient(y, 2.0)
    with pytest.raises(GradientError, match="2 output_gradients came for 1 targets"):
        tape.gradient(y, x, output_gradients=[1.0, 2.0])
    tape = tg.GradientTape()
    with tape:
        y = x * x
    with pytest.raises(GradientError, match=r"output_gradients float64\[2\] must have the shape of float64\[\]"):
        tape.gradient(y, x, output_gradients=np.ones(2))
