"""Following values changes nothing: results, exceptions, Tensors, copies and other threads are as ever."""

import copy
import pickle
import threading

import numpy as np
import pytest

import tensorgrad as tg
from tensorgrad.debug import why_no_grad
from tensorgrad.debug.taint import TaintedArray
from tests.debug.scripts import weight
from tests.planted import train


def test_no_gradient_is_touched_and_no_hook_is_run():
    w = weight()
    w.grad = tg.Tensor([7.0, 7.0])
    loss = (w * 2).sum()
    w.register_hook(lambda g: 1 / 0)
    assert not why_no_grad(loss, w)
    assert w.grad.tolist() == [7.0, 7.0]


def test_the_function_computes_the_same_as_unwatched(rng):
    w = tg.Parameter(rng.normal(size=(3, 2)), name="w")
    source = """
        def loss():
            h = np.tanh(np.ones((4, 3)) @ w)
            scale = np.abs(w.numpy()).max() + w.data[0, 0] ** 2 - float(w[0, 1]) + len(w.tolist())
            norm = np.linalg.norm(w.data, axis=0)
            norm[0] += 1
            results.append((h / scale).sum().item() + float(norm.sum()))
            return (h * norm / scale).sum()
    """
    scope = train(source, w=w, results=[])
    scope["loss"]()
    assert not why_no_grad(scope["loss"], w)
    assert scope["results"][0] == scope["results"][1]


def test_updates_inside_the_function_stay_updates():
    w = weight()
    array = w.data
    asked_of = train("""
        def loss():
            w.data -= 0.5 * w.data
            w.data[0] = 9.0
            return (w * 2).sum()
    """, w=w)  # fmt: skip
    assert not why_no_grad(asked_of["loss"], w)
    assert w.data is array
    assert type(w.data) is np.ndarray
    assert array.tolist() == [9.0, 0.5]


def test_an_exception_of_the_functions_restores_everything():
    w = weight()
    with pytest.raises(ZeroDivisionError):
        why_no_grad(lambda: [w * 2, w.numpy(), 1 / 0], w)
    assert type(w) is tg.Parameter
    assert type(w.numpy()) is np.ndarray


def test_what_the_function_keeps_is_as_ever_afterwards():
    w, v, kept = weight(), weight(), []

    def loss():
        kept.extend([w.detach() * 2, w * 3, v * w.numpy()])
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert [type(t) for t in kept] == [tg.Tensor] * 3
    assert [type(t.numpy()) for t in kept] == [np.ndarray] * 3
    assert not any(isinstance(x, TaintedArray) for t in kept for x in t.inputs)


def test_a_tensor_that_is_only_given_data_gets_plain_data():
    w, target = weight(), tg.Parameter([0.0, 0.0])
    array = w.data

    def loss():
        target.data = w.data * 0.5
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert type(target.data) is np.ndarray
    assert target.data.tolist() == [0.25, 0.5]

    def loss():
        target.data = w.data
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert target.data is array


def test_the_function_may_pickle_and_copy():
    w, made = weight(), []

    def loss():
        made.append(pickle.loads(pickle.dumps(w)))
        made.append(copy.deepcopy(w))
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert [type(t) for t in made] == [tg.Parameter, tg.Parameter]
    assert [type(t.data) for t in made] == [np.ndarray, np.ndarray]
    assert made[0].tolist() == made[1].tolist() == w.tolist()


def test_another_thread_sees_plain_arrays():
    w, seen = weight(), []

    def loss():
        def other():
            seen.append(type(w.data))
            seen.append((w * 2).sum().item())

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return (w * 2).sum()

    assert not why_no_grad(loss, w)
    assert seen == [np.ndarray, 3.0]


def test_two_threads_follow_the_same_weight():
    w, found, both = weight(), {}, threading.Barrier(2)

    def ask(name):
        def loss():
            both.wait(10)
            y = w.numpy() * 2
            if name == "second":
                first.join()
            return tg.Tensor(y + w.numpy()).sum()

        found[name] = why_no_grad(loss, w)

    first, second = (threading.Thread(target=ask, args=(name,)) for name in ("first", "second"))
    first.start()
    second.start()
    second.join()
    assert [found[name].reason for name in ("first", "second")] == [".numpy()", ".numpy()"]
    assert [len(found[name].cuts) for name in ("first", "second")] == [2, 2]
    assert type(w) is tg.Parameter


def test_a_compiled_function_is_followed_too():
    w = weight()
    step = tg.compile(lambda x: (x * w.detach()).sum())
    step(np.ones(2))
    assert why_no_grad(lambda: step(np.ones(2)), w).reason == ".detach()"
    step(np.ones(2))
    assert step.cache_info().hits == 1
