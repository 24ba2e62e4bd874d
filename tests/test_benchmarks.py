"""The benchmarks: all contestants do the same work, hand-written gradients are gradients, and the reports come out."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logsumexp

import tensorgrad as tg
from benchmarks import draw, fit, gradcheck, latency, runner, threads, train
from benchmarks.__main__ import arguments
from benchmarks.hand import HandWritten
from benchmarks.networks import RATE, Task
from tensorgrad.compile.emit.blas import libraries
from tensorgrad.graph.steps import recorded_steps

SMALL = ["--rounds", "1", "--only", "10-32-64-10"]


@pytest.fixture
def once(monkeypatch):
    """Every contestant runs once a round: that a report comes out is what is looked at, and no figure in it."""
    monkeypatch.setattr(runner, "calibrate", lambda step, turn: 1)


@pytest.fixture(params=["relu", "tanh"])
def task(request):
    return Task("tiny", (5, 7, 4, 3), request.param, 6)


def loss_of(weights, task):
    """The loss in float64, in other words than the contestants'."""
    h = task.x.astype(float)
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        z = h @ kernel + bias
        h = np.tanh(z) if task.activation == "tanh" else z * (z > 0)
    z = h @ weights[-2] + weights[-1]
    return np.mean(logsumexp(z, axis=1) - z[np.arange(len(z)), task.labels])


def differences(task, h=1e-5):
    """Yield the gradient of ``loss_of`` for each weight, by central differences."""
    weights = [w.astype(float) for w in task.weights()]
    for w in weights:
        gradient = np.empty(w.shape)
        for place in np.ndindex(w.shape):
            value = w[place]
            w[place] = value + h
            above = loss_of(weights, task)
            w[place] = value - h
            gradient[place] = (above - loss_of(weights, task)) / (2 * h)
            w[place] = value
        yield gradient


def test_the_hand_written_gradients_are_gradients(task):
    hand = HandWritten(task)
    assert hand.gradients() == pytest.approx(loss_of(task.weights(), task), rel=1e-6)
    for ours, expected in zip(hand.grads, differences(task), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


@pytest.mark.parametrize(
    "maker", [row[2] for row in (*train.TENSORGRAD, *train.HAND)], ids=lambda maker: maker.__name__
)
def test_a_step_goes_down_the_gradient(task, maker):
    """The second loss is that of weights moved by hand: every contestant measures first and moves then."""
    moved = [w - RATE * g for w, g in zip(task.weights(), differences(task), strict=True)]
    step = maker(task)
    assert [step(), step()] == pytest.approx([loss_of(w, task) for w in (task.weights(), moved)], rel=1e-6)


def test_contestants_that_do_not_do_the_same_work_are_not_measured(task, monkeypatch):
    honest = HandWritten(task)
    monkeypatch.setattr("benchmarks.hand.RATE", 1.01 * RATE)
    runner.agree({"a": train.eager(task), "b": train.as_fit(task)})
    with pytest.raises(AssertionError, match=r"the loss of step 2 is [\d.]+ in a and [\d.]+ in b"):
        runner.agree({"a": train.eager(task), "b": honest.step}, tolerance=1e-6)


def test_an_epoch_of_fit_is_so_many_steps(task):
    sixty = Task("tiny", task.sizes, task.activation, 6, batches=fit.BATCHES)
    epoch = fit.tensorgrad_fit(sixty)
    hand, losses = HandWritten(task), []
    for i in range(fit.BATCHES):
        rows = slice(6 * i, 6 * i + 6)
        hand.x, hand.labels = sixty.x[rows], sixty.labels[rows]
        losses.append(hand.step())
    assert epoch(shuffle=False) == pytest.approx(np.mean(losses), rel=1e-6)


def test_the_table():
    results = {"a": {"ours": [2e-6, 1e-6, 9e-6], "theirs": [3e-6]}, "b": {"ours": [1e-6]}}
    assert runner.table("Title", results, "ours").splitlines() == [
        "Title", "", "| | ours | theirs |", "|---|---:|---:|", "| a | 2 | 3 (1.50) |", "| b | 1 |  |",
    ]  # fmt: skip


def test_reports_of_what_needs_no_peer(monkeypatch):
    monkeypatch.setattr(runner, "TURN", 0.001)
    monkeypatch.setattr(train, "PEERS", [])
    monkeypatch.setattr(fit, "ROWS", fit.ROWS[:2])
    head = "| | tensorgrad, as fit | tensorgrad eager | hand NumPy | textbook NumPy |"
    cells = r"\| 10-32-64-10, b32 \| \d+ (\| \d+ \(\d+\.\d\d\) ){3}\|"
    lines = train.report(arguments(SMALL)).splitlines()
    assert lines.count(head) == 2
    assert len([line for line in lines if re.fullmatch(cells, line)]) == 2
    assert re.search(r"\| 10-32-64-10, b32 \| \d+ \| \d+ \(\d\.\d\d\) \|$", fit.report(arguments(SMALL)))


@pytest.mark.usefixtures("once")
def test_the_report_of_latency(monkeypatch):
    ours = [(title, [row for row in rows if row[1] in ("tensorgrad", "numpy")], given)
            for title, rows, given in latency.TABLES]  # fmt: skip
    monkeypatch.setattr(latency, "TABLES", ours)
    lines = latency.report(arguments(SMALL)).splitlines()
    assert lines.count("| | tensorgrad | the program alone | hand NumPy |") == 3
    assert lines.count("| | tensorgrad | hand NumPy |") == 1
    assert (
        len([line for line in lines if re.match(r"\| 10-32-64-10, b32 \| \d+ (\| \d+ \(\d+\.\d\d\) )+\|$", line)]) == 4
    )


@pytest.mark.parametrize("rows", [latency.TRAIN, latency.PREDICT, latency.CALL, latency.FIT])
def test_all_that_is_measured_of_latency_does_the_same_work(task, rows):
    task = latency.one_row(task) if rows in (latency.PREDICT, latency.CALL) else task
    ours = [row for row in rows if row[1] in ("tensorgrad", "numpy")]
    runner.agree({name: latency.summed(maker(task)) for name, _, maker in ours}, tolerance=1e-5)


@pytest.mark.usefixtures("once")
def test_the_report_of_threads(monkeypatch):
    monkeypatch.setattr(threads, "PRODUCTS", ((32, 784, 128),))
    monkeypatch.setattr(threads, "ROWS", ((64, 64),))
    before = [lib.get_num_threads() for lib in libraries()]
    lines = threads.report(arguments(["threads", "--rounds", "1"])).splitlines()
    assert len([line for line in lines if line.startswith("| 32×784×128 | ")]) == 2
    assert len([line for line in lines if line.startswith("| gelu of 64×64 | ")]) == 2
    assert [lib.get_num_threads() for lib in libraries()] == before


def test_what_the_drawing_benchmark_draws():
    assert len(recorded_steps(draw.random_chain(50))) == 50
    assert len(draw.network().view.boxes) >= 150
    assert len(tg.draw(draw.loop(50)).view.boxes) < 10
    assert draw.seconds(lambda: None) < 1


CHECKED = {**gradcheck.FUNCTIONS, "a network": gradcheck.network("10-32-64-10")}


@pytest.mark.peers
@pytest.mark.parametrize(("f", "inputs"), CHECKED.values(), ids=CHECKED)
def test_both_gradient_checks_are_given_the_same_function(f, inputs):
    if not find_spec("torch"):
        pytest.skip("no peer is installed")
    ours, theirs = (f(lib, *map(lib.given, inputs)) for lib in (gradcheck.Tensorgrad(), gradcheck.Torch()))
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-12)


