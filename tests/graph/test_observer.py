"""The observer's contract: what is told, when, in which order, to whom; and that nothing is left, and nothing costs."""

import contextvars
import os
import threading
import warnings

import numpy as np
import pytest

import tensorgrad as tg
import tensorgrad.backward as engine
from tensorgrad.core.modes import is_recording, no_compile
from tensorgrad.graph import observer as room
from tensorgrad.graph.observer import Observer, hide_from_observers, observers, observing

PLACES = [(tg.Tensor, "seq"), (tg.Tensor, "data"), (tg.Tensor, "grad"), (engine, "sweep"), (tg.no_grad, "__enter__")]
PLAIN = [vars(owner)[name] for owner, name in PLACES]


def replaced():
    """Return what is not as it is while nobody observes."""
    return {name for (owner, name), plain in zip(PLACES, PLAIN, strict=True) if vars(owner)[name] is not plain}


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    assert replaced() == set()
    assert room.OPEN == []
    assert observers() == []


class Listener(Observer):
    """Writes down all it is told, under its name."""

    def __init__(self, name="", log=None):
        self.name, self.log = name, [] if log is None else log

    def note(self, *what):
        self.log.append((self.name, *what) if self.name else what)

    def on_op(self, t, op, inputs, frame):
        self.note("on_op", op.name, len(inputs))

    def on_leaf(self, t, frame):
        self.note("on_leaf", frame.f_code.co_name)

    def on_replace(self, t, other):
        self.note("on_replace")

    def on_visit(self, t):
        self.note("on_visit", t.op and t.op.name)

    def on_backward(self, sweep, root, g, keep):
        self.note("backward begins")
        found = sweep(root, g, keep)
        self.note("backward ends")
        return found

    def on_no_grad(self, frame):
        self.note("on_no_grad", frame.f_code.co_name)


class Maker(Observer):
    """Sees what is made, and nothing else."""

    def __init__(self):
        self.seen = []

    def on_op(self, t, op, inputs, frame):
        self.seen.append(op.name)


