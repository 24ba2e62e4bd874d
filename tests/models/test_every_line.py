"""A signal at every line: whatever its handler does, models and optimizers are those of a whole number of steps.

``sys.settrace`` delivers the signal before the n-th line that runs, for each n until the work is done undisturbed.
"""

import _thread
import functools
import itertools
import linecache
import signal
import sys
import threading

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.core.modes import is_compile_off, is_recording
from tensorgrad.interrupts import SIGNALS, run_uninterrupted
from tensorgrad.layers import Dense
from tensorgrad.layers.layer_input import call_on_zeros
from tensorgrad.models import Sequential
from tensorgrad.optimizers import SGD, Adam
from tests.heavy import heavy


class OfTheUser(Exception):
    """What a handler of the user's own raises."""


def ctrl_c():
    signal.raise_signal(signal.SIGINT)


def from_a_thread():
    _thread.interrupt_main()


def alarm():
    signal.raise_signal(signal.SIGALRM)


def raising(signum, frame):
    raise OfTheUser(signum)


#: How the signal comes, its handler, and what is raised.
WAYS = {
    "ctrl-c": (ctrl_c, signal.SIGINT, signal.default_int_handler, KeyboardInterrupt),
    "interrupt_main": (from_a_thread, signal.SIGINT, signal.default_int_handler, KeyboardInterrupt),
    "own handler": (ctrl_c, signal.SIGINT, raising, OfTheUser),
    "alarm": (alarm, signal.SIGALRM, raising, OfTheUser),
}


class Line:
    """Traces, and calls ``act`` before the n-th line run in the library; ``reached`` tells if it came to that."""

    def __init__(self, n, act):
        self.left, self.act, self.reached = n, act, False

    def __enter__(self):
        self.before = sys.gettrace()  # a debugger's, or that of coverage
        sys.settrace(self.trace)

    def __exit__(self, *exception):
        sys.settrace(self.before)

    def trace(self, frame, event, arg):
        if "tensorgrad" not in frame.f_code.co_filename or "tests" in frame.f_code.co_filename:
            return None
        if event == "line" and not self.reached and not starts_with(frame.f_code.co_filename, frame.f_lineno):
            self.left -= 1
            if self.left < 0:
                self.reached = True
                self.act()
        return self.trace


@functools.cache
def starts_with(file, line):
    """Return whether a line is a ``with``: it comes again at its end, between two steps that no signal parts."""
    return linecache.getline(file, line).lstrip().startswith("with ")


def at_every_line(make, work, state, way="ctrl-c", step=1):
    """Interrupt ``work(thing)`` at every ``step``-th line; ``state(thing)`` must be as before or as after it."""
    act, signum, handler, error = WAYS[way]
    before, installed = None, signal.signal(signum, handler)
    raised = {False: 0, True: 0}
    try:
        for n in itertools.count(0, step):
            thing = make()
            before = state(thing)
            line = Line(n, act)
            try:
                with line:
                    work(thing)
            except error:
                pass
            if not line.reached:
                break
            now = state(thing)
            raised[now != before] += 1
            assert is_recording()
            assert not is_compile_off()
            assert signal.getsignal(signum) is handler
            if now == before:
                work(thing)
                now = state(thing)
            yield now
    finally:
        signal.signal(signum, installed)
    assert raised[False]
    assert raised[True] or step > 100


RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 4)).astype("float32"), RNG.normal(size=(6, 2)).astype("float32")
OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    "adam": lambda: Adam(0.1, clipnorm=0.5, amsgrad=True),
}


def model_of(optimizer, eagerly=False):
    tg.set_random_seed(0)
    model = Sequential([Dense(3, "tanh", input_shape=(4,)), Dense(2)])
    model.compile(OPTIMIZERS[optimizer](), "mse", metrics=["mae"], run_eagerly=eagerly)
    return model


def state_of(model):
    optimizer = model.optimizer
    slots = [v.tobytes() for w in model.weights for v in optimizer.state(w).values()]
    return [w.tobytes() for w in model.get_weights()], slots, optimizer.iterations


def trained(optimizer, eagerly=False):
    """Return a function that gives one model, each time as it was after two steps."""
    model = model_of(optimizer, eagerly)
    for _ in range(2):
        model.fit(X, Y, batch_size=3, verbose=0, shuffle=False)  # programs for both sizes
        model.train_on_batch(X, Y)
    arrays = [*model.weights, *[v for w in model.weights for v in model.optimizer.state(w).values()]]
    arrays = [getattr(a, "data", a) if isinstance(a, tg.Tensor) else a for a in arrays]
    values, steps = [a.copy() for a in arrays], model.optimizer.iterations

    def again():
        for a, value in zip(arrays, values, strict=True):
            a[...] = value
        model.optimizer.iterations = steps
        return model

    return again


@pytest.mark.parametrize("way", ["ctrl-c", "alarm", *heavy("interrupt_main", "own handler")])
@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_train_on_batch(optimizer, eagerly, way):
    make, known = trained(optimizer, eagerly), {}

    def state(model):
        now = state_of(model)
        assert known.setdefault(now[2], now) == now, "weights, slots and steps are not those of one step"
        return now

    ends = list(at_every_line(make, lambda m: m.train_on_batch(X, Y), state, way, 3 if eagerly else 1))
    assert all(end == ends[0] for end in ends)  # a step that was not taken can be taken


@pytest.mark.parametrize("optimizer", ["adam", *heavy("sgd", "momentum")])
def test_the_first_step_which_writes_the_program(optimizer):
    def state(model):
        weights, slots, steps = state_of(model)
        return weights, slots if steps else [], steps  # before the first step there may be slots of zeros, or none yet

    ends = list(at_every_line(lambda: model_of(optimizer), lambda m: m.train_on_batch(X, Y), state, step=1999))
    assert len(ends) > 5
    assert all(end == ends[0] for end in ends)


