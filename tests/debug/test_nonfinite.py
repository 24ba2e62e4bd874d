"""The numerics tracer: the first op that makes nan or inf is named, with its line, its inputs and the remedy."""

import threading

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug import trace_numerics
from tensorgrad.layers import Dense
from tests.compiled_models import training_steps
from tests.debug.scripts import numerics_error
from tests.planted import train


def test_the_whole_message_of_a_forward():
    error = numerics_error("""
        p = tg.Tensor([0.0, 0.5, 0.0, 1.0], name="p")
        q = p * 1.0
        loss = -np.log(q).sum()
    """)
    assert str(error) == (
        "log made 2 of 4 entries -inf at train.py:3\n"
        "  x  float64[4]  from 0 to 1, 2 zeros\n"
        "  log of 0 is -inf: np.log(np.maximum(x, 1e-7)), or for probabilities a loss that takes logits, with "
        "from_logits=True"
    )
    assert isinstance(error, FloatingPointError)


def test_the_whole_message_of_a_backward():
    error = numerics_error("""
        x = tg.Tensor([0.0, 4.0], requires_grad=True, name="x")
        loss = np.sqrt(x).sum()
        loss.backward()
    """)
    assert str(error) == (
        "the backward of sqrt made 1 of 2 entries inf for x at train.py:2\n"
        "  x  float64[2]  from 0 to 4, 1 zero\n"
        "  gradient  float64[2]  all 1\n"
        "  the derivative of √x is infinite at 0: np.sqrt(x + 1e-12), or np.linalg.norm, whose gradient at 0 is 0"
    )


def test_a_finding_has_it_all_as_attributes():
    found = numerics_error("y = np.log(tg.Tensor([[0.0, -1.0, 0.5]], name='p', dtype='float32'))").finding
    assert (found.op, found.phase, found.layer, found.line) == ("log", "forward", None, "train.py:1")
    assert (found.bad, found.size) == ((1, 0, 1), 3)
    (x,) = found.inputs
    assert (x.name, x.kind, x.low, x.high) == ("x=p", "float32[1, 3]", -1.0, 0.5)
    assert (x.zeros, x.negative, x.nan, x.inf, x.neginf, x.size) == (1, 1, 0, 0, 0, 3)


def test_the_layer_is_named_and_the_line_is_the_users_own():
    error = numerics_error("""
        class Bad(tg.layers.Layer):
            def call(self, x):
                return np.log(x - x)

        model = tg.Sequential([tg.layers.Dense(2, name="hidden"), Bad(name="bad")])
        model.build((None, 3))
        model(np.ones((4, 3)))
    """)
    assert str(error).splitlines()[0] == "log made 8 of 8 entries -inf at train.py:3 in layer 'bad'"
    assert error.__notes__[0] == "in Bad(name='bad') called with x: float32[4, 2]"


def test_the_backward_of_a_layer_is_named_too():
    error = numerics_error("""
        class Root(tg.layers.Layer):
            def call(self, x):
                return np.sqrt(x)

        model = tg.Sequential([tg.layers.Dense(2, "relu", kernel_initializer="zeros"), Root(name="root")])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    """)
    assert str(error).splitlines()[0] == (
        "the backward of sqrt made 8 of 8 entries -inf for x at train.py:3 in layer 'root'"
    )


def test_data_that_came_with_nan_are_reported_as_data():
    error = numerics_error("""
        x = tg.Tensor([[1.0, np.nan], [2.0, 3.0]], name="x")
        y = x @ np.ones((2, 1))
    """)
    assert str(error) == (
        "matmul was given 1 of 4 entries nan in its input a=x at train.py:2\n"
        "  a=x  float64[2, 2]  from 1 to 3, 1 nan\n"
        "  b  float64[2, 1]  all 1\n"
        "  the data are not finite, no op made them so: look at x[~np.isfinite(x)] before training"
    )
    assert error.finding.phase == "given"


def test_a_weight_that_is_not_finite_is_reported_as_a_weight():
    layer = Dense(2, name="hidden")
    layer.build((None, 3))
    layer.kernel.data[0, 0] = np.inf
    error = numerics_error("layer(np.ones((1, 3)))", layer=layer)
    assert str(error).splitlines()[0] == (
        "matmul was given 1 of 6 entries inf in its input b=hidden/kernel at train.py:1 in layer 'hidden'"
    )
    assert error.finding.remedy == (
        "the weight itself is not finite: the last update, or what it was set to, made it so; if it was training, take "
        "a smaller learning rate or clipnorm=1.0"
    )


def test_what_was_made_before_the_block_is_seen_in_the_backward():
    x = tg.Tensor([0.0, 1.0], requires_grad=True, name="x")
    y = np.sqrt(x).sum()
    error = numerics_error("y.backward()", y=y)
    assert str(error).splitlines()[0] == "the backward of sqrt made 1 of 2 entries inf for x"
    assert x.grad is None


