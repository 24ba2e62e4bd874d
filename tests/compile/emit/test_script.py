"""A program outside: saved, it runs with NumPy alone and gives the same numbers; measured, it says where time goes."""

import subprocess
import sys

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile import compile
from tensorgrad.compile.emit.script import literal_source, restore_after
from tensorgrad.compile.training_step import TrainingStep

RUN = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import step
x = np.load(sys.argv[1] + "/x.npy")
np.savez(sys.argv[1] + "/found.npz", *[y for i in range(3) for y in step.run(x + i)])
assert "tensorgrad" not in sys.modules
"""


@pytest.fixture
def model():
    tg.set_random_seed(3)
    model = tg.Sequential([tg.layers.Dense(5, "relu", name="hidden"), tg.layers.Dense(2, "softmax", name="out")])
    model.build((None, 3))
    return model


def saved_runs(step, x, folder):
    """Return what the saved program gives for ``x``, ``x + 1`` and ``x + 2`` in a process of its own."""
    step.program(x).save(folder / "step.py")
    np.save(folder / "x.npy", x)
    subprocess.run([sys.executable, "-c", RUN, str(folder)], check=True, cwd=folder)
    return list(np.load(folder / "found.npz").values())


def test_a_saved_program_gives_the_same_numbers_with_numpy_alone(model, rng, tmp_path):
    x = rng.normal(size=(4, 3)).astype("f")
    generator = np.random.default_rng(1)

    def f(x):
        y = model(x)
        noise = tg.ops.random.uniform_like(x, generator)
        z = np.where(x > 0, x.T[:1, :1] * np.float32(0.5), np.inf)
        z[:, 1] = 0
        return y.data, (y * y).sum().data, noise * x, z

    step = compile(f)
    step(x)
    state = generator.bit_generator.state
    found = saved_runs(step, x, tmp_path)
    generator.bit_generator.state = state
    expected = [a for i in range(3) for a in f(x + i)]
    for a, b in zip(found, expected, strict=True):
        assert a.tobytes() == np.asarray(b).tobytes()


def test_numbers_types_and_functions_of_python_are_spelled_out(rng, tmp_path):
    scale = np.float32(0.1)

    def f(x):
        y = (x.T @ x)[0, 0] ** 2  # a number of NumPy's, computed with as Python does
        return x.astype(np.float32) * scale, np.where(x > y, abs(y), -y), np.clip(x, *sorted([0, 1])), x.cumsum(axis=1)

    x = rng.normal(size=(4, 3))
    step = compile(f)
    step(x)
    expected = [a for i in range(3) for a in f(x + i)]
    for a, b in zip(saved_runs(step, x, tmp_path), expected, strict=True):
        assert (a.dtype, a.tobytes()) == (b.dtype, b.tobytes())


def test_what_numpy_alone_cannot_make_is_refused(tmp_path):
    def own(x):
        return np.apply_along_axis(lambda row: row.sum(), 0, x)

    step = compile(own)
    with pytest.raises(tg.OptionError, match="save: the program uses function"):
        step.program(np.ones((2, 2))).save(tmp_path / "step.py")


def test_the_profile_is_by_layer_and_op(model, rng):
    loss = tg.losses.CategoricalCrossentropy()

    def forward(x, y, w):
        y_pred = model(x, training=True)
        return loss(y, y_pred, w), y_pred

    step = TrainingStep(forward, tg.optimizers.SGD(0.1), model.trainable_weights)
    x, y = rng.normal(size=(4, 3)).astype("f"), np.eye(2, dtype="f")[[0, 1, 1, 0]]
    step.forward_backward(x, y)
    profile = step.replay.profile(x, y, n=3)
    assert [t for t, *_ in profile] == sorted([t for t, *_ in profile], reverse=True)
    assert {("hidden", "matmul"), ("hidden", "∂relu"), ("out", "∂softmax")} <= {where for _, *rest in profile
                                                                               for where in [tuple(rest)]}  # fmt: skip


@pytest.mark.parametrize(
    "x", [np.float32(0.1), np.int64(3), np.True_, 2.5, float("inf"), 1j, "text", 7, b"bytes", round]
)
def test_the_source_of_a_constant_evaluates_to_it(x):
    found = eval(literal_source(x), {"np": np})
    assert type(found) is type(x)
    assert found == x


def test_generators_and_arrays_are_made_of_their_kind():
    made = eval(literal_source(np.random.Generator(np.random.Philox(3))), {"np": np})
    assert type(made.bit_generator) is np.random.Philox
    buffer = eval(literal_source(np.zeros((2, 3), "f")), {"np": np})
    assert (buffer.shape, buffer.dtype) == ((2, 3), "float32")
    assert eval(literal_source(np.ndarray.sum), {"np": np}) is np.ndarray.sum


def test_a_measurement_leaves_weights_generators_and_optimizers_as_they_were():
    w, rng = tg.Parameter(np.ones((3, 1))), np.random.default_rng(0)
    optimizer = tg.optimizers.Adam(0.1)

    @compile
    def step(x):
        noise = tg.ops.random.uniform_like(x, rng)
        optimizer.minimize(lambda: ((x + noise) @ w).sum(), [w])
        return x * 2.0

    x = np.ones((2, 3))
    replay = step.program(x)
    weights, state, count = w.numpy().copy(), rng.bit_generator.state, optimizer.iterations
    with restore_after(replay):
        step(x)
        assert (w.numpy() != weights).any()
        assert optimizer.iterations == count + 1
    np.testing.assert_array_equal(w.numpy(), weights)
    assert rng.bit_generator.state == state
    assert optimizer.iterations == count
