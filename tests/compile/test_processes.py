"""Compiled functions in other threads, forked and spawned processes, handlers of signals, and at the end of it all."""

import copy
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.compile import executable as replay
from tensorgrad.compile.emit import threads
from tests.conftest import unwatched

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
LARGE = np.full((3000, 1000), 0.5)


def wave(x):
    return np.tanh(x * 0.5) * 0.5 + 0.5


compiled_wave = tg.compile(wave)


@tg.compile
def decorated(x):
    return x * 2


@pytest.fixture
def two_threads(monkeypatch):
    """Cut programs for two threads, however many cores there are."""
    monkeypatch.setattr(threads, "thread_count", lambda: 2)
    monkeypatch.setattr(replay, "thread_count", lambda: 2)
    threads.pool.cache_clear()
    yield
    threads.pool().shutdown()
    threads.pool.cache_clear()


def in_child(work, seconds=20):
    """Return the exit status of ``work()`` in a forked process, or "hangs"."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    for _ in range(10 * seconds):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "hangs"


@needs_fork
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_fork_while_a_thread_runs_the_program():
    step = tg.compile(lambda x: np.cumsum(np.sin(x * 2), axis=0) + 1)  # OpenBLAS's own threads survive no fork
    x = np.eye(300) + 0.01
    expected = step(x)
    go = threading.Event()

    def run():
        while not go.is_set():
            step(x)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        found = [in_child(lambda: step(x).tobytes() == expected.tobytes()) for _ in range(5)]
    finally:
        go.set()
        thread.join()
    assert found == [0] * 5


@needs_fork
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_fork_after_the_pool_was_used(two_threads):
    step = tg.compile(wave)
    expected = step(LARGE)
    assert step(LARGE).tobytes() == expected.tobytes()
    assert step.program(LARGE).code.plan.loops, "this program uses the pool"
    assert in_child(lambda: step(LARGE).tobytes() == expected.tobytes()) == 0


@needs_fork
def test_a_fork_amid_a_trace():
    children = []
    log = unwatched(lambda _: children.append(in_child(lambda: tg.compile(lambda x: x + 1)(np.ones(2))[0] == 2)))

    def f(x):
        log.info("amid")
        return x * 3

    assert tg.compile(f)(np.ones(2))[0] == 3
    assert children == [0, 0]  # amid the trace, and amid the run as it is


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers here")
def test_a_signals_handler_may_call_the_program_that_it_interrupts():
    step = tg.compile(lambda x: np.linalg.inv(x @ x.T + np.eye(len(x))) * 2)
    x = np.random.default_rng(0).normal(size=(120, 120))
    expected, found = step(x), []
    before = signal.signal(signal.SIGALRM, lambda *args: found.append(step(x).tobytes() == expected.tobytes()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.001, 0.003)
        while len(found) < 20:
            assert step(x).tobytes() == expected.tobytes()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert all(found)


def test_threads_run_one_program_at_the_same_time():
    step = tg.compile(lambda x: np.cumsum(np.sin(x) * 3 - x, axis=0))
    inputs = [np.full((200, 200), float(i)) for i in range(8)]
    expected = [step.function(x) for x in inputs]
    step(inputs[0])
    wrong = []

    def run(x, y):
        for _ in range(30):
            if step(x).tobytes() != y.tobytes():
                wrong.append(x[0, 0])

    workers = [threading.Thread(target=run, args=pair) for pair in zip(inputs, expected, strict=True)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert wrong == []


END = """
import atexit, threading, time
import numpy as np, tensorgrad as tg
from tensorgrad.compile import executable
from tensorgrad.compile.emit import threads
threads.thread_count = executable.thread_count = lambda: 2
step = tg.compile(lambda x: np.tanh(x * 0.5) * 0.5 + 0.5)
x = np.full((3000, 1000), 0.5)
step(x); expected = step(x)
assert step.program(x).code.plan.loops
def late(when):
    print(when, bool((step(x) == expected).all()), flush=True)
atexit.register(late, "at exit")
def after():
    threading.main_thread().join()
    late("after main")
threading.Thread(target=after).start()
"""


def test_a_program_runs_after_main_has_ended_and_at_exit():
    done = subprocess.run([sys.executable, "-c", END], capture_output=True, text=True, timeout=60)
    assert sorted(done.stdout.splitlines()) == ["after main True", "at exit True"], done.stderr
    assert done.stderr == ""


class Model:
    def __init__(self):
        self.k = 2.0

    @tg.compile
    def scaled(self, x):
        return x * self.k


def test_compiled_functions_are_pickled_and_copied():
    x = np.arange(3.0)
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    for again in (pickle.loads(pickle.dumps(compiled_wave)), copy.copy(compiled_wave), copy.deepcopy(compiled_wave)):
        assert again.cache_info().currsize == 0
        assert again(x).tobytes() == wave(x).tobytes()
    local = tg.compile(lambda x: x + 1)
    local(x)
    assert copy.deepcopy({"f": local})["f"](x).tobytes() == (x + 1).tobytes()
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(local)
    model = Model()
    model.scaled(x)
    again = copy.deepcopy(model)
    again.k = 3.0
    assert (again.scaled(x) == x * 3).all()
    assert (pickle.loads(pickle.dumps(model)).scaled(x) == x * 2).all()


def scored(seed):
    """Train a small model in a process of the pool's, and run a compiled function."""
    tg.set_random_seed(seed)
    model = tg.Sequential([tg.layers.Dense(4, "relu", input_shape=(3,)), tg.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(seed).normal(size=(64, 3))
    model.fit(x, x[:, :1], epochs=2, verbose=0, seed=seed)
    return float(model.predict(x, verbose=0).sum()), compiled_wave(x).tobytes()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
@pytest.mark.parametrize("way", [w for w in ("fork", "spawn") if w in multiprocessing.get_all_start_methods()])
def test_multiprocessing(way):
    expected = [scored(seed) for seed in range(3)]
    with ProcessPoolExecutor(2, multiprocessing.get_context(way)) as pool:
        assert list(pool.map(scored, range(3), timeout=60)) == expected
