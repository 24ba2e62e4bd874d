"""Backpropagation one op at a time: the same order and the same bits as ``backward()``, and nothing else changed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tensorgrad as tg
from tensorgrad.core.tensor import Tensor
from tensorgrad.draw import backward_steps
from tensorgrad.draw.player.backward_steps import fit_text
from tensorgrad.graph.steps import recorded_steps


def leaves_of(root):
    found = {id(x): x for _, inputs in recorded_steps(root) for x in inputs if isinstance(x, Tensor) and x.op is None}
    return [x for x in found.values() if x.requires_grad]


def totals(root, gradient=None):
    """Return, by id, the last running sum of every Tensor that a step gave a part to."""
    return {id(part.input): part.total for step in backward_steps(root, gradient) for part in step.parts}


def assert_same_bits(found, wanted):
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape)
    assert found.tobytes() == np.ascontiguousarray(wanted).tobytes()


def assert_as_backward(root, gradient=None):
    """Compare with ``backward()``: order of the ops, gradients on the way, and ``.grad``, bit for bit."""
    found, steps = totals(root, gradient), list(backward_steps(root, gradient))
    arrived, removers = [], []
    for t, _ in recorded_steps(root):
        removers.append(t.register_hook(lambda g, t=t: arrived.append((t, g.data))))
    root.backward(gradient)
    for remove in removers:
        remove()
    assert [step.output for step in steps] == [t for t, _ in arrived]
    for step, (_, g) in zip(steps, arrived, strict=True):
        assert_same_bits(step.upstream, g)
    for leaf in leaves_of(root):
        if leaf.grad is None:
            assert id(leaf) not in found
        else:
            assert_same_bits(found[id(leaf)], leaf.grad.data)
            leaf.grad = None


def parameters(rng, *shapes, dtype="float32"):
    return [tg.Parameter(rng.normal(size=shape).astype(dtype)) for shape in shapes]


def dense(rng):
    W, b, V = parameters(rng, (5, 4), (4,), (4, 3))
    return np.mean((np.tanh(rng.normal(size=(7, 5)).astype("float32") @ W + b) @ V) ** 2)


def fans(rng):
    (x,) = parameters(rng, (3,))
    y = x * x + x / 3.0 - np.exp(x) * x
    return np.sum(y * y * x + y)


def many_kinds(rng):
    a, b = parameters(rng, (4, 3), (4, 3), dtype="float64")
    joined = np.concatenate([a, b, a * b], axis=1)
    picked = joined[:, 1:6].reshape(-1, 5).T
    return np.std(tg.softmax(picked, axis=0)) + np.max(np.maximum(a, b)) + np.sum(a.mean(axis=0) * b[0])


def written_in_place(rng):
    (x,) = parameters(rng, (4,))
    y = x * 2.0
    z = y * y
    y[1] = 7.0
    y[2:] = x[:2] * x[2:]
    return np.sum(y * z)


def mixed_dtypes(rng):
    a, b = tg.Parameter(rng.normal(size=3).astype("float32")), tg.Parameter(rng.normal(size=(2, 3)))
    return np.sum(np.sqrt(np.abs(a * b)) * a) + np.float32(2) * a.sum()


def three_parts_that_round(rng):
    (x,) = parameters(rng, (50,))
    return np.sum(np.arctan2(x, x)) + np.sum(x * rng.normal(size=50).astype("float32"))


def kinks(rng):
    x = tg.Parameter(np.array([-1.0, 0.0, 0.0, 2.0]))
    return np.sum(tg.relu(x) + np.abs(x) + np.sqrt(np.maximum(x, 0.0))) + np.max(x)


GRAPHS = [dense, fans, many_kinds, written_in_place, mixed_dtypes, three_parts_that_round, kinks]


@pytest.mark.parametrize("make", GRAPHS, ids=lambda f: f.__name__)
def test_the_steps_are_those_of_backward_bit_for_bit(make, rng):
    assert_as_backward(make(rng))


def test_a_cotangent_of_ones_own(rng):
    (x,) = parameters(rng, (2, 3))
    assert_as_backward(np.exp(x) * x, rng.normal(size=(2, 3)).astype("float32"))


def test_a_model_with_its_loss(rng):
    model = tg.Sequential([tg.layers.Dense(4, "relu", input_shape=(3,)), tg.layers.Dense(3, "softmax")])
    model.compile("sgd", "categorical_crossentropy")
    assert_as_backward(model.compute_loss(rng.normal(size=(5, 3)), np.eye(3)[[0, 1, 2, 1, 0]]))


UNARY = [
    np.exp,
    np.tanh,
    np.square,
    tg.sigmoid,
    lambda x: x.sum(axis=0, keepdims=True) * x,
    lambda x: x[::-1],
    lambda x: -x,
]
BINARY = [lambda a, b: a * b, lambda a, b: a + b, lambda a, b: a - b, np.maximum, lambda a, b: a / (b * b + 1.0)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=25))
def test_any_graph_of_ops_with_fan_outs(choices):
    values = parameters(np.random.default_rng(0), (2, 3), (3,), (2, 1), dtype="float64")
    for op, i, j in choices:
        a, b = values[i % len(values)], values[j % len(values)]
        values.append(UNARY[op](np.tanh(a)) if op < len(UNARY) else BINARY[op - len(UNARY)](a, b))
    assert_as_backward(np.sum(values[-1]) + np.sum(values[-1] * values[len(values) // 2]))


# ---- what a step says


def test_a_step_in_words():
    x, w, b = np.array([2.0, 1.0]), tg.Parameter([0.5, -1.0], name="w"), tg.Parameter(0.25, name="b")
    y = tg.sigmoid(w @ x + b)
    y.name = "y"
    steps = list(backward_steps(y, names={"x": x}))
    assert "\n".join(map(str, steps)) == (
        "1. y = σ(t2)   (sigmoid)\n"
        "   g = ∂y = 1   float64[]\n"
        "   ∂t2 = g × y × (1 − y) = 0.2461\n"
        "2. t2 = t1 + b   (add)\n"
        "   g = ∂t2 = 0.2461   float64[]\n"
        "   ∂b = g = 0.2461\n"
        "   ∂t1 = g = 0.2461\n"
        "3. t1 = w @ x   (matmul)\n"
        "   g = ∂t1 = 0.2461   float64[]\n"
        "   ∂w = g @ xᵀ = [0.4923, 0.2461]"
    )
    assert repr(steps[1]) == "<Step 2: add, float64[] to b, t1>"
    assert [step.symbol for step in steps] == ["σ", "+", "@"]


def test_hostile_names_are_words():
    w = tg.Parameter(1.0, name="a\n\x1b[31m" + "n" * 10_000 + "\ud800")
    text = str(next(backward_steps(w * 2.0)))
    assert text.splitlines()[2].startswith(r"   ∂a\n\x1b[31mnn")
    assert all(len(line) < 110 and line.isprintable() for line in text.splitlines())


def test_parts_that_add_up_are_counted():
    w = tg.Parameter(3.0, name="w")
    parts = [part for step in backward_steps(w * w + w * 2.0) for part in step.parts if part.name == "w"]
    assert [(part.nth, part.of, part.value, part.total) for part in parts] == [(1, 3, 2, 2), (2, 3, 3, 5), (3, 3, 3, 8)]
    assert [part.before if part.before is None else float(part.before) for part in parts] == [None, 2.0, 5.0]


def test_broadcasting_is_undone_and_said():
    b = tg.Parameter([1.0, 2.0], name="b")
    (step,) = [s for s in backward_steps(np.sum(np.ones((3, 2)) * b)) if s.op.name == "multiply"]
    assert (step.parts[0].fitted, step.parts[0].value.tolist()) == ("summed over axis 0", [3.0, 3.0])
    assert "∂b = g × t1, summed over axis 0, = [3, 3]" in str(step)
    assert fit_text((4, 3, 2), (3, 1)) == "summed over axes 0, 2"


@pytest.mark.parametrize(
    "f", [np.tanh, np.exp, tg.sigmoid, lambda x: x * 3.0, lambda x: 2.0 / x, np.log, lambda x: x**3]
)
def test_the_local_derivative_is_the_slope(f):
    x, h = np.array([0.5, 1.5]), 1e-6
    (step,) = backward_steps(f(tg.Parameter(x)), np.array([1.0, 10.0]))
    slope = (np.asarray(f(x + h)) - np.asarray(f(x - h))) / (2 * h)
    np.testing.assert_allclose(step.parts[0].local, slope, rtol=1e-8)
    np.testing.assert_allclose(step.parts[0].value, slope * [1.0, 10.0], rtol=1e-8)


def test_an_op_that_mixes_entries_has_no_local_number():
    (step,) = backward_steps(tg.softmax(tg.Parameter([1.0, 2.0])), np.ones(2))
    assert step.parts[0].local is None


def test_an_infinite_slope_is_shown_without_a_warning():
    (step,) = backward_steps(np.sqrt(tg.Parameter(0.0)))
    assert step.parts[0].local == np.inf


def test_layers_are_named():
    model = tg.Sequential([tg.layers.Dense(2, "tanh", input_shape=(3,), name="hidden")], name="net")
    with tg.layers.layer_scopes() as scopes:
        y = model(np.ones((1, 3)))
    steps = list(backward_steps(y.sum(), scopes=scopes))
    assert [(step.op.name, step.layer) for step in steps] == [
        ("sum", ""), ("tanh", "net/hidden"), ("add", "net/hidden"), ("matmul", "net/hidden"),
    ]  # fmt: skip
    assert "(tanh, layer net/hidden)" in str(steps[1])


# ---- what it leaves alone


def test_gradients_and_hooks_rest():
    w = tg.Parameter([1.0, 2.0])
    h = w * 2.0
    calls = []
    h.register_hook(calls.append)
    h.retain_grad()
    w.grad = before = Tensor([5.0, 5.0])
    watch = h.watch
    assert len(list(backward_steps(h.sum()))) == 2
    assert w.grad is before
    assert h.grad is None
    assert (calls, h.watch) == ([], watch)


def test_its_arrays_cannot_be_written_to():
    w = tg.Parameter([1.0, 2.0])
    step = list(backward_steps((w + w).sum()))[-1]
    arrays = [step.upstream, step.parts[1].value, step.parts[1].before, step.parts[1].total]
    arrays += [part.local for part in step.parts]
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array += 1


def test_errors_come_at_the_call():
    with pytest.raises(tg.GradientError, match="starts from a scalar"):
        backward_steps(tg.Parameter([1.0]) * np.ones(2))
    with pytest.raises(tg.GradientError, match="depends on no Tensor that requires a gradient"):
        backward_steps(Tensor(1.0))
    with pytest.raises(TypeError, match=r"backward_steps: expected a Tensor, such as a loss, got 3\.0"):
        backward_steps(3.0)
    assert list(backward_steps(tg.Parameter(1.0))) == []


def test_warnings_stay_as_they_are_between_steps():
    before = np.geterr()
    for _ in backward_steps(np.exp(tg.Parameter(1.0)) * 2.0):
        assert np.geterr() == before


def test_linear_in_ops_however_many_paths():
    x = y = tg.Parameter(1.0)
    for _ in range(60):
        y = y + y
    steps = list(backward_steps(y))  # 2⁶⁰ paths
    assert len(steps) == 60
    assert steps[-1].parts[-1].total == 2.0**60
    for _ in range(20_000):  # deeper than Python's recursion
        x = x + 1.0
    assert sum(1 for _ in backward_steps(x)) == 20_000