@pytest.mark.parametrize(
    "meant",
    [
        "tg.softmax(np.where([True, False], T([1.0, 2.0]), -np.inf)).sum().backward()",
        "tg.softmax(T([1.0, 2.0]) + np.array([0.0, -np.inf])).sum().backward()",
        "np.minimum(T([1.0, 2.0]), np.inf).sum().backward()",
        "np.clip(T([1.0, 2.0]), 0, None).sum().backward()",
        "np.maximum(T([1.0, 2.0]), -np.inf).sum().backward()",
        "np.linalg.norm(T([0.0, 0.0])).backward()",
        "np.where([True, False], np.sqrt(T([4.0, 0.0])), 0.0).sum().backward()",
        "np.isnan(T([1.0, 2.0]) / 2)",
        "np.where([True, False], T([1.0, 2.0]), np.inf).min().backward()",
        "np.where([True, False], T([1.0, 0.0]) ** 0.5, 0.0).sum().backward(create_graph=True)",
    ],
)
def test_infinities_that_were_meant_are_left_alone(meant):
    with trace_numerics() as seen:
        train(meant, T=lambda v: tg.Tensor(v, requires_grad=True))
    assert seen.findings == []
    assert str(seen) == "every result was finite"
    assert not seen


def test_collecting_lists_each_op_once_and_counts():
    with trace_numerics(raise_exception=False) as seen:
        train("""
            x = tg.Tensor([0.0, 1.0], requires_grad=True)
            for _ in range(3):
                y = np.log(x)
                z = y * 2 + 1
            w = np.sqrt(x - 1)
        """)
    assert [(f.op, f.line, f.times) for f in seen.findings] == [("log", "train.py:3", 3), ("sqrt", "train.py:5", 1)]
    assert seen
    assert str(seen).count("\n  seen 3 times\n") == 1


def test_what_a_bad_value_goes_on_to_spoil_is_not_reported():
    with trace_numerics(raise_exception=False) as seen:
        train("""
            x = tg.Tensor([-1.0, 1.0], requires_grad=True)
            y = np.sqrt(x)
            ((y * 3).sum() + x.mean()).backward()
        """)
    assert [(f.op, f.phase) for f in seen.findings] == [("sqrt", "forward")]


def test_what_a_bad_gradient_goes_on_to_spoil_is_not_reported():
    with trace_numerics(raise_exception=False) as seen:
        train("""
            x = tg.Tensor([0.0, 1.0], requires_grad=True)
            loss = np.sqrt(x * 2.0 * 3.0).sum()
            loss.backward()
            loss.backward()
        """)
    assert [(f.op, f.phase, f.times) for f in seen.findings] == [("sqrt", "backward", 2)]


@pytest.mark.parametrize("nan", ["np.nan", "np.float64('nan')", "np.float32('nan')", "[1.0, np.nan]"])
def test_a_constant_that_is_nan(nan):
    error = numerics_error(f"x = tg.Tensor([1.0, 2.0])\ny = x * {nan}")
    assert error.finding.phase == "given"
    assert "nan in its input b at train.py:2" in str(error)


def test_data_are_reported_once():
    with trace_numerics(raise_exception=False) as seen:
        train("""
            x = tg.Tensor([np.nan, 1.0], name="x")
            y = (x * 2.0) + np.exp(x) + np.array([np.nan, 1.0])
        """)
    assert [(f.op, f.phase) for f in seen.findings] == [("multiply", "given"), ("add", "given")]


def test_the_users_hooks_run_and_are_named_if_they_spoil_a_gradient():
    x = tg.Tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.name = "y"
    calls = []
    remove = y.register_hook(lambda g: calls.append(1))
    with trace_numerics():
        y.sum().backward()
    assert calls == [1]
    remove()
    assert y.watch is None
    y.register_hook(lambda g: np.array([np.nan, 1.0]))
    assert str(numerics_error("\ny.sum().backward()", y=y)) == "a hook made the gradient of y 1 of 2 entries nan"
    assert list(y.watch) != []
    assert len(y.watch) == 1


def test_a_cotangent_that_is_not_finite():
    y = tg.Tensor([1.0, 2.0], requires_grad=True) * 1.0
    y.name = "y"
    error = numerics_error("y.backward(np.array([np.nan, 1.0]))", y=y)
    assert str(error) == "the gradient that backward() of y was given is 1 of 2 entries nan"


def test_gradients_that_overflow_only_in_their_sum():
    x = tg.Tensor([1e-10], requires_grad=True, name="x")
    error = numerics_error("(x * 1.2e308 + x * 1.2e308).sum().backward()", x=x)
    assert str(error) == "the sum of the gradients that reach x is inf"


