"""Observing: every Tensor made in the block is shown, in this thread only, and nothing is left afterwards."""

import contextvars
import threading

import numpy as np
import pytest

import tensorgrad as tg
import tensorgrad.backward as engine
from tensorgrad.debug.observe import Observer, call_of, observing, unobserved

SLOT, SWEEP = tg.Tensor.__dict__["seq"], engine.sweep


class Listener(Observer):
    def __init__(self):
        self.seen, self.backwards = [], 0

    def made(self, t, frame):
        call = call_of(frame)
        self.seen.append((call[0].name, len(call[1])) if call else frame.f_code.co_name)

    def backward(self, sweep, root, g, keep):
        self.backwards += 1
        return sweep(root, g, keep)


def test_each_form_of_call_is_shown_with_its_inputs():
    w, listener = tg.Parameter([[1.0, 2.0]]), Listener()
    with observing(listener):
        np.exp(w)
        w * 2
        w.sum(axis=1)
        np.where([True, False], w, 0.0)
        assert (w > 1).any()
        np.concatenate([w, w], axis=0)
        tg.Tensor(1.0)
        w.detach()
        with tg.no_grad():
            w * 3
    assert listener.seen == [
        ("exp", 1), ("mul", 2), ("sum", 1), ("where", 3), ("gt", 2), ("any", 1), ("concatenate", 2), "__init__",
        "type_tensor", ("mul", 2),
    ]  # fmt: skip


def test_nothing_is_left_and_nothing_is_seen_outside():
    w, listener = tg.Parameter([1.0]), Listener()
    with pytest.raises(KeyError), observing(listener):
        raise KeyError(tg.Tensor.__dict__["seq"] is not SLOT)
    assert tg.Tensor.__dict__["seq"] is SLOT
    assert engine.sweep is SWEEP
    (w * 2).sum().backward()
    with observing(listener), unobserved():
        w * 2
    assert listener.seen == []
    assert listener.backwards == 0


def test_observers_nest_and_see_the_backward():
    w, inner, outer = tg.Parameter([1.0]), Listener(), Listener()
    with observing(outer):
        with observing(inner):
            (w * 2).sum().backward()
        w * 3
    assert (inner.backwards, outer.backwards) == (1, 1)
    assert len(outer.seen) == len(inner.seen) + 1
    assert tg.Tensor.__dict__["seq"] is SLOT


def test_the_slot_stays_replaced_while_anyone_observes():
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
    assert tg.Tensor.__dict__["seq"] is not SLOT
    tg.Tensor(1.0)
    assert listener.seen == []
    go.set()
    thread.join()
    assert tg.Tensor.__dict__["seq"] is SLOT


def test_a_copied_context_is_observed():
    listener = Listener()
    with observing(listener):
        context = contextvars.copy_context()
        thread = threading.Thread(target=context.run, args=(lambda: tg.Tensor(1.0) * 2,))
        thread.start()
        thread.join()
    assert listener.seen == ["__init__", ("mul", 2)]