def test_each_form_of_call_is_shown_with_its_op_and_inputs():
    w, listener = tg.Parameter([[1.0, 2.0]]), Listener()
    with observing(listener):
        np.exp(w)
        w * 2
        w.sum(axis=1)
        np.sum(a=w, axis=1)
        np.where([True, False], w, 0.0)
        assert (w > 1).any()
        np.concatenate([w, w], axis=0)
        tg.Tensor(1.0)
        w.detach()
        with tg.no_grad():
            w * 3
    assert listener.log == [
        ("on_op", "exp", 1), ("on_op", "multiply", 2), ("on_op", "sum", 1), ("on_op", "sum", 1), ("on_op", "where", 3),
        ("on_op", "greater", 2), ("on_op", "any", 1), ("on_op", "concatenate", 2), ("on_leaf", "__init__"),
        ("on_leaf", "make_leaf"), ("on_no_grad", "test_each_form_of_call_is_shown_with_its_op_and_inputs"),
        ("on_op", "multiply", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("recorded", [True, False])
def test_the_inputs_are_the_ops_own_whether_it_remembers_them_or_not(recorded):
    a, b = tg.Tensor([1.0, 2.0], requires_grad=recorded), tg.Tensor([3.0, 4.0])
    given = []

    class Inputs(Observer):
        def on_op(self, t, op, inputs, frame):
            given.append((op.name, t, inputs, t.inputs))

    with observing(Inputs()):
        y, larger, joined = a * b, a > b, np.stack([a, b])
    (_, first, inputs, kept), (_, second, compared, none), (_, third, several, _) = given
    assert (first, second, third) == (y, larger, joined)
    assert [x is z for x, z in zip(inputs, (a, b), strict=True)] == [True, True]
    assert [x is z for x, z in zip(compared, (a, b), strict=True)] == [True, True]
    assert [x is z for x, z in zip(several, (a, b), strict=True)] == [True, True]
    assert (len(kept), none) == (2 * recorded, ())


def test_a_tensor_is_finished_when_it_is_shown():
    class Finished(Observer):
        def on_op(self, t, op, inputs, frame):
            seen.append((t.op is op, t.data.tolist(), t.requires_grad, t.seq > inputs[0].seq))

    w, seen = tg.Parameter([1.0, 2.0]), []
    with observing(Finished()):
        w * 2
    assert seen == [(True, [2.0, 4.0], True, True)]


def test_writing_shows_what_becomes_what():
    pairs = []

    class Faces(Observer):
        def on_op(self, t, op, inputs, frame):
            made.append(t)

        def on_replace(self, t, other):
            pairs.append((t, other))

    x, made = tg.Tensor([1.0, 2.0]) * 1, []
    with observing(Faces()):
        x[0] = 5.0
    (old, was), (new, result) = pairs
    assert was is x
    assert new is x
    assert old is x.past
    assert result is made[-1]
    assert result.data is x.data


def test_the_backward_is_shown_with_each_tensor_it_visits():
    w, listener = tg.Parameter([1.0, 2.0]), Listener()
    loss = (w * 2 + w).sum()
    with observing(listener):
        loss.backward()
    assert listener.log[:5] == [
        ("backward begins",), ("on_visit", "sum"), ("on_visit", "add"), ("on_visit", "multiply"), ("backward ends",),
    ]  # fmt: skip
    assert w.grad.tolist() == [3.0, 3.0]


def test_a_visit_comes_before_the_hooks_and_rules_of_the_tensor():
    log = []
    noisy = tg.elementwise("noisy", lambda x: 2 * x, x=lambda g, y, x: (log.append("rule"), g * 2)[1])
    w = tg.Parameter([1.0])
    h = noisy(w)
    h.register_hook(lambda g: log.append("hook"))
    with observing(Listener(log=log)):
        h.backward(np.ones(1))
    log = [what for what in log if what[0] != "on_leaf"]
    assert log[:5] == [("backward begins",), ("on_visit", "noisy"), "hook", "rule", ("backward ends",)]


@pytest.mark.parametrize("create_graph", [False, True])
def test_an_observed_backward_gives_the_same_gradients(create_graph, rng):
    def gradient(observed):
        w = tg.Parameter(rng.normal(size=(3, 3)) if values is None else values)
        h = w
        for _ in range(4):
            h = np.tanh(h @ w) * h + w * w
        with observing(Listener()) if observed else hide_from_observers():
            h.sum().backward(create_graph=create_graph)
        return w

    values = None
    w = gradient(False)
    values = w.data
    np.testing.assert_array_equal(gradient(True).grad.data, w.grad.data)


def test_the_outermost_is_told_first_and_passed_last():
    class Adding(Listener):
        def on_read(self, t, array, frame):
            self.note("on_read")
            return array + 1 if self.name == "outer" else array * 10

        def on_write(self, t, array):
            self.note("on_write")
            return array + 1 if self.name == "outer" else array * 10

    log, w = [], tg.Tensor([1.0])
    with observing(Adding("outer", log)), observing(Adding("inner", log)):
        assert w.data.tolist() == [20.0]  # (1 + 1) * 10
        w.data = np.array([2.0])  # 2 * 10 + 1
    assert w.data.tolist() == [21.0]
    assert log == [("outer", "on_read"), ("inner", "on_read"), ("inner", "on_write"), ("outer", "on_write")]
    log, w = [], tg.Parameter([1.0])
    with observing(Listener("outer", log)), observing(Listener("inner", log)):
        loss = w.sum()
        loss.backward()
    assert log == [
        ("outer", "on_op", "sum", 1), ("inner", "on_op", "sum", 1), ("inner", "backward begins"),
        ("outer", "backward begins"), ("outer", "on_visit", "sum"), ("inner", "on_visit", "sum"),
        ("outer", "backward ends"), ("inner", "backward ends"), ("outer", "on_leaf", "make_leaf"),
        ("inner", "on_leaf", "make_leaf"),
    ]  # fmt: skip


def test_gradients_are_shown_as_they_are_read_and_written():
    class Gradients(Observer):
        def on_read_grad(self, t, grad):
            seen.append(("on_read", grad))
            return "shown"

        def on_write_grad(self, t, grad):
            seen.append(("on_write", grad))
            return "kept"

    w, seen = tg.Tensor([1.0]), []
    with observing(Gradients()):
        assert w.grad == "shown"
        w.grad = "given"
        assert replaced() == {"grad"}
    assert w.grad == "kept"
    assert seen == [("on_read", None), ("on_write", "given")]


def test_only_what_is_overridden_is_replaced():
    class Reader(Observer):
        def on_read(self, t, array, frame):
            return array

    with observing(Observer()):
        assert replaced() == set()
    with observing(Maker()):
        assert replaced() == {"seq"}
        with observing(Reader()):
            assert replaced() == {"seq", "data"}
        assert replaced() == {"seq"}
    with observing(Listener()):
        assert replaced() == {"seq", "sweep", "__enter__"}


def test_nothing_is_seen_outside_of_the_block():
    w, listener = tg.Parameter([1.0]), Listener()
    with pytest.raises(KeyError), observing(listener):
        raise KeyError("the block's own")
    assert replaced() == set()
    (w * 2).sum().backward()
    with observing(listener), hide_from_observers():
        w * 2
    assert listener.log == []


def test_what_an_observer_computes_is_shown_to_nobody():
    class Computing(Maker):
        def on_op(self, t, op, inputs, frame):
            super().on_op(t, op, inputs, frame)
            (t * 3).sum().backward()

        def on_read(self, t, array, frame):
            assert t.data is array  # once more, and no recursion
            return array

    w, first, second = tg.Parameter([1.0]), Computing(), Computing()
    with observing(first), observing(second):
        w * 2
    assert (first.seen, second.seen) == (["multiply"], ["multiply"])


TRIGGERS = {
    "on_op": lambda w: w * 2,
    "on_leaf": lambda w: tg.Tensor(1.0),
    "on_replace": lambda w: tg.Tensor([1.0, 2.0]).__setitem__(0, 5.0),
    "on_visit": lambda w: w.sum().backward(),
    "backward": lambda w: w.sum().backward(),
    "on_no_grad": lambda w: tg.no_grad()(lambda: 0)(),
    "on_read": lambda w: w.data,
    "on_write": lambda w: setattr(w, "data", np.ones(2)),
    "on_read_grad": lambda w: w.grad,
    "on_write_grad": lambda w: setattr(w, "grad", None),
}


@pytest.mark.parametrize("method", [name for name in vars(Observer) if not name.startswith("__")])
def test_what_an_observer_raises_is_raised_in_the_code_it_observes(method):
    def fail(self, *told):
        raise KeyError(method)

    def hear(self, *told):
        heard.append(method)
        return told[1] if len(told) > 1 else None

    w, heard = tg.Parameter([1.0, 2.0]), []
    failing, after = (type("Other", (Observer,), {method: f})() for f in (fail, hear))
    order = (after, failing) if method in ("backward", "on_write", "on_write_grad") else (failing, after)
    with observing(order[0]), observing(order[1]):
        with pytest.raises(KeyError, match=method):
            TRIGGERS[method](w)
        assert heard == []  # who comes after is not told
        assert is_recording()
        assert observers() == list(order)  # and both are told of what follows
    assert replaced() == set()
    assert w.data.tolist() == [1.0, 2.0]
    assert w.grad is None
    (w * 2).sum().backward()
    assert w.grad.tolist() == [2.0, 2.0]


def test_another_thread_is_not_shown_and_not_disturbed():
    listener, made = Listener(), []

    def work():
        w = tg.Parameter([1.0, 2.0])
        with tg.no_grad():
            made.append(w * 2)
        (w * w).sum().backward()
        made.append(w.grad)

    with observing(listener):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert [t.tolist() for t in made] == [[2.0, 4.0], [2.0, 4.0]]
    assert listener.log == []


def test_all_stays_replaced_while_anyone_observes():
    listener, ready, go = Listener(), threading.Event(), threading.Event()

    def other():
        with observing(Listener()):
            ready.set()
            go.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(10)
    with observing(listener):
        pass
    assert replaced() == {"seq", "sweep", "__enter__"}
    tg.Tensor(1.0)
    assert listener.log == []
    go.set()
    thread.join()
    assert replaced() == set()


def test_a_copied_context_is_observed_while_the_block_is_open():
    listener, other = Maker(), Maker()
    with observing(listener):
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(lambda: tg.Tensor(1.0) * 2,))
        thread.start()
        thread.join()
    assert listener.seen == ["multiply"]
    with observing(other):  # so that seq is replaced
        context.run(lambda: tg.Tensor(1.0) * 3)
    assert listener.seen == ["multiply"]


@pytest.mark.parametrize("first", [0, 1])
def test_blocks_that_overlap_end_in_any_order(first):
    def generator(listener):
        with observing(listener):
            yield

    listeners = [Maker(), Maker()]
    running = [generator(listener) for listener in listeners]
    for block in running:
        next(block)
    running[first].close()
    tg.Tensor(1.0) * 2
    assert observers() == [listeners[1 - first]]
    running[1 - first].close()
    tg.Tensor(1.0) * 2
    assert [listener.seen for listener in listeners] == [["multiply"] * first, ["multiply"] * (1 - first)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_keeps_its_own_observer_and_forgets_other_threads():
    ready, go, listener = threading.Event(), threading.Event(), Maker()

    class Reader(Observer):
        def on_read(self, t, array, frame):
            return array

    def other():
        with observing(Reader()):
            ready.set()
            go.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    ready.wait(10)
    with observing(listener), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of a fork beside threads: the point
        child = os.fork()
        if child == 0:
            tg.Tensor(1.0) * 2
            os._exit(0 if replaced() == {"seq"} and listener.seen == ["multiply"] else 1)
    _, status = os.waitpid(child, 0)
    go.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 0
    assert listener.seen == []


def test_a_program_is_not_seen_but_what_runs_plainly_is():
    step, listener = tg.compile(lambda x: np.tanh(x * 2.0).sum()), Maker()
    x = tg.Tensor([1.0, 2.0])
    step(x)
    with observing(listener):
        step(x)
        assert listener.seen == []
        with no_compile():
            step(x)
    assert listener.seen == ["multiply", "tanh", "sum"]