@pytest.mark.parametrize("keep", [False, True])
def test_gradients_are_those_of_an_unwatched_backward(keep, rng):
    def grads(block):
        w = tg.Tensor(np.arange(6.0).reshape(3, 2) / 7, requires_grad=True)
        with block:
            h = np.tanh(np.ones((4, 3)) @ w)
            h[0] = 0.5
            loss = (h * h).sum() + np.log(h[1:] + 2).mean()
            loss.backward(create_graph=keep)
        assert h.watch is None
        assert loss.watch is None
        return w.grad.numpy()

    np.testing.assert_array_equal(grads(trace_numerics()), grads(np.errstate()))


def test_second_derivatives_are_watched():
    error = numerics_error("""
        x = tg.Tensor([0.0], requires_grad=True, name="x")
        y = (x ** 1.5).sum()
        y.backward(create_graph=True)
        x.grad.sum().backward()
    """)
    assert error.finding.phase == "backward"
    assert error.finding.op == "power"


def network():
    model = tg.Sequential([Dense(4, "relu", input_shape=(3,), name="hidden"), Dense(1, name="out")])
    x = np.linspace(-1, 1, 24).reshape(8, 3)
    return model, x, x.sum(axis=1, keepdims=True)


def test_fit_runs_watched_inside_the_block_and_compiled_after_it():
    model, x, y = network()
    model.compile(tg.optimizers.SGD(1e30), "mse")
    error = numerics_error("model.fit(x, y, epochs=9, verbose=0)", model=model, x=x, y=y)
    assert str(error).splitlines()[0].endswith("at train.py:1 in layer 'out'")
    assert error.finding.remedy.endswith("in training, a smaller learning rate or clipnorm=1.0 keeps the weights small")
    model, x, y = network()
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=2, verbose=0)
    before = training_steps(model)
    assert [step.eagerly for step in before] == [False]
    with trace_numerics() as seen:
        model.fit(x, y, epochs=2, verbose=0)
        model.evaluate(x, y, verbose=0)
        model.predict(x, verbose=0)
    assert not seen
    assert not model.compiled.runs_eagerly
    model.fit(x, y, epochs=2, verbose=0)
    assert [step.eagerly for step in training_steps(model)] == [False]


def test_fit_inside_the_block_gives_the_losses_of_an_eager_fit():
    def losses(block, eagerly):
        tg.set_random_seed(0)
        model, x, y = network()
        model.compile("adam", "mse", run_eagerly=eagerly)
        with block:
            return model.fit(x, y, epochs=4, verbose=0, shuffle=False).history["loss"]

    np.testing.assert_array_equal(losses(trace_numerics(), False), losses(np.errstate(), True))


def test_a_compiled_function_is_watched_too():
    step = tg.compile(lambda x: np.log(x * w).sum())
    w = tg.Parameter([1.0, 2.0], name="w")
    step(np.ones(2))
    with pytest.raises(tg.NumericsError, match="log made 1 of 2 entries -inf"), trace_numerics():
        step(np.array([0.0, 1.0]))
    step(np.ones(2))
    assert step.cache_info().hits == 1


def test_an_exception_of_the_users_restores_everything():
    with pytest.raises(KeyError), trace_numerics():
        raise KeyError("theirs")


def test_blocks_nest():
    with trace_numerics(raise_exception=False) as outer:
        with trace_numerics(raise_exception=False) as inner:
            np.log(tg.Tensor([0.0]))
        np.sqrt(tg.Tensor([-1.0]))
    assert [f.op for f in inner.findings] == ["log"]
    assert [f.op for f in outer.findings] == ["log", "sqrt"]


def test_another_thread_is_left_alone():
    inside, done, results = threading.Event(), threading.Event(), []

    def other():
        inside.wait()
        x = tg.Tensor([0.0, 1.0], requires_grad=True)
        with np.errstate(all="ignore"):
            y = np.sqrt(x) + np.log(x)
        y.sum().backward()
        results.append(x.grad.numpy())
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with trace_numerics() as seen:
        inside.set()
        assert done.wait(10)
        tg.Tensor([1.0]) * 2
    thread.join()
    assert not seen
    assert np.isinf(results[0][0])


def test_two_threads_trace_at_once():
    found, start = {}, threading.Barrier(2)

    def run(name, value):
        with trace_numerics(raise_exception=False) as seen:
            start.wait()
            for _ in range(50):
                np.log(tg.Tensor([value]))
        found[name] = [(f.op, f.times) for f in seen.findings]

    threads = [threading.Thread(target=run, args=a) for a in (("good", 1.0), ("bad", 0.0))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == {"good": [], "bad": [("log", 50)]}


def test_a_long_block_keeps_no_tensor_alive():
    with trace_numerics() as seen:
        x = tg.Tensor([1.0], requires_grad=True)
        for _ in range(100):
            (x * 2 + 1).sum().backward()
        assert len(seen._places) == 0