@pytest.mark.parametrize("way", ["ctrl-c", "alarm"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_fit(optimizer, way):
    def fit(model):
        model.fit(X, Y, batch_size=3, verbose=0, shuffle=False)

    make = trained(optimizer)
    act, signum, handler, error = WAYS[way]
    steps = dict(whole_fits(make, fit))
    installed = signal.signal(signum, handler)
    try:
        for n in itertools.count(0, 3):
            fit(make())  # writes again the program that the last interrupt may have lost
            model, line = make(), Line(n, act)
            try:
                with line:
                    fit(model)
            except error:
                pass
            if not line.reached:
                return
            assert state_of(model) == steps[model.optimizer.iterations]
            assert is_recording()
    finally:
        signal.signal(signum, installed)


def whole_fits(make, fit):
    """Yield ``(steps, state)`` before, amid and after the fit."""
    model = make()
    yield model.optimizer.iterations, state_of(model)
    states = []
    callback = tg.callbacks.LambdaCallback(
        on_train_batch_end=lambda i, logs: states.append((model.optimizer.iterations, state_of(model)))
    )
    model.fit(X, Y, batch_size=3, verbose=0, shuffle=False, callbacks=[callback])
    yield from states


@pytest.mark.parametrize("call", ["step", "apply", "minimize"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_an_optimizer_by_itself(optimizer, call):
    def make():
        params = [tg.Parameter(np.ones((2, 2)), name="a"), tg.Parameter(np.ones(3, "float32"), name="b")]
        made = OPTIMIZERS[optimizer]()
        made.apply([np.full((2, 2), 0.5), np.full(3, 0.25)], params)
        ((params[0] ** 2).sum() + (params[1] ** 2).sum()).backward()
        return made, params

    def work(thing):
        made, params = thing
        if call == "step":
            made.step(params)
        elif call == "apply":
            made.apply([p.grad for p in params], params)
        else:
            made.minimize(lambda: (params[0] ** 2).sum() + (params[1] ** 2).sum(), params)

    states = {}

    def state(thing):
        made, params = thing
        slots = [v.tobytes() for p in params for v in made.state(p).values()]
        now = [p.data.tobytes() for p in params], slots, made.iterations
        if call == "step":
            now = *now, [p.grad is None for p in params]
        assert states.setdefault(made.iterations, now) == now
        return now

    for _ in at_every_line(make, work, state, step=1 if call != "minimize" else 7):
        pass


@pytest.mark.parametrize("method", ["evaluate", "predict", "predict_on_batch", "compute_output_shape"])
def test_what_changes_nothing_leaves_recording_on(method):
    work = {
        "evaluate": lambda m: m.evaluate(X, Y, verbose=0),
        "predict": lambda m: m.predict(X, verbose=0),
        "predict_on_batch": lambda m: m.predict_on_batch(X),
        "compute_output_shape": lambda m: call_on_zeros(m.layers[0], (None, 4), 2),
    }[method]
    model = model_of("adam", eagerly=True)
    for n in itertools.count(0, 3):
        line = Line(n, ctrl_c)
        try:
            with line:
                work(model)
        except KeyboardInterrupt:
            pass
        assert is_recording()
        if not line.reached:
            break
    assert n > 30


class TestWhole:
    """``whole`` alone."""

    def test_handlers_run_at_the_end_in_order_and_are_back_before(self):
        seen = []
        before = {s: signal.signal(s, lambda n, frame: seen.append(n)) for s in (signal.SIGALRM, signal.SIGUSR1)}
        mine = signal.getsignal(signal.SIGALRM)

        def work():
            for s in (signal.SIGUSR1, signal.SIGALRM, signal.SIGUSR1):
                signal.raise_signal(s)
            return list(seen)

        try:
            assert run_uninterrupted(work) == []
            assert seen == [signal.SIGUSR1, signal.SIGALRM, signal.SIGUSR1]
            assert signal.getsignal(signal.SIGALRM) is mine
        finally:
            for s, handler in before.items():
                signal.signal(s, handler)

    def test_every_handler_runs_though_one_raises(self):
        seen = []
        before = signal.signal(signal.SIGUSR1, lambda n, frame: seen.append(n))

        def work():
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGUSR1)

        try:
            with pytest.raises(KeyboardInterrupt):
                run_uninterrupted(work)
            assert seen == [signal.SIGUSR1]
        finally:
            signal.signal(signal.SIGUSR1, before)

    def test_within_itself_and_in_other_threads_it_is_a_call(self):
        found = []
        thread = threading.Thread(target=lambda: found.append(run_uninterrupted(lambda a: a + 1, 1)))
        thread.start()
        thread.join()
        assert found == [2]
        assert run_uninterrupted(lambda: run_uninterrupted(lambda: 3)) == 3

    def test_signals_without_handlers_stay_as_they_are(self):
        before = [signal.getsignal(s) for s in SIGNALS]
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        try:
            assert run_uninterrupted(lambda: signal.raise_signal(signal.SIGALRM)) is None
            assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGALRM, before[SIGNALS.index(signal.SIGALRM)])

    def test_an_interrupt_at_any_of_its_lines_leaves_all_handlers_in_place(self):
        before = [signal.getsignal(s) for s in SIGNALS]
        for act in (ctrl_c, lambda: (ctrl_c(), ctrl_c())):
            for n in range(60):
                line = Line(n, act)
                try:
                    with line:
                        run_uninterrupted(lambda: None)
                except KeyboardInterrupt:
                    pass
                assert [signal.getsignal(s) for s in SIGNALS] == before
                assert run_uninterrupted(lambda: 1) == 1
                if not line.reached:
                    break
            assert not line.reached