@pytest.mark.usefixtures("once")
def test_the_report_on_gradient_checks(monkeypatch):
    monkeypatch.setattr(gradcheck, "ROWS", gradcheck.ROWS[:2])
    monkeypatch.setattr(gradcheck, "LARGE", "10-32-64-10")
    lines = gradcheck.report(arguments(["--rounds", "1"])).splitlines()
    assert lines.count("| | tensorgrad | tensorgrad, reverse mode only |") == 2
    assert len([line for line in lines if re.match(r"\| .* \| \d+ \| \d+ \(\d+\.\d\d\) \|$", line)]) == 8


def test_peak_counts_what_is_held_and_what_a_step_makes():
    def maker():
        held = np.zeros(1 << 20, np.uint8)
        return lambda: held + 1

    assert runner.peak(maker)[0] == pytest.approx(2 << 20, rel=0.01)


def test_misspelt_names(capsys):
    with pytest.raises(SystemExit, match="no workload named 'mnist'; there are 10-32-64-10, "):
        train.report(arguments(["--only", "mnist"]))
    with pytest.raises(SystemExit):
        arguments(["trian"])
    assert "no benchmark named 'trian'; there are train, fit, latency, eager" in capsys.readouterr().err


@pytest.mark.peers
@pytest.mark.heavy
def test_the_peers_do_the_same_work():
    """In a process of its own: threads and backends are settled before imports. ``agree`` is what can fail there."""
    packages = {"torch": "PyTorch eager", "jax": "JAX jit", "autograd": "HIPS autograd", "mygrad": "MyGrad",
                "keras": "Keras fit on JAX"}  # fmt: skip
    found = [name for package, name in packages.items() if find_spec(package)]
    if not found:
        pytest.skip("no peer is installed")
    command = [sys.executable, "-m", "benchmarks", "train", "fit", *SMALL]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stderr
    assert all(f"| {name} |" in done.stdout for name in found)
